"""Carrying out steps by web services: in batches, each with its preconditions and read back."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from providers.moodle.client import Client
from providers.moodle.write_cohorts import BY_COMMAND_LINE, change, create
from providers.moodle.write_members import write_members
from reconciler.models.desired import CohortKey
from reconciler.models.operations import (
    AddMember,
    ChangeCohort,
    CreateCohort,
    Operation,
    Outcome,
    RemoveMember,
    Step,
)

CHUNK = 10_000
"""Steps that are written before they are read back and reported."""

Op = TypeVar("Op", CreateCohort, ChangeCohort, AddMember, RemoveMember)

Numbered = tuple[int, Step]
"""A step with its position."""


class Writing:
    """One run through a list of steps, for one AVC; ``created`` gets the cohorts that it makes."""

    def __init__(self, client: Client, avc: str, created: dict[CohortKey, int]) -> None:
        self._client = client
        self._avc = avc
        self._fulfilled: set[int] = set()
        self._created = created

    def run(self, steps: Sequence[Step]) -> Iterator[Outcome]:
        """Each step's outcome, in runs of one kind. Raises ReadError: no later step was tried."""
        for run in _runs(steps):
            for outcome in self._chunk(type(run[0][1].operation), run):
                if outcome.fulfilled:
                    self._fulfilled.add(outcome.step)
                yield outcome

    def _chunk(self, kind: type[Operation], items: Sequence[Numbered]) -> Iterator[Outcome]:
        ready: dict[int, Operation] = {}
        for number, step in items:
            if self._fulfilled.issuperset(step.needs):
                ready[number] = step.operation
            else:
                yield Outcome(number, "held", "something it depends on was not carried out")
        if kind is CreateCohort:
            yield from create(self._client, _of(CreateCohort, ready), self._created)
        elif kind is ChangeCohort:
            yield from change(self._client, self._avc, _of(ChangeCohort, ready))
        elif kind is AddMember or kind is RemoveMember:
            members = _of(AddMember, ready) | _of(RemoveMember, ready)
            yield from write_members(self._client, self._avc, members, self._created)
        else:
            for number in ready:
                yield Outcome(number, "failed", BY_COMMAND_LINE)


def _runs(steps: Sequence[Step]) -> Iterator[list[Numbered]]:
    """Steps in a row that can be written together: of one kind, none needing another of them."""
    run: list[Numbered] = []
    for number, step in enumerate(steps):
        if run and (
            type(step.operation) is not type(run[0][1].operation)
            or len(run) == CHUNK
            or any(need >= run[0][0] for need in step.needs)
        ):
            yield run
            run = []
        run.append((number, step))
    if run:
        yield run


def _of(kind: type[Op], operations: Mapping[int, Operation]) -> dict[int, Op]:
    return {number: op for number, op in operations.items() if isinstance(op, kind)}

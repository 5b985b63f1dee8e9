"""Carrying out steps by web services: in batches, each read back."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal, TypeVar

from providers.moodle import calls
from providers.moodle.answers import CohortRow
from providers.moodle.client import Client
from providers.moodle.form import Value
from reconciler.errors import CallRefused
from reconciler.models.desired import CohortKey
from reconciler.models.operations import (
    TEXTS,
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

Pairs = dict[int, tuple[int, int]]
"""Step number → (cohort, account)."""


class Writing:
    """One run through a list of steps."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._done: set[int] = set()
        self._created: dict[CohortKey, int] = {}

    def run(self, steps: Sequence[Step]) -> Iterator[Outcome]:
        """Each step's outcome, in runs of one kind. Raises ReadError: no later step was tried."""
        for run in _runs(steps):
            for outcome in self._chunk(type(run[0][1].operation), run):
                if outcome.status == "done":
                    self._done.add(outcome.step)
                yield outcome

    def _chunk(self, kind: type[Operation], items: Sequence[Numbered]) -> Iterator[Outcome]:
        ready: dict[int, Operation] = {}
        for number, step in items:
            if self._done.issuperset(step.needs):
                ready[number] = step.operation
            else:
                yield Outcome(number, "held", "something it depends on was not carried out")
        if kind is CreateCohort:
            yield from self._create(_of(CreateCohort, ready))
        elif kind is ChangeCohort:
            yield from self._change(_of(ChangeCohort, ready))
        elif kind is AddMember:
            yield from self._add(self._pairs(_of(AddMember, ready)))
        else:
            yield from self._remove(self._pairs(_of(RemoveMember, ready)))

    def _create(self, operations: dict[int, CreateCohort]) -> Iterator[Outcome]:
        refused: dict[str, str] = {}
        rows = calls.create(
            self._client,
            [_creation(operation) for operation in operations.values()],
            lambda wanted, error: refused.update({str(wanted["idnumber"]): str(error)}),
        )
        ids = {row.idnumber: row.id for row in rows}
        stored = calls.cohorts(self._client, sorted(ids.values()))
        for number, operation in operations.items():
            row = stored.get(ids.get(operation.idnumber, 0))
            wanted = {field: getattr(operation, field) for field in TEXTS} | {"visible": True}
            why = refused.get(operation.idnumber) or _difference(row, wanted)
            if row is None or why:
                yield Outcome(number, "failed", f"Failed to create cohort in Moodle: {why}")
            else:
                self._created[operation.key] = row.id
                yield Outcome(number, "done", cohort=row.id)

    def _change(self, operations: dict[int, ChangeCohort]) -> Iterator[Outcome]:
        before = calls.cohorts(self._client, sorted(op.cohort for op in operations.values()))
        refused: dict[int, str] = {}
        updates: list[dict[str, Value]] = []
        for operation in operations.values():
            row = before.get(operation.cohort)
            moved = _difference(row, _values(operation, "from_"))
            if row is None or moved:
                refused[operation.cohort] = f"it changed since it was read: {moved}"
            else:
                updates.append(_update(row, operation))
        calls.update(
            self._client,
            updates,
            lambda wanted, error: refused.update({int(str(wanted["id"])): str(error)}),
        )
        after = calls.cohorts(self._client, sorted(before))
        for number, operation in operations.items():
            row = after.get(operation.cohort)
            why = refused.get(operation.cohort) or _difference(row, _values(operation, "to"))
            yield Outcome(number, "failed" if why else "done", why, operation.cohort)

    def _add(self, pairs: Pairs) -> Iterator[Outcome]:
        refused: dict[tuple[int, int], str] = {}
        warned = calls.add(self._client, list(pairs.values()), _note(refused))
        members = self._members(pairs)
        for number, pair in pairs.items():
            cohort, account = pair
            if account in members.get(cohort, ()):
                yield Outcome(number, "done", cohort=cohort)
                continue
            absent = (f"cohort id={cohort} ", f"user id={account} ")
            said = dict.fromkeys(w.message for w in warned if w.message.startswith(absent))
            why = refused.get(pair) or "; ".join(said) or "Moodle took it, and does not show it"
            yield Outcome(number, "failed", why)

    def _remove(self, pairs: Pairs) -> Iterator[Outcome]:
        refused: dict[tuple[int, int], str] = {}
        calls.remove(self._client, list(pairs.values()), _note(refused))
        members = self._members(pairs)
        for number, pair in pairs.items():
            cohort, account = pair
            if cohort not in members:
                yield Outcome(number, "failed", f"cohort {cohort} is gone")
            elif account in members[cohort]:
                why = refused.get(pair, "Moodle took it, and still shows the member")
                yield Outcome(number, "failed", why)
            else:
                yield Outcome(number, "done", cohort=cohort)

    def _pairs(self, operations: Mapping[int, AddMember | RemoveMember]) -> Pairs:
        return {
            number: (op.cohort or self._created[op.key], op.account)
            for number, op in operations.items()
        }

    def _members(self, pairs: Pairs) -> dict[int, frozenset[int]]:
        return calls.members(self._client, sorted({cohort for cohort, _ in pairs.values()}))


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


def _creation(operation: CreateCohort) -> dict[str, Value]:
    return {
        "categorytype": calls.SYSTEM,
        "name": operation.name,
        "idnumber": operation.idnumber,
        "description": operation.description,
        "descriptionformat": 1,
    }


def _update(row: CohortRow, operation: ChangeCohort) -> dict[str, Value]:
    """Name, idnumber and category type are mandatory; what is left out keeps its value."""
    update: dict[str, Value] = {
        "id": row.id,
        "categorytype": calls.SYSTEM,
        "name": operation.name.to if operation.name else row.name,
        "idnumber": operation.idnumber.to if operation.idnumber else row.idnumber,
    }
    if operation.description:
        update |= {"description": operation.description.to, "descriptionformat": 1}
    if operation.visible:
        update["visible"] = operation.visible.to
    return update


def _values(operation: ChangeCohort, end: Literal["from_", "to"]) -> dict[str, object]:
    return {field: getattr(change, end) for field, change in operation.changes().items()}


def _difference(row: CohortRow | None, wanted: Mapping[str, object]) -> str:
    """How a stored cohort differs from what is wanted; empty when it does not."""
    if row is None:
        return "Moodle does not show it"
    differing = [
        f"its {field} is {getattr(row, field)!r}"
        for field, value in wanted.items()
        if getattr(row, field) != value
    ]
    return ", ".join(differing)


def _note(
    refused: dict[tuple[int, int], str],
) -> Callable[[tuple[int, int], CallRefused], None]:
    def note(pair: tuple[int, int], error: CallRefused) -> None:
        refused[pair] = str(error)

    return note

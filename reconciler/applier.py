"""Carrying out a saved plan: exactly its operations, each only while it still fits."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from reconciler.errors import PartlyApplied, StalePlan
from reconciler.models.desired import CohortKey
from reconciler.models.operations import (
    AddMember,
    AssignRole,
    ChangeCohort,
    CreateCohort,
    DefineRole,
    Operation,
    Outcome,
    RemoveMember,
    Run,
    Step,
    UnassignRole,
    UndefineRole,
)
from reconciler.operations import words
from reconciler.ports import MoodleSite
from reconciler.stale import Checked


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of an operation."""

    operation: Operation
    outcome: Outcome


def steps(checked: Sequence[Checked]) -> tuple[Step, ...]:
    """What is to do, in order, with what each step depends on. Raises StalePlan for stale ones.

    Members are added only to a cohort that is there, and that is ours: that has been created,
    adopted or restored first. Somebody is removed anywhere only when all their additions
    succeeded, so that nobody who moves between guilds falls out of a course. A role given in one
    way is taken in another only when it is given.
    """
    stale = tuple(item.why for item in checked if item.state == "stale")
    if stale:
        raise StalePlan(stale)
    todo = [item.operation for item in checked if item.state == "to do"]
    provided: dict[_Place, list[int]] = defaultdict(list)
    for number, operation in enumerate(todo):
        for place in _provides(operation):
            provided[place].append(number)
    return tuple(Step(operation, _needs(operation, provided)) for operation in todo)


def carry_out(todo: Sequence[Step], moodle: MoodleSite, run: Run) -> Iterator[Applied]:
    """Do the steps; yields each with its outcome as it comes. Raises what ``write`` raises."""
    for outcome in moodle.write(todo, run):
        yield Applied(todo[outcome.step].operation, outcome)


def require_success(applied: Sequence[Applied], residue: Sequence[str]) -> None:
    """Raise PartlyApplied, naming each operation that failed, was held back, or did not last."""
    failed = failures(applied)
    if failed:
        raise PartlyApplied(
            f"{len(failed)} of {len(applied)} operations were not carried out; the others were."
            " Mend what is named, then apply again.",
            (*failed, *residue),
        )
    if residue:
        raise PartlyApplied(
            "Everything was written, but Moodle, read again, differs from what was asked:"
            " somebody may be changing it at this moment. Plan again.",
            tuple(residue),
        )


def failures(applied: Sequence[Applied]) -> tuple[str, ...]:
    """What failed or was held back, each with the reason."""
    return tuple(
        f"{words(item.operation)}: {item.outcome.reason}"
        for item in applied
        if not item.outcome.fulfilled
    )


def _needs(operation: Operation, provided: Mapping["_Place", Sequence[int]]) -> tuple[int, ...]:
    found = (provided.get(place, ()) for place in _waits_for(operation))
    return tuple(number for numbers in found for number in numbers)


_Place = tuple[str, CohortKey | int | tuple[CohortKey, int]]
"""Something that operations provide, and that others wait for."""


def _provides(  # noqa: PLR0911 - one branch a kind of operation
    operation: Operation,
) -> tuple[_Place, ...]:
    match operation:
        case CreateCohort():
            return (("ours", operation.key),)
        case ChangeCohort():
            claims = operation.action in {"adopt", "restore"}
            return (("ours", operation.key),) if claims else ()
        case DefineRole():
            return (("defined", operation.key),)
        case AddMember():
            place = operation.key, operation.account
            return ("gains of", operation.account), ("member", place)
        case AssignRole():
            return ("gains of", operation.account), ("assigned in", operation.key)
        case RemoveMember() | UnassignRole():
            return (("taken in", operation.key),)
        case UndefineRole():
            return ()


def _waits_for(operation: Operation) -> tuple[_Place, ...]:
    match operation:
        case CreateCohort() | ChangeCohort():
            return ()
        case AddMember() | DefineRole():
            return (("ours", operation.key),)
        case AssignRole():
            return ("ours", operation.key), ("member", (operation.key, operation.account))
        case RemoveMember():
            return (("gains of", operation.account),)
        case UnassignRole():
            return ("defined", operation.key), ("gains of", operation.account)
        case UndefineRole():
            return ("assigned in", operation.key), ("taken in", operation.key)

"""Carrying out a saved plan: exactly its operations, each only while it still fits."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from reconciler.errors import PartlyApplied, StalePlan
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
    succeeded, so that nobody who moves between guilds falls out of a course.
    """
    stale = tuple(item.why for item in checked if item.state == "stale")
    if stale:
        raise StalePlan(stale)
    todo = [item.operation for item in checked if item.state == "to do"]
    cohorts: dict[CohortKey, int] = {}
    additions: dict[int, list[int]] = {}
    for number, operation in enumerate(todo):
        if isinstance(operation, CreateCohort) or (
            isinstance(operation, ChangeCohort) and operation.action in {"adopt", "restore"}
        ):
            cohorts[operation.key] = number
        elif isinstance(operation, AddMember):
            additions.setdefault(operation.account, []).append(number)
    return tuple(Step(operation, _needs(operation, cohorts, additions)) for operation in todo)


def carry_out(todo: Sequence[Step], moodle: MoodleSite) -> Iterator[Applied]:
    """Do the steps; yields each with its outcome as it comes. Raises what ``write`` raises."""
    for outcome in moodle.write(todo):
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
        if item.outcome.status != "done"
    )


def words(operation: Operation) -> str:
    """An operation in a few words."""
    match operation:
        case CreateCohort():
            return f"create cohort {operation.idnumber}"
        case ChangeCohort():
            return f"{operation.action} cohort {operation.cohort} ({operation.guild})"
        case AddMember():
            return f"add account {operation.account} to {operation.guild}"
        case RemoveMember():
            return f"remove account {operation.account} from {operation.guild}"


def _needs(
    operation: Operation,
    cohorts: Mapping[CohortKey, int],
    additions: Mapping[int, Sequence[int]],
) -> tuple[int, ...]:
    match operation:
        case AddMember():
            return (cohorts[operation.key],) if operation.key in cohorts else ()
        case RemoveMember():
            return tuple(additions.get(operation.account, ()))
        case CreateCohort() | ChangeCohort():
            return ()

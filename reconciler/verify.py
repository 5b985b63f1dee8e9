"""Whether Moodle, read again, is what was asked for."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from reconciler.applier import Applied
from reconciler.models.moodle import Cohort
from reconciler.models.operations import (
    TEXTS,
    AddMember,
    ChangeCohort,
    CreateCohort,
    Operation,
    RemoveMember,
)
from reconciler.planner import Planned
from reconciler.stale import cohorts_by_key

Fact = str | int
"""A field's name, or the id of an account that is a member or not."""
Facts = Mapping[Fact, object]


def residue(applied: Iterable[Applied], now: Planned) -> tuple[str, ...]:
    """What was carried out and cannot be seen in fresh reads; one sentence each."""
    cohorts, members = cohorts_by_key(now), now.snapshots.moodle.members
    asked: dict[str, dict[Fact, object]] = defaultdict(dict)
    found: dict[str, dict[Fact, object]] = defaultdict(dict)
    for item in applied:
        if item.outcome.status != "done":
            continue
        operation, cohort = item.operation, cohorts.get(item.operation.key)
        expected = _expected(operation)
        present = members.get(cohort.id, frozenset()) if cohort else frozenset()
        asked[operation.guild].update(expected)
        found[operation.guild].update(_actual(expected, cohort, present))
    return _worded(asked, found)


def _expected(operation: Operation) -> Facts:
    match operation:
        case CreateCohort():
            return {field: getattr(operation, field) for field in TEXTS}
        case ChangeCohort():
            return {field: change.to for field, change in operation.changes().items()}
        case AddMember():
            return {operation.account: "member"}
        case RemoveMember():
            return {operation.account: "no member"}


def _actual(expected: Facts, cohort: Cohort | None, members: frozenset[int]) -> Facts:
    return {
        fact: ("member" if fact in members else "no member")
        if isinstance(fact, int)
        else getattr(cohort, fact, None)
        for fact in expected
    }


def _worded(asked: Mapping[str, Facts], found: Mapping[str, Facts]) -> tuple[str, ...]:
    if asked == found:
        return ()
    from deepdiff import DeepDiff  # noqa: PLC0415 - 0.2 s that only a difference is worth

    return tuple(DeepDiff(asked, found).pretty().splitlines())

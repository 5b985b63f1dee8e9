"""What AVC is to remember of a run, and that it is told."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from reconciler.applier import Applied
from reconciler.desired import active_members
from reconciler.errors import (
    GuardTripped,
    NotReady,
    PartlyApplied,
    ReadError,
    ReconcilerError,
    SiteLocked,
    StalePlan,
)
from reconciler.models.avc import SyncRecord, SyncState
from reconciler.models.operations import AddMember, CreateCohort, Operation
from reconciler.models.scope import FullScope, UserScope
from reconciler.operations import free_of_costs, operations
from reconciler.planner import Planned
from reconciler.reconciliation import Report, SitePair

FAILED = SyncRecord(full=True, failed=True)
"""Of a run that failed, only that there was one."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """Whether AVC knows of a run."""

    told: bool
    """False, too, where the way to reach it cannot write."""
    warning: str = ""
    """What kept it from being told, for people."""


def record_of(now: Planned, applied: Sequence[Applied]) -> SyncRecord:
    """What a run leaves behind that carried out all that it was asked to, and found it lasting.

    ``now`` is what was called for when it began. Of a saved plan that may be more than was asked:
    then it was no full synchronisation, and who waits for the rest is not among its people. Nor is
    anybody where a part of the plan was left out from the start: who waits for it is not known.
    """
    part = bool(now.plan.only or now.plan.exclude)
    done = {free_of_costs(item.operation) for item in applied if item.outcome.fulfilled}
    left = [op for op in operations(now.plan) if free_of_costs(op) not in done]
    members, waiting = _members(now), _people(left) | _on_hold(now)
    touched = _people([item.operation for item in applied])
    return SyncRecord(
        full=isinstance(now.plan.scope, FullScope) and not left and not part,
        failed=False,
        users=len(members - waiting),
        cohorts=_cohorts(now, applied),
        people=frozenset() if part else (members | touched) - waiting,
    )


def record_of_run(now: Planned, report: Report, *, held: bool) -> SyncRecord:
    """The same of any run; of one that failed, or of which guards held all back, only that it did.

    Of one that guards held back in part (``held``) it is what is left for a part: see above.
    """
    nothing = held and not report.applied
    return FAILED if nothing or not report.clean else record_of(now, report.applied)


def state_after(before: SyncState | None, record: SyncRecord, now: int) -> SyncState | None:
    """What AVC remembers once it was told of a run at this time; None where that was never seen."""
    if before is None:
        return None
    if record.failed:
        return before.model_copy(update={"failed_syncs": before.failed_syncs + 1})
    if not record.full:
        return before.model_copy(update={"scoped_last_sync": now})
    done = {"synced_users": record.users, "synced_cohorts": record.cohorts}
    return before.model_copy(update={"last_sync": now, **done})


def remember(pair: SitePair, record: SyncRecord) -> Remembered:
    """Let AVC remember a run.

    That AVC does not know of a run makes nothing of it undone: this never raises for a site.
    """
    try:
        return Remembered(pair.avc.record(record))
    except ReconcilerError as error:
        return Remembered(told=False, warning=f"AVC was not told of this run. {error}")


@contextmanager
def failure_remembered(pair: SitePair) -> Iterator[None]:
    """Let AVC count a run that fails inside for what the sites are like, or for what they did."""
    try:
        yield
    except SiteLocked:
        # Whoever is at work there tells AVC what becomes of it.
        raise
    except (ReadError, NotReady, GuardTripped, StalePlan, PartlyApplied):
        remember(pair, FAILED)
        raise


def _members(now: Planned) -> frozenset[int]:
    """The uids, in scope, of those who are to be in a cohort and whose account is known."""
    matching = now.matching
    scope = now.plan.scope
    uids = {
        uid
        for planned in now.guilds
        for uid in active_members(now.snapshots.avc, planned.pair.guild.id)
        if matching.account_of.get(uid) in planned.desired.members
    }
    return frozenset(uids & {scope.uid} if isinstance(scope, UserScope) else uids)


def _cohorts(now: Planned, applied: Sequence[Applied]) -> int:
    """Cohorts in scope that are there; of one person's, those that they are to be in."""
    creations = [item for item in applied if isinstance(item.operation, CreateCohort)]
    created = {item.operation.key for item in creations if item.outcome.fulfilled}
    there = [c for c in now.cohorts if c.pair.cohort is not None or c.pair.key in created]
    scope = now.plan.scope
    if isinstance(scope, UserScope):
        account = now.matching.account_of.get(scope.uid)
        there = [cohort for cohort in there if account in cohort.desired.members]
    return len(there)


def _on_hold(now: Planned) -> frozenset[int]:
    """The uids of those who are to be in a cohort, and whose addition the plan leaves out."""
    asked = {(op.key, op.account) for op in operations(now.plan) if isinstance(op, AddMember)}
    return frozenset(
        now.matching.person_of[account]
        for planned in now.cohorts
        for account in planned.diff.members.add
        if (planned.pair.key, account) not in asked
    )


def _people(found: Sequence[Operation]) -> frozenset[int]:
    uids = (getattr(operation, "uid", None) for operation in found)
    return frozenset(uid for uid in uids if uid is not None)

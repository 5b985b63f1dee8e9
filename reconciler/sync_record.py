"""What AVC is to remember of a run."""

from collections.abc import Sequence

from reconciler.applier import Applied
from reconciler.desired import active_members
from reconciler.models.avc import SyncRecord, SyncState
from reconciler.models.operations import AddMember, CreateCohort, Operation
from reconciler.models.scope import FullScope, UserScope
from reconciler.operations import free_of_costs, operations
from reconciler.planner import Planned

FAILED = SyncRecord(full=True, failed=True)
"""Of a run that failed, only that there was one."""


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

"""Whether an operation of a saved plan is still to do, already done, or stale."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

from reconciler.models.desired import CohortKey
from reconciler.models.moodle import Cohort
from reconciler.models.operations import (
    AddMember,
    ChangeCohort,
    CreateCohort,
    Operation,
    RemoveMember,
)
from reconciler.models.plan import Plan
from reconciler.operations import operations
from reconciler.planner import Planned


@dataclass(frozen=True, slots=True)
class Checked:
    """An operation of a saved plan against the sites as they are."""

    operation: Operation
    """Reduced to what of it is still to do."""
    state: Literal["to do", "done", "stale"]
    why: str = ""
    """For a stale one: what was expected and what was found."""


def check(plan: Plan, now: Planned) -> tuple[Checked, ...]:
    """Judge each operation of a saved plan; ``now`` was planned from fresh reads in its scope.

    An operation is done when Moodle already looks as it would afterwards. It is to do when a plan
    made now would hold it too: then its precondition holds, and AVC still calls for it. Anything
    else is stale. Edits that touch none of a plan's operations make none of them stale.
    """
    saved = operations(plan)
    judge = _Judge(saved, now)
    return tuple(judge.judged(operation) for operation in saved)


class _Judge:
    def __init__(self, saved: Iterable[Operation], now: Planned) -> None:
        fresh = operations(now.plan)
        self._unclaimed = _claimed(fresh) - _claimed(saved)
        self._members = now.snapshots.moodle.members
        self._cohorts = cohorts_by_key(now)
        self._creations = {op.key: op for op in fresh if isinstance(op, CreateCohort)}
        self._changes = {op.cohort: op for op in fresh if isinstance(op, ChangeCohort)}
        self._additions = {(o.key, o.account): o.uid for o in fresh if isinstance(o, AddMember)}
        self._removals = {
            (op.key, op.account): (op.uid, op.because)
            for op in fresh
            if isinstance(op, RemoveMember)
        }

    def judged(self, operation: Operation) -> Checked:
        match operation:
            case CreateCohort():
                return self._creation(operation)
            case ChangeCohort():
                return self._change(operation)
            case AddMember():
                return self._addition(operation)
            case RemoveMember():
                return self._removal(operation)

    def _creation(self, wanted: CreateCohort) -> Checked:
        if self._creations.get(wanted.key) == wanted:
            return Checked(wanted, "to do")
        found = self._cohorts.get(wanted.key)
        same = found is not None and (found.idnumber, found.name, found.description) == (
            wanted.idnumber,
            wanted.name,
            wanted.description,
        )
        if same:
            return Checked(wanted, "done")
        return _stale(
            wanted,
            f"create cohort {wanted.idnumber}",
            f"the guild has cohort {found.id} '{found.name}' now"
            if found
            else "AVC no longer calls for it as planned",
        )

    def _change(self, wanted: ChangeCohort) -> Checked:
        what = f"{wanted.action} cohort {wanted.cohort} ({wanted.guild})"
        found = self._cohorts.get(wanted.key)
        if found is None or found.id != wanted.cohort:
            return _stale(wanted, what, "that cohort is gone, or no longer marked as this guild's")
        fresh = self._changes.get(wanted.cohort)
        for field, change in wanted.changes().items():
            value = getattr(found, field)
            if value == change.to:
                finished: dict[str, Any] = {field: None}
                wanted = replace(wanted, **finished)
            elif fresh is None or fresh.action != wanted.action or getattr(fresh, field) != change:
                planned = f"{change.from_!r} to {change.to!r}"
                return _stale(wanted, what, f"its {field} is {value!r} now; planned was {planned}")
        return Checked(wanted, "to do" if wanted.changes() else "done")

    def _addition(self, wanted: AddMember) -> Checked:
        what = f"add account {wanted.account} to {wanted.guild}"
        found = self._cohorts.get(wanted.key)
        if wanted.cohort is not None and (found is None or found.id != wanted.cohort):
            return _stale(wanted, what, f"cohort {wanted.cohort} is gone or no longer its cohort")
        if found is not None and wanted.account in self._members.get(found.id, ()):
            return Checked(wanted, "done")
        if wanted.key in self._unclaimed:
            return _stale(wanted, what, "its cohort has to be adopted or restored first now")
        place = (wanted.key, wanted.account)
        if place not in self._additions:
            return _stale(wanted, what, "AVC no longer calls for it, or the account is not theirs")
        if self._additions[place] != wanted.uid:
            now = self._additions[place]
            return _stale(wanted, what, f"the account is matched with AVC user {now} now")
        return Checked(replace(wanted, cohort=found.id if found else None), "to do")

    def _removal(self, wanted: RemoveMember) -> Checked:
        what = f"remove account {wanted.account} from {wanted.guild}"
        found = self._cohorts.get(wanted.key)
        if found is None or found.id != wanted.cohort:
            return _stale(wanted, what, f"cohort {wanted.cohort} is gone or no longer its cohort")
        if wanted.account not in self._members.get(found.id, ()):
            return Checked(wanted, "done")
        evidence = self._removals.get((wanted.key, wanted.account))
        if evidence is None:
            return _stale(wanted, what, "there is no longer evidence that they should go")
        if evidence != (wanted.uid, wanted.because):
            uid, because = evidence
            return _stale(wanted, what, f"the evidence is another now: AVC user {uid}, {because}")
        return Checked(wanted, "to do")


def _claimed(found: Iterable[Operation]) -> set[CohortKey]:
    """The cohorts that operations adopt or restore: only then are they ours to fill."""
    return {
        operation.key
        for operation in found
        if isinstance(operation, ChangeCohort) and operation.action in {"adopt", "restore"}
    }


def cohorts_by_key(now: Planned) -> dict[CohortKey, Cohort]:
    """The cohort of every guild, gone ones too; those that are left alone have none here."""
    pairing = now.pairing
    return {
        CohortKey(uuid=pair.guild.uuid): pair.cohort for pair in pairing.pairs if pair.cohort
    } | {orphan.mark.key: orphan.cohort for orphan in pairing.orphans}


def _stale(operation: Operation, what: str, found: str) -> Checked:
    return Checked(operation, "stale", f"{what}: {found}")

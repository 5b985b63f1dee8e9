"""Whether an operation of a saved plan is still to do, already done, or stale."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from reconciler.given_roles import Given
from reconciler.holds import HoldWords
from reconciler.models.desired import NOBODYS, CohortKey
from reconciler.models.moodle import Cohort
from reconciler.models.operations import (
    AddMember,
    AssignRole,
    ChangeCohort,
    CreateCohort,
    DefineRole,
    Operation,
    RemoveMember,
    UnassignRole,
    UndefineRole,
    facts_after,
)
from reconciler.models.plan import Plan
from reconciler.operations import operations, words
from reconciler.planner import Planned


@dataclass(frozen=True, slots=True)
class Checked:
    """An operation of a saved plan against the sites as they are."""

    operation: Operation
    """Reduced to what of it is still to do."""
    state: Literal["to do", "done", "stale"]
    why: str = ""
    """For a stale one: what was expected and what was found."""
    held: bool = False
    """Whether a stale one is so for what nwp.yml puts on hold, and for nothing else."""


def check(plan: Plan, now: Planned, today: Plan | None = None) -> tuple[Checked, ...]:
    """Judge each operation of a saved plan; ``now`` was planned from fresh reads in its scope.

    ``today`` is the saved plan with what its removals cost now, without those that it does not
    hold; where it is not given they are the same as those of ``now``.

    An operation is done when Moodle already looks as it would afterwards. It is to do when a plan
    made now would hold it too: then its precondition holds, and AVC still calls for it. Anything
    else is stale. Edits that touch none of a plan's operations make none of them stale.
    """
    saved = operations(plan)
    if plan is now.plan:
        # Made just now: it holds what the sites call for, and nothing else.
        return tuple(Checked(operation, "to do") for operation in saved)
    found = _Judge(saved, now, now.plan, today).all()
    if not now.holds or all(item.state != "stale" for item in found):
        return found
    return tuple(_or_held(saved, found, now, today or now.plan))


def _or_held(
    saved: Sequence[Operation], found: Sequence[Checked], now: Planned, priced: Plan
) -> Iterator[Checked]:
    """The same; of what would fit if nwp.yml held nothing, with the hold that it does not fit."""
    holds = HoldWords(now.holds, now.unheld, now.pairing, now.matching)
    members = now.snapshots.moodle.members
    unheld = _Judge(saved, now, now.unheld, priced).all()
    for item, free in zip(found, unheld, strict=True):
        if item.state == "stale" and free.state == "to do":
            why = holds.why(free.operation, members)
            yield replace(stale(item.operation, why), held=True)
        else:
            yield item


_ARRIVING = "they are to be added elsewhere first, which this plan does not"
"""Of somebody who goes: what enrols them elsewhere has to be there before."""


class _Judge:
    """Judges saved operations by what is called for; ``priced`` has what its removals cost, where
    it does not have that itself.
    """

    def __init__(
        self, saved: Sequence[Operation], now: Planned, called_for: Plan, priced: Plan | None
    ) -> None:
        self._saved = saved
        fresh = operations(called_for)
        gains = {_gain(op) for op in saved if isinstance(op, AddMember | AssignRole)}
        self._arriving = {
            op.account
            for op in fresh
            if isinstance(op, AddMember | AssignRole) and _gain(op) not in gains
        }
        self._unclaimed = _claimed(fresh) - _claimed(saved)
        self._moodle = now.snapshots.moodle
        self._members = self._moodle.members
        self._cohorts = cohorts_by_key(now)
        self._creations = {op.key: op for op in fresh if isinstance(op, CreateCohort)}
        self._changes = {op.cohort: op for op in fresh if isinstance(op, ChangeCohort)}
        self._additions = {(o.key, o.account): o.uid for o in fresh if isinstance(o, AddMember)}
        self._removals = {(o.key, o.account): o for o in fresh if isinstance(o, RemoveMember)}
        prices = operations(priced) if priced else ()
        self._prices = {(o.key, o.account): o for o in prices if isinstance(o, RemoveMember)}
        self._givings = {_giving(o): o for o in fresh if isinstance(o, AssignRole | UnassignRole)}
        self._definitions = {o for o in fresh if isinstance(o, DefineRole | UndefineRole)}
        self._given = Given.of(now)

    def all(self) -> tuple[Checked, ...]:
        return tuple(map(self.judged, self._saved))

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
            case AssignRole() | UnassignRole():
                return self._assignment(operation)
            case DefineRole() | UndefineRole():
                return self._definition(operation)

    def _creation(self, wanted: CreateCohort) -> Checked:
        if self._creations.get(wanted.key) == wanted:
            return Checked(wanted, "to do")
        found = self._cohorts.get(wanted.key)
        same = found is not None and all(
            getattr(found, field) in (None, value) for field, value in facts_after(wanted).items()
        )
        if same:
            return Checked(wanted, "done")
        return stale(
            wanted,
            f"the guild has cohort {found.id} {found.name!r} now"
            if found
            else "AVC no longer calls for it as planned",
        )

    def _change(self, wanted: ChangeCohort) -> Checked:
        found = self._cohorts.get(wanted.key)
        if found is None or found.id != wanted.cohort:
            return stale(wanted, "that cohort is gone, or no longer marked as this guild's")
        fresh = self._changes.get(wanted.cohort)
        for field, change in wanted.changes().items():
            value = getattr(found, field)
            if value == change.to:
                finished: dict[str, Any] = {field: None}
                wanted = replace(wanted, **finished)
            elif fresh is None or fresh.action != wanted.action or getattr(fresh, field) != change:
                planned = f"{change.from_!r} to {change.to!r}"
                return stale(wanted, f"its {field} is {value!r} now; planned was {planned}")
        return Checked(wanted, "to do" if wanted.changes() else "done")

    def _addition(self, wanted: AddMember) -> Checked:
        found = self._cohorts.get(wanted.key)
        if wanted.cohort is not None and (found is None or found.id != wanted.cohort):
            return stale(wanted, f"cohort {wanted.cohort} is gone or no longer its cohort")
        if found is not None and wanted.account in self._members.get(found.id, ()):
            return Checked(wanted, "done")
        if wanted.key in self._unclaimed:
            return stale(wanted, "its cohort has to be adopted or restored first now")
        place = (wanted.key, wanted.account)
        if place not in self._additions:
            return stale(wanted, "AVC no longer calls for it, or the account is not theirs")
        if self._additions[place] != wanted.uid:
            now = self._additions[place]
            return stale(wanted, f"the account is matched with AVC user {now} now")
        cohort = found.id if found else None
        # There may be a million: none is copied that is as it was.
        same = wanted.cohort == cohort
        return Checked(wanted if same else replace(wanted, cohort=cohort), "to do")

    def _removal(self, wanted: RemoveMember) -> Checked:
        found = self._cohorts.get(wanted.key)
        if found is None or found.id != wanted.cohort:
            return stale(wanted, f"cohort {wanted.cohort} is gone or no longer its cohort")
        inside = wanted.account in self._members.get(found.id, ())
        # Whoever was not looked up, as one person's account that is not theirs any more, may be.
        if not inside and self._moodle.tells_of(wanted.account):
            return Checked(wanted, "done")
        if wanted.account in self._arriving:
            return stale(wanted, _ARRIVING)
        fresh = self._removals.get((wanted.key, wanted.account))
        if fresh is None:
            return stale(wanted, "there is no longer evidence that they should go")
        if (fresh.uid, fresh.because) != (wanted.uid, wanted.because):
            evidence = f"AVC user {fresh.uid}, {fresh.because}"
            return stale(wanted, f"the evidence is another now: {evidence}")
        why = dearer(wanted, self._prices.get((wanted.key, wanted.account), fresh))
        return stale(wanted, why) if why else Checked(wanted, "to do")

    def _assignment(self, wanted: AssignRole | UnassignRole) -> Checked:
        found = self._cohorts.get(wanted.key)
        if wanted.key == NOBODYS and wanted.cohort is not None:
            return self._left_behind(wanted, wanted.cohort)
        if wanted.cohort is not None and (found is None or found.id != wanted.cohort):
            return stale(wanted, f"cohort {wanted.cohort} is gone or no longer its cohort")
        adds = isinstance(wanted, AssignRole)
        if found is not None and self._given.has(wanted, found.id) is adds:
            return Checked(wanted, "done")
        fresh = self._givings.get(_giving(wanted))
        if fresh is None or (adds and wanted.key in self._unclaimed):
            return stale(wanted, "it is no longer called for, or cannot be seen this way")
        goes = isinstance(wanted, UnassignRole) and wanted.because != "way"
        if goes and wanted.account in self._arriving:
            why = _ARRIVING
        else:
            same = replace(fresh, cohort=wanted.cohort) == wanted
            why = "" if same else f"its grounds are others now: AVC user {fresh.uid}"
        if why:
            return stale(wanted, why)
        return Checked(replace(wanted, cohort=found.id if found else None), "to do")

    def _left_behind(self, wanted: AssignRole | UnassignRole, cohort: int) -> Checked:
        if self._given.has(wanted, cohort) is False:
            return Checked(wanted, "done")
        if self._givings.get(_giving(wanted)) == wanted:
            return Checked(wanted, "to do")
        return stale(wanted, "it is no longer called for, or cannot be seen this way")

    def _definition(self, wanted: DefineRole | UndefineRole) -> Checked:
        found = self._cohorts.get(wanted.key)
        if wanted.cohort is not None and (found is None or found.id != wanted.cohort):
            gone = f"cohort {wanted.cohort} is gone or no longer its cohort"
            return stale(wanted, gone)
        defines = isinstance(wanted, DefineRole)
        if found is not None and self._given.defines(wanted.role, found.id) is defines:
            return Checked(wanted, "done")
        moved = replace(wanted, cohort=found.id if found else None)
        if moved not in self._definitions or (defines and wanted.key in self._unclaimed):
            why = "it is no longer called for, or cannot be seen this way"
            return stale(wanted, why)
        return Checked(moved, "to do")


def _gain(operation: AddMember | AssignRole) -> tuple[object, ...]:
    return operation.key, operation.account, getattr(operation, "role", None)


def _giving(operation: AssignRole | UnassignRole) -> tuple[object, ...]:
    adds = isinstance(operation, AssignRole)
    place = operation.cohort if operation.key == NOBODYS else None
    return adds, place, operation.key, operation.account, operation.role, operation.component


def dearer(planned: RemoveMember, fresh: RemoveMember) -> str:
    """How a removal costs more than planned; empty when it does not.

    A cost that was unknown when the plan was reviewed may turn out to be any.
    """
    for before, after, what in (
        (planned.last_enrolments, fresh.last_enrolments, "cost them their last enrolment in"),
        (planned.suspends, fresh.suspends, "suspend them in"),
    ):
        if before is not None and after is None:
            return f"what it costs cannot be seen this way; planned was {before} courses"
        if before is not None and after is not None and after > before:
            return f"it would {what} {after} courses now; planned was {before}"
    return ""


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
    paired = {pair.key: pair.cohort for pair in pairing.pairs if pair.cohort}
    return paired | {orphan.mark.key: orphan.cohort for orphan in pairing.orphans}


def stale(operation: Operation, found: str) -> Checked:
    """An operation that does not fit, with what was found instead."""
    return Checked(operation, "stale", f"{words(operation)}: {found}")

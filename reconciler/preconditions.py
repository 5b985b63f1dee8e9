"""Whether a plan fits a Moodle, whatever AVC calls for: each operation by its before and after."""

from collections import defaultdict
from dataclasses import replace
from typing import Any

from reconciler.costs import priced
from reconciler.given_roles import Given
from reconciler.machine_names import folded
from reconciler.marks import mark_of
from reconciler.matching import GUEST
from reconciler.models.desired import NOBODYS, SIGNATURE, CohortKey
from reconciler.models.moodle import Cohort, Enrolled, MoodleQuery, MoodleSnapshot
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
from reconciler.operations import operations
from reconciler.stale import Checked, dearer, stale

_UNSEEN = "whether it is so cannot be seen this way"


class _Unfit(Exception):
    """What of an operation's precondition does not hold: a verdict on its way up, no error."""


def query_for(plan: Plan) -> MoodleQuery:
    """What has to be read of Moodle to judge a plan by it alone."""
    unmarks = any(cohort.action in {"adopt", "release"} for cohort in plan.cohorts)
    return MoodleQuery(
        member_marks=frozenset({plan.avc.uuid}),
        unmarked=SIGNATURE,
        # Who is in a cohort that lost its mark by this very plan shows that it was applied.
        unmarked_prefix="" if unmarks else None,
        # Guards ask for the names of those who are to go.
        describe_members=True,
        everybody=True,
    )


def check_alone(plan: Plan, moodle: MoodleSnapshot, enrolled: Enrolled) -> tuple[Checked, ...]:
    """Judge each operation of a plan by Moodle as it is, read by ``query_for``.

    An operation is done when Moodle looks as it would afterwards, to do when it looks as it has
    to before, and stale otherwise: see ``reconciler.models.operations``. What an earlier operation
    of the plan is about to do counts as done for those after it. ``enrolled`` answers what
    ``costs.question`` asks: a removal that costs more than the plan says is stale. What this access
    does not show of an account is not held against it.
    """
    judge = _Judge(plan, moodle)
    fresh = operations(priced(plan, moodle.enrolment, enrolled))
    return tuple(map(judge.judged, operations(plan), fresh))


class _Judge:
    """Judges operations in the order in which they are carried out."""

    def __init__(self, plan: Plan, moodle: MoodleSnapshot) -> None:
        self._moodle = moodle
        self._cohorts = {cohort.id: cohort for cohort in moodle.cohorts if cohort.system}
        self._marked: dict[CohortKey, list[Cohort]] = defaultdict(list)
        for cohort in self._cohorts.values():
            mark = mark_of(cohort.description)
            if mark is not None and mark.site == plan.avc.uuid:
                self._marked[mark.key].append(cohort)
        self._holders: dict[str, set[int]] = defaultdict(set)
        for cohort in moodle.cohorts:
            self._holders[folded(cohort.idnumber)].add(cohort.id)
        roles = moodle.roles.roles if moodle.roles else ()
        self._given = Given({role.shortname: role.id for role in roles}, moodle)
        self._ours_then: set[tuple[CohortKey, int | None]] = set()
        self._members_then: set[tuple[CohortKey, int]] = set()

    def judged(  # noqa: PLR0911 - one branch a kind of operation
        self, operation: Operation, fresh: Operation
    ) -> Checked:
        try:
            match operation, fresh:
                case CreateCohort(), _:
                    return self._creation(operation)
                case ChangeCohort(), _:
                    return self._change(operation)
                case AddMember(), _:
                    return self._addition(operation)
                case RemoveMember(), RemoveMember():
                    return self._removal(operation, fresh)
                case ((AssignRole() | UnassignRole()), _):
                    return self._assignment(operation)
                case ((DefineRole() | UndefineRole()), _):
                    return self._definition(operation)
        except _Unfit as why:
            return stale(operation, str(why))
        raise AssertionError(operation)

    def _creation(self, wanted: CreateCohort) -> Checked:
        for found in self._marked[wanted.key]:
            facts = facts_after(wanted).items()
            if all(getattr(found, field) in (None, value) for field, value in facts):
                return Checked(wanted, "done")
            raise _Unfit(f"the guild has cohort {found.id} {found.name!r} now")
        self._require_free(wanted.idnumber, None)
        self._ours_then.add((wanted.key, None))
        return Checked(wanted, "to do")

    def _change(self, wanted: ChangeCohort) -> Checked:
        found = self._cohorts.get(wanted.cohort)
        if found is None:
            raise _Unfit("that cohort is gone")
        marks = wanted.description is not None
        for field, change in wanted.changes().items():
            value = getattr(found, field)
            if value == change.to:
                finished: dict[str, Any] = {field: None}
                wanted = replace(wanted, **finished)
            elif value is None:
                raise _Unfit(f"its {field} cannot be seen this way")
            elif value != ("" if change.from_ is None else change.from_):
                planned = f"{change.from_!r} to {change.to!r}"
                raise _Unfit(f"its {field} is {value!r} now; planned was {planned}")
        if not wanted.changes():
            return Checked(wanted, "done")
        if not marks and found not in self._marked[wanted.key]:
            raise _Unfit("it no longer bears the mark of this guild")
        if wanted.idnumber:
            self._require_free(wanted.idnumber.to, found.id)
        if wanted.action in {"adopt", "restore"}:
            self._ours_then.add((wanted.key, found.id))
        return Checked(wanted, "to do")

    def _addition(self, wanted: AddMember) -> Checked:
        found = self._cohort(wanted)
        if found is not None and wanted.account in self._members(found):
            return Checked(wanted, "done")
        self._require_alive(wanted.account)
        self._members_then.add((wanted.key, wanted.account))
        return Checked(replace(wanted, cohort=found.id if found else None), "to do")

    def _removal(self, wanted: RemoveMember, fresh: RemoveMember) -> Checked:
        known = self._moodle.members.get(wanted.cohort or 0)
        if known is not None and wanted.account not in known:
            return Checked(wanted, "done")
        self._cohort(wanted)
        if why := dearer(wanted, fresh):
            raise _Unfit(why)
        return Checked(wanted, "to do")

    def _assignment(self, wanted: AssignRole | UnassignRole) -> Checked:
        if wanted.key == NOBODYS:
            return self._left_behind(wanted)
        found = self._cohort(wanted)
        given = self._given.has(wanted, found.id) if found else False
        if given is None or self._moodle.roles is None:
            raise _Unfit(_UNSEEN)
        if given is isinstance(wanted, AssignRole):
            return Checked(wanted, "done")
        if isinstance(wanted, AssignRole):
            self._require_assignable(wanted, found)
        return Checked(replace(wanted, cohort=found.id if found else None), "to do")

    def _left_behind(self, wanted: AssignRole | UnassignRole) -> Checked:
        """What a cohort gave that is not ours any more can be taken, and not given."""
        number = wanted.cohort or 0
        given = self._given.has(wanted, number)
        if given is None:
            raise _Unfit(_UNSEEN)
        if given is isinstance(wanted, AssignRole):
            return Checked(wanted, "done")
        if isinstance(wanted, AssignRole):
            raise _Unfit(f"cohort {number} is not ours any more")
        if number in self._cohorts and SIGNATURE in self._cohorts[number].description:
            raise _Unfit(f"cohort {number} bears a mark again")
        return Checked(wanted, "to do")

    def _definition(self, wanted: DefineRole | UndefineRole) -> Checked:
        found = self._cohort(wanted)
        defines = isinstance(wanted, DefineRole)
        if self._moodle.roles is None or self._moodle.roles.definitions is None:
            raise _Unfit(_UNSEEN)
        self._require_role(wanted.role)
        if (self._given.defines(wanted.role, found.id) if found else False) is defines:
            return Checked(wanted, "done")
        return Checked(replace(wanted, cohort=found.id if found else None), "to do")

    def _cohort(self, wanted: Any) -> Cohort | None:
        """Where an operation takes place; None: in a cohort that this plan is about to create."""
        marked = self._marked[wanted.key]
        if wanted.cohort is None:
            if not marked and (wanted.key, None) in self._ours_then:
                return None
            if len(marked) != 1:
                ids = ", ".join(str(cohort.id) for cohort in marked)
                raise _Unfit(f"cohorts {ids} all bear its mark" if ids else "its cohort is gone")
            return marked[0]
        found = self._cohorts.get(wanted.cohort)
        if found is None:
            raise _Unfit(f"cohort {wanted.cohort} is gone")
        if found not in marked and (wanted.key, found.id) not in self._ours_then:
            raise _Unfit(f"cohort {found.id} no longer bears the mark of this guild")
        return found

    def _members(self, cohort: Cohort) -> frozenset[int]:
        return self._moodle.members.get(cohort.id, frozenset())

    def _require_free(self, idnumber: str, own: int | None) -> None:
        others = self._holders[folded(idnumber)] - {own} if idnumber else ()
        if others:
            raise _Unfit(f"cohort {min(others)} has the idnumber '{idnumber}' now")

    def _require_alive(self, number: int) -> None:
        account = self._moodle.accounts.get(number)
        if account is None and self._moodle.everybody:
            raise _Unfit("there is no such account any more")
        if account is not None and not account.confirmed:
            raise _Unfit("the account is not confirmed")
        if account is not None and account.username == GUEST:
            raise _Unfit("the account is the guest's")

    def _require_assignable(self, wanted: AssignRole, found: Cohort | None) -> None:
        self._require_alive(wanted.account)
        self._require_role(wanted.role)
        inside = found is not None and wanted.account in self._members(found)
        if not inside and (wanted.key, wanted.account) not in self._members_then:
            raise _Unfit("the account is no member of the cohort")

    def _require_role(self, role: str) -> None:
        if role not in self._given.ids:
            raise _Unfit(f"there is no role '{role}'")

"""Why a plan deletes a definition, or puts a cohort away, and what goes with it for one account.

The operations themselves do not say it: the plan's other lines do, and the sites.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reconciler.given_roles import Given
from reconciler.models.desired import CohortKey
from reconciler.models.explanation import PlannedOperation, RoleTaken
from reconciler.models.members import Reason
from reconciler.models.moodle import COMPONENT, PLUGIN
from reconciler.models.operations import (
    AddMember,
    AssignRole,
    ChangeCohort,
    Operation,
    RemoveMember,
    UnassignRole,
    UndefineRole,
)
from reconciler.models.plan import CohortPlan, Plan
from reconciler.planner import Planned
from reconciler.roles import lost_by_leaving, ordinary_of

_OF_COHORTS: tuple[Reason, ...] = ("guild-gone", "role-gone", "withdrawn", "way")
"""Grounds that lines of a cohort share with its definition."""


def grounds(operation: Operation, plan: Plan, now: Planned | None = None) -> tuple[Reason, ...]:
    """Why an operation deletes a definition or puts a cohort away, in a plan made of two sites.

    ``now`` is what the sites have; None: they were not asked. Several: one of them, and which is
    not known. None: the operation does something else, or nothing shows why.
    """
    puts_away = isinstance(operation, ChangeCohort) and operation.action == "archive"
    if plan.undoes is not None or not (puts_away or isinstance(operation, UndefineRole)):
        return ()
    told = _told(operation.key, plan)
    for orphan in now.pairing.orphans if now and not told else ():
        told = orphan.because if orphan.mark.key == operation.key else told
    return (told,) if told else tuple(_possible(operation.key, plan, now))


def _told(key: CohortKey, plan: Plan) -> Reason | None:
    """Why, by what the plan has for the rest of the cohort, and for the guild's own."""
    guild = [cohort for cohort in plan.cohorts if cohort.uuid == key.uuid]
    if any(cohort.role is None and cohort.action == "archive" for cohort in guild):
        return "guild-gone"
    here = [cohort for cohort in guild if cohort.key == key]
    lines = [line for cohort in here for line in cohort.lines]
    return next((line.because for line in lines if line.because in _OF_COHORTS), None)


def _possible(key: CohortKey, plan: Plan, now: Planned | None) -> Iterator[Reason]:
    """What is left where nothing tells it."""
    there = _alive(key, plan) if now is None else key.uuid in now.pairing.names
    if not there:
        yield "guild-gone"
    if now is not None and not there:
        return
    given = next((one for one in plan.roles if one.role == key.role), None)
    refused = any(p.kind == "privileged-role" and key.role in p.roles for p in plan.problems)
    puts_away = any(cohort.key == key and cohort.action == "archive" for cohort in plan.cohorts)
    if given is None and not refused:
        yield "role-gone"
    elif given is not None and given.role == ordinary_of(plan.roles):
        # The guild's own cohort gives it.
        yield "role-gone"
    elif not puts_away and given is None:
        yield "withdrawn"
    elif not puts_away and given is not None and given.way != "definition":
        yield "way"


def _alive(key: CohortKey, plan: Plan) -> bool:
    """Whether the plan does something in the guild that it does in no guild that is gone."""
    return any(_lives(cohort) for cohort in plan.cohorts if cohort.uuid == key.uuid)


def _lives(cohort: CohortPlan) -> bool:
    renewed = cohort.changes_fields and cohort.action != "archive"
    defines = cohort.definition is not None and cohort.definition.action == "create"
    return renewed or defines or any(line.change == "add" for line in cohort.lines)


@dataclass(frozen=True, slots=True)
class Losses:
    """Which definitions a plan deletes, and whom definitions give roles now."""

    deleted: Mapping[CohortKey, Sequence[tuple[int, UndefineRole]]]
    """With their positions in the plan."""
    given: Given | None = None
    """What Moodle has; None: it was not asked."""
    left: Mapping[CohortKey, str] = field(default_factory=dict)
    """The roles that go with a membership, by what the plan tells: where Moodle was not asked."""

    @classmethod
    def of(cls, plan: Plan, found: Sequence[Operation], now: Planned | None = None) -> "Losses":
        """Of a plan and its operations, in their order."""
        deleted: dict[CohortKey, list[tuple[int, UndefineRole]]] = defaultdict(list)
        for number, operation in enumerate(found):
            if isinstance(operation, UndefineRole):
                deleted[operation.key].append((number, operation))
        if now is not None:
            return cls(dict(deleted), Given.of(now))
        losses = ((cohort.key, lost_by_leaving(cohort, plan.roles)) for cohort in plan.cohorts)
        return cls(dict(deleted), left={key: role for key, role in losses if role is not None})

    def by_leaving(self, operation: Operation, *, done: bool = False) -> tuple[RoleTaken, ...]:
        """The roles that go with a membership, or went, as far as that is known.

        None where the operation ends no membership.
        """
        if not isinstance(operation, RemoveMember):
            return ()
        account, cohort, given = operation.account, operation.cohort, self.given
        roles = {one.role for _, one in self.deleted.get(operation.key, ())}
        if operation.key in self.left:
            roles.add(self.left[operation.key])
        if given is not None and cohort is not None:
            defined = {role for role in given.ids if given.defines(role, cohort)}
            had = {role for role in defined if self._has(account, cohort, role, PLUGIN)}
            roles = roles | defined if done else had
        return tuple(self._taken(role, account, cohort) for role in sorted(roles))

    def by_definition(
        self, item: PlannedOperation, account: int, mine: Sequence[PlannedOperation]
    ) -> PlannedOperation | None:
        """A definition that goes, with what it takes from one account that is, or was, a member.

        ``mine`` is what the plan does to it in the cohort: what goes with that already is not taken
        twice. None: it loses nothing, as it has the role one by one, too, or gets it so, or
        local_cohortrole has passed it over, or it comes with this plan.
        """
        role, cohort = getattr(item.operation, "role", ""), getattr(item.operation, "cohort", None)
        done = [one.operation for one in mine]
        comes = any(isinstance(op, AddMember) for op in done)
        gets = any(isinstance(op, AssignRole) and op.role == role for op in done)
        loses = any(isinstance(op, UnassignRole) and op.role == role for op in done)
        keeps = self._has(account, cohort, role, COMPONENT) and not loses
        # What is done has taken it already.
        unseen = self.given is None or item.state == "done"
        has_it = unseen or self._has(account, cohort, role, PLUGIN)
        if comes or gets or keeps or not has_it:
            return None
        told = any(taken.role == role for one in mine for taken in one.takes)
        return replace(item, takes=() if told else (self._taken(role, account, cohort),))

    def _taken(self, role: str, account: int, cohort: int | None) -> RoleTaken:
        through = self.given.through(role, account) if self.given else set()
        return RoleTaken(role, tuple(sorted(through - {cohort})))

    def _has(self, account: int, cohort: int | None, role: str, component: str) -> bool:
        if self.given is None or cohort is None:
            return False
        return self.given.gives(cohort, component, role, account) is True

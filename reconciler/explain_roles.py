"""Whether a plan gives somebody the Moodle roles that their guild roles stand for, and why not."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from reconciler.desired import active_members
from reconciler.explain_view import View
from reconciler.models.avc import Guild
from reconciler.models.desired import CohortKey
from reconciler.models.explanation import PlannedOperation, RoleDue, RoleWhy
from reconciler.models.moodle import COMPONENT, PLUGIN, Grant
from reconciler.models.operations import (
    AddMember,
    AssignRole,
    ChangeCohort,
    DefineRole,
    Operation,
)
from reconciler.models.plan import Problem, Way
from reconciler.models.scope import UserScope
from reconciler.operations import operations
from reconciler.pairing import Pair
from reconciler.planner import Planned
from reconciler.roles import ORDINARY, spelt, unknown_guild_roles


@dataclass(frozen=True, slots=True)
class RolesDue:
    """What is done anywhere that may give somebody a role."""

    view: View
    seen: Planned
    """What was read about them."""
    uid: int
    guilds: Mapping[str, Guild]
    """Those that they are in, by UUID: whoever is blocked is in none."""
    planned: tuple[PlannedOperation, ...]
    """By the plan."""
    fresh: tuple[Operation, ...]
    """By one made now, with the same words."""
    now: tuple[Operation, ...]
    """By one made now of everything in its scope."""

    @classmethod
    def of(cls, view: View, seen: Planned, uid: int | None) -> "RolesDue":
        """Of somebody in AVC; of nobody, and by a plan that undoes a run, no role is due."""
        avc, account = seen.snapshots.avc, seen.matching.account_of.get(uid or 0)
        asked = avc.guilds if view.plan.undoes is None else ()
        guilds = {one.uuid: one for one in asked if uid in active_members(avc, one.id)}

        def about(operation: Operation) -> bool:
            if operation.key.uuid not in guilds:
                return False
            if isinstance(operation, AddMember | AssignRole):
                return operation.account == account
            return isinstance(operation, ChangeCohort | DefineRole)

        return cls(
            view,
            seen,
            uid or 0,
            guilds,
            view.planned(about),
            tuple(filter(about, view.fresh)),
            tuple(filter(about, operations(view.now.plan))),
        )

    def at(self, uuid: str) -> tuple[RoleDue, ...]:
        """The roles that are due in one guild, by name; what stands for none comes last."""
        if uuid not in self.guilds:
            return ()
        named = self._named(self.guilds[uuid])
        return tuple(
            self._due(uuid, role, tuple(named[role]))
            for role in sorted(named, key=lambda role: (role is None, role))
        )

    def _named(self, guild: Guild) -> Mapping[str | None, list[str]]:
        """Moodle role → the guild roles that stand for it, of those that they hold."""
        avc, settings = self.seen.snapshots.avc, self.view.settings
        mapping, unknown = settings.role_mapping, unknown_guild_roles(settings, avc)
        held = avc.roles.get(guild.id, {})
        names = {spelt(role) for role, uids in held.items() if self.uid in uids}
        if settings.role_sync:
            names.update([name for name in ORDINARY if name in mapping][:1])
        found: dict[str | None, list[str]] = defaultdict(list)
        for one in sorted(names):
            role = None if one in unknown else mapping.get(one)
            if role is not None or settings.role_sync:
                found[role].append(one)
        return found

    def _due(self, uuid: str, role: str | None, guild_roles: tuple[str, ...]) -> RoleDue:
        if role is None:
            return RoleDue(None, guild_roles, why="not-mapped")
        giving = _Giving(self, uuid, role)
        given = giving.by(item.operation for item in self.planned)
        done = tuple(item for item in self.planned if item.operation in given)
        why = None if done else giving.why()
        problems = giving.problems() if why == "left-alone" else ()
        return RoleDue(role, guild_roles, giving.way, done, why, problems)


@dataclass(frozen=True, slots=True)
class _Giving:
    """One role, and how one guild's cohort gives it to somebody."""

    due: RolesDue
    uuid: str
    role: str

    @property
    def key(self) -> CohortKey:
        ordinary = self.due.seen.wishes.roles.ordinary
        return CohortKey(self.uuid, None if self.role == ordinary else self.role)

    @property
    def way(self) -> Way:
        return self.due.seen.wishes.roles.way(self.role)

    def by(self, found: Iterable[Operation]) -> tuple[Operation, ...]:
        """What of some operations gives it."""
        here = [op for op in found if op.key == self.key]
        assigned = [op for op in here if isinstance(op, AssignRole) and op.role == self.role]
        if assigned or self.way != "definition":
            # A definition that is there goes where another way is wanted.
            return tuple(assigned)
        defines = [op for op in here if isinstance(op, DefineRole) and op.role == self.role]
        joins = [op for op in here if isinstance(op, AddMember)]
        both = (defines or self._defined) and (joins or self._inside)
        return (*joins, *defines) if both else ()

    def why(self) -> RoleWhy:
        """Why a plan that does not give it does not."""
        return self._unmapped() or self._settled() or self._not_planned() or self._not_to_be()

    def problems(self) -> tuple[Problem, ...]:
        """Why its cohort is left alone; nothing where the guild is, which is told by itself."""
        pairing = self.due.seen.pairing
        if not any(pair.key == CohortKey(self.uuid) for pair in pairing.pairs):
            return ()
        return tuple(one for one in pairing.problems if pairing.names[self.uuid] in one.guilds)

    def _unmapped(self) -> RoleWhy | None:
        """Why nothing gives it to anybody."""
        if not self.due.view.settings.role_sync:
            return "no-role-sync"
        match self.due.seen.wishes.roles.problems.get(self.role):
            case (
                "unknown-moodle-role"
                | "privileged-role"
                | "role-unseen"
                | "role-not-assignable"
                | "role-needs-plugin"
            ) as refused:
                return refused
            case _:
                pass
        if self.way == "course-enrolment":
            return "in-courses"
        return "no-way" if self.way == "none" else None

    def _settled(self) -> RoleWhy | None:
        """Why they have it, or are not to have it, whatever the plan."""
        if any(self._account in self._holders(component) for component in (COMPONENT, PLUGIN)):
            return "already"
        if self._account in self.due.seen.wishes.administrators:
            return "site-administrator"
        unmatched = self.due.seen.matching.unmatched.get(self.due.uid)
        return unmatched.kind if unmatched else None

    def _not_planned(self) -> RoleWhy | None:
        """Why this plan does not, where another one would, or might."""
        absent = self._absent(self.by)
        if absent is not None:
            return absent
        if not self.due.view.covers(self.due.uid, self.uuid):
            return "out-of-scope"
        pair = self._pair
        if pair is None:
            return "left-alone"
        return self._adoption() if pair.adopt else None

    def _absent(self, there: Callable[[Iterable[Operation]], object]) -> RoleWhy | None:
        if there(self.due.now):
            return "changed" if there(self.due.fresh) else "left-out"
        return None

    def _adoption(self) -> RoleWhy:
        def adopts(found: Iterable[Operation]) -> bool:
            return any(isinstance(op, ChangeCohort) and op.key == self.key for op in found)

        if self._one_person:
            return "not-adopted"
        if adopts(item.operation for item in self.due.planned):
            return "adopting"
        return self._absent(adopts) or "on-hold"

    def _not_to_be(self) -> RoleWhy:
        """Why no plan gives it as things are."""
        able = self.due.seen.snapshots.moodle.abilities
        if self.way == "definition" and self._defined:
            passed_over = self._inside and "assign-roles" not in able
            return "passed-over" if passed_over else "on-hold"
        if self.way == "definition":
            if "define-roles" not in able:
                return "role-by-hand"
            if self._one_person and self._cohort is not None:
                return "not-defined"
            here = (one for one in self.due.view.now.cohorts if one.pair.key == self.key)
            if any(one.diff.grants.waits for one in here):
                return "definition-waits"
        # Nothing else takes it out of a plan.
        return "on-hold"

    @property
    def _account(self) -> int | None:
        return self.due.seen.matching.account_of.get(self.due.uid)

    @property
    def _one_person(self) -> bool:
        return isinstance(self.due.view.plan.scope, UserScope)

    @property
    def _pair(self) -> Pair | None:
        """None: the guild, or this cohort of it, is left alone."""
        return next((one for one in self.due.seen.pairing.pairs if one.key == self.key), None)

    @property
    def _cohort(self) -> int | None:
        pair = self._pair
        return pair.cohort.id if pair and pair.cohort else None

    @property
    def _inside(self) -> bool:
        members = self.due.seen.snapshots.moodle.members.get(self._cohort or 0, frozenset())
        return self._account in members

    @property
    def _number(self) -> int:
        """Moodle's id of the role; 0: there is none, or it cannot be seen."""
        return self.due.seen.wishes.roles.ids.get(self.role, 0)

    @property
    def _defined(self) -> bool:
        state = self.due.seen.snapshots.moodle.roles
        return state is not None and (self._cohort, self._number) in (state.definitions or ())

    def _holders(self, component: str) -> frozenset[int]:
        """The accounts that have it by this cohort."""
        state = self.due.seen.snapshots.moodle.roles
        if state is None or self._cohort is None:
            return frozenset()
        grant = Grant(cohort=self._cohort, role=self._number, component=component)
        return state.assignments.get(grant, frozenset())

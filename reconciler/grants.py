"""What has to change so that a cohort's members have its role: definitions, and assignments."""

from collections import defaultdict
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from typing import Literal

from reconciler.evidence import FROZEN, Verdict
from reconciler.models.desired import DesiredCohort
from reconciler.models.members import Component, Reason
from reconciler.models.moodle import COMPONENT, PLUGIN, Grant, MoodleSnapshot, RoleState
from reconciler.models.plan import DefinitionChange
from reconciler.pairing import Orphan
from reconciler.roles import Roles


@dataclass(frozen=True, slots=True)
class Giving:
    """A role that one account gets, or loses, apart from what joining and leaving do."""

    change: Literal["add", "remove"]
    account: int
    role: str
    through: Component
    because: Reason | None = None


@dataclass(frozen=True, slots=True)
class GrantDiff:
    """One cohort's changes."""

    definition: DefinitionChange | None = None
    givings: tuple[Giving, ...] = ()
    by_hand: bool = False
    """A definition is missing, and this access cannot make it."""
    waits: bool = False
    """A definition is missing, and would give the role to strangers."""


NO_GRANTS = GrantDiff()


@dataclass(frozen=True, slots=True)
class Giver:
    """A cohort that gives a role."""

    desired: DesiredCohort
    cohort: int | None
    """Moodle's id; None: it is still to be created."""
    members: frozenset[int]
    """Accounts that are members now."""
    strangers: bool = False
    """Whether some of them stay whom AVC does not know."""

    @property
    def role(self) -> str | None:
        """The role of a cohort beside a guild's own; None: the guild's own."""
        return self.desired.key.role

    @property
    def wanted(self) -> frozenset[int]:
        """Accounts that are to have the role."""
        return self.desired.members


@dataclass(frozen=True, slots=True)
class Grants:
    """What is known about all roles."""

    roles: Roles
    state: RoleState
    administrators: frozenset[int]
    """Accounts that rule the site: they are never given a role."""
    can_define: bool
    can_assign: bool

    def diff(self, giver: Giver, judge: Callable[[int], Verdict]) -> GrantDiff:
        """What a cohort that is wanted needs. An own cohort's definitions are never deleted."""
        role = giver.role or self.roles.ordinary
        way = self.roles.way(giver.role)
        # What was given before stays until the site can give it as it is mapped.
        kept = way == "none" and role in self.roles.problems
        if not self.roles.active or kept:
            return NO_GRANTS
        defined = self._defined(giver.cohort, role)
        if way == "definition" and not defined and not self.can_define:
            return GrantDiff(by_hand=True)
        if way == "definition" and not defined and giver.strangers:
            return GrantDiff(waits=True)
        givings: list[Giving] = []
        if self.can_assign and giver.cohort is not None:
            givings += self._other_ways(giver.cohort, role, way, judge)
        if role is None:
            return GrantDiff(None, _sorted(givings))
        if way == "definition":
            missing = None if defined else DefinitionChange(role=role, action="create")
            if defined and self.can_assign:
                givings += self._repairs(giver, role)
            return GrantDiff(missing, _sorted(givings))
        if way == "assignment":
            givings += self._assignments(giver, role, judge)
        # A definition goes with what it gives to everybody, those who are to be left alone, too.
        alone = any(judge(account) == FROZEN for account in giver.members - giver.wanted)
        surplus = defined and giver.role is not None and self.can_define and not alone
        definition = DefinitionChange(role=role, action="delete") if surplus else None
        return GrantDiff(definition, _sorted(givings))

    def orphan_diff(
        self, orphan: Orphan, judge: Callable[[int], Verdict], *, empty: bool
    ) -> GrantDiff:
        """What a cohort needs that nothing wants any more; ``empty``: nobody stays in it."""
        cohort, role = orphan.cohort.id, orphan.mark.key.role
        definition = None
        if role is not None and self.can_define and empty and self._defined(cohort, role):
            definition = DefinitionChange(role=role, action="delete")
        givings = [
            Giving("remove", account, name, COMPONENT, orphan.because)
            for name, accounts in self._ours(cohort)
            for account in accounts
            if self.can_assign and judge(account).goes
        ]
        return GrantDiff(definition, _sorted(givings))

    def left_behind(self, cohorts: Container[int]) -> Iterator[tuple[int, GrantDiff]]:
        """Cohorts that are not among these, with assignments of ours that are left of them.

        People deleted them in Moodle, or they were released. (local_cohortrole takes its own
        back.)
        """
        names = {number: name for name, number in self.roles.ids.items()}
        found: dict[int, list[Giving]] = defaultdict(list)
        for grant, accounts in self.state.assignments.items():
            role = names.get(grant.role)
            if role is None or grant.component != COMPONENT or grant.cohort in cohorts:
                continue
            found[grant.cohort] += [
                Giving("remove", account, role, COMPONENT, "cohort-gone") for account in accounts
            ]
        for cohort, givings in sorted(found.items()):
            yield cohort, GrantDiff(givings=_sorted(givings))

    def _defined(self, cohort: int | None, role: str | None) -> bool:
        number = None if role is None else self.roles.ids.get(role)
        return (cohort, number) in (self.state.definitions or ())

    def _ours(self, cohort: int) -> Iterator[tuple[str, frozenset[int]]]:
        for name, number in self.roles.ids.items():
            accounts = self.state.assignments.get(
                Grant(cohort=cohort, role=number, component=COMPONENT)
            )
            if accounts:
                yield name, accounts

    def _other_ways(
        self, cohort: int, role: str | None, way: str, judge: Callable[[int], Verdict]
    ) -> Iterator[Giving]:
        """Assignments of ours that the cohort's role, or the way of giving it, leaves behind."""
        for name, accounts in self._ours(cohort):
            # A role that the mapping does not name here may be one that it misspells.
            left = way != "assignment" if name == role else self.roles.understood
            if left:
                for account in accounts:
                    if judge(account) != FROZEN:
                        yield Giving("remove", account, name, COMPONENT, "way")

    def _assignments(
        self, giver: Giver, role: str, judge: Callable[[int], Verdict]
    ) -> Iterator[Giving]:
        held: frozenset[int] = frozenset()
        if giver.cohort is not None:
            held = dict(self._ours(giver.cohort)).get(role, frozenset())
        for account in giver.wanted - held - self.administrators:
            yield Giving("add", account, role, COMPONENT)
        for account in held - giver.wanted:
            verdict = judge(account)
            if verdict.goes:
                yield Giving("remove", account, role, COMPONENT, verdict.because)

    def _repairs(self, giver: Giver, role: str) -> Iterator[Giving]:
        """Members whom local_cohortrole passed over: it never looks at them again."""
        if giver.cohort is None:
            return
        grant = Grant(cohort=giver.cohort, role=self.roles.ids[role], component=PLUGIN)
        held = self.state.assignments.get(grant, frozenset())
        for account in (giver.wanted & giver.members) - held - self.administrators:
            yield Giving("add", account, role, PLUGIN)


def grants_of(moodle: MoodleSnapshot, roles: Roles) -> Grants | None:
    """What is known about roles; None where they cannot be seen."""
    if moodle.roles is None:
        return None
    return Grants(
        roles,
        moodle.roles,
        moodle.administrators or frozenset(),
        can_define="define-roles" in moodle.abilities,
        can_assign="assign-roles" in moodle.abilities,
    )


def _sorted(givings: list[Giving]) -> tuple[Giving, ...]:
    return tuple(sorted(givings, key=lambda g: (g.change, g.account, g.role, g.through)))

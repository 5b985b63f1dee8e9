"""Which roles Moodle says that our cohorts give."""

from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.models.moodle import Grant, MoodleSnapshot, RoleState
from reconciler.models.operations import AssignRole, UnassignRole
from reconciler.planner import Planned


@dataclass(frozen=True, slots=True)
class Given:
    """Which roles cohorts give whom, as Moodle has it."""

    ids: Mapping[str, int]
    moodle: MoodleSnapshot

    @classmethod
    def of(cls, now: Planned) -> "Given":
        """From fresh reads."""
        return cls(now.wishes.roles.ids, now.snapshots.moodle)

    @property
    def state(self) -> RoleState | None:
        """None: this access shows no roles."""
        return self.moodle.roles

    def has(self, giving: AssignRole | UnassignRole, cohort: int) -> bool | None:
        """Whether the account has the role through this cohort; None where it cannot be seen."""
        return self.gives(cohort, giving.component, giving.role, giving.account)

    def gives(self, cohort: int, component: str, role: str, account: int) -> bool | None:
        """Whether this plugin gives the account the role; None where it cannot be seen."""
        if self.state is None or not self.moodle.tells_of(account):
            return None
        number = self.ids.get(role)
        if number is None:
            return False
        grant = Grant(cohort=cohort, role=number, component=component)
        return account in self.state.assignments.get(grant, ())

    def through(self, role: str, account: int) -> set[int]:
        """The cohorts through which the account has the role, as far as it can be seen."""
        number, seen = self.ids.get(role), self.state.assignments if self.state else {}
        return {
            grant.cohort
            for grant, accounts in seen.items()
            if grant.role == number and account in accounts
        }

    def defines(self, role: str, cohort: int) -> bool | None:
        """Whether local_cohortrole gives a cohort's members a role; None: it cannot be seen."""
        if self.state is None or self.state.definitions is None:
            return None
        return (cohort, self.ids.get(role)) in self.state.definitions

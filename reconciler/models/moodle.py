from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from reconciler.models.base import Model

Rule = Literal["link", "idnumber", "email", "username"]
"""How a person and an account may be told to be one: in the order of their strength."""


@dataclass(frozen=True, slots=True)
class Account:
    """A Moodle account that is not deleted."""

    id: int
    username: str
    email: str
    auth: str = "manual"
    idnumber: str = ""
    suspended: bool = False
    confirmed: bool = True


class Cohort(Model):
    """A cohort as Moodle stores it."""

    id: int
    name: str
    idnumber: str
    description: str
    """Raw HTML, before any of Moodle's filters."""
    visible: bool
    system: bool
    """Whether it is in the system context; a cohort of a course category is never ours."""


class MoodleQuery(Model):
    """What of a Moodle has to be read.

    Cohorts are always read whole: machine names must not collide with any of them. An empty
    query reads cohorts and nothing else.
    """

    member_marks: frozenset[str] = frozenset()
    """Members are wanted of system cohorts whose description contains one of these texts."""
    unmarked: str = ""
    """What every mark contains; a cohort without it belongs to no AVC."""
    unmarked_prefix: str | None = None
    """Members are wanted, too, of unmarked system cohorts whose name starts like this."""
    emails: frozenset[str] = frozenset()
    usernames: frozenset[str] = frozenset()
    idnumbers: frozenset[str] = frozenset()
    hints: dict[str, str] = Field(default_factory=dict)
    """Address → user name to look up when no account has that address."""
    describe_members: bool = False
    """Whether the account of every member found is wanted."""

    def wants_members_of(self, cohort: Cohort) -> bool:
        """Whether the members of this cohort are part of the answer."""
        if not cohort.system:
            return False
        if any(mark in cohort.description for mark in self.member_marks):
            return True
        return (
            self.unmarked_prefix is not None
            and cohort.name.startswith(self.unmarked_prefix)
            and self.unmarked not in cohort.description
        )


class MoodleSnapshot(Model):
    """The Moodle side at one moment, whole for the query."""

    url: str
    cohorts: tuple[Cohort, ...]
    """Every cohort of the site, in every context."""
    members: dict[int, frozenset[int]]
    """Cohort id → account ids, for the cohorts whose members were wanted."""
    accounts: dict[int, Account]
    """By id: those the query sought, and the members when it wanted them described."""

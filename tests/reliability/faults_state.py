"""One AVC and one Moodle in plain sets and dictionaries: what the proof under faults works with."""

import re
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Literal

SITE = "11111111-aaaa-4aaa-8aaa-111111111111"
SIGNATURE = "avc-moodle-sync"
SYSTEM = 1
"""The context of a cohort of the whole site."""

_MARK = re.compile(
    rf"<p>Kept by {SIGNATURE} for AVC (\S+), guild (\S+) \((\S+)\)\.</p>\Z",
)


@dataclass(frozen=True)
class Guild:
    """A guild, as AVC has it."""

    id: int
    uuid: str
    label: str
    alias: str
    text: str = ""


@dataclass(frozen=True)
class Person:
    """Somebody in AVC."""

    uid: int
    mail: str
    active: bool = True

    @property
    def uuid(self) -> str:
        """As long as the account."""
        return f"00000000-0000-4000-8000-{self.uid:012}"


@dataclass
class Avc:
    """A community, whole."""

    guilds: dict[int, Guild] = field(default_factory=dict)
    people: dict[int, Person] = field(default_factory=dict)
    members: dict[int, set[int]] = field(default_factory=dict)
    """Guild id → uids, blocked ones too."""

    @property
    def empty(self) -> bool:
        """Without guilds, or without anybody in them: nothing is planned from that."""
        return not self.guilds or not any(self.members.values())

    def active(self, guild: int) -> set[int]:
        """Who is in a guild: a blocked person is in none."""
        return {uid for uid in self.members[guild] if self.people[uid].active}


@dataclass(frozen=True)
class Account:
    """A Moodle account that is not deleted."""

    id: int
    username: str
    email: str
    idnumber: str
    auth: str
    confirmed: bool


@dataclass(frozen=True)
class Cohort:
    """A cohort's row. The id is 0 for one that is still to be made."""

    id: int
    context: int
    name: str
    idnumber: str
    description: str
    visible: bool

    @property
    def mark(self) -> tuple[str, str, str] | None:
        """AVC, machine name and UUID of the guild that its description ends with."""
        found = _MARK.search(self.description)
        return (found[1], found[2], found[3]) if found else None

    @property
    def ours(self) -> bool:
        """Whether it names this AVC, in a mark or in what is left of one."""
        return SIGNATURE in self.description and SITE in self.description


@dataclass
class Moodle:
    """The part of a Moodle that a sync may look at or change."""

    accounts: dict[int, Account]
    cohorts: dict[int, Cohort]
    members: dict[int, set[int]]
    """Cohort → accounts."""
    new: dict[str, set[int]] = field(default_factory=dict)
    """Of what a sync makes: idnumber → accounts."""
    made: dict[str, Cohort] = field(default_factory=dict)
    """The same, the cohorts."""

    def copy(self) -> "Moodle":
        """Another one, equal to this."""
        return deepcopy(self)


@dataclass(frozen=True)
class Rules:
    """How the pair is configured."""

    strangers: Literal["keep", "remove"] = "keep"
    idnumbers: bool = False
    """Whether an idnumber counts that its owner may have typed."""
    limit: int | None = None
    """Removals from a cohort, removals in a run, and archives in a run that nobody has to
    acknowledge; None: any number."""


@dataclass(frozen=True)
class Scope:
    """``full``, ``guild`` with its UUID, or ``user`` with the uid."""

    kind: Literal["full", "guild", "user"] = "full"
    uuid: str = ""
    uid: int = 0


def put_away(cohort: Cohort) -> bool:
    """Whether we archived it."""
    mark = cohort.mark
    return mark is not None and cohort.idnumber == f"{mark[1]}--archived-{cohort.id}"

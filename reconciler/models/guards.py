"""Guards: what each allows, and what it found."""

import re
from typing import Annotated, Literal, get_args

from pydantic import BeforeValidator, Field, PlainSerializer

from reconciler.models.base import Model

GuardName = Literal[
    "moodle-host",
    "empty-avc",
    "leftovers",
    "no-roles",
    "removals-per-guild",
    "removals",
    "archives",
    "privileged-roles",
    "protected",
    "changed-matches",
]
GUARDS: tuple[GuardName, ...] = get_args(GuardName)

UNCHECKED = "not checked: "
"""How a guard that could not look begins to say why."""
_LIMIT = re.compile(r"(?P<floor>[0-9]{1,9})(?: or (?P<share>[0-9]{1,3})%)?")


class Limit(Model):
    """How many are let through: ``floor``, or ``share`` per cent of what there is, if more."""

    floor: int = Field(ge=0)
    share: int = Field(default=0, ge=0, le=100)

    def __str__(self) -> str:
        """As nwp.yml and the plan have it."""
        return f"{self.floor} or {self.share}%" if self.share else str(self.floor)

    @property
    def words(self) -> str:
        """As readers of a plan have it, who may not know which of the two counts."""
        return f"the larger of {self.floor} and {self.share}%" if self.share else str(self.floor)

    def exceeded(self, count: int, of: int) -> bool:
        """Whether so many of so many are too many."""
        return count > self.floor and count * 100 > self.share * of


def _limit(value: object) -> object:
    """Of ``5`` and ``5 or 25%``; raises ValueError for anything else."""
    if isinstance(value, Limit):
        return value
    # YAML gives 0 as an int of a kind of its own.
    number = isinstance(value, int) and not isinstance(value, bool)
    text = str(int(value)) if number else value if isinstance(value, str) else ""  # type: ignore[call-overload]
    found = _LIMIT.fullmatch(text)
    if found is None:
        raise ValueError("has to be a number, or a number and a share as in '5 or 25%'")
    return Limit(floor=int(found["floor"]), share=int(found["share"] or 0))


LimitText = Annotated[Limit, BeforeValidator(_limit), PlainSerializer(str)]
"""A limit, written as text."""


class GuardSettings(Model):
    """What a run may do without somebody's acknowledgement."""

    removals_per_guild: LimitText = Limit(floor=5, share=25)
    """Memberships taken from one cohort; the share is of its members."""
    removals: LimitText = Limit(floor=20, share=10)
    """Memberships taken in a run; the share is of all members of the cohorts looked at."""
    archives: LimitText = Limit(floor=1, share=5)
    """Cohorts put away in a run; the share is of our cohorts."""
    privileged_roles: LimitText = Limit(floor=3)
    """Accounts that a run gives a role which rules the site."""
    protected_people: tuple[int | str, ...] = ()
    """Nobody takes these out of a cohort: Moodle account ids, or user names in Moodle."""
    protected_cohorts: tuple[str, ...] = ()
    """Nothing takes anybody out of these, or puts them away: machine names or UUIDs of guilds."""
    moodle_hosts: tuple[str, ...] = ()
    """Hosts of Moodles that may follow this AVC, beside those that the site entries name."""


class GuardFigures(Model):
    """What a guard found in a plan."""

    guard: GuardName
    limit: str
    """What it lets through."""
    found: str
    """What there is, in the same terms; or why it could not look."""
    ok: bool
    acknowledge: str | None = None
    """For a guard that holds something back: what ``--ack`` takes."""

    @property
    def checked(self) -> bool:
        """Whether it could look at all: what is not checked is let through."""
        return not self.ok or UNCHECKED not in self.found

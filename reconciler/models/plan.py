"""The plan: what a file in git says, and what is applied. One model for YAML and JSON."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, WithJsonSchema

from reconciler.models.base import Model
from reconciler.models.desired import CohortKey
from reconciler.models.moodle import Rule
from reconciler.models.scope import Scope

Action = Literal["create", "adopt", "update", "archive", "restore"]
Reason = Literal["left-guild", "blocked", "guild-gone", "stranger"]
ProblemKind = Literal[
    "no-moodle-account",
    "several-accounts",
    "shared-account",
    "unconfirmed-account",
    "suspended-account",
    "stranger",
    "unpublished-guild",
    "idnumber-taken",
    "several-marked-cohorts",
    "cohort-outside-system",
    "damaged-mark",
    "not-adopted",
]


@dataclass(frozen=True, slots=True)
class MemberChange:
    """One line of a cohort's members: an account that comes or goes, and on what grounds."""

    change: Literal["add", "remove"]
    moodle: int
    """Moodle account id."""
    avc: int | None = None
    """AVC uid of the person that the account was matched with."""
    by: Rule | None = None
    """The rule that matched them."""
    because: Reason | None = None
    """Why it goes."""
    name: str = ""
    """For readers only; empty where names are left out."""


_MEMBERS_SCHEMA = {
    "description": "JSON: objects. YAML: one line a member, as a diff shows it.",
    "anyOf": [
        {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["change", "moodle"],
                "properties": {
                    "change": {"enum": ["add", "remove"]},
                    "moodle": {"type": "integer"},
                    "avc": {"type": ["integer", "null"]},
                    "by": {"enum": ["link", "idnumber", "email", "username", None]},
                    "because": {"enum": ["left-guild", "blocked", "guild-gone", "stranger", None]},
                    "name": {"type": "string"},
                },
            },
        },
        {
            "type": "string",
            "pattern": "^([+-] moodle:[0-9]+( avc:[0-9]+)?( by:[a-z]+)?( because:[a-z-]+)?.*\\n)*$",
        },
    ],
}

_SCOPE_SCHEMA = {
    "anyOf": [
        {"const": "full"},
        {
            "type": "object",
            "additionalProperties": False,
            "required": ["guild", "uuid"],
            "properties": {"guild": {"type": "string"}, "uuid": {"type": "string"}},
        },
        {
            "type": "object",
            "additionalProperties": False,
            "required": ["user"],
            "properties": {"user": {"type": "integer"}},
        },
    ]
}


class TextChange(Model):
    """A text before and after; ``from`` is null when there was nothing."""

    from_: str | None = Field(default=None, alias="from")
    to: str


class FlagChange(Model):
    """A flag before and after."""

    from_: bool = Field(alias="from")
    to: bool


class CohortPlan(Model):
    """What happens to one cohort."""

    guild: str
    """The guild's machine name."""
    uuid: str
    """The guild's UUID."""
    role: str | None = None
    cohort: int | None = None
    """Moodle's id; null for a cohort that is to be created."""
    action: Action
    idnumber: TextChange | None = None
    name: TextChange | None = None
    description: TextChange | None = None
    visible: FlagChange | None = None
    members: Annotated[tuple[MemberChange, ...], WithJsonSchema(_MEMBERS_SCHEMA)] = ()

    @property
    def key(self) -> CohortKey:
        """Which of our cohorts this is."""
        return CohortKey(uuid=self.uuid, role=self.role)

    @property
    def changes_fields(self) -> bool:
        """Whether the cohort itself changes, and not only its members."""
        return any((self.idnumber, self.name, self.description, self.visible))


class Problem(Model):
    """Something that nobody but a human can settle, or should know of."""

    kind: ProblemKind
    avc: int | None = None
    """The AVC uid that it is about."""
    name: str | None = None
    guilds: tuple[str, ...] = ()
    """Machine names of the guilds that it touches."""
    accounts: tuple[int, ...] = ()
    """Moodle account ids that it touches."""
    cohorts: tuple[int, ...] = ()
    others: tuple[int, ...] = ()
    """AVC uids of other people who are part of it."""


class AvcSide(Model):
    """Which AVC the plan was made from, and how much of it was read."""

    site: str
    uuid: str
    guilds: int
    memberships: int


class MoodleSide(Model):
    """Which Moodle the plan is for."""

    site: str
    url: str


class MatchingUsed(Model):
    """The rules that told who is who, and those that could not be asked."""

    used: tuple[Rule, ...]
    unavailable: tuple[Rule, ...] = ()


class Plan(Model):
    """Everything that applying does, and nothing that it does not do."""

    format: Literal[1] = 1
    avc: AvcSide
    moodle: MoodleSide
    scope: Annotated[Scope, WithJsonSchema(_SCOPE_SCHEMA)]
    matching: MatchingUsed
    cohorts: tuple[CohortPlan, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do."""
        return not self.cohorts

"""The plan: what a file in git says, and what is applied. One model for YAML and JSON."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, WithJsonSchema, field_validator

from reconciler.models.base import Model
from reconciler.models.desired import CohortKey
from reconciler.models.guards import GuardFigures
from reconciler.models.members import MEMBERS_SCHEMA, MemberChange
from reconciler.models.moodle import Rule
from reconciler.models.scope import Scope

Action = Literal["create", "adopt", "update", "archive", "restore", "release", "forget"]
"""``release``: mark and lock go, and nothing else. ``forget``: what a cohort gave that is gone."""
Way = Literal["course-enrolment", "definition", "assignment", "none"]
"""How a cohort gives its members a role: courses enrol them with it (``enrol_cohort``);
local_cohortrole has a definition for it; this program assigns it; not at all."""
WayReason = Literal[
    "configured",
    "only-in-courses",
    "plugin-installed",
    "no-plugin",
    "by-hand",
    "unseen",
    "impossible",
]
RoleProblemKind = Literal[
    "unknown-guild-role",
    "unknown-moodle-role",
    "privileged-role",
    "role-not-assignable",
    "role-needs-plugin",
    "role-by-hand",
    "role-unseen",
    "site-administrator",
    "role-cohorts-left",
    "definition-left",
    "definition-waits",
]
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
    "contradicting-evidence",
    "no-oauth2-issuer",
    RoleProblemKind,
    "foreign-lock",
    "cannot-lock",
    "on-hold",
    "unknown-hold",
    "unknown-protected",
    "enrolment-lost",
    "cohort-stays",
    "log-cut",
    "not-undone",
]
"""``on-hold``: nwp.yml says to leave it alone for a while; ``unknown-hold`` and
``unknown-protected``: it names what there is not. Of a plan that undoes a run: ``enrolment-lost``
cannot be given back, ``cohort-stays`` is put away and not deleted, ``log-cut``: what became of an
operation was not recorded, ``not-undone``: it is left out of the plan."""


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


class RolePlan(Model):
    """How one Moodle role of the mapping is given."""

    role: str
    """Its short name."""
    guild_roles: tuple[str, ...]
    """The names in the mapping that become this role."""
    way: Way
    because: WayReason
    """Why in this way."""


class DefinitionChange(Model):
    """What becomes of local_cohortrole's definition that gives a cohort's members a role."""

    role: str
    action: Literal["create", "delete"]


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
    component: TextChange | None = None
    """The lock: under this name Moodle's pages refuse to edit the cohort."""
    visible: FlagChange | None = None
    definition: DefinitionChange | None = None
    members: Annotated[tuple[MemberChange, ...], WithJsonSchema(MEMBERS_SCHEMA)] = ()
    assignments: Annotated[tuple[MemberChange, ...], WithJsonSchema(MEMBERS_SCHEMA)] = ()
    """Roles given or taken one by one; what joining and leaving do by a definition is not here."""

    @property
    def lines(self) -> tuple[MemberChange, ...]:
        """Both: all that is done about one account."""
        return (*self.members, *self.assignments)

    @field_validator("assignments")
    @classmethod
    def _name_their_roles(cls, lines: tuple[MemberChange, ...]) -> tuple[MemberChange, ...]:
        if any(line.role is None or line.through is None for line in lines):
            raise ValueError("each needs role: and through:")
        return lines

    @property
    def key(self) -> CohortKey:
        """Which of our cohorts this is."""
        return CohortKey(uuid=self.uuid, role=self.role)

    @property
    def changes_fields(self) -> bool:
        """Whether the cohort itself changes, and not only its members."""
        return any((self.idnumber, self.name, self.description, self.component, self.visible))


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
    roles: tuple[str, ...] = ()
    """Moodle roles, or guild roles, that it is about."""


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
    release: str | None = None
    """As Moodle says it; null where this access cannot see it."""


class MatchingUsed(Model):
    """The rules that told who is who, and those that could not be asked."""

    used: tuple[Rule, ...] = ()
    unavailable: tuple[Rule, ...] = ()


class Plan(Model):
    """Everything that applying does, and nothing that it does not do."""

    format: Literal[1] = 1
    made: AwareDatetime | None = None
    """When, in UTC, to the second. Not under the digest: the same work has the same digest."""
    undoes: str | None = None
    """The run that it undoes: then AVC is not asked what it thinks of it."""
    avc: AvcSide
    moodle: MoodleSide
    scope: Annotated[Scope, WithJsonSchema(_SCOPE_SCHEMA)]
    only: tuple[str, ...] = ()
    """What alone is in it, where not all is: ``guild:NAME``, ``user:ID``."""
    exclude: tuple[str, ...] = ()
    """What was left out of it, in the same words."""
    matching: MatchingUsed
    guards: tuple[GuardFigures, ...] = ()
    """For readers: applying works them out again."""
    roles: tuple[RolePlan, ...] = ()
    """What gives each role; empty without ``role_sync``."""
    cohorts: tuple[CohortPlan, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def lines(self) -> Iterator[MemberChange]:
        """All that is done about one account, cohort by cohort."""
        return (line for cohort in self.cohorts for line in cohort.lines)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do."""
        return not self.cohorts

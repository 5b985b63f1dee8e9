"""A plan in words, as people review it: what text, Markdown, HTML and JSON all show.

Texts of the sites have their control characters and bidirectional marks escaped; markup they may
hold is the business of the format that is written.
"""

from typing import Literal

from pydantic import AwareDatetime

from reconciler.models.base import Model
from reconciler.models.guards import GuardName
from reconciler.models.moodle import Rule
from reconciler.models.plan import Action, AvcSide, MatchingUsed, MoodleSide, ProblemKind, Way


class Totals(Model):
    """How much a plan does."""

    create: int
    rename: int
    change: int
    """Cohorts whose other fields, or what they give, change: adopted ones, too."""
    restore: int
    """Cohorts that were put away and are ours to fill again, under whatever name."""
    archive: int
    members_only: int
    """Cohorts whose members change, and nothing else."""
    same: int | None
    """Guilds whose own cohort stays as it is; None where the scope does not tell."""
    add: int
    remove: int
    lost: int
    """Courses, counted once a person, in which a removal takes the last enrolment."""
    suspended: int
    """Courses, counted once a person, in which a removal suspends."""
    unknown: int
    """Removals of which it cannot be seen what they cost."""
    roles_lost: int
    """Roles that go with a membership, as local_cohortrole gives them to a cohort's members."""
    give: int
    """Roles given one by one."""
    take: int
    define: int
    """Definitions of local_cohortrole made: each gives its role to everybody in its cohort."""
    undefine: int
    """Definitions deleted: each takes its role from everybody in its cohort."""
    problems: int


class FieldChange(Model):
    """What becomes of one of a cohort's fields."""

    field: Literal["name", "idnumber", "description", "locked", "visible"]
    before: str | None
    """None where there was nothing."""
    after: str


class PersonChange(Model):
    """Somebody who comes or goes, or gets or loses a role."""

    name: str
    """Empty where the plan leaves names out."""
    moodle: int
    avc: int | None
    by: Rule | None
    """The rule that told who they are."""
    role: str | None
    """Of a role given or taken one by one."""
    why: str
    """On what grounds."""
    cost: str
    """What a removal costs them; empty for nothing."""


class CohortReview(Model):
    """What happens to one cohort."""

    title: str
    """``create a new cohort``, ``update cohort 42``."""
    action: Action
    cohort: int | None
    role: str | None
    """The Moodle role that it is for; None for the guild's own."""
    changes: tuple[FieldChange, ...]
    definition: str
    """What becomes of its definition of local_cohortrole; empty for nothing."""
    defines: Literal["create", "delete"] | None
    """Which of the two that is."""
    coming: tuple[PersonChange, ...]
    going: tuple[PersonChange, ...]
    given: tuple[PersonChange, ...]
    taken: tuple[PersonChange, ...]


class GuildReview(Model):
    """What happens to a guild's cohorts."""

    guild: str
    uuid: str
    cohorts: tuple[CohortReview, ...]


class RoleReview(Model):
    """How one Moodle role of the mapping is given, and why so."""

    role: str
    guild_roles: tuple[str, ...]
    way: Way
    sentence: str


class GuardReview(Model):
    """What a guard found."""

    guard: GuardName
    ok: bool
    checked: bool
    """Whether it could look at all: what is not checked is let through."""
    found: str
    limit: str
    remedy: str
    """What to look at; empty unless it holds something back."""
    acknowledge: str | None
    """For one that holds something back: what ``--ack`` takes."""


class ProblemReview(Model):
    """What nobody but a human can settle, or should know of."""

    kind: ProblemKind
    sentence: str
    """What is wrong, with whom, and what would mend it."""
    pieces: tuple[str, ...]
    """The same, cut up: every second piece, from the second on, is a text of the sites. For formats
    in which such a text has to be kept apart from ours."""
    guilds: tuple[str, ...]
    avc: int | None


class Review(Model):
    """The whole of a plan."""

    format: Literal[1] = 1
    headline: str
    figures: str
    """The headline without the sites' names: what is to be done, counted."""
    digest: str
    made: AwareDatetime | None
    undoes: str | None
    scope: str
    """``full``, ``guild web-dev``, ``user 77``."""
    avc: AvcSide
    moodle: MoodleSide
    only: tuple[str, ...]
    exclude: tuple[str, ...]
    matching: MatchingUsed
    totals: Totals
    guards: tuple[GuardReview, ...]
    roles: tuple[RoleReview, ...]
    guilds: tuple[GuildReview, ...]
    problems: tuple[ProblemReview, ...]

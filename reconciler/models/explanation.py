"""Why a plan does something to somebody, or in a guild, or does not: the facts, without words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from reconciler.models.desired import CohortKey
from reconciler.models.explained_people import AccountFacts, Doubt, PersonFacts
from reconciler.models.guards import GuardFigures
from reconciler.models.members import Reason
from reconciler.models.moodle import Rule
from reconciler.models.operations import Operation
from reconciler.models.plan import Problem, Way
from reconciler.models.settings import Hold

Why = (
    Literal[
        "undoing",
        "out-of-scope",
        "gone-with-scope",
        "left-out",
        "changed",
        "on-hold",
        "left-alone",
        "not-adopted",
        "adopting",
        "blocked",
        "not-in-guild",
        "site-administrator",
        "already",
        "frozen",
        "role-uncertain",
        "stranger",
        "withdrawn",
        "file-only",
    ]
    | Doubt
)
"""Why a plan has nothing for somebody in a cohort.

``gone-with-scope``: the guild is gone, and only a full plan puts cohorts away. ``left-out``: by
``--only`` or ``--exclude``. ``changed``: a plan made now would have something. ``left-alone``: the
guild is, for a problem. ``not-adopted``: a plan of one person adopts no cohort; ``adopting``: this
one does, and judges its members the next time. ``already``: a member, as they should be.
``frozen``: a member, and not clear who. ``withdrawn``: a member where a role that rules the site
was given, and is no longer. ``file-only``: neither site was asked.
"""
RoleWhy = (
    Literal[
        "already",
        "left-out",
        "changed",
        "out-of-scope",
        "left-alone",
        "on-hold",
        "not-adopted",
        "adopting",
        "site-administrator",
        "no-role-sync",
        "not-mapped",
        "unknown-moodle-role",
        "privileged-role",
        "role-unseen",
        "role-not-assignable",
        "role-needs-plugin",
        "in-courses",
        "no-way",
        "role-by-hand",
        "definition-waits",
        "not-defined",
        "passed-over",
    ]
    | Doubt
)
"""Why a plan does not give somebody a Moodle role that they are to have, beside ``Why`` and the
kinds of problems: ``no-way``: roles_by says that nothing gives it. ``not-defined``: a plan of one
person defines no role for a cohort that is there. ``passed-over``: by local_cohortrole, which never
looks at them again, and this access gives no roles.
"""


@dataclass(frozen=True, slots=True)
class RoleTaken:
    """A Moodle role that somebody loses with a membership, or with a definition."""

    role: str
    """Its short name."""
    elsewhere: tuple[int, ...] = ()
    """Other cohorts that give it to them now."""


@dataclass(frozen=True, slots=True)
class PlannedOperation:
    """An operation of a plan, as it stands now."""

    operation: Operation
    state: Literal["to do", "done", "stale"] | None = None
    """None: the sites were not asked."""
    found: str = ""
    """Of a stale one: what was expected and what was found."""
    on_hold: bool = False
    """Whether a stale one is so for what nwp.yml puts on hold, and for nothing else."""
    counted: tuple[GuardFigures, ...] = ()
    """Guards that count it and let it through."""
    held: tuple[GuardFigures, ...] = ()
    """Guards that hold it back."""
    past: tuple[GuardFigures, ...] = ()
    """Guards that would hold it back, were it not done already."""
    falls: bool = False
    """Whether it waits for something that a guard holds back."""
    grounds: tuple[Reason, ...] = ()
    """Of a definition that goes, or a cohort that is put away: why. Several: one of them, and which
    is not known."""
    takes: tuple[RoleTaken, ...] = ()
    """Of what is done to one account: the roles that it had by definitions of local_cohortrole, and
    loses by this."""


@dataclass(frozen=True, slots=True)
class Place:
    """One account, or somebody without one, in one cohort."""

    key: CohortKey
    cohort: int | None
    """Moodle's id; None: there is none yet."""
    account: int | None
    inside: bool | None
    """Whether the account is in it. None: not read, or there is no cohort."""
    operations: tuple[PlannedOperation, ...]
    """What the plan does there."""
    fresh: tuple[Operation, ...]
    """What a plan made now would do there, and this one does not."""
    why: Why | None
    """Why the plan does nothing; None where it does."""
    left_out: tuple[Operation, ...] = ()
    """What a plan made now without ``--only`` and ``--exclude`` would do, for ``left-out``."""
    problems: tuple[Problem, ...] = ()
    """Of the guild, for which it is left alone."""
    definitions: tuple[PlannedOperation, ...] = ()
    """Those that the plan deletes, and with which the account loses a role."""


@dataclass(frozen=True, slots=True)
class RoleDue:
    """A Moodle role that somebody is to have for what they are in a guild."""

    role: str | None
    """Its short name; None: role_mapping has none for these guild roles."""
    guild_roles: tuple[str, ...]
    """Those that they hold, as mappings spell them; ordinary membership by its name there."""
    way: Way = "none"
    """How cohorts give it."""
    operations: tuple[PlannedOperation, ...] = ()
    """What of the plan gives it: assigning, or joining and defining."""
    why: RoleWhy | None = None
    """Why the plan does not; None where it does."""
    problems: tuple[Problem, ...] = ()
    """For which the cohort for it is left alone, where the guild's own is not."""


@dataclass(frozen=True, slots=True)
class GuildFacts:
    """A guild, as AVC has it."""

    name: str
    """Machine name."""
    uuid: str
    label: str
    there: bool | None
    """Whether AVC has it; None: AVC was not asked."""
    published: bool = True
    holds: tuple[Hold, ...] = ()
    """Entries in nwp.yml that are about this guild: for somebody, those that cover them."""


@dataclass(frozen=True, slots=True)
class GuildPart:
    """What an explanation says of somebody in one guild."""

    guild: GuildFacts
    member: bool | None
    """Whether AVC has the person in it, blocked or not; None: AVC was not asked."""
    places: tuple[Place, ...]
    roles: tuple[RoleDue, ...] = ()
    """Those that AVC wants them to have; none where AVC was not asked, or has no say."""


@dataclass(frozen=True, slots=True)
class PersonExplained:
    """Why a plan does to somebody what it does."""

    asked: bool
    """Whether the sites were; if not, all of this is from the plan's file."""
    uid: int | None
    """AVC's; None: nobody in AVC is known to be behind the accounts."""
    person: PersonFacts | None
    """None where AVC was not asked, too."""
    accounts: tuple[AccountFacts, ...]
    """Theirs, or those in question; from the file alone, no more than id, name and ``theirs``."""
    guilds: tuple[GuildPart, ...]
    problems: tuple[Problem, ...] = ()
    """What the plan says of them without being able to settle it."""
    by: Rule | None = None
    """From the file alone: the rule that matched them, as the plan has it."""


@dataclass(frozen=True, slots=True)
class CohortPart:
    """What a plan does with one of a guild's cohorts."""

    key: CohortKey
    cohort: int | None
    """Moodle's id; None: there is none yet, or none to be had."""
    name: str
    """The cohort's, in Moodle; empty where there is none."""
    inside: int | None
    """Members now; None: not read, or there is no cohort."""
    operations: tuple[PlannedOperation, ...]
    """The cohort's own first."""
    fresh: tuple[Operation, ...]
    """What a plan made now would do, and this one does not."""
    why: Why | None
    """Why the plan does nothing; None where it does."""
    strangers: int = 0
    """Members who are kept, and whom AVC does not account for."""
    frozen: int = 0
    """Members who are kept, as it is not clear whose these accounts are, or are to be."""


@dataclass(frozen=True, slots=True)
class GuildExplained:
    """Why a plan does to a guild what it does."""

    guild: GuildFacts
    members: int | None
    """Rows in AVC, those of blocked people too; None: not read."""
    blocked: int
    doubts: Mapping[Doubt, int]
    """Active members without an account beyond doubt, counted."""
    cohorts: tuple[CohortPart, ...]
    names: Mapping[int, str]
    """Account → its user name, of those whom operations are about."""
    problems: tuple[Problem, ...]
    """What the plan says of it without being able to settle it, and why it is left alone."""

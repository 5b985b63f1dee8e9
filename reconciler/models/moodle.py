from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from pydantic import Field

from reconciler.models.base import Model

Rule = Literal["link", "idnumber", "email", "username"]
"""How a person and an account may be told to be one: in the order of their strength."""

Ability = Literal["define-roles", "assign-roles", "lock-cohorts", "record-syncs"]
"""What can be written to a Moodle beyond cohorts and their members: by this access, and with the
plugins that the site has."""

COMPONENT: Final = "avc_moodle_sync"
"""The name under which this program owns things in Moodle: the lock of a cohort, role assignments
(``role_assignments.component``), and what it records there (``config_plugins.plugin``)."""

PLUGIN: Final = "local_cohortrole"
"""The component of the role assignments that the plugin local_cohortrole makes."""


@dataclass(frozen=True, slots=True)
class Link:
    """A confirmed OAuth2 login of an account (``auth_oauth2_linked_login``)."""

    issuer: int
    username: str
    """What the issuer calls them: a user id, a UUID or an address, by the issuer's mapping."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """An OAuth2 service that people log in to Moodle with (``oauth2_issuer``)."""

    id: int
    name: str
    baseurl: str
    username_claim: str
    """The claim that the issuer's field mapping takes for the user name; empty: none, and Moodle
    takes the address. Source: ``core\\oauth2\\client::map_userinfo_to_fields``."""


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
    idnumber_locked: bool = False
    """Whether its auth plugin keeps its owner from editing the idnumber
    (``field_lock_idnumber = locked``); False where this access cannot see that."""
    links: tuple[Link, ...] = ()
    """Empty, too, where this access cannot see them."""


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
    component: str | None = None
    """Whose it is: people may edit it in Moodle's pages when this is empty. None where this
    access cannot see it."""


class MoodleRole(Model):
    """A role that a Moodle has."""

    id: int
    shortname: str
    system: bool
    """Whether it may be given in the system context (``role_context_levels``)."""
    rules_site: bool
    """Whether who has it at system level rules the site: it is ``manager`` by name or archetype,
    or allows ``moodle/site:config`` or ``moodle/role:assign``."""


class Grant(Model):
    """Role assignments in the system context that hang on one cohort (``itemid``)."""

    cohort: int
    role: int
    component: str


class RoleState(Model):
    """Which roles there are, and whom cohorts give them."""

    roles: tuple[MoodleRole, ...]
    definitions: frozenset[tuple[int, int]] | None
    """(cohort id, role id) that local_cohortrole keeps in step; None: it is not installed."""
    assignments: dict[Grant, frozenset[int]]
    """Account ids, by grant, of our component and local_cohortrole's. Nobody else's are read.

    Of every cohort when the query was for everybody, and else of those whose members were wanted;
    of the same accounts as ``MoodleSnapshot.members``."""
    by_plugin: bool
    """Whether anybody at all has such a role by local_cohortrole, installed or not."""


class Enrolment(Model):
    """Courses that a cohort's members are enrolled in for being its members."""

    courses: dict[int, frozenset[int]]
    """Cohort id → course ids with an instance of ``enrol_cohort`` for it, switched off or not: who
    leaves loses them all. No entry: none."""
    joins: dict[int, frozenset[int]]
    """Those of them that enrol who joins: instances that are switched on, of a plugin that is."""
    on_removal: Literal["unenrol", "suspend"]
    """``enrol_cohort/unenrolaction``: whether who leaves loses the enrolment, and grades and groups
    with the last one in a course, or has it suspended."""


OTHER_WAY = 0
"""In place of a cohort's id: an enrolment that hangs on no cohort."""

Enrolled = Mapping[int, Mapping[int, frozenset[int]]]
"""Account id → course id → what enrols them: ids of cohorts, and OTHER_WAY."""


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
    ids: frozenset[int] = frozenset()
    """Of accounts; one that is not there is no error."""
    hints: dict[str, str] = Field(default_factory=dict)
    """Address → user name to look up when no account has that address."""
    describe_members: bool = False
    """Whether the account of every member found is wanted, and of everybody whom one of these
    cohorts gives a role, as far as this access shows roles."""
    only_sought: bool = False
    """Whether, without ``everybody``, memberships are of use only of the accounts sought, beside
    how many members there are. An access that can ask so reads those of nobody else."""
    links: frozenset[str] = frozenset()
    """What OAuth2 links of accounts sought may call their owners."""
    everybody: bool = False
    """Whether every account is of use: a site that can give all at once does so, says so in its
    snapshot, and then nobody has to be asked for by name."""

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
    sizes: dict[int, int] | None = None
    """Cohort id → how many members it has, for the same cohorts, when ``members`` are only those
    among the accounts sought. None: they are all members."""
    accounts: dict[int, Account]
    """By id: those the query sought, and the members when it wanted them described."""
    everybody: bool = False
    """Whether ``accounts`` are all that the site has."""
    release: str | None = None
    """As Moodle says it: ``4.5.6 (Build: 20250811)``. From here on, None and empty mean that this
    access cannot see it."""
    administrators: frozenset[int] | None = None
    """Account ids of those who rule the site whatever their roles (``siteadmins``)."""
    issuers: tuple[Issuer, ...] | None = None
    """Enabled OAuth2 issuers, by id."""
    roles: RoleState | None = None
    enrolment: Enrolment | None = None
    abilities: frozenset[Ability] = frozenset()

    def size(self, cohort: int) -> int:
        """How many members a cohort has; 0 for one whose members were not wanted."""
        if self.sizes is not None:
            return self.sizes.get(cohort, 0)
        return len(self.members.get(cohort, ()))

    def tells_of(self, account: int) -> bool:
        """Whether an account that is no member here is none in Moodle either."""
        return self.sizes is None or account in self.accounts


class MoodleFacts(Model):
    """What a look at the site tells. None: this access cannot see it."""

    url: str
    release: str | None = None
    issuers: tuple[Issuer, ...] | None = None
    """Enabled OAuth2 issuers, by id."""
    cohortrole: bool | None = None
    """Whether local_cohortrole is installed."""
    on_removal: Literal["unenrol", "suspend"] | None = None
    idnumber_locked: dict[str, bool] | None = None
    """Auth plugin that some account uses → whether its users cannot edit their idnumber."""
    writable: bool | None = None
    """Whether cohorts and members may be written: tried in a way that writes nothing."""
    clock: int | None = None
    """Unix time at the site when it was asked."""

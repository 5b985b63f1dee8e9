"""What the PHP program says, a JSON document a line: its shape is checked here, once."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from providers.moodle.log import LoggedRow
from providers.php import documents as php
from providers.php.documents import Stopped, Trailer
from reconciler.models.base import Model
from reconciler.models.moodle import Ability
from reconciler.models.operations import Status


class Hello(php.Hello):
    """The first document: Moodle is up, and nothing forbids to work with it."""

    url: str
    release: str


class Refused(php.Refused):
    """Instead of anything else: the site's state forbids it."""

    why: Literal[
        "no-config",
        "no-moodle",
        "owner",
        "cli-maintenance",
        "maintenance",
        "upgrade-running",
        "upgrade-pending",
        "locked",
    ]
    path: str = ""
    owner: str = ""
    """Who owns moodledata."""
    user: str = ""
    """Who runs PHP; empty where PHP cannot tell."""
    holder: str = ""
    """What who holds the lock has left there, as JSON; whatever it is by now."""


class Look(Model):
    """What a site is like, and whether its cohorts may be written."""

    kind: Literal["look"]
    issuers: tuple[tuple[int, str, str, str], ...]
    """id, name, base URL, claim of the user name."""
    cohortrole: bool
    on_removal: Literal["unenrol", "suspend"]
    idnumber_locked: dict[str, bool]
    writable: bool
    clock: int


class Cohorts(Model):
    """id, name, idnumber, description, visible, in the system context, component."""

    kind: Literal["cohorts"]
    rows: tuple[tuple[int, str, str, str, bool, bool, str], ...]


class Members(Model):
    """Accounts of a cohort whose members are wanted: some of them, or none at all."""

    kind: Literal["members"]
    cohort: int
    accounts: frozenset[int]


class Sizes(Model):
    """Cohort, and how many members it has."""

    kind: Literal["sizes"]
    rows: tuple[tuple[int, int], ...]


class Accounts(Model):
    """id, user name, address, auth, idnumber, suspended, confirmed, idnumber locked."""

    kind: Literal["accounts"]
    rows: tuple[tuple[int, str, str, str, str, bool, bool, bool], ...]


class Links(Model):
    """Account, issuer, user name there."""

    kind: Literal["links"]
    rows: tuple[tuple[int, int, str], ...]


class Assignments(Model):
    """Cohort, role, component, account."""

    kind: Literal["assignments"]
    rows: tuple[tuple[int, int, str, int], ...]


class Site(Model):
    """What a site is like, whoever is in it."""

    kind: Literal["site"]
    administrators: frozenset[int]
    issuers: tuple[tuple[int, str, str, str], ...]
    """id, name, base URL, claim of the user name."""
    roles: tuple[tuple[int, str, bool, bool], ...]
    """id, short name, may be given in the system context, rules the site."""
    definitions: frozenset[tuple[int, int]] | None
    by_plugin: bool
    courses: tuple[tuple[int, int, bool], ...]
    """Cohort, course, whether who joins is enrolled."""
    on_removal: Literal["unenrol", "suspend"]
    abilities: frozenset[Ability]


class Enrolments(Model):
    """Account, course, and the cohort that it hangs on or OTHER_WAY."""

    kind: Literal["enrolments"]
    rows: tuple[tuple[int, int, int], ...]


class Changes(Model):
    """Events of Moodle's log: see ``providers.moodle.log.LoggedRow``."""

    kind: Literal["changes"]
    rows: tuple[LoggedRow, ...]


class Names(Model):
    """Account, user name."""

    kind: Literal["names"]
    rows: tuple[tuple[int, str], ...]


class NoLog(Model):
    """Moodle keeps no log that can be read."""

    kind: Literal["no-log"]


class Answered(Model):
    """What became of a step."""

    kind: Literal["outcome"]
    step: int
    status: Status
    reason: str
    cohort: int | None


class Shown(Model):
    """Position of a step, and what the database shows of it."""

    kind: Literal["facts"]
    rows: tuple[tuple[int, dict[str, bool | str]], ...]


class Unrecorded(Model):
    """Why Moodle does not remember this run."""

    kind: Literal["unrecorded"]
    message: str


Said = (
    Hello
    | Look
    | Cohorts
    | Members
    | Sizes
    | Accounts
    | Links
    | Assignments
    | Site
    | Enrolments
    | Changes
    | Names
    | NoLog
    | Answered
    | Shown
    | Unrecorded
    | Trailer
    | Refused
    | Stopped
)
"""All that the programs may say."""

DOCUMENT: TypeAdapter[Said] = TypeAdapter(Annotated[Said, Field(discriminator="kind")])

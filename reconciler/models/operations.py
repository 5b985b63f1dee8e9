"""The single steps of a plan: what rendering shows and what applying does are the same list."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from reconciler.models.desired import CohortKey
from reconciler.models.members import Component, Reason
from reconciler.models.plan import FlagChange, TextChange

TEXTS = ("idnumber", "name", "description")
"""The fields of a cohort that its creation always sets."""

CHANGEABLE = (*TEXTS, "component", "visible")
"""The fields of a cohort that an operation may change."""

Status = Literal["done", "already", "stale", "failed", "held"]
"""``already``: it was so before. ``stale``: its precondition no longer holds. ``held``: something
that it needs was not carried out. Nothing was changed by any of these, nor by ``failed``."""

Facts = Mapping[str, object]
"""What of a site an operation is about, as the site has it: see ``facts_after``."""


@dataclass(frozen=True, slots=True)
class CreateCohort:
    """After: a visible cohort in the system context with these fields, without members.

    Before: no cohort of the site has this idnumber, compared as Moodle's database does.
    """

    key: CohortKey
    guild: str
    idnumber: str
    name: str
    description: str
    component: str = ""
    """Not empty: locked, so that Moodle's pages refuse to edit it."""


@dataclass(frozen=True, slots=True)
class ChangeCohort:
    """Before: each field that is named here has its ``from``. After: its ``to``.

    Before, too: the cohort bears the mark of its key, unless its description changes. A new
    idnumber is free.
    """

    key: CohortKey
    guild: str
    action: Literal["adopt", "update", "archive", "restore", "release"]
    cohort: int
    idnumber: TextChange | None = None
    name: TextChange | None = None
    description: TextChange | None = None
    component: TextChange | None = None
    visible: FlagChange | None = None

    def changes(self) -> dict[str, TextChange | FlagChange]:
        """The changes by the field's name."""
        found = {field: getattr(self, field) for field in CHANGEABLE}
        return {field: change for field, change in found.items() if change is not None}


@dataclass(frozen=True, slots=True)
class AddMember:
    """After: the account is a member. ``cohort`` is None while it is still to be created.

    Before: the cohort bears the mark of its key; the account is alive, confirmed, no guest.
    """

    key: CohortKey
    guild: str
    cohort: int | None
    account: int
    uid: int | None
    """The person in AVC whom the account was matched with."""


@dataclass(frozen=True, slots=True)
class RemoveMember:
    """After: the account is no member. Before: the cohort bears the mark of its key."""

    key: CohortKey
    guild: str
    cohort: int | None
    account: int
    uid: int | None
    because: Reason | None = None
    """The evidence; another person, or another ground, is another operation."""
    last_enrolments: int | None = 0
    """Courses in which nothing else enrols them; None: it could not be seen."""
    suspends: int | None = 0
    """Courses in which this suspends them; None: it could not be seen."""


@dataclass(frozen=True, slots=True)
class AssignRole:
    """After: the account has the role in the system context, under ``component``, hanging on the
    cohort (``itemid``).

    Before: it is a member of the cohort, which bears the mark of its key; alive, confirmed.
    """

    key: CohortKey
    guild: str
    cohort: int | None
    account: int
    uid: int | None
    role: str
    """The role's short name."""
    component: Component


@dataclass(frozen=True, slots=True)
class UnassignRole:
    """After: that one assignment is gone. Those of other owners stay. Before: as for removing."""

    key: CohortKey
    guild: str
    cohort: int | None
    account: int
    uid: int | None
    role: str
    component: Component
    because: Reason | None = None


@dataclass(frozen=True, slots=True)
class DefineRole:
    """After: local_cohortrole gives the cohort's members, those of now too, the role."""

    key: CohortKey
    guild: str
    cohort: int | None
    role: str


@dataclass(frozen=True, slots=True)
class UndefineRole:
    """After: local_cohortrole does not give the cohort's members the role, and has taken it back.

    Before: the cohort bears the mark of its key.
    """

    key: CohortKey
    guild: str
    cohort: int | None
    role: str


Operation = (
    CreateCohort
    | ChangeCohort
    | AddMember
    | RemoveMember
    | AssignRole
    | UnassignRole
    | DefineRole
    | UndefineRole
)


def facts_after(operation: Operation) -> Facts:
    """What a site shows once the operation is carried out."""
    match operation:
        case CreateCohort():
            return {field: getattr(operation, field) for field in (*TEXTS, "component")}
        case ChangeCohort():
            return {field: change.to for field, change in operation.changes().items()}
        case AddMember() | RemoveMember():
            return {"member": isinstance(operation, AddMember)}
        case AssignRole() | UnassignRole():
            return {"assigned": isinstance(operation, AssignRole)}
        case DefineRole() | UndefineRole():
            return {"defined": isinstance(operation, DefineRole)}


@dataclass(frozen=True, slots=True)
class Step:
    """An operation in its place: tried only when all the steps that it needs are fulfilled."""

    operation: Operation
    needs: tuple[int, ...] = ()
    """Positions, in the list of steps, of earlier ones."""


@dataclass(frozen=True, slots=True)
class Run:
    """What steps are part of: for the site to check marks by, and to record."""

    avc: str
    """UUID of the AVC whose mark the cohorts have to bear."""
    scope: str = "full"
    digest: str = ""
    """The plan's; empty where there is none, and then nothing is recorded."""
    by: str = ""
    """Who writes, for whoever wants to write at the same time: "user@host, process 123"."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a step."""

    step: int
    """Its position in the list of steps."""
    status: Status
    reason: str = ""
    """Why not, when it is neither done nor already so."""
    cohort: int | None = None
    """The id of the cohort that it created."""

    @property
    def fulfilled(self) -> bool:
        """Whether the site is as the step wants it."""
        return self.status in {"done", "already"}

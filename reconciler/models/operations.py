"""The single steps of a plan: what rendering shows and what applying does are the same list."""

from dataclasses import dataclass
from typing import Literal

from reconciler.models.desired import CohortKey
from reconciler.models.plan import FlagChange, Reason, TextChange

TEXTS = ("idnumber", "name", "description")
"""The fields of a cohort that its creation sets."""

CHANGEABLE = (*TEXTS, "visible")
"""The fields of a cohort that an operation may change."""

Status = Literal["done", "failed", "held"]


@dataclass(frozen=True, slots=True)
class CreateCohort:
    """After: a visible cohort in the system context with these fields, without members."""

    key: CohortKey
    guild: str
    idnumber: str
    name: str
    description: str


@dataclass(frozen=True, slots=True)
class ChangeCohort:
    """Before: each field that is named here has its ``from``. After: its ``to``."""

    key: CohortKey
    guild: str
    action: Literal["adopt", "update", "archive", "restore"]
    cohort: int
    idnumber: TextChange | None = None
    name: TextChange | None = None
    description: TextChange | None = None
    visible: FlagChange | None = None

    def changes(self) -> dict[str, TextChange | FlagChange]:
        """The changes by the field's name."""
        found = {field: getattr(self, field) for field in CHANGEABLE}
        return {field: change for field, change in found.items() if change is not None}


@dataclass(frozen=True, slots=True)
class AddMember:
    """After: the account is a member. ``cohort`` is None while it is still to be created."""

    key: CohortKey
    guild: str
    cohort: int | None
    account: int
    uid: int | None
    """The person in AVC whom the account was matched with."""


@dataclass(frozen=True, slots=True)
class RemoveMember:
    """After: the account is no member."""

    key: CohortKey
    guild: str
    cohort: int | None
    account: int
    uid: int | None
    because: Reason | None = None
    """The evidence; another person, or another ground, is another operation."""


Operation = CreateCohort | ChangeCohort | AddMember | RemoveMember


@dataclass(frozen=True, slots=True)
class Step:
    """An operation in its place: tried only when all the steps that it needs are done."""

    operation: Operation
    needs: tuple[int, ...] = ()
    """Positions, in the list of steps, of earlier ones."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a step."""

    step: int
    """Its position in the list of steps."""
    status: Status
    reason: str = ""
    """Why not, when it is not done."""
    cohort: int | None = None
    """The id of the cohort that it created."""

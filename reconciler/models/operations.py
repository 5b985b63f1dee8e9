"""The single steps of a plan: what rendering shows and what applying does are the same list."""

from dataclasses import dataclass
from typing import Literal

from reconciler.models.desired import CohortKey

Status = Literal["done", "failed", "held"]


@dataclass(frozen=True, slots=True)
class CohortState:
    """The fields of a cohort that we manage."""

    name: str
    idnumber: str
    description: str
    visible: bool


@dataclass(frozen=True, slots=True)
class CreateCohort:
    """After: a system cohort with these fields, visible, without members."""

    key: CohortKey
    guild: str
    after: CohortState


@dataclass(frozen=True, slots=True)
class ChangeCohort:
    """Before: the cohort looks like ``before``. After: like ``after``."""

    key: CohortKey
    guild: str
    action: Literal["adopt", "update", "archive", "restore"]
    cohort: int
    before: CohortState
    after: CohortState


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
    cohort: int
    account: int
    uid: int | None


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

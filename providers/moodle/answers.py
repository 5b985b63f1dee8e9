"""What Moodle's functions answer, checked at the boundary. Sources: tests/recordings."""

from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, TypeAdapter, ValidationError

from providers.moodle.errors import not_as_known
from reconciler.models.moodle import Account, Cohort

A = TypeVar("A")

_QUIET = ConfigDict(hide_input_in_errors=True)
"""An answer may hold addresses, and a server that is no Moodle may echo the token: no traceback
shows them."""


def _text(sent: object) -> object:
    return "" if sent is None else sent


NullableText = Annotated[str, BeforeValidator(_text)]
"""Null in the answer where the column is NULL: idnumbers of cohorts that PHP code made."""


class _Row(BaseModel):
    """Fields that releases add are none of our business; those we read must be there."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class CohortRow(_Row):
    """A cohort of ``core_cohort_get_cohorts``, ``search_cohorts`` and ``create_cohorts``."""

    id: int
    name: str
    idnumber: NullableText
    description: str
    visible: bool

    def cohort(self, *, system: bool) -> Cohort:
        """As the core knows it."""
        return Cohort(
            id=self.id,
            name=self.name,
            idnumber=self.idnumber,
            description=self.description,
            visible=self.visible,
            system=system,
        )


class FoundCohorts(_Row):
    """The answer of ``core_cohort_search_cohorts``."""

    cohorts: tuple[CohortRow, ...]


class MembersRow(_Row):
    """One cohort of ``core_cohort_get_cohort_members``."""

    cohortid: int
    userids: frozenset[int]


class UserRow(_Row):
    """A user of ``core_user_get_users_by_field``; ``idnumber`` is left out when it is empty."""

    id: int
    username: str
    email: str
    auth: str
    suspended: bool
    confirmed: bool
    idnumber: str = ""

    def account(self) -> Account:
        """As the core knows it."""
        return Account(
            id=self.id,
            username=self.username,
            email=self.email,
            auth=self.auth,
            idnumber=self.idnumber,
            suspended=self.suspended,
            confirmed=self.confirmed,
        )


class Warned(_Row):
    """One warning of ``core_cohort_add_cohort_members``."""

    message: str


class Added(_Row):
    """The answer of ``core_cohort_add_cohort_members``."""

    warnings: tuple[Warned, ...]


COHORTS: TypeAdapter[tuple[CohortRow, ...]] = TypeAdapter(tuple[CohortRow, ...], config=_QUIET)
MEMBERS: TypeAdapter[tuple[MembersRow, ...]] = TypeAdapter(tuple[MembersRow, ...], config=_QUIET)
USERS: TypeAdapter[tuple[UserRow, ...]] = TypeAdapter(tuple[UserRow, ...], config=_QUIET)
SHOWN: TypeAdapter[list[dict[str, Any]]] = TypeAdapter(list[dict[str, Any]], config=_QUIET)
FOUND: TypeAdapter[FoundCohorts] = TypeAdapter(FoundCohorts)
ADDED: TypeAdapter[Added] = TypeAdapter(Added)


def checked(shape: TypeAdapter[A], answer: Any, function: str, url: str) -> A:
    """The answer in its shape; raises UnexpectedAnswer."""
    try:
        return shape.validate_python(answer)
    except ValidationError as error:
        not_as_known(function, f"Moodle at {url}", error)

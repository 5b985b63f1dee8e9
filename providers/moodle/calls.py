"""The functions of Moodle that this program uses, each with its shape and its batches."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

from providers.moodle.answers import (
    ADDED,
    COHORTS,
    FOUND,
    MEMBERS,
    SHOWN,
    USERS,
    CohortRow,
    UserRow,
    Warned,
    checked,
)
from providers.moodle.batches import batches, halving
from providers.moodle.client import Client
from providers.moodle.errors import NotAllowed, unreadable
from providers.moodle.form import Value
from reconciler.errors import CallRefused, IncompleteRead, UnexpectedAnswer

PAGE = 1000
"""Cohorts asked for at once in a search; Moodle's own default is 25."""

SYSTEM: dict[str, Value] = {"type": "system", "value": ""}

_UNKNOWN = frozenset({"invalidrecord", "invalidrecordunknown"})
"""Codes for something that is not there: of 4.5.6, and of 5.1.3."""

NOWHERE: dict[str, Value] = {"type": "id", "value": "0"}
"""A category that no Moodle has."""


def look(client: Client) -> CohortRow | None:
    """Ask for one cohort: that needs address, token, service and the right to see cohorts."""
    return next(iter(_search(client, 0, 1)), None)


def may_write(client: Client, cohort: CohortRow) -> bool:
    """Whether the token's user may change this cohort of the system; nothing is written.

    Moving it to a category that there is not is refused only after the capability was checked:
    ``core_cohort_external::update_cohorts`` (cohort/externallib.php), recorded on 4.5.6 and 5.1.3.
    Raises ReadError.
    """
    moved: dict[str, Value] = {
        "id": cohort.id,
        "name": cohort.name,
        "idnumber": cohort.idnumber,
        "categorytype": NOWHERE,
    }
    try:
        client.call("core_cohort_update_cohorts", cohorts=[moved])
    except NotAllowed:
        return False
    except CallRefused as error:
        if error.code == "invalidparameter":
            return True
        raise unreadable(error) from error
    raise UnexpectedAnswer(
        f"Moodle at {client.url} took a change that none should take: cohort {cohort.id} may be in"
        " no category now. Look at it in Moodle."
    )


def all_cohorts(client: Client) -> tuple[CohortRow, ...]:
    """Every cohort of the site, in every context. The answer does not say in which."""
    function = "core_cohort_get_cohorts"
    return checked(COHORTS, _asked(client, function), function, client.url)


def cohorts(client: Client, ids: Sequence[int]) -> dict[int, CohortRow]:
    """The cohorts with these ids; unknown ones are left out."""
    function = "core_cohort_get_cohorts"
    rows = (
        row
        for batch in batches(ids, 1)
        for row in checked(COHORTS, _asked(client, function, cohortids=batch), function, client.url)
    )
    return {row.id: row for row in rows}


def system_cohorts(client: Client) -> frozenset[int]:
    """The ids of the cohorts in the system context.

    A page that repeats a cohort shows that the list moved while it was read: raises
    IncompleteRead.
    """
    seen: set[int] = set()
    page = 0
    while True:
        found = [row.id for row in _search(client, page, PAGE)]
        if not seen.isdisjoint(found):
            raise IncompleteRead(
                f"Moodle at {client.url} changed its cohorts while they were read. Try again."
            )
        seen.update(found)
        if len(found) < PAGE:
            return frozenset(seen)
        page += 1


def _search(client: Client, page: int, size: int) -> tuple[CohortRow, ...]:
    """A page of the cohorts in the system context."""
    function = "core_cohort_search_cohorts"
    answer = _asked(
        client,
        function,
        query="",
        context={"contextlevel": "system", "instanceid": 0},
        includes="self",
        limitfrom=page,  # a page, not a cohort
        limitnum=size,
    )
    return checked(FOUND, answer, function, client.url).cohorts


def _asked(client: Client, function: str, **parameters: Value) -> Any:
    """The answer to a question in which nothing can be refused; raises ReadError."""
    try:
        return client.call(function, repeatable=True, **parameters)
    except CallRefused as error:
        raise unreadable(error) from error


def members(client: Client, ids: Sequence[int]) -> dict[int, frozenset[int]]:
    """Cohort id → ids of its members; cohorts that are unknown are left out."""
    function = "core_cohort_get_cohort_members"

    def ask(batch: Sequence[int]) -> dict[int, frozenset[int]]:
        rows = checked(MEMBERS, client.call(function, cohortids=batch), function, client.url)
        answered = {row.cohortid: row.userids for row in rows}
        if answered.keys() != set(batch):
            raise IncompleteRead(
                f"Moodle at {client.url} answered {function} for other cohorts than it was asked"
                " about: the answer was cut. Try again."
            )
        return answered

    def gone(_cohort: int, error: CallRefused) -> None:
        if error.code not in _UNKNOWN:
            raise unreadable(error) from error

    found: dict[int, frozenset[int]] = {}
    for batch in batches(ids, 1):
        # One unknown cohort fails the whole call; alone, it fails for itself.
        for part in halving(batch, ask, gone):
            found.update(part)
    return found


def shown_accounts(
    client: Client, field: Literal["id", "username"], values: Sequence[str]
) -> list[dict[str, Any]]:
    """What the token's user sees of a few accounts: perhaps fewer, and perhaps less of each."""
    function = "core_user_get_users_by_field"
    answer = _asked(client, function, field=field, values=values)
    return checked(SHOWN, answer, function, client.url)


def users(
    client: Client, field: Literal["id", "email", "username", "idnumber"], values: Iterable[str]
) -> tuple[UserRow, ...]:
    """The users whose field is one of the values, as Moodle's database compares them.

    A value that Moodle does not even look up (an illegal address) belongs to nobody there.
    """
    function = "core_user_get_users_by_field"

    def ask(batch: Sequence[str]) -> tuple[UserRow, ...]:
        answer = client.call(function, field=field, values=batch)
        return checked(USERS, answer, function, client.url)

    def illegal(_value: str, error: CallRefused) -> None:
        if error.code != "invalidparameter":
            raise unreadable(error) from error

    return tuple(
        row
        for batch in batches(sorted(values), 1)
        for part in halving(batch, ask, illegal)
        for row in part
    )


def create(
    client: Client,
    wanted: Sequence[dict[str, Value]],
    refused: Callable[[dict[str, Value], CallRefused], None],
) -> tuple[CohortRow, ...]:
    """Create cohorts, all of a call or none; those that cannot be made are handed to ``refused``.

    Never repeated by itself: an answer that got lost may have created them.
    """
    function = "core_cohort_create_cohorts"

    def ask(batch: Sequence[dict[str, Value]]) -> tuple[CohortRow, ...]:
        answer = client.call(function, repeatable=False, cohorts=batch)
        return checked(COHORTS, answer, function, client.url)

    return tuple(
        row for batch in batches(wanted, 6) for part in halving(batch, ask, refused) for row in part
    )


def update(
    client: Client,
    wanted: Sequence[dict[str, Value]],
    refused: Callable[[dict[str, Value], CallRefused], None],
) -> None:
    """Change cohorts; those that cannot be changed are handed to ``refused``."""

    def ask(batch: Sequence[dict[str, Value]]) -> None:
        client.call("core_cohort_update_cohorts", cohorts=batch)

    for batch in batches(wanted, 8):
        list(halving(batch, ask, refused))


def add(
    client: Client,
    pairs: Sequence[tuple[int, int]],
    refused: Callable[[tuple[int, int], CallRefused], None],
) -> tuple[Warned, ...]:
    """Add (cohort, account) pairs; what Moodle warned of was not written."""
    function = "core_cohort_add_cohort_members"

    def ask(batch: Sequence[tuple[int, int]]) -> tuple[Warned, ...]:
        answer = client.call(
            function,
            members=[
                {
                    "cohorttype": {"type": "id", "value": cohort},
                    "usertype": {"type": "id", "value": account},
                }
                for cohort, account in batch
            ],
        )
        return checked(ADDED, answer, function, client.url).warnings

    return tuple(
        warning
        for batch in batches(pairs, 4)
        for part in halving(batch, ask, refused)
        for warning in part
    )


def remove(
    client: Client,
    pairs: Sequence[tuple[int, int]],
    refused: Callable[[tuple[int, int], CallRefused], None],
) -> None:
    """Remove (cohort, account) pairs; one unknown account aborts its call, hence the halving."""

    def ask(batch: Sequence[tuple[int, int]]) -> None:
        client.call(
            "core_cohort_delete_cohort_members",
            members=[{"cohortid": cohort, "userid": account} for cohort, account in batch],
        )

    for batch in batches(pairs, 2):
        list(halving(batch, ask, refused))

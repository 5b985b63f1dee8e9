"""Reading a Moodle for a query."""

import re
from collections.abc import Iterable

from providers.moodle import calls
from providers.moodle.answers import UserRow
from providers.moodle.client import Client
from providers.moodle.sight import require_sight
from reconciler.errors import IncompleteRead
from reconciler.models.moodle import Account, Cohort, MoodleQuery, MoodleSnapshot

_USERNAME = re.compile(r"[a-z0-9._@-]+")


def read(client: Client, query: MoodleQuery) -> MoodleSnapshot:
    """Everything that the query asks for. Raises ReadError."""
    cohorts = _cohorts(client)
    wanted = sorted(cohort.id for cohort in cohorts if query.wants_members_of(cohort))
    members = calls.members(client, wanted)
    if members.keys() != set(wanted):
        raise IncompleteRead(
            f"Moodle at {client.url} deleted a cohort while it was read. Try again."
        )
    return MoodleSnapshot(
        url=client.url,
        cohorts=cohorts,
        members=members,
        accounts=_accounts(client, query, members.values()),
    )


def _cohorts(client: Client) -> tuple[Cohort, ...]:
    """Every cohort. Two functions are needed: only one tells contexts, only one knows them all."""
    system = calls.system_cohorts(client)
    rows = calls.all_cohorts(client)
    missing = system - {row.id for row in rows}
    if missing:
        raise IncompleteRead(
            f"Moodle at {client.url} lists cohort {min(missing)} in one answer and not in another:"
            " it is being changed, or the token's user may not see it. Try again."
        )
    return tuple(row.cohort(system=row.id in system) for row in rows)


def _accounts(
    client: Client, query: MoodleQuery, members: Iterable[frozenset[int]]
) -> dict[int, Account]:
    wanted = set().union(*members) if query.describe_members else set()
    by_name = query.emails or query.usernames or query.idnumbers or query.hints
    if not (wanted or query.ids or by_name):
        return {}
    require_sight(client)
    found = _sought(client, query)
    unknown = (wanted | query.ids) - found.keys()
    found |= _by_id(calls.users(client, "id", map(str, unknown)))
    unseen = wanted - found.keys()
    if unseen:
        raise IncompleteRead(
            f"Moodle at {client.url} shows account {min(unseen)} as a member, and no more of it."
            " Give the role of the token's user moodle/user:viewdetails in the system context."
        )
    return found


def _sought(client: Client, query: MoodleQuery) -> dict[int, Account]:
    # Blanks around an address fail the whole call, and no account in Moodle has them.
    emails = {email for email in query.emails if email and email == email.strip()}
    found = _by_id(
        (
            *calls.users(client, "email", emails),
            *calls.users(client, "username", _legal(query.usernames)),
            # Everybody without an idnumber has the empty one.
            *calls.users(client, "idnumber", query.idnumbers - {""}),
        )
    )
    known = {account.email.lower() for account in found.values()}
    hints = {name for email, name in query.hints.items() if email.lower() not in known}
    return found | _by_id(calls.users(client, "username", _legal(hints)))


def _by_id(rows: Iterable[UserRow]) -> dict[int, Account]:
    return {row.id: row.account() for row in rows}


def _legal(usernames: Iterable[str]) -> set[str]:
    """User names that Moodle can have; a single other one would fail the whole call."""
    return {name for name in usernames if _USERNAME.fullmatch(name)}

"""Whether a database and web services are of one and the same Moodle.

What is read from one site and written to another would put strangers into cohorts.
"""

from providers.moodle import calls
from providers.moodle.client import Client
from reconciler.errors import IncompleteRead
from reconciler.models.moodle import MoodleSnapshot

_SAMPLE = 20
"""Accounts that are compared: the newest, which a copy of the site is least likely to have."""


def require_same_site(client: Client, snapshot: MoodleSnapshot) -> None:
    """Raise IncompleteRead where web services show other cohorts or accounts than were read."""
    shown = {row.id: row.idnumber for row in calls.all_cohorts(client)}
    stored = {cohort.id: cohort.idnumber for cohort in snapshot.cohorts}
    other = {number for number, _ in shown.items() ^ stored.items()}
    if other:
        raise _differ(client, f"cohort {min(other)}")
    newest = [str(number) for number in sorted(snapshot.accounts)[-_SAMPLE:]]
    for row in calls.shown_accounts(client, "id", newest) if newest else ():
        account = snapshot.accounts.get(row.get("id", 0))
        if account is None or row.get("username", account.username) != account.username:
            raise _differ(client, f"account {row.get('id')}")


def _differ(client: Client, what: str) -> IncompleteRead:
    return IncompleteRead(
        f"Moodle at {client.url} and its database do not show the same {what}. Check that"
        " access.database and the address in nwp.yml are of one site, and that the database is no"
        " copy that lags behind; or somebody changed it just now: try again."
    )

"""What a plan reads of a Moodle's database: as much as its scope needs, however big the site."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import pytest

from providers.databases.rows import rows
from reconciler.models.avc import Guild
from reconciler.models.moodle import COMPONENT, MoodleQuery, MoodleSnapshot, Rule
from reconciler.models.scope import FullScope, GuildScope, Scope, UserScope
from reconciler.models.settings import SyncSettings
from reconciler.reconciliation import plan_now
from tests.moodle_database.support import CREATOR, SYSTEM, reading, small_site
from tests.moodle_database.support import account as account_row
from tests.moodle_database.tables import load
from tests.world import Community, our_cohort, pair, person

EACH = 8
"""Members of a guild; one of them, uid 1, is in the second guild as well."""
SMALL, BIG = 3, 60
"""Guilds of the site."""
LINKS = 3
"""OAuth2 logins, of accounts that no guild has."""


@dataclass(frozen=True)
class Read:
    """As much of a ``MoodleSite`` as a plan without removals needs."""

    url: str

    def unavailable(self) -> frozenset[Rule]:
        return frozenset()

    def read(self, query: MoodleQuery) -> MoodleSnapshot:
        return reading(self.url).read(query)


def _community(guilds: int) -> Community:
    members = {n: frozenset(range(1 + (n - 1) * EACH, 1 + n * EACH)) for n in range(1, guilds + 1)}
    members[2] |= {1}
    people = tuple(person(uid) for uid in range(1, guilds * EACH + 1))
    return Community(tuple(map(_guild, members)), people, members)


def _guild(number: int) -> Guild:
    uuid = f"{number:08}-1111-4111-8111-111111111111"
    return Guild(id=number, uuid=uuid, label=f"Guild {number}", alias=f"guild-{number}")


def _in_step(url: str, community: Community) -> None:
    """A Moodle where everybody is where they should be, and has a role from there."""
    site = small_site()
    site["user"] = [
        account_row(uid + 100, f"u{uid}", email=f"u{uid}@x.org")
        for uid in (one.uid for one in community.people)
    ]
    site["cohort"] = [
        {
            **our_cohort(guild.id, guild).model_dump(exclude={"system"}),
            "contextid": SYSTEM,
            "visible": 1,
        }
        for guild in community.guilds
    ]
    inside = [(guild, uid + 100) for guild, uids in community.members.items() for uid in uids]
    site["cohort_members"] = [{"cohortid": cohort, "userid": user} for cohort, user in inside]
    site["role_assignments"] = [
        {
            "userid": user,
            "roleid": CREATOR,
            "contextid": SYSTEM,
            "component": COMPONENT,
            "itemid": cohort,
        }
        for cohort, user in inside
    ]
    load(url, site)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Rows about people."""
    found: Counter[str] = Counter()

    def counted(*arguments: Any) -> Iterator[Any]:
        for row in rows(*arguments):
            if "userid" in row._fields or "username" in row._fields:
                found[_KINDS[row._fields[0]]] += 1
            yield row

    monkeypatch.setattr("providers.moodle.database.source.rows", counted)
    return found


_KINDS = {
    "id": "accounts",
    "cohortid": "members",
    "roleid": "roles",
    "userid": "links",
}
"""What rows are about, by their first column."""
SCOPES = [UserScope(uid=1), GuildScope(uuid=_guild(1).uuid, name="guild-1")]


@pytest.mark.parametrize("guilds", [SMALL, BIG])
@pytest.mark.parametrize("scope", [*SCOPES, FullScope()], ids=str)
def test_what_is_read_grows_with_the_scope(
    empty: str, read: Counter[str], scope: Scope, guilds: int
) -> None:
    """One account in two cohorts, eight in one, or everybody: of the others not a row.

    Accounts are sought by their addresses in two spellings.
    """
    community = _community(guilds)
    _in_step(empty, community)
    sites = pair(community, cast("Any", Read(empty)), SyncSettings(lock_cohorts=False))
    assert plan_now(sites, scope).plan.empty
    match scope:
        case UserScope():
            accounts, memberships, links = 2, 2, 0
        case GuildScope():
            accounts, memberships, links = 2 * EACH, EACH, 0
        case FullScope():
            accounts, memberships, links = guilds * EACH, guilds * EACH + 1, LINKS
    assert read == Counter(accounts=accounts, members=memberships, roles=memberships, links=links)

"""What a plan for one guild or one person reads: as much as that scope needs, however big the site.

Guilds and cohorts themselves are read whole: their names must not collide.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from providers.avc import people as people_of_avc
from providers.avc import read as memberships_of_avc
from providers.databases.rows import rows
from providers.moodle.client import Client
from reconciler.config.sites import connect_pair
from reconciler.gather import guild_scope
from reconciler.models.avc import Guild
from reconciler.models.scope import FullScope, Scope, UserScope
from reconciler.reconciliation import SitePair, apply, fresh, plan_now
from tests.two_sites import TwoSites
from tests.world import account, person

EACH = 8
"""Members of a guild; one of them, uid 1, is in the second guild as well."""
SMALL, BIG = 3, 60
"""Guilds of the site."""

Read = Counter[str]


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Read:
    """Rows about people and memberships that either site has given."""
    found: Read = Counter()

    def counting(what: str) -> Callable[..., Iterator[Any]]:
        def counted(*arguments: Any) -> Iterator[Any]:
            for row in rows(*arguments):
                found[what] += 1
                yield row

        return counted

    monkeypatch.setattr(people_of_avc, "rows", counting("AVC: people"))
    monkeypatch.setattr(memberships_of_avc, "rows", counting("AVC: memberships"))
    call = Client.call

    def answered(self: Client, function: str, **options: Any) -> Any:
        answer = call(self, function, **options)
        if function == "core_user_get_users_by_field":
            found["Moodle: accounts"] += len(answer)
        if function == "core_cohort_get_cohort_members":
            found["Moodle: members"] += sum(len(cohort["userids"]) for cohort in answer)
        return answer

    monkeypatch.setattr(Client, "call", answered)
    return found


@pytest.fixture
def place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[int], SitePair]:
    """Both sites, in step, with so many guilds."""

    def of(guilds: int) -> SitePair:
        directory = tmp_path / str(guilds)
        directory.mkdir()
        monkeypatch.chdir(directory)
        sites = TwoSites(directory, capsys)
        uids = range(1, guilds * EACH + 1)
        members = {n: [*range(1 + (n - 1) * EACH, 1 + n * EACH)] for n in range(1, guilds + 1)}
        members[2].append(1)
        sites.avc([_guild(number) for number in members], [person(uid) for uid in uids], members)
        sites.moodle([account(uid) for uid in uids])
        sites.configure()
        pair = connect_pair("avc", "ss").pair
        apply(fresh(plan_now(pair, FullScope())), pair)
        return pair

    return of


def _guild(number: int) -> Guild:
    uuid = f"{number:08}-1111-4111-8111-111111111111"
    return Guild(id=number, uuid=uuid, label=f"Guild {number}", alias=f"guild-{number}")


def _one_guild(pair: SitePair) -> Scope:
    return guild_scope("guild-1", pair.avc, pair.moodle, pair.settings)


def _one_person(_pair: SitePair) -> Scope:
    return UserScope(uid=1)


@pytest.mark.parametrize("scope", [_one_guild, _one_person])
def test_what_is_read_grows_with_the_scope(
    place: Callable[[int], SitePair], read: Read, scope: Callable[[SitePair], Scope]
) -> None:
    """Twenty times the site gives as many people, memberships, accounts and members.

    But for the members of one person's plan: no web service tells which cohorts an account is in,
    so the members of all our cohorts are read, as numbers.
    """
    found = {}
    for guilds in (SMALL, BIG):
        pair = place(guilds)
        read.clear()
        assert plan_now(pair, scope(pair)).plan.empty
        if scope is _one_person:
            assert read.pop("Moodle: members") == guilds * EACH + 1
        found[guilds] = dict(read)
    assert found[BIG] == found[SMALL]
    assert found[BIG]["AVC: people"] > 0
    assert found[BIG]["AVC: memberships"] > 0
    assert found[BIG]["Moodle: accounts"] > 0


def test_a_full_plan_reads_everything(place: Callable[[int], SitePair], read: Read) -> None:
    """The counters see what they are for."""
    pair = place(SMALL)
    read.clear()
    plan_now(pair, FullScope())
    assert read["AVC: people"] == SMALL * EACH
    assert read["Moodle: accounts"] >= SMALL * EACH
    assert read["AVC: memberships"] >= read["Moodle: members"] == SMALL * EACH + 1

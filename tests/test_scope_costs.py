"""What a plan for one guild or one person reads: as much as that scope needs, however big the site.

Guilds and cohorts themselves are read whole: their names must not collide.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest

from providers.avc import people as people_of_avc
from providers.avc import read as memberships_of_avc
from providers.databases.rows import rows
from providers.moodle.client import Client
from providers.moodle.command_line.documents import (
    Accounts,
    Assignments,
    Links,
    Members,
    Said,
    Sizes,
)
from providers.moodle.command_line.reading import _Gathered
from providers.sandbox.moodle.php_site import write_php_site
from reconciler.config.sites import connect_pair
from reconciler.gather import guild_scope
from reconciler.models.avc import Guild
from reconciler.models.scope import FullScope, Scope, UserScope
from reconciler.reconciliation import SitePair, apply, fresh, plan_now
from tests.commands.by_command_line import NWP, holds
from tests.sandbox.php import required_php
from tests.two_sites import TwoSites
from tests.world import account, person

EACH = 8
"""Members of a guild; one of them, uid 1, is in the second guild as well."""
SMALL, BIG = 3, 60
"""Guilds of the site."""

Read = Counter[str]
Way = Literal["web services", "command line"]


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
    _count_documents(monkeypatch, found)
    return found


def _count_documents(monkeypatch: pytest.MonkeyPatch, found: Read) -> None:
    """The rows that Moodle's own PHP says."""
    take = _Gathered.take

    def taken(self: _Gathered, document: Said) -> None:
        match document:
            case Members():
                found["Moodle: members"] += len(document.accounts)
            case Sizes():
                found["Moodle: sizes"] += len(document.rows)
            case Accounts() | Links() | Assignments():
                found[f"Moodle: {document.kind}"] += len(document.rows)
        take(self, document)

    monkeypatch.setattr(_Gathered, "take", taken)


@pytest.fixture
def place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[int, Way], SitePair]:
    """Both sites, in step, with so many guilds; by command line, two of each have a role."""

    def of(guilds: int, way: Way) -> SitePair:
        directory = tmp_path / str(guilds)
        directory.mkdir()
        monkeypatch.chdir(directory)
        sites = TwoSites(directory, capsys)
        uids = range(1, guilds * EACH + 1)
        members = {n: [*range(1 + (n - 1) * EACH, 1 + n * EACH)] for n in range(1, guilds + 1)}
        members[2].append(1)
        sites.avc([_guild(number) for number in members], [person(uid) for uid in uids], members)
        sites.moodle([account(uid) for uid in uids], "5.1.3")
        sites.configure()
        if way == "command line":
            required_php()
            admins = [
                holds((n, inside[k], "guild-admin"))
                for n, inside in members.items()
                for k in (0, 1)
            ]
            sites.in_avc("DELETE FROM group_content__group_roles", *admins)
            sites.configure(text=NWP % "")
            write_php_site(directory / "sites" / "ss", directory / "moodle.sqlite")
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


EXPECTED: dict[Way, set[str]] = {
    "web services": {"AVC: people", "AVC: memberships", "Moodle: accounts"},
    "command line": {
        "AVC: people",
        "AVC: memberships",
        "Moodle: accounts",
        "Moodle: members",
        "Moodle: assignments",
    },
}


@pytest.mark.parametrize("scope", [_one_guild, _one_person])
@pytest.mark.parametrize("way", ["web services", "command line"])
def test_what_is_read_grows_with_the_scope(
    place: Callable[[int, Way], SitePair],
    read: Read,
    way: Way,
    scope: Callable[[SitePair], Scope],
) -> None:
    """Twenty times the site gives as many people, memberships, accounts, members and roles.

    But for the members of one person's plan by web services: no function tells which cohorts an
    account is in, so the members of all our cohorts are read, as numbers.
    """
    found = {}
    for guilds in (SMALL, BIG):
        pair = place(guilds, way)
        read.clear()
        assert plan_now(pair, scope(pair)).plan.empty
        if scope is _one_person and way == "web services":
            assert read.pop("Moodle: members") == guilds * EACH + 1
        elif scope is _one_person:
            # A cohort for the guild, and two for roles.
            assert read.pop("Moodle: sizes") == guilds * 3
        found[guilds] = dict(read)
    assert found[BIG] == found[SMALL]
    assert {what for what, rows in read.items() if rows} >= EXPECTED[way]


@pytest.mark.parametrize("way", ["web services", "command line"])
def test_a_full_plan_reads_everything(
    place: Callable[[int, Way], SitePair], read: Read, way: Way
) -> None:
    """The counters see what they are for."""
    pair = place(SMALL, way)
    read.clear()
    plan_now(pair, FullScope())
    roles = 2 * SMALL if way == "command line" else 0
    assert read["AVC: people"] == SMALL * EACH
    assert read["Moodle: accounts"] >= SMALL * EACH
    assert read["AVC: memberships"] >= SMALL * EACH + 1
    assert read["Moodle: members"] == SMALL * EACH + 1 + roles
    assert read["Moodle: assignments"] == roles

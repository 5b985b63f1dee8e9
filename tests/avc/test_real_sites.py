"""Rows of real Drupal sites, on every database that Drupal runs on."""

import csv
from collections import Counter

import pytest

from providers.sandbox.avc.tables import Release
from reconciler.models.avc import AvcCounts, AvcSnapshot, Claims
from reconciler.models.scope import FullScope
from tests.avc.support import DATA, SITE_UUID, Rows, as_group_1, avc_at, load, rows_of

REAL = rows_of("avc")
GROUP_3 = rows_of("avc-group3")


def whole(url: str, **options: str) -> AvcSnapshot:
    return avc_at(url, **options).read(FullScope(), Claims())


@pytest.fixture(scope="module")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> AvcSnapshot:
    url = f"sqlite:///{tmp_path_factory.mktemp('real') / 'avc.sqlite'}"
    load(url, REAL)
    return whole(url)


def test_a_real_site_is_read_whole(on_sqlite: AvcSnapshot) -> None:
    """The real site has 50 guilds, 1,001 people, 2,974 memberships and 910 stored roles."""
    roles = Counter(
        {
            role: sum(len(held[role]) for held in on_sqlite.roles.values() if role in held)
            for role in ("guild-admin", "guild-mentor", "guild-endorsed", "guild-junior")
        }
    )
    assert on_sqlite.counts == AvcCounts(
        guilds=50,
        people=1001,
        memberships=2974,
        community=2974,
        roles=910,
        community_roles=910,
        halves=0,
    )
    assert len(on_sqlite.guilds) == len(on_sqlite.members) == 50
    assert len(on_sqlite.people) == 1001
    assert sum(map(len, on_sqlite.members.values())) == 2974
    assert roles == {
        "guild-admin": 261,
        "guild-mentor": 227,
        "guild-endorsed": 210,
        "guild-junior": 212,
    }


def test_members_are_those_of_the_rows(on_sqlite: AvcSnapshot) -> None:
    """Each (gid, entity_id) of the real rows is a member, and nobody else is."""
    with (DATA / "avc" / "group_relationship_field_data.csv").open(encoding="utf-8") as file:
        expected = {(int(row["gid"]), int(row["entity_id"])) for row in csv.DictReader(file)}
    assert {(gid, uid) for gid, uids in on_sqlite.members.items() for uid in uids} == expected


def test_aliases_of_the_real_site(on_sqlite: AvcSnapshot) -> None:
    """45 of the real guilds have an alias; the French one and the /about ones are none."""
    aliases = {guild.id: guild.alias for guild in on_sqlite.guilds}
    assert aliases[1] == "guild-1"
    assert {number for number, alias in aliases.items() if alias is None} == {10, 20, 30, 40, 50}
    assert not [alias for alias in aliases.values() if alias and ("/" in alias or "un" in alias)]


def test_every_database_gives_the_same(empty: str, on_sqlite: AvcSnapshot) -> None:
    """SQLite, MariaDB and PostgreSQL with the same rows give the same snapshot."""
    load(empty, REAL)
    assert whole(empty) == on_sqlite


def test_a_real_site_tells_what_it_is(empty: str) -> None:
    """The UUID and the modules come out of the real PHP-serialised configuration."""
    load(empty, REAL)
    facts = avc_at(empty).inspect()
    assert facts.site_uuid == SITE_UUID
    assert facts.modules is not None
    assert {"group", "path_alias", "user"} <= facts.modules


@pytest.mark.parametrize(
    ("release", "rows"),
    [(1, as_group_1(REAL)), (2, REAL)],
    ids=["group-1", "group-2"],
)
def test_releases_of_group_give_the_same(
    empty: str, on_sqlite: AvcSnapshot, release: Release, rows: Rows
) -> None:
    """The same site in the tables of Group 1 and Group 2 gives the same snapshot."""
    load(empty, rows, release)
    assert whole(empty) == on_sqlite


def test_group_3(empty: str) -> None:
    """The real sample of Group 3: two guilds, 13 people, 14 memberships, one person blocked."""
    load(empty, GROUP_3, 3, without=("config", "path_alias", "group__field_group_description"))
    snapshot = whole(empty, site_uuid=SITE_UUID)
    assert snapshot.counts == AvcCounts(
        guilds=2, people=13, memberships=14, community=14, roles=8, community_roles=8, halves=0
    )
    assert snapshot.members == {
        1: frozenset({1, 2, 4, 6, 8, 10, 12}),
        2: frozenset({1, 3, 5, 7, 9, 11, 13}),
    }
    assert snapshot.roles == {
        1: {
            "guild-admin": frozenset({1}),
            "guild-mentor": frozenset({2, 6, 10}),
            "guild-endorsed": frozenset({2, 6, 10}),
        },
        2: {"guild-admin": frozenset({1})},
    }
    assert [uid for uid, person in snapshot.people.items() if not person.active] == [13]
    assert [guild.label for guild in snapshot.guilds] == ["Web Development", "Content Team"]


@pytest.mark.parametrize("release", [1, 2])
def test_prefix(empty: str, on_sqlite: AvcSnapshot, release: Release) -> None:
    """With a prefix only its tables count, whatever site shares the database."""
    rows = as_group_1(REAL) if release == 1 else REAL
    load(empty, rows, release, prefix="nwp_")
    load(empty, {"config": REAL["config"]})
    assert whole(empty, prefix="nwp_") == on_sqlite
    assert whole(empty).counts == AvcCounts(
        guilds=0, people=0, memberships=0, community=0, roles=0, community_roles=0, halves=0
    )

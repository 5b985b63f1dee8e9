"""The AVC of the sandbox is a community like a real one, and always the same."""

import sqlite3
from pathlib import Path

import pytest

from providers.sandbox.avc.community import create
from reconciler.models.avc import AvcSnapshot, Claims, SyncRecord
from reconciler.models.scope import FullScope
from tests.avc.support import avc_at


def read(path: Path) -> AvcSnapshot:
    return avc_at(f"sqlite:///{path}").read(FullScope(), Claims())


def dump(path: Path) -> list[str]:
    connection = sqlite3.connect(path)
    try:
        return list(connection.iterdump())
    finally:
        connection.close()


def test_what_is_told_is_what_is_there(tmp_path: Path) -> None:
    """The community that is returned is the one that is read from the database."""
    community = create(tmp_path / "avc.sqlite", guilds=20, users=150, members=500, seed=7)
    snapshot = read(community.path)
    assert snapshot.site_uuid == community.site_uuid
    assert snapshot.guilds == community.guilds
    assert tuple(snapshot.people.values()) == community.people
    assert snapshot.counts.memberships == 500
    modules = avc_at(f"sqlite:///{community.path}").inspect().modules
    assert modules is not None
    assert {"avc_moodle_sync", "group"} <= modules


def test_a_seed_gives_one_community(tmp_path: Path) -> None:
    """The same seed gives the same rows, another one another site."""
    paths = [tmp_path / name for name in "abc"]
    one, two, other = (
        create(path, guilds=6, users=40, members=90, seed=seed)
        for path, seed in zip(paths, (1, 1, 2), strict=True)
    )
    assert dump(paths[0]) == dump(paths[1]) != dump(paths[2])
    assert one.people == two.people != other.people
    assert one.site_uuid == two.site_uuid != other.site_uuid


@pytest.mark.parametrize(
    ("guilds", "users", "members", "memberships"),
    [
        (0, 0, 0, 0),
        (0, 5, 5, 0),
        (3, 0, 5, 0),
        (1, 1, 1, 1),
        (3, 2, 100, 6),
        (5, 10, 5, 5),
        (5, 10, 3, 3),
        (5, 10, 50, 50),
        (40, 300, 1000, 1000),
        (700, 5000, 9000, 9000),
    ],
)
def test_sizes(tmp_path: Path, guilds: int, users: int, members: int, memberships: int) -> None:
    """There are as many of each as asked for, if there are people for them; no guild is empty."""
    snapshot = read(
        create(tmp_path / "avc", guilds=guilds, users=users, members=members, seed=1).path
    )
    sizes = [len(uids) for uids in snapshot.members.values()]
    assert (len(sizes), len(snapshot.people), sum(sizes)) == (guilds, users, memberships)
    assert snapshot.counts.memberships == memberships
    assert all(sizes) or memberships < guilds
    if memberships:
        assert 1 in snapshot.members[1]
        assert 1 in snapshot.roles[1]["guild-admin"]


def test_people_and_guilds_are_told_apart(tmp_path: Path) -> None:
    """No two people share a name or an address, no two guilds a label or an alias."""
    community = create(tmp_path / "avc", guilds=900, users=12_000, members=900, seed=1)
    names = [person.name for person in community.people]
    assert names[0] == "admin"
    assert len({name.lower() for name in names}) == 12_000
    assert all(name.isascii() and name == name.lower() for name in names)
    assert len({person.mail for person in community.people}) == 12_000
    assert len({person.uuid for person in community.people}) == 12_000
    assert len({guild.label for guild in community.guilds}) == 900
    assert len({guild.alias for guild in community.guilds}) == 900
    assert [guild.label for guild in community.guilds[:5]] == [
        "Web Development",
        "Content Team",
        "Design Team",
        "Community Support",
        "Translations",
    ]
    assert community.guilds[0].alias == "web-development"


@pytest.mark.parametrize(("members", "guilds"), [(60, 4), (4, 4), (2, 2)])
def test_somebody_is_blocked(tmp_path: Path, members: int, guilds: int) -> None:
    """From ten people on one is blocked, who is a member all the same."""
    snapshot = read(create(tmp_path / "avc", guilds=guilds, users=20, members=members, seed=1).path)
    blocked = {uid for uid, person in snapshot.people.items() if not person.active}
    assert len(blocked) == 1
    assert blocked <= set().union(*snapshot.members.values())


def test_the_traps_are_there(tmp_path: Path) -> None:
    """Requests, an invitation to nobody, translations and another type of group are stored."""
    path = create(tmp_path / "avc", guilds=4, users=30, members=60, seed=1).path
    connection = sqlite3.connect(path)
    data = "group_relationship_field_data"
    for rows, condition in (
        (2, f"{data} WHERE plugin_id = 'group_membership_request'"),
        (1, f"{data} WHERE plugin_id = 'group_invitation' AND entity_id = 0"),
        (1, f"{data} WHERE default_langcode = 0"),
        (1, f"{data} WHERE group_type <> 'guild'"),
        (1, "groups_field_data WHERE default_langcode = 0"),
        (1, "users_field_data WHERE default_langcode = 0"),
        (1, "users WHERE uid = 0"),
        (1, "path_alias WHERE langcode = 'fr'"),
        (4, "path_alias WHERE path LIKE '%/about'"),
    ):
        assert connection.execute(f"SELECT count(*) FROM {condition}").fetchone() == (rows,)
    connection.close()


def test_nothing_is_written_over(tmp_path: Path) -> None:
    """A file that exists stays as it is."""
    path = tmp_path / "avc"
    path.write_text("mine")
    with pytest.raises(FileExistsError):
        create(path, guilds=1, users=1, members=1, seed=1)
    assert path.read_text() == "mine"


def test_a_large_community_is_whole(tmp_path: Path) -> None:
    """A hundred thousand memberships are as many when they are read."""
    community = create(tmp_path / "avc", guilds=100, users=20_000, members=100_000, seed=1)
    assert read(community.path).counts.memberships == 100_000


def test_avc_is_told_of_no_run_by_sql(tmp_path: Path) -> None:
    """Nothing is written, and what AVC may remember of others' runs is not taken for ours."""
    community = create(tmp_path / "avc.sqlite", guilds=2, users=5, members=8, seed=1)
    site = avc_at(f"sqlite:///{community.path}")
    before = community.path.read_bytes()
    assert site.record(SyncRecord(full=True, failed=False, users=3)) is False
    assert site.inspect().sync is None
    assert community.path.read_bytes() == before

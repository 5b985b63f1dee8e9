"""What is there by half is counted in every scope, and nothing is planned from it."""

from typing import Any

import pytest

from providers.sandbox.avc.tables import Release
from reconciler.errors import IncompleteRead
from reconciler.models.avc import AvcSnapshot, Claims
from reconciler.models.scope import FullScope, GuildScope, Scope, UserScope
from reconciler.policy import refuse_incomplete_avc
from tests.avc.support import Rows, as_group_1, avc_at, execute, load, member, small_site
from tests.avc.trap_cases import BASE, DATA, REQUEST

HASH = "group_content_type_8a3e8d4f0b2c1"
SCOPES: tuple[Scope, ...] = (
    *(FullScope(), GuildScope(uuid="group-1", name="web-dev")),
    *(UserScope(uid=2), UserScope(uid=1)),
)
HALVES = {
    "a membership without its data": f"DELETE FROM {DATA} WHERE id = 13",
    "a membership without its base": f"DELETE FROM {BASE} WHERE id = 13",
    "a membership whose original lost its mark": (
        f"UPDATE {DATA} SET default_langcode = 0 WHERE id = 13"
    ),
    "a membership that waits for its plugin": f"UPDATE {DATA} SET plugin_id = 'TEMP' WHERE id = 13",
    "a membership with an empty plugin": f"UPDATE {DATA} SET plugin_id = '' WHERE id = 13",
    "an account without its data": "DELETE FROM users_field_data WHERE uid = 4",
    "an account without its base": "DELETE FROM users WHERE uid = 4",
    "an account whose original lost its mark": (
        "UPDATE users_field_data SET default_langcode = 0 WHERE uid = 4"
    ),
    "a guild without its data": "DELETE FROM groups_field_data WHERE id = 2",
    "a guild without its base": "DELETE FROM {groups} WHERE id = 2",
}


@pytest.fixture
def reads() -> Any:
    """Reads a scope of the site in a database."""

    def read(url: str, scope: Scope, release: Release = 2) -> AvcSnapshot:  # noqa: ARG001 - Drush's
        return avc_at(url).read(scope, Claims())

    return read


def damage(url: str, statement: str) -> None:
    """``groups`` is a word of MariaDB's own."""
    quoted = "`groups`" if url.startswith("mysql") else "groups"
    execute(url, statement.replace("{groups}", quoted))


def assert_refused(snapshot: AvcSnapshot) -> None:
    assert snapshot.counts.halves == 1
    with pytest.raises(IncompleteRead, match="nothing is planned from a part"):
        refuse_incomplete_avc(snapshot)
    only = snapshot.counts.model_copy(
        update={
            "guilds": len(snapshot.guilds),
            "people": len(snapshot.people),
            "memberships": sum(map(len, snapshot.members.values())),
        }
    )
    with pytest.raises(IncompleteRead, match="only half of 1 guilds, people or memberships"):
        refuse_incomplete_avc(snapshot.model_copy(update={"counts": only}))


@pytest.mark.parametrize("half", HALVES)
def test_a_half_anywhere_is_counted_in_every_scope(reads: Any, empty: str, half: str) -> None:
    """Also of a guild that is not asked about, or of somebody who is in no guild."""
    load(empty, small_site())
    for scope in SCOPES:
        assert reads(empty, scope).counts.halves == 0
    damage(empty, HALVES[half])
    for scope in SCOPES:
        assert_refused(reads(empty, scope))


def test_a_membership_without_any_plugin(reads: Any, empty: str) -> None:
    """While drupal/group updates itself, the column is new and empty."""
    load(empty, small_site())
    # No database has a word for this that the others know.
    execute(
        empty,
        f"ALTER TABLE {DATA} RENAME TO strict",
        f"CREATE TABLE {DATA} AS SELECT id, type, langcode, gid, entity_id,"
        " nullif(plugin_id, '') AS plugin_id, default_langcode FROM strict",
    )
    execute(empty, f"UPDATE {DATA} SET plugin_id = NULL WHERE id = 13")
    for scope in SCOPES:
        assert_refused(reads(empty, scope))


@pytest.mark.parametrize("table", [BASE, DATA])
def test_a_bundle_of_another_name(reads: Any, empty: str, table: str) -> None:
    """Whatever memberships are called in this site, half a one is noticed."""
    site = small_site()
    site[DATA] += [member(20, 1, 4, type=HASH), member(21, 2, 4, type=HASH)]
    load(empty, site)
    assert reads(empty, FullScope()).counts.halves == 0
    execute(empty, f"DELETE FROM {table} WHERE id = 21")
    assert_refused(reads(empty, FullScope()))


def _of_release(release: Release) -> tuple[Rows, str, str]:
    rows = small_site()
    if release == 1:
        return as_group_1(rows), "group_content", "group_content_field_data"
    if release == 3:
        rows["group_relationship__group_roles"] = rows.pop("group_content__group_roles")
    return rows, BASE, DATA


@pytest.mark.parametrize("release", [1, 2, 3])
@pytest.mark.parametrize("half", ["base", "data"])
def test_every_release_of_group(reads: Any, empty: str, release: Release, half: str) -> None:
    """Group 1 has other names for both tables."""
    rows, base, data = _of_release(release)
    load(empty, rows, release)
    assert reads(empty, FullScope(), release).counts.halves == 0
    execute(empty, f"DELETE FROM {base if half == 'base' else data} WHERE id = 13")
    assert_refused(reads(empty, FullScope(), release))


def test_what_is_no_half(reads: Any, empty: str) -> None:
    """Leftovers of the deleted, whatever is left of them; half a request; nobody's membership."""
    site = small_site()
    site[DATA] += [member(20, 99, 2), member(21, 1, 99), member(22, 1, 0), member(23, 99, 2)]
    site[DATA] += [member(30, 1, 4, **REQUEST), member(31, 2, 4, **REQUEST)]
    load(empty, site)
    execute(
        empty,
        f"UPDATE {DATA} SET plugin_id = 'TEMP' WHERE id IN (20, 21)",
        f"DELETE FROM {BASE} WHERE id IN (22, 23, 30)",
        f"DELETE FROM {DATA} WHERE id = 31",
        "DELETE FROM users WHERE uid = 0",
    )
    for scope in SCOPES:
        snapshot = reads(empty, scope)
        assert snapshot.counts.halves == 0
        refuse_incomplete_avc(snapshot)
        # Those of guild 99, and of user 99.
        assert snapshot.counts.leftovers == 3


LEFTOVERS = {
    "of a guild": (
        "DELETE FROM {groups} WHERE id = 2",
        "DELETE FROM groups_field_data WHERE id = 2",
    ),
    "of a person": (
        "DELETE FROM users WHERE uid = 3",
        "DELETE FROM users_field_data WHERE uid = 3",
    ),
    "of a membership": (f"DELETE FROM {BASE} WHERE id = 11", f"DELETE FROM {DATA} WHERE id = 11"),
}


@pytest.mark.parametrize(
    ("lost", "left"), [("of a guild", 1), ("of a person", 2), ("of a membership", 1)]
)
def test_what_is_left_of_something_lost_whole(reads: Any, empty: str, lost: str, left: int) -> None:
    """Memberships of a guild or a person, and roles of a membership, that are nowhere."""
    load(empty, small_site())
    assert reads(empty, FullScope()).counts.leftovers == 0
    for statement in LEFTOVERS[lost]:
        damage(empty, statement)
    snapshot = reads(empty, FullScope())
    assert (snapshot.counts.halves, snapshot.counts.leftovers) == (0, left)
    refuse_incomplete_avc(snapshot)

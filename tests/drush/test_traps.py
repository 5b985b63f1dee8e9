"""The trap cases of ``tests/avc``, read through Drush."""

from typing import Any

import pytest

from providers.sandbox.avc.tables import Release
from reconciler.errors import UnexpectedAnswer
from reconciler.models.avc import Claims
from reconciler.models.scope import FullScope, GuildScope, UserScope
from tests.avc.support import Rows, execute, load, observed, small_site
from tests.avc.test_traps import (
    test_all_at_once,
    test_what_counts,
    test_what_counts_on_group_1,
)
from tests.avc.trap_cases import USUAL
from tests.drush.conftest import Projects
from tests.drush.support import Project
from tests.drush.test_same_snapshot import assert_same

__all__ = ["test_all_at_once", "test_what_counts", "test_what_counts_on_group_1"]


@pytest.fixture
def read(empty: str, project_of: Projects) -> Any:
    """Reads what a site with these rows gives, by name of the part."""

    def reading(rows: Rows, release: Release = 2) -> dict[str, Any]:
        load(empty, rows, release)
        return whole(project_of(empty, release))

    return reading


def whole(project: Project) -> dict[str, Any]:
    return observed(project.avc().read(FullScope(), Claims()))


def test_no_aliases_without_the_module(empty: str, project_of: Projects) -> None:
    """A site without Path Alias, and without the description field, is a site all the same."""
    load(empty, small_site(), without=("path_alias", "group__field_group_description"))
    assert whole(project_of(empty)) == USUAL


def test_groups_without_status(small: Project) -> None:
    """Where drupal/group cannot unpublish groups, all of them are published."""
    execute(small.url, "ALTER TABLE groups_field_data DROP COLUMN status")
    assert whole(small) == USUAL


@pytest.mark.parametrize(
    ("statement", "counts"),
    [
        ("DELETE FROM users WHERE uid = 4", {"people": 4}),
        ("DELETE FROM users_field_data WHERE uid = 4", {"people": 4}),
        ("DELETE FROM groups WHERE id = 2", {"guilds": 2, "memberships": 3}),
        ("DELETE FROM groups_field_data WHERE id = 2", {"guilds": 2, "memberships": 3}),
        ("DELETE FROM users_field_data WHERE uid = 3", {"people": 4, "memberships": 3}),
        (
            "UPDATE group_relationship_field_data SET default_langcode = 0 WHERE id = 11",
            {"memberships": 3, "community": 3},
        ),
    ],
)
def test_halves_are_counted(small: Project, statement: str, counts: dict[str, int]) -> None:
    """What is only in one of two tables cannot be read, and is counted: so it is missed."""
    execute(small.url, statement)
    snapshot = small.avc().read(FullScope(), Claims())
    counted = snapshot.counts.model_dump()
    assert {key: counted[key] for key in counts} == counts
    memberships = sum(map(len, snapshot.members.values()))
    found = (len(snapshot.guilds), len(snapshot.people), memberships)
    assert found != (counted["guilds"], counted["people"], counted["memberships"])
    for scope in (GuildScope(uuid="group-1", name="web"), UserScope(uid=2)):
        assert_same(small, scope, Claims())


def test_a_member_of_whom_half_is_missing_is_missed(small: Project) -> None:
    """In a guild's scope, too, who cannot be read is counted."""
    execute(small.url, "DELETE FROM users_field_data WHERE uid = 3")
    snapshot = assert_same(small, GuildScope(uuid="group-1", name="web"), Claims())
    assert set(snapshot.people) == {2}
    assert snapshot.counts.people == 2


def test_a_status_that_is_none(small: Project) -> None:
    """Somebody who is neither active nor blocked is named, not guessed about."""
    execute(small.url, "UPDATE users_field_data SET status = NULL WHERE uid = 3")
    with pytest.raises(UnexpectedAnswer, match="user 3 is blocked: their status is None"):
        whole(small)

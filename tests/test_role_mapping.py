"""Mappings that name what there is not: which names those are, and what is made of the others."""

import pytest

from reconciler.models.avc import Claims, Guild
from reconciler.models.scope import FullScope
from reconciler.models.settings import SyncSettings
from reconciler.roles import find_roles, spelt, unknown_guild_roles
from tests.test_roles import Case, snapshot
from tests.world import Community, FakeAvc, person

MISTAKES: list[tuple[str, dict[str, str], tuple[str, ...], tuple[str, ...], bool]] = [
    ("none", {"guild_mentor": "teacher"}, ("teacher",), (), True),
    ("a guild role that there is not", {"guild_editor": "teacher"}, (), ("teacher",), False),
    (
        "one whose Moodle role another one has, too",
        {"guild_editor": "teacher", "guild_mentor": "teacher"},
        ("teacher",),
        ("teacher",),
        False,
    ),
    ("a Moodle role that there is not", {"guild_mentor": "techer"}, (), (), False),
    ("a role that rules the site is no mistake", {"guild_mentor": "manager"}, (), (), True),
]


@pytest.mark.parametrize(
    ("mapping", "beside", "uncertain", "understood"),
    [case[1:] for case in MISTAKES],
    ids=[case[0] for case in MISTAKES],
)
def test_a_mapping_may_hold_a_mistake(
    mapping: dict[str, str], beside: tuple[str, ...], uncertain: tuple[str, ...], understood: bool
) -> None:
    """Nothing is made for a guild role that there is not; what it stands for is known, and kept."""
    settings = SyncSettings(role_sync=True, role_mapping=mapping | {"guild_member": "student"})
    unknown = [name for name in mapping if name == "guild_editor"]
    found = find_roles(settings, snapshot(Case("", {})), unknown)
    assert found.beside == beside
    assert found.uncertain == set(uncertain)
    assert found.mapped == {"student", *mapping.values()}
    assert found.understood is understood


UNKNOWN: list[tuple[str, set[str] | None, list[str], tuple[str, ...]]] = [
    ("all are known", {"guild-admin", "guild-mentor"}, [], ()),
    ("one is not", {"guild-admin"}, [], ("guild_mentor",)),
    ("one that somebody still holds is not", {"guild-admin"}, ["guild-mentor"], ("guild_mentor",)),
    ("underscores and hyphens are alike", {"guild_admin", "guild_mentor"}, [], ()),
    ("AVC does not tell", None, [], ()),
]


@pytest.mark.parametrize(
    ("existing", "held", "unknown"),
    [case[1:] for case in UNKNOWN],
    ids=[case[0] for case in UNKNOWN],
)
def test_names_that_no_guild_role_has(
    existing: set[str] | None, held: list[str], unknown: tuple[str, ...]
) -> None:
    """A name in the mapping that is no role of guilds is a mistake; ordinary membership is none."""
    mapping = {
        "guild_admin": "manager",
        "guild_mentor": "teacher",
        "guild_member": "student",
        "default": "student",
    }
    held_by = {role: frozenset({1}) for role in held}
    guild = Guild(id=1, uuid="a", label="A")
    whole = FakeAvc(Community((guild,), (person(1),), {1: frozenset({1})}, {1: held_by}))
    avc = whole.read(FullScope(), Claims())
    roles = None if existing is None else frozenset(existing)
    avc = avc.model_copy(update={"guild_roles": roles})
    settings = SyncSettings(role_sync=True, role_mapping=mapping)
    assert unknown_guild_roles(settings, avc) == unknown
    assert unknown_guild_roles(SyncSettings(role_mapping=mapping), avc) == ()
    assert spelt("guild-mentor") == spelt("guild_mentor") == "guild_mentor"

"""Which Moodle roles guild roles become, and what gives each: cases as data."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from reconciler.models.moodle import (
    PLUGIN,
    Ability,
    Grant,
    MoodleRole,
    MoodleSnapshot,
    RoleState,
)
from reconciler.models.settings import SyncSettings
from reconciler.roles import find_roles
from tests.world import CREATOR, LIBRARIAN, ROLES, TEACHER

BOTH: frozenset[Ability] = frozenset({"define-roles", "assign-roles"})


@dataclass(frozen=True)
class Case:
    """A mapping and a Moodle in; role → (way, why), and role → problem, out."""

    says: str
    mapping: dict[str, str]
    ways: dict[str, tuple[str, str]] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    ordinary: str | None = None
    beside: tuple[str, ...] = ()
    more: dict[str, Any] = field(default_factory=dict)
    """Other settings."""
    roles: tuple[MoodleRole, ...] | None = ROLES
    """None: this access shows nothing of roles."""
    plugin: bool = True
    left: bool = False
    """Whether there are assignments that the plugin made."""
    abilities: frozenset[Ability] = BOTH


ADMIN = {"guild_admin": "coursecreator"}
CREATOR_BESIDE: dict[str, Any] = {"mapping": ADMIN, "beside": ("coursecreator",)}
CASES = [
    Case("no mapping, no roles", {}),
    Case(
        "a role that Moodle gives in courses only",
        {"guild_mentor": "teacher"},
        {"teacher": ("course-enrolment", "only-in-courses")},
        beside=("teacher",),
    ),
    Case(
        "a role at site level, with the plugin",
        ways={"coursecreator": ("definition", "plugin-installed")},
        **CREATOR_BESIDE,
    ),
    Case(
        "the plugin, by an access that cannot define",
        ways={"coursecreator": ("definition", "by-hand")},
        abilities=frozenset(),
        **CREATOR_BESIDE,
    ),
    Case(
        "without the plugin, by the command line",
        ways={"coursecreator": ("assignment", "no-plugin")},
        plugin=False,
        **CREATOR_BESIDE,
    ),
    Case(
        "without the plugin, by an access that cannot assign",
        ways={"coursecreator": ("none", "impossible")},
        problems={"coursecreator": "role-needs-plugin"},
        plugin=False,
        abilities=frozenset(),
        **CREATOR_BESIDE,
    ),
    Case(
        "assignment although there is the plugin",
        ways={"coursecreator": ("assignment", "configured")},
        more={"roles_by": {"coursecreator": "assignment"}},
        **CREATOR_BESIDE,
    ),
    Case(
        "assignment is wanted, and this access cannot",
        ways={"coursecreator": ("none", "impossible")},
        problems={"coursecreator": "role-needs-plugin"},
        more={"roles_by": {"coursecreator": "assignment"}},
        abilities=frozenset({"define-roles"}),
        **CREATOR_BESIDE,
    ),
    Case(
        "a definition is wanted, as it would be anyway",
        ways={"coursecreator": ("definition", "configured")},
        more={"roles_by": {"coursecreator": "definition"}},
        **CREATOR_BESIDE,
    ),
    Case(
        "a definition is wanted, without the plugin",
        ways={"coursecreator": ("none", "impossible")},
        problems={"coursecreator": "role-needs-plugin"},
        more={"roles_by": {"coursecreator": "definition"}},
        plugin=False,
        **CREATOR_BESIDE,
    ),
    Case(
        "without the plugin, which left what it gave: that would be given twice",
        ways={"coursecreator": ("none", "impossible")},
        problems={"coursecreator": "role-needs-plugin"},
        plugin=False,
        left=True,
        **CREATOR_BESIDE,
    ),
    Case(
        "so, too, by configuration",
        ways={"coursecreator": ("none", "impossible")},
        problems={"coursecreator": "role-needs-plugin"},
        more={"roles_by": {"coursecreator": "assignment"}},
        plugin=False,
        left=True,
        **CREATOR_BESIDE,
    ),
    Case(
        "what the plugin gave is no obstacle while it is there",
        ways={"coursecreator": ("assignment", "configured")},
        more={"roles_by": {"coursecreator": "assignment"}},
        left=True,
        **CREATOR_BESIDE,
    ),
    Case(
        "nor for what courses give",
        {"guild_mentor": "teacher"},
        {"teacher": ("course-enrolment", "only-in-courses")},
        beside=("teacher",),
        plugin=False,
        left=True,
    ),
    Case(
        "courses only, by configuration",
        ways={"coursecreator": ("course-enrolment", "configured")},
        more={"roles_by": {"coursecreator": "course-enrolment"}},
        **CREATOR_BESIDE,
    ),
    Case(
        "a cohort and no role",
        ways={"coursecreator": ("none", "configured")},
        more={"roles_by": {"coursecreator": "none"}},
        **CREATOR_BESIDE,
    ),
    Case(
        "a role that Moodle gives in courses only, wanted at site level",
        {"guild_mentor": "teacher"},
        {"teacher": ("none", "impossible")},
        {"teacher": "role-not-assignable"},
        beside=("teacher",),
        more={"roles_by": {"teacher": "assignment"}},
    ),
    Case(
        "a role that Moodle has not got",
        {"guild_mentor": "techer"},
        {},
        {"techer": "unknown-moodle-role"},
    ),
    Case(
        "a role that rules the site", {"guild_admin": "manager"}, {}, {"manager": "privileged-role"}
    ),
    Case(
        "a role that rules the site, by its capabilities",
        ADMIN,
        {},
        {"coursecreator": "privileged-role"},
        roles=(CREATOR.model_copy(update={"rules_site": True}),),
    ),
    Case(
        "a role that rules the site, allowed",
        {"guild_admin": "manager"},
        {"manager": ("definition", "plugin-installed")},
        beside=("manager",),
        more={"allow_privileged_roles": ("manager",)},
    ),
    Case(
        "allowed is that role alone",
        {"guild_admin": "manager", "guild_mentor": "coursecreator"},
        {"coursecreator": ("definition", "plugin-installed")},
        {"manager": "privileged-role"},
        beside=("coursecreator",),
        more={"allow_privileged_roles": ("coursecreator",)},
    ),
    Case(
        "the ordinary members' role has no cohort beside",
        {"guild_member": "student", "guild_mentor": "teacher"},
        {
            "student": ("course-enrolment", "only-in-courses"),
            "teacher": ("course-enrolment", "only-in-courses"),
        },
        ordinary="student",
        beside=("teacher",),
    ),
    Case(
        "default where guild_member is unmapped",
        {"default": "student"},
        {"student": ("course-enrolment", "only-in-courses")},
        ordinary="student",
    ),
    Case(
        "an ordinary members' role that is refused is none",
        {"guild_member": "manager"},
        {},
        {"manager": "privileged-role"},
    ),
    Case(
        "a role of members and of mentors is the members'",
        {"guild_member": "student", "guild_mentor": "student"},
        {"student": ("course-enrolment", "only-in-courses")},
        ordinary="student",
    ),
    Case(
        "by web services: the roles of courses are known",
        {"guild_mentor": "teacher", "guild_member": "student"},
        {
            "student": ("course-enrolment", "only-in-courses"),
            "teacher": ("course-enrolment", "only-in-courses"),
        },
        ordinary="student",
        beside=("teacher",),
        roles=None,
        abilities=frozenset(),
    ),
    Case(
        "by web services: others are not seen",
        ways={"coursecreator": ("none", "unseen")},
        problems={"coursecreator": "role-unseen"},
        roles=None,
        abilities=frozenset(),
        **CREATOR_BESIDE,
    ),
    Case(
        "by web services: courses, by configuration",
        ways={"coursecreator": ("course-enrolment", "configured")},
        more={"roles_by": {"coursecreator": "course-enrolment"}},
        roles=None,
        abilities=frozenset(),
        **CREATOR_BESIDE,
    ),
    Case(
        "by web services: manager rules a site, seen or not",
        {"guild_admin": "manager"},
        {},
        {"manager": "privileged-role"},
        roles=None,
        abilities=frozenset(),
    ),
]


def snapshot(case: Case) -> MoodleSnapshot:
    state = None
    if case.roles is not None:
        definitions = frozenset[tuple[int, int]]() if case.plugin else None
        theirs = {Grant(cohort=7, role=LIBRARIAN.id, component=PLUGIN): frozenset({101})}
        state = RoleState(
            roles=case.roles,
            definitions=definitions,
            assignments=theirs if case.left else {},
            by_plugin=case.left,
        )
    return MoodleSnapshot(
        url="x", cohorts=(), members={}, accounts={}, roles=state, abilities=case.abilities
    )


@pytest.mark.parametrize("case", CASES, ids=[case.says for case in CASES])
def test_roles(case: Case) -> None:
    """What the case says."""
    settings = SyncSettings(role_sync=True, role_mapping=case.mapping, **case.more)
    found = find_roles(settings, snapshot(case), ())
    assert {plan.role: (plan.way, plan.because) for plan in found.plans} == case.ways
    assert dict(found.problems) == case.problems
    assert found.ordinary == case.ordinary
    assert found.beside == case.beside
    assert found.active


def test_without_role_sync_there_are_no_roles() -> None:
    """Whatever the mapping says."""
    settings = SyncSettings(role_mapping={"guild_mentor": "teacher", "guild_x": "no-such"})
    found = find_roles(settings, snapshot(Case("", {})), ())
    assert (found.plans, found.problems, found.active) == ((), {}, False)


def test_every_guild_role_of_a_moodle_role_is_named() -> None:
    """Two guild roles may become one: both are in the plan, and both fill its cohort."""
    mapping = {"guild_mentor": "teacher", "guild_editor": "teacher", "guild_member": "student"}
    found = find_roles(
        SyncSettings(role_sync=True, role_mapping=mapping), snapshot(Case("", {})), ()
    )
    assert found.guild_roles("teacher") == {"guild_mentor", "guild_editor"}
    assert found.ids["teacher"] == TEACHER.id
    assert found.way(None) == found.way("student") == "course-enrolment"
    assert found.way("unmapped") == "none"


def test_what_is_given_in_courses_only_rules_no_site() -> None:
    """An editing teacher may assign roles, in courses: that needs no permission."""
    roles = (TEACHER.model_copy(update={"rules_site": True}),)
    settings = SyncSettings(role_sync=True, role_mapping={"guild_mentor": "teacher"})
    assert find_roles(settings, snapshot(Case("", {}, roles=roles)), ()).problems == {}

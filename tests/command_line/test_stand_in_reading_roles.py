"""What the program reads of roles and enrolments that hang on cohorts, on a stand-in."""

import pytest

from reconciler.models.moodle import OTHER_WAY, Enrolment, Grant, MoodleQuery, MoodleRole
from reconciler.ports import MoodleSite
from tests.command_line.conftest import BOTH, EVERYBODY, GIVE
from tests.sandbox.stand_in import StandIn

pytestmark = BOTH

_ENROL = "INSERT INTO enrol (enrol, status, courseid, customint1) VALUES"


def test_roles_of_a_new_site(site: MoodleSite) -> None:
    """Two may be given in the system context; managers rule it, as does who may give roles."""
    roles = site.read(MoodleQuery()).roles
    assert roles
    assert {role.shortname: (role.system, role.rules_site) for role in roles.roles} == {
        "manager": (True, True),
        "coursecreator": (True, False),
        "editingteacher": (False, True),
        "teacher": (False, False),
        "student": (False, False),
        "guest": (False, False),
        "user": (False, False),
        "frontpage": (False, False),
    }


@pytest.mark.parametrize(
    ("archetype", "capability", "rules"),
    [
        ("manager", None, True),
        ("", ("moodle/site:config", 1, 1), True),
        ("", ("moodle/role:assign", 1, 1), True),
        ("", ("moodle/site:config", 1, -1), False),
        ("", ("moodle/site:config", 3, 1), False),
        ("", ("moodle/course:view", 1, 1), False),
    ],
)
def test_a_role_that_rules_the_site(
    site: MoodleSite,
    stand_in: StandIn,
    archetype: str,
    capability: tuple[str, int, int] | None,
    rules: object,
) -> None:
    """By archetype, or by what it allows in the system context; not what it forbids there."""
    role = stand_in.edit("INSERT INTO role (shortname, archetype) VALUES ('own', ?)", archetype)
    if capability:
        stand_in.edit(
            "INSERT INTO role_capabilities (roleid, capability, contextid, permission)"
            " VALUES (?, ?, ?, ?)",
            role,
            *capability,
        )
    roles = site.read(MoodleQuery()).roles
    assert roles
    assert roles.roles[-1] == MoodleRole(id=9, shortname="own", system=False, rules_site=rules)


def test_definitions_and_assignments(site: MoodleSite, stand_in: StandIn) -> None:
    """Ours and the plugin's, in the system context; nobody else's, and no more than is asked."""
    stand_in.edit("INSERT INTO local_cohortrole (cohortid, roleid) VALUES (1, 2), (4, 1)")
    stand_in.edit(f"{GIVE} (2, 1, 3, 'local_cohortrole', 1), (2, 1, 4, 'local_cohortrole', 1)")
    stand_in.edit(f"{GIVE} (2, 1, 3, 'avc_moodle_sync', 4), (2, 1, 3, '', 0)")
    stand_in.edit(f"{GIVE} (2, 3, 3, 'avc_moodle_sync', 4), (2, 1, 3, 'enrol_cohort', 5)")
    bare = site.read(MoodleQuery()).roles
    assert bare
    assert (bare.assignments, bare.by_plugin) == ({}, True)
    roles = site.read(EVERYBODY).roles
    assert roles
    assert roles.definitions == bare.definitions == frozenset({(1, 2), (4, 1)})
    assert roles.assignments == {
        Grant(cohort=1, role=2, component="local_cohortrole"): {3, 4},
        Grant(cohort=4, role=2, component="avc_moodle_sync"): {3},
    }


def test_a_site_without_the_plugin(site: MoodleSite, stand_in: StandIn) -> None:
    """No definitions is not the same as none of them; the other abilities stay."""
    stand_in.without_cohortrole()
    stand_in.edit(f"{GIVE} (2, 3, 3, 'local_cohortrole', 1), (2, 1, 3, 'avc_moodle_sync', 1)")
    snapshot = site.read(MoodleQuery())
    assert snapshot.roles
    assert (snapshot.roles.definitions, snapshot.roles.by_plugin) == (None, False)
    assert snapshot.abilities == {"assign-roles", "lock-cohorts", "record-syncs"}


@pytest.mark.parametrize(
    ("change", "on_removal"),
    [
        ("UPDATE config_plugins SET value = '0' WHERE name = 'unenrolaction'", "unenrol"),
        ("UPDATE config_plugins SET value = '2' WHERE name = 'unenrolaction'", "suspend"),
        ("UPDATE config_plugins SET value = '3' WHERE name = 'unenrolaction'", "suspend"),
        ("DELETE FROM config_plugins WHERE name = 'unenrolaction'", "unenrol"),
    ],
)
def test_courses_by_cohort(
    site: MoodleSite, stand_in: StandIn, change: str, on_removal: object
) -> None:
    """Instances that are switched off, too: they enrol nobody, and unenrol whom they once did."""
    _instances(stand_in)
    stand_in.edit(change)
    enrolment = site.read(MoodleQuery()).enrolment
    assert enrolment == Enrolment.model_validate(
        {
            "courses": {1: {7, 8}, 2: {7, 8}, 3: {9}},
            "joins": {1: {7}, 2: {7, 8}},
            "on_removal": on_removal,
        }
    )


def _instances(stand_in: StandIn) -> None:
    """Of cohort 1 one is switched off, of cohort 2 one of two in a course, of 3 the only one."""
    stand_in.edit(f"{_ENROL} ('cohort', 0, 7, 1), ('cohort', 1, 8, 1), ('cohort', 0, 7, 2)")
    stand_in.edit(f"{_ENROL} ('cohort', 1, 8, 2), ('cohort', 0, 8, 2), ('cohort', 1, 9, 3)")
    stand_in.edit(f"{_ENROL} ('manual', 0, 9, NULL), ('self', 0, 9, 1)")


@pytest.mark.parametrize("enabled", ["", "manual,self", "manual,cohort2"])
def test_a_plugin_that_is_switched_off_enrols_nobody(
    site: MoodleSite, stand_in: StandIn, enabled: str
) -> None:
    """Who leaves is unenrolled all the same, so the courses stay."""
    _instances(stand_in)
    stand_in.edit("UPDATE config SET value = ? WHERE name = 'enrol_plugins_enabled'", enabled)
    enrolment = site.read(MoodleQuery()).enrolment
    assert enrolment
    assert not enrolment.joins
    assert enrolment.courses.keys() == {1, 2, 3}


def test_what_enrols_people(site: MoodleSite, stand_in: StandIn) -> None:
    """Suspended enrolments count; another plugin's ``customint1`` is no cohort."""
    stand_in.edit(f"{_ENROL} ('cohort', 0, 7, 1), ('cohort', 0, 7, 2), ('meta', 0, 7, 2)")
    stand_in.edit(f"{_ENROL} ('cohort', 0, 8, 1)")
    stand_in.edit(
        "INSERT INTO user_enrolments (enrolid, userid, status)"
        " VALUES (1, 3, 0), (2, 3, 1), (3, 4, 0), (4, 3, 0), (1, 5, 0)"
    )
    enrolled = site.enrolments(frozenset({3, 4, 6}), frozenset({7}))
    assert {account: dict(courses) for account, courses in enrolled.items()} == {
        3: {7: {1, 2}},
        4: {7: {OTHER_WAY}},
    }

"""What a change of the roles' configuration does to people, from both sites' rows to both's."""

import pytest

from tests.commands.by_command_line import ByCommandLine, by_command_line, holds, leaves
from tests.commands.test_command_line import MEMBERS, ROLES, STUDENT
from tests.two_sites import Ran, TwoSites

CREATORS = "web-dev--coursecreator"
MANAGER = 1
"""Moodle's id of the role, on every fresh site."""


def configure(place: ByCommandLine, before: str, after: str) -> None:
    """Edit nwp.yml."""
    text = (place.sites.directory / "nwp.yml").read_text()
    assert before in text
    place.sites.configure(text=text.replace(before, after))


def sync(place: ByCommandLine) -> Ran:
    ran = place.sites.reconciler("sync", "avc", "ss")
    assert (ran.code, ran.err) == (0, "")
    return ran


@pytest.fixture
def assigned(sites: TwoSites) -> ByCommandLine:
    """Synchronised, roles assigned one by one: 101 and 103 are course creators."""
    place = by_command_line(sites, MEMBERS, ROLES, "roles_by: {coursecreator: assignment}")
    sync(place)
    assert len(place.role_assignments()) == 2
    return place


@pytest.fixture
def defined(sites: TwoSites) -> ByCommandLine:
    """The same by local_cohortrole."""
    place = by_command_line(sites, MEMBERS, ROLES)
    sync(place)
    assert len(place.role_assignments()) == 2
    return place


MISTAKES = [
    ("guild_admin:", "guild_admn:", ["role_mapping names guild_admn"]),
    (
        "coursecreator,",
        "coursecraetor,",
        ["no role with the short name coursecraetor", "No role in role_mapping wants cohorts"],
    ),
]


@pytest.mark.parametrize("way", ["assigned", "defined"])
@pytest.mark.parametrize(("before", "after", "says"), MISTAKES, ids=["guild role", "Moodle role"])
def test_a_typing_error_in_the_mapping_costs_nobody_anything(
    request: pytest.FixtureRequest, way: str, before: str, after: str, says: list[str]
) -> None:
    """It is told; people and roles stay, even of somebody who is no guild admin any more."""
    place: ByCommandLine = request.getfixturevalue(way)
    members, given = place.members(), place.role_assignments()
    place.sites.in_avc(
        "DELETE FROM group_content__group_roles WHERE group_roles_target_id = 'guild-admin'"
    )
    configure(place, before, after)
    ran = sync(place)
    assert all(sentence in ran.out for sentence in says)
    assert (place.members(), place.role_assignments()) == (members, given)
    configure(place, after, before)
    sync(place)
    assert place.members() == members | {CREATORS: set(), "design-team--coursecreator": set()}
    assert place.role_assignments() == set()


@pytest.mark.parametrize("mapping", ["role_mapping: {}", ""])
def test_role_sync_without_a_mapping_is_refused(assigned: ByCommandLine, mapping: str) -> None:
    """Nothing mapped would take every role from everybody: nothing is written."""
    members, given = assigned.members(), assigned.role_assignments()
    line = "role_mapping: {guild_admin: coursecreator, guild-mentor: teacher, default: student}"
    configure(assigned, line, mapping)
    for ran in (
        assigned.sites.reconciler("sync", "avc", "ss"),
        assigned.sites.pl("avc", "ss", "--full"),
    ):
        assert ran.code == 1
        assert "role_sync is on, and role_mapping is empty: say which roles to give" in ran.err
        assert len(ran.err.strip().splitlines()) == 1
    assert (assigned.members(), assigned.role_assignments()) == (members, given)


@pytest.mark.parametrize("way", ["assigned", "defined"])
def test_role_sync_off_and_on_again(request: pytest.FixtureRequest, way: str) -> None:
    """Off, what gives roles is left, and told; on again, what happened meanwhile is made up for."""
    place: ByCommandLine = request.getfixturevalue(way)
    members, given = place.members(), place.role_assignments()
    configure(place, "role_sync: true", "role_sync: false")
    place.sites.in_avc(leaves(1, 1), holds((1, 3, "guild-admin")))
    ran = sync(place)
    assert "No role in role_mapping wants cohorts" in ran.out
    assert place.role_assignments() == given
    assert place.members() == members | {"web-dev": {102, 103}}
    configure(place, "role_sync: false", "role_sync: true")
    assert "No role in role_mapping wants cohorts" not in sync(place).out
    assert place.members()[CREATORS] == {103}
    assert {(who, where) for who, _, where in place.role_assignments()} == {
        (103, CREATORS),
        (103, "design-team--coursecreator"),
    }


def test_a_role_cohort_that_is_released_gives_its_role_until_it_is_somebodys(
    assigned: ByCommandLine,
) -> None:
    """Adopted again, nobody loses anything; renamed by people, it is theirs, and gives nothing."""
    given = assigned.role_assignments()
    released = assigned.sites.reconciler("release", "avc", "ss", CREATORS)
    assert (released.code, released.err) == (0, "")
    assert assigned.role_assignments() == given
    sync(assigned)
    assert assigned.role_assignments() == given
    assigned.sites.reconciler("release", "avc", "ss", CREATORS)
    assigned.moodle.edit(
        "UPDATE cohort SET name = 'Mine', idnumber = 'mine' WHERE idnumber = ?", CREATORS
    )
    ran = assigned.sites.reconciler("plan", "avc", "ss", "-o", "p.yaml")
    assert "- role coursecreator: u1" in assigned.sites.reconciler("show", "p.yaml").out
    assert ran.code == 0
    assert assigned.sites.reconciler("apply", "p.yaml").code == 0
    assert assigned.role_assignments() == given
    assert assigned.members()["mine"] == assigned.members()[CREATORS] == {101}
    assert assigned.sites.reconciler("plan", "avc", "ss", "--detailed-exitcode").code == 0


def test_with_role_sync_off_a_released_cohort_keeps_what_it_gives(
    assigned: ByCommandLine,
) -> None:
    """Whose that is, the next run with role_sync says."""
    configure(assigned, "role_sync: true", "role_sync: false")
    assigned.sites.reconciler("release", "avc", "ss", CREATORS)
    assigned.moodle.edit("UPDATE cohort SET name = 'Mine' WHERE idnumber = ?", CREATORS)
    given = assigned.role_assignments()
    sync(assigned)
    assert assigned.role_assignments() == given
    configure(assigned, "role_sync: false", "role_sync: true")
    sync(assigned)
    assert assigned.role_assignments() == given - {(101, "avc_moodle_sync", CREATORS)}


def test_a_lock_that_web_services_do_not_see_is_not_left_behind(sites: TwoSites) -> None:
    """Locked by command line, a cohort cannot be released by web services."""
    place = by_command_line(sites, MEMBERS, ROLES, "lock_cohorts: true")
    sync(place)
    before = place.moodle.rows("SELECT id, description, component FROM cohort")
    ran = sites.reconciler("release", "avc", "ws", CREATORS)
    assert ran.code == 1
    assert "is locked, and only Moodle's command line takes the lock away" in ran.err
    assert place.moodle.rows("SELECT id, description, component FROM cohort") == before


def managers(place: ByCommandLine) -> set[int]:
    rows = place.moodle.rows("SELECT userid FROM role_assignments WHERE roleid = ?", MANAGER)
    return {account for (account,) in rows}


@pytest.mark.parametrize("way", ["definition", "assignment"])
def test_a_role_that_is_not_allowed_any_more_is_taken_and_costs_no_course(
    sites: TwoSites, way: str
) -> None:
    """The cohort, its members, and the course that enrols them stay."""
    allowed = "allow_privileged_roles: [manager]"
    place = by_command_line(sites, MEMBERS, ROLES, f"{allowed}, roles_by: {{manager: {way}}}")
    configure(place, "guild_admin: coursecreator", "guild_admin: manager")
    sync(place)
    assert managers(place) == {101, 103}
    place.takes_part("web-dev--manager", 9, STUDENT)
    members = place.members()
    configure(place, allowed, "allow_privileged_roles: []")
    ran = sync(place)
    assert "The role manager rules the whole Moodle site, so no cohort gives it" in ran.out
    assert managers(place) == set()
    assert (place.members(), place.enrolled(9)) == (members, {101})
    assert sites.reconciler("plan", "avc", "ss", "--detailed-exitcode").code == 0

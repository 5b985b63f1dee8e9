"""Roles, locks, costs and refusals, from both sites' rows to both sites' rows, by command line."""

import pytest

from tests.commands.by_command_line import (
    COURSE_CREATOR,
    ByCommandLine,
    by_command_line,
    holds,
    leaves,
)
from tests.two_sites import TwoSites

MEMBERS = {1: [1, 2, 3], 2: [3, 4]}
ROLES = [(1, 1, "guild-admin"), (1, 2, "guild-mentor"), (2, 3, "guild-admin")]
STUDENT, TEACHER = 5, 4


@pytest.fixture
def empty(sites: TwoSites) -> ByCommandLine:
    """Guild 1 has 1 (admin), 2 (mentor), 3; guild 2 has 3 (admin), 4. Nothing in Moodle yet."""
    return by_command_line(sites, MEMBERS, ROLES)


@pytest.fixture
def synced(empty: ByCommandLine) -> ByCommandLine:
    """The same, synchronised once."""
    ran = empty.sites.reconciler("sync", "avc", "ss")
    assert (ran.code, ran.err) == (0, "")
    return empty


def test_guild_roles_become_cohorts_and_role_assignments(synced: ByCommandLine) -> None:
    """Who holds a guild role is in the cohort for it; local_cohortrole gives course creators."""
    assert synced.members() == {
        "web-dev": {101, 102, 103},
        "web-dev--coursecreator": {101},
        "web-dev--teacher": {102},
        "design-team": {103, 104},
        "design-team--coursecreator": {103},
        "design-team--teacher": set(),
    }
    assert synced.role_assignments() == {
        (101, "local_cohortrole", "web-dev--coursecreator"),
        (103, "local_cohortrole", "design-team--coursecreator"),
    }
    assert synced.sites.reconciler("plan", "avc", "ss", "--detailed-exitcode").code == 0


def test_a_role_that_is_lost_is_taken_and_the_one_given_by_hand_stays(
    synced: ByCommandLine,
) -> None:
    """The assignment that hangs on the cohort goes; a person's own, older one does not."""
    synced.moodle.edit(
        "INSERT INTO role_assignments (roleid, contextid, userid) VALUES (?, 1, 101)",
        COURSE_CREATOR,
    )
    synced.sites.in_avc(leaves(1, 1))
    ran = synced.sites.reconciler("sync", "avc", "ss")
    assert (ran.code, ran.err) == (0, "")
    assert synced.members()["web-dev--coursecreator"] == set()
    assert synced.role_assignments() == {
        (101, "", ""),
        (103, "local_cohortrole", "design-team--coursecreator"),
    }


def test_a_role_of_two_guilds_goes_with_the_second(synced: ByCommandLine) -> None:
    """Each assignment hangs on one cohort."""
    synced.sites.in_avc(holds((1, 3, "guild-admin")))
    synced.sites.reconciler("sync", "avc", "ss")
    both = {
        (103, "local_cohortrole", f"{guild}--coursecreator") for guild in ("web-dev", "design-team")
    }
    assert both <= synced.role_assignments()
    synced.sites.in_avc(leaves(1, 3))
    synced.sites.reconciler("sync", "avc", "ss")
    assert both & synced.role_assignments() == {
        (103, "local_cohortrole", "design-team--coursecreator")
    }


def test_without_the_plugin_roles_are_given_one_by_one(sites: TwoSites) -> None:
    """The same rows under our component; and the way is changed by adding before removing."""
    place = by_command_line(sites, MEMBERS, ROLES, "roles_by: {coursecreator: assignment}")
    assert sites.reconciler("sync", "avc", "ss").code == 0
    ours = {
        (101, "avc_moodle_sync", "web-dev--coursecreator"),
        (103, "avc_moodle_sync", "design-team--coursecreator"),
    }
    assert place.role_assignments() == ours
    text = (sites.directory / "nwp.yml").read_text()
    sites.configure(text=text.replace("assignment", "definition"))
    shown = sites.reconciler("plan", "avc", "ss").out
    assert "role: coursecreator is given to everybody in it (local_cohortrole)" in shown
    assert "- role coursecreator: u1 (Moodle 101, AVC 1 by email): it is given in" in shown
    assert sites.reconciler("sync", "avc", "ss").code == 0
    assert {component for _, component, _ in place.role_assignments()} == {"local_cohortrole"}
    assert sites.reconciler("plan", "avc", "ss", "--detailed-exitcode").code == 0


def test_a_removal_says_which_enrolments_it_costs(synced: ByCommandLine) -> None:
    """The last enrolment in a course is named before it is lost, and lost when it was applied."""
    synced.takes_part("web-dev", 9, STUDENT)
    synced.sites.in_avc(leaves(1, 3))
    ran = synced.sites.reconciler("plan", "avc", "ss", "-o", "p.yaml")
    assert "1 to remove (1 enrolment lost)" in ran.out
    text = (synced.sites.directory / "p.yaml").read_text()
    assert "- moodle:103 avc:3 by:email because:left-guild last-enrolments:1 u3" in text
    assert synced.sites.reconciler("apply", "p.yaml").code == 0
    assert synced.enrolled(9) == {101, 102}


def test_a_removal_that_costs_more_by_now_is_stale(synced: ByCommandLine) -> None:
    """Another course enrols the cohort since the plan was reviewed: it is not applied."""
    synced.takes_part("web-dev", 9, STUDENT)
    synced.sites.in_avc(leaves(1, 3))
    synced.sites.reconciler("plan", "avc", "ss", "-o", "p.yaml")
    synced.takes_part("web-dev", 10, STUDENT)
    ran = synced.sites.reconciler("apply", "p.yaml")
    assert ran.code == 4
    assert "last enrolment in 2 courses now; planned was 1" in ran.err
    assert 103 in synced.members()["web-dev"]


def test_who_moves_between_two_guilds_of_a_course_stays_enrolled(synced: ByCommandLine) -> None:
    """The addition comes first, so the removal costs nothing, and says nothing of a cost."""
    synced.takes_part("web-dev", 9, STUDENT)
    synced.takes_part("design-team", 9, STUDENT)
    synced.sites.in_avc(
        "UPDATE group_relationship_field_data SET gid = 2 WHERE gid = 1 AND entity_id = 2"
        " AND plugin_id = 'group_membership'",
        "DELETE FROM group_content__group_roles WHERE group_roles_target_id = 'guild-mentor'",
    )
    ran = synced.sites.reconciler("plan", "avc", "ss", "-o", "p.yaml")
    assert "1 member to add, 2 to remove; " not in ran.out
    assert "lost" not in ran.out
    assert synced.sites.reconciler("apply", "p.yaml").code == 0
    assert 102 in synced.enrolled(9)


def test_a_run_is_recorded_in_moodle(synced: ByCommandLine) -> None:
    """Digest and counts under our name; a run with nothing to do leaves them alone."""
    before = synced.recorded()
    assert before["digest"].startswith("sha256:")
    assert (before["scope"], before["members_added"]) == ("full", "8")
    assert synced.sites.reconciler("sync", "avc", "ss").code == 0
    assert synced.recorded() == before


def test_locked_cohorts_and_letting_one_go(sites: TwoSites) -> None:
    """lock_cohorts sets the component; release takes lock and mark, and nothing else."""
    place = by_command_line(sites, MEMBERS, ROLES, "lock_cohorts: true")
    assert sites.reconciler("sync", "avc", "ss").code == 0
    locks = "SELECT DISTINCT component FROM cohort"
    assert place.moodle.rows(locks) == [("avc_moodle_sync",)]
    ran = sites.reconciler("release", "avc", "ss", "web-dev--teacher")
    assert (ran.code, ran.err) == (0, "")
    assert "adopts it again" in ran.out
    row = "SELECT component, description, name FROM cohort WHERE idnumber = 'web-dev--teacher'"
    assert place.moodle.rows(row) == [("", "", "AVC - Web Development (Teacher)")]
    assert place.members()["web-dev--teacher"] == {102}
    again = sites.reconciler("release", "avc", "ss", "web-dev--teacher")
    assert again.code == 1
    assert "No cohort of this AVC has the id or idnumber 'web-dev--teacher'" in again.err


def test_locks_go_when_they_are_no_longer_wanted(sites: TwoSites) -> None:
    """Without lock_cohorts our own lock is taken off; web services say that they cannot lock."""
    place = by_command_line(sites, MEMBERS, ROLES, "lock_cohorts: true")
    sites.reconciler("sync", "avc", "ss")
    assert "Cohorts cannot be locked by web services" in sites.reconciler("plan", "avc", "ws").out
    text = (sites.directory / "nwp.yml").read_text()
    sites.configure(text=text.replace("lock_cohorts: true", ""))
    assert sites.reconciler("sync", "avc", "ss").code == 0
    assert place.moodle.rows("SELECT DISTINCT component FROM cohort") == [("",)]


def test_a_moodle_in_maintenance_is_left_alone(synced: ByCommandLine) -> None:
    """One sentence, exit 1, nothing planned."""
    (synced.moodle.dataroot / "climaintenance.html").write_text("Back soon.")
    for ran in (
        synced.sites.reconciler("plan", "avc", "ss"),
        synced.sites.pl("avc", "ss", "--full"),
    ):
        assert ran.code == 1
        assert "maintenance" in ran.err
        assert len(ran.err.strip().splitlines()) == 1


def test_a_fatal_error_in_the_middle_is_partly_applied(empty: ByCommandLine) -> None:
    """Exit 5, what PHP said, and a second run does the rest."""
    empty.moodle.before("cohort_add_member", "if ($calls === 3) { exit(255); }")
    ran = empty.sites.reconciler("sync", "avc", "ss")
    assert ran.code == 5
    assert "Apply again to do the rest" in ran.err
    config = empty.moodle.root / "config.php"
    config.write_text(config.read_text().replace("exit(255);", ""))
    assert empty.sites.reconciler("sync", "avc", "ss").code == 0
    assert empty.members()["web-dev"] == {101, 102, 103}


def test_an_account_deleted_between_plan_and_apply_is_stale(empty: ByCommandLine) -> None:
    """Exit 4, nothing written."""
    empty.sites.reconciler("plan", "avc", "ss", "-o", "p.yaml")
    empty.moodle.edit("UPDATE user SET deleted = 1 WHERE id = 104")
    ran = empty.sites.reconciler("apply", "p.yaml")
    assert ran.code == 4
    assert "add account 104 to design-team" in ran.err
    assert empty.members() == {}


def test_an_account_deleted_while_it_is_applied_spoils_nobody_elses(empty: ByCommandLine) -> None:
    """Exit 5 names it; everybody else is where they belong."""
    empty.moodle.before(
        "cohort_add_member",
        "if ($calls === 1) { $DB->execute('UPDATE {user} SET deleted = 1 WHERE id = 104'); }",
    )
    ran = empty.sites.reconciler("sync", "avc", "ss")
    assert ran.code == 5
    assert "add account 104 to design-team: account 104 was deleted" in ran.err
    assert empty.members()["design-team"] == {103}
    assert empty.members()["web-dev"] == {101, 102, 103}


def test_a_plan_with_roles_is_stale_where_roles_cannot_be_seen(empty: ByCommandLine) -> None:
    """Made by command line, it is not applied by web services, which could not give the roles."""
    empty.sites.reconciler("plan", "avc", "ss", "-o", "p.yaml")
    text = (empty.sites.directory / "nwp.yml").read_text()
    blind = text.replace("access: {via: cli}", "access: {via: sandbox, file: moodle.sqlite}", 1)
    empty.sites.configure(text=blind)
    ran = empty.sites.reconciler("apply", "p.yaml")
    assert ran.code == 4
    assert "define that design-team (coursecreator) gives the role coursecreator" in ran.err
    assert empty.members() == {}


def test_web_services_keep_cohorts_and_say_what_they_cannot_give(empty: ByCommandLine) -> None:
    """The cohorts for roles are the same; what gives the role is left to people, and said."""
    ran = empty.sites.pl("avc", "ws", "--full")
    assert (ran.code, ran.err) == (0, "")
    assert empty.members()["web-dev--coursecreator"] == {101}
    assert "the role coursecreator cannot be seen or set by web services" in ran.out
    assert "Moodle keeps no record of this run" in ran.out
    assert empty.role_assignments() == set()
    assert empty.recorded() == {}


def test_a_noisy_moodle_is_understood(empty: ByCommandLine) -> None:
    """Warnings that PHP prints into the answer are not taken for it."""
    empty.moodle.configure("echo 'Deprecated: x'; trigger_error('old', E_USER_WARNING);")
    ran = empty.sites.reconciler("sync", "avc", "ss")
    assert (ran.code, ran.err) == (0, "")
    assert empty.members()["web-dev"] == {101, 102, 103}


def test_what_a_deleted_cohort_leaves_behind_is_taken_back(sites: TwoSites) -> None:
    """Deleted by hand, a cohort leaves assignments of ours: they go; a new one gives its own."""
    place = by_command_line(sites, MEMBERS, ROLES, "roles_by: {coursecreator: assignment}")
    assert sites.reconciler("sync", "avc", "ss").code == 0
    place.moodle.edit("DELETE FROM cohort WHERE idnumber = 'web-dev--coursecreator'")
    place.moodle.edit("DELETE FROM cohort_members WHERE cohortid NOT IN (SELECT id FROM cohort)")
    assert (101, "avc_moodle_sync", "") in place.role_assignments()
    sites.reconciler("plan", "avc", "ss", "-o", "p.yaml")
    shown = sites.reconciler("show", "p.yaml").out
    assert "- role coursecreator: u1 (Moodle 101, AVC 1 by email): the cohort that gave it" in shown
    ran = sites.reconciler("apply", "p.yaml")
    assert (ran.code, ran.err) == (0, "")
    assert place.role_assignments() == {
        (101, "avc_moodle_sync", "web-dev--coursecreator"),
        (103, "avc_moodle_sync", "design-team--coursecreator"),
    }
    assert sites.reconciler("apply", "p.yaml").code == 0

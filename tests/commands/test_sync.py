"""What syncing does to people: the cases that cost somebody a course when they go wrong."""

import json
import re

import pytest

from reconciler.models.avc import Guild
from tests.two_sites import TwoSites
from tests.world import account, person

GUILD = Guild(
    id=1, uuid="00000001-1111-4111-8111-111111111111", label="Web Development", alias="web-dev"
)
OTHER = Guild(
    id=2, uuid="00000002-1111-4111-8111-111111111111", label="Design Team", alias="design-team"
)


@pytest.fixture
def synced(sites: TwoSites) -> TwoSites:
    """A guild of ann (1), bob (2) and carol (3), synchronised; dave (4) is in AVC alone."""
    people = [person(n) for n in range(1, 5)]
    sites.avc([GUILD, OTHER], people, {1: [1, 2, 3], 2: [1]})
    sites.moodle([account(n) for n in range(1, 6)])
    sites.configure()
    assert sites.pl("avc", "ss").code == 0
    assert sites.members() == {"web-dev": {101, 102, 103}, "design-team": {101}}
    return sites


def test_an_address_that_changed_in_moodle_costs_nobody_their_cohort(synced: TwoSites) -> None:
    """Somebody whose Moodle address changed stays in the cohort and is reported."""
    synced.in_moodle("UPDATE user SET email = 'married@x.org' WHERE id = 102")
    ran = synced.pl("avc", "ss")
    assert ran.code == 0
    assert synced.members()["web-dev"] == {101, 102, 103}
    assert "⚠ u2 (ID: 2) has no Moodle account that is known to be theirs" in ran.out
    assert "account 102 has that user name, but another address" in ran.out
    assert "u2 (account 102) is in the cohort of web-dev without AVC's doing: kept" in ran.out


def test_somebody_who_left_the_guild_is_removed(synced: TwoSites) -> None:
    """Without the membership in AVC, the account leaves the cohort, and only that cohort."""
    synced.in_avc(
        "DELETE FROM group_relationship_field_data WHERE gid = 1 AND entity_id = 1"
        " AND plugin_id = 'group_membership'"
    )
    ran = synced.pl("avc", "ss")
    assert "ℹ 1 user removed from cohorts" in ran.out
    assert synced.members() == {"web-dev": {102, 103}, "design-team": {101}}


def test_somebody_blocked_in_avc_is_removed(synced: TwoSites) -> None:
    """A blocked person is in no guild, although the membership row remains."""
    synced.in_avc("UPDATE users_field_data SET status = 0 WHERE uid = 1")
    assert synced.pl("avc", "ss").code == 0
    assert synced.members() == {"web-dev": {102, 103}, "design-team": set()}


def test_somebody_added_by_hand_is_a_stranger(synced: TwoSites) -> None:
    """An account that AVC knows nothing of, added to our cohort by hand, stays, with a report."""
    synced.in_moodle("INSERT INTO cohort_members VALUES (2, 105)")
    assert synced.members()["web-dev"] == {101, 102, 103, 105}
    writes = synced.writes()
    ran = synced.pl("avc", "ss")
    assert synced.members()["web-dev"] == {101, 102, 103, 105}
    assert "⚠ u5 (account 105) is in the cohort of web-dev without AVC's doing: kept" in ran.out
    assert (ran.code, synced.writes()) == (0, writes)


def test_strangers_go_when_asked_and_when_nobody_can_be_mistaken(synced: TwoSites) -> None:
    """``strangers: remove`` removes them, but not while a member of the guild is unrecognised."""
    text = (synced.directory / "nwp.yml").read_text()
    synced.configure(text=text.replace("sync: {", "sync: {strangers: remove, "))
    synced.in_moodle("INSERT INTO cohort_members VALUES (2, 105)")
    synced.in_moodle("UPDATE user SET email = 'married@x.org' WHERE id = 102")
    synced.pl("avc", "ss")
    assert synced.members()["web-dev"] == {101, 102, 103, 105}
    synced.in_moodle("UPDATE user SET email = 'u2@x.org' WHERE id = 102")
    synced.pl("avc", "ss")
    assert synced.members()["web-dev"] == {101, 102, 103}


def test_a_renamed_guild_renames_its_cohort_and_keeps_its_idnumber(synced: TwoSites) -> None:
    """A rename changes the cohort's name only, although pathauto changed the alias too."""
    synced.in_avc(
        "UPDATE groups_field_data SET label = 'Web Craft' WHERE id = 1",
        "UPDATE path_alias SET alias = '/group/web-craft' WHERE path = '/group/1'",
    )
    ran = synced.pl("avc", "ss")
    assert "ℹ 1 cohort updated" in ran.out
    assert synced.members() == {"web-dev": {101, 102, 103}, "design-team": {101}}
    assert "Syncing guild: web-craft" in synced.pl("avc", "ss", "--guild=web-craft").out
    assert synced.pl("avc", "ss", "--guild=web-dev").code == 0


GONE = [
    "DELETE FROM groups WHERE id = 2",
    "DELETE FROM groups_field_data WHERE id = 2",
    "DELETE FROM group_relationship_field_data WHERE gid = 2",
]


def test_a_guild_that_is_gone_has_its_cohort_archived(synced: TwoSites) -> None:
    """Hidden, renamed, emptied, its idnumber free, never deleted; verbose output says all of it."""
    synced.in_avc(*GONE, "UPDATE groups_field_data SET label = 'Web Craft' WHERE id = 1")
    said = synced.pl("avc", "ss", "--dry-run").out
    assert "ℹ Archive cohort 1: AVC - Design Team → AVC - Design Team (archived)" in said
    assert "✗ u1 (ID: 1): Remove from cohort 1 (design-team) - Guild is gone" in said
    assert "Would remove: 1" in said
    out = synced.pl("avc", "ss", "--verbose").out
    assert "✓ Archived cohort 1: AVC - Design Team → AVC - Design Team (archived)" in out
    assert "✓ Renamed cohort 2: AVC - Web Development → AVC - Web Craft" in out
    assert "  Guild: design-team (gone in AVC)\n    Cohort ID: 1\n" in out
    assert "ℹ u1 (ID: 1) → Removed from cohort 1" in out
    assert "    Removed: 1\n    Unchanged: 3\n    Total: 4\n" in out
    assert synced.members() == {"web-dev": {101, 102, 103}, "design-team--archived-1": set()}
    again = synced.pl("avc", "ss", "--verbose")
    assert "    Removed: 0\n    Unchanged: 3\n    Total: 3\n" in again.out


def test_only_a_full_run_archives(synced: TwoSites) -> None:
    """A guild's or a user's run leaves the cohorts of guilds that are gone alone."""
    synced.in_avc(*GONE)
    for mode in ("--guild=web-dev", "--user=1"):
        assert synced.pl("avc", "ss", mode).code == 0
    assert synced.members() == {"web-dev": {101, 102, 103}, "design-team": {101}}


def test_one_users_run_shows_their_guilds_only(synced: TwoSites) -> None:
    """Guilds that the person is not in, and was not in, are not listed."""
    out = synced.pl("avc", "ss", "--user=2", "--verbose").out
    assert "Guild: web-dev" in out
    assert "Guild: design-team" not in out


def test_a_dry_run_writes_nothing(synced: TwoSites) -> None:
    """With everything to do, ``--dry-run`` changes no row on either side."""
    synced.in_avc(
        "UPDATE users_field_data SET status = 0 WHERE uid = 1",
        "UPDATE groups_field_data SET label = 'Web Craft' WHERE id = 1",
    )
    avc = (synced.directory / "avc.sqlite").read_bytes()
    members, writes = synced.members(), synced.writes()
    for mode in ("--full", "--guild=web-dev", "--user=1"):
        for arguments in (["--dry-run"], ["--dry-run", "--verbose"]):
            assert synced.pl("avc", "ss", mode, *arguments).code == 0
    assert synced.reconciler("sync", "avc", "ss", "--dry-run").code == 0
    assert (synced.members(), synced.writes()) == (members, writes)
    assert (synced.directory / "avc.sqlite").read_bytes() == avc


def test_a_second_run_writes_nothing(synced: TwoSites) -> None:
    """Once the sites agree, a run changes nothing and says so."""
    writes = synced.writes()
    ran = synced.reconciler("sync", "avc", "ss")
    assert "nothing to do" in ran.out
    assert (ran.code, synced.writes()) == (0, writes)


def test_one_user_is_synchronised_alone(synced: TwoSites) -> None:
    """``--user`` adds and removes that person, and leaves everybody else's drift alone."""
    synced.in_moodle("DELETE FROM cohort_members WHERE userid IN (101, 102)")
    assert synced.pl("avc", "ss", "--user=1").code == 0
    assert synced.members() == {"web-dev": {101, 103}, "design-team": {101}}


def test_one_guild_is_synchronised_alone(synced: TwoSites) -> None:
    """``--guild`` leaves the other guilds' drift alone."""
    synced.in_moodle("DELETE FROM cohort_members")
    assert synced.pl("avc", "ss", "--guild=design-team").code == 0
    assert synced.members() == {"web-dev": set(), "design-team": {101}}


def test_debug_tells_how_many_calls_were_made(synced: TwoSites) -> None:
    """``--debug`` prints the count on standard error, and what each step came to."""
    said = synced.pl("avc", "ss", "--debug").err
    assert "web-service calls" in said
    line = r"^debug: (.+): (?:([1-9]\d*) calls, \d+ bytes, )?\d+\.\d{3} s$"
    steps = re.findall(line, said, re.MULTILINE)
    assert {name for name, calls in steps if calls} >= {"read AVC", "read Moodle"}
    assert {name for name, _ in steps} >= {"plan", "tell AVC", "the rest"}


def test_detailed_exit_code_tells_changes_from_none(synced: TwoSites) -> None:
    """``plan --detailed-exitcode`` exits with 0 when there is nothing to do, else with 2."""
    arguments = ("plan", "avc", "ss", "--detailed-exitcode")
    assert synced.reconciler(*arguments).code == 0
    synced.in_moodle("DELETE FROM cohort_members WHERE userid = 101")
    assert synced.reconciler(*arguments).code == 2


def test_plan_files_hold_no_addresses(synced: TwoSites) -> None:
    """Git keeps files for ever: neither a mail address nor one used as a name gets into a plan."""
    synced.in_avc(
        "UPDATE users_field_data SET name = 'secret.person@x.org' WHERE uid = 2",
        "UPDATE users_field_data SET status = 0 WHERE uid = 3",
    )
    synced.in_moodle("DELETE FROM cohort_members")
    synced.reconciler("plan", "avc", "ss", "-o", "plan.json")
    text = (synced.directory / "plan.json").read_text()
    assert "x.org" not in text
    assert "secret.person" not in text
    names = {m["name"] for c in json.loads(text)["cohorts"] for m in c["members"]}
    assert names == {"u1", "se…@…"}

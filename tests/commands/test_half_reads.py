"""A database in the middle of being restored, a site lost on the way: nothing is half-believed."""

from collections.abc import Iterator

import pytest

from providers.moodle import site, write_members
from providers.moodle.client import Client
from reconciler.errors import SiteUnreachable
from reconciler.models.operations import Outcome
from tests.commands.test_sync import GONE, synced
from tests.two_sites import TwoSites

__all__ = ["synced"]

MEMBERSHIPS = "group_relationship_field_data"
MOVES = f"UPDATE {MEMBERSHIPS} SET entity_id = 4 WHERE gid = 1 AND entity_id = 3"
LEAVES = f"DELETE FROM {MEMBERSHIPS} WHERE gid = 1 AND entity_id = 2"
HALF = "AVC has only half of "

HALVES = [
    ("no membership in any guild", f"DELETE FROM {MEMBERSHIPS}", HALF),
    ("no base row of a guild", "DELETE FROM groups", "AVC counts 2 guilds and gave 0"),
    (
        "a guild without its base row",
        "DELETE FROM groups WHERE id = 1",
        "AVC counts 2 guilds and gave 1",
    ),
    ("a person without a base row", "DELETE FROM users WHERE uid = 1", "AVC counts 4 people"),
    (
        "a person of whom it is not known whether they are blocked",
        "UPDATE users_field_data SET status = NULL WHERE uid = 1",
        "does not say whether user 1 is blocked",
    ),
    (
        "a guild without its data",
        "DELETE FROM groups_field_data WHERE id = 1",
        "AVC counts 2 guilds and gave 1",
    ),
    (
        "a guild whose original lost its mark",
        "UPDATE groups_field_data SET default_langcode = 0 WHERE id = 1",
        "AVC counts 2 guilds and gave 1",
    ),
    (
        "a person without data",
        "DELETE FROM users_field_data WHERE uid = 1",
        "and gave ",
    ),
    (
        "a dump that was loaded without NO_AUTO_VALUE_ON_ZERO",
        "UPDATE users SET uid = 99 WHERE uid = 0",
        "NO_AUTO_VALUE_ON_ZERO",
    ),
    (
        "a membership whose original lost its mark",
        f"UPDATE {MEMBERSHIPS} SET default_langcode = 0 WHERE gid = 1 AND entity_id = 1",
        "memberships and gave ",
    ),
    (
        "memberships whose data has not been restored",
        f"DELETE FROM {MEMBERSHIPS} WHERE entity_id IN (1, 2)",
        HALF,
    ),
    (
        "memberships that wait for drupal/group's update",
        f"UPDATE {MEMBERSHIPS} SET plugin_id = 'TEMP' WHERE entity_id IN (1, 2)",
        HALF,
    ),
    (
        "memberships without a base row",
        "DELETE FROM group_relationship WHERE id = 1",
        HALF,
    ),
]


@pytest.mark.parametrize("mode", ["--full", "--guild=web-dev", "--user=1"])
@pytest.mark.parametrize(("damage", "says"), [h[1:] for h in HALVES], ids=[h[0] for h in HALVES])
def test_half_an_avc_removes_nobody(synced: TwoSites, mode: str, damage: str, says: str) -> None:
    """In every scope: refused or harmless, and everybody keeps their cohort."""
    before = synced.members()
    text = (synced.directory / "nwp.yml").read_text()
    synced.configure(text=text.replace("sync: {", "sync: {strangers: remove, "))
    synced.damage_avc(damage)
    ran = synced.pl("avc", "ss", mode)
    assert synced.members() == before
    if mode == "--full" or says == HALF:
        assert ran.code == 1
        assert says in ran.err


def unreachable(_client: Client, _pairs: object) -> Iterator[Outcome]:
    raise SiteUnreachable("Moodle is down for maintenance.")
    yield


def test_a_site_lost_after_a_write_is_partly_applied(
    synced: TwoSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 5, and what was done; the next run does the rest."""
    synced.in_avc(MOVES)
    with monkeypatch.context() as patch:
        patch.setattr(write_members, "_remove", unreachable)
        ran = synced.reconciler("sync", "avc", "ss")
    assert ran.code == 5
    assert "1 of 2 operations were carried out and read back, others may have been" in ran.err
    assert "then: Moodle is down" in ran.err
    assert synced.members()["web-dev"] == {101, 102, 103, 104}
    assert synced.reconciler("sync", "avc", "ss").code == 0
    assert synced.members()["web-dev"] == {101, 102, 104}


def test_a_site_lost_before_a_write_was_read_back_may_have_been_written_to(
    synced: TwoSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was sent and not read back may be there: that is no "nothing was written"."""

    def lost(_client: Client, _pairs: object) -> dict[int, frozenset[int]]:
        raise SiteUnreachable("Moodle is down for maintenance.")

    synced.in_avc(LEAVES)
    monkeypatch.setattr(write_members, "_members", lost)
    ran = synced.reconciler("sync", "avc", "ss")
    assert ran.code == 5
    assert "0 of 1 operations were carried out and read back, others may have been" in ran.err
    assert synced.members()["web-dev"] == {101, 103}


def test_a_site_lost_at_the_last_look_is_partly_applied(
    synced: TwoSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything was read back once; but it could not be seen that it lasts."""

    def lost(*_arguments: object) -> None:
        raise SiteUnreachable("Moodle is down for maintenance.")

    synced.in_avc(LEAVES)
    monkeypatch.setattr(site, "read_back", lost)
    ran = synced.reconciler("sync", "avc", "ss")
    assert ran.code == 5
    assert "1 of 1 operations were carried out and read back; then: Moodle is down" in ran.err


def interrupted(_client: Client, _pairs: object) -> Iterator[Outcome]:
    raise KeyboardInterrupt
    yield


@pytest.mark.parametrize(("command", "code"), [("reconciler", 130), ("pl", 1)])
def test_ctrl_c_says_what_it_leaves(
    synced: TwoSites, monkeypatch: pytest.MonkeyPatch, command: str, code: int
) -> None:
    """Interrupted while writing: a sentence, and 1 from ``pl``, which knows no other failure."""
    synced.in_avc(LEAVES)
    monkeypatch.setattr(write_members, "_remove", interrupted)
    ran = (
        synced.reconciler("sync", "avc", "ss")
        if command == "reconciler"
        else synced.pl("avc", "ss")
    )
    assert ran.code == code
    assert "Interrupted. What was written stays" in ran.err


def test_a_guilds_plan_is_stale_when_the_guild_is_gone(synced: TwoSites) -> None:
    """Exit 4, with nothing written."""
    synced.in_moodle("DELETE FROM cohort_members WHERE cohortid = 1")
    synced.reconciler("plan", "avc", "ss", "--guild=design-team", "-o", "p.yaml")
    synced.in_avc(*GONE)
    writes = synced.writes()
    ran = synced.reconciler("apply", "p.yaml")
    assert (ran.code, synced.writes()) == (4, writes)
    assert "Guild 'design-team' not found" in ran.err


def test_a_removal_on_other_evidence_is_stale(synced: TwoSites) -> None:
    """Reviewed as u2's, the account is u4's now: it is not removed on a review of somebody else."""
    synced.in_avc(LEAVES)
    synced.reconciler("plan", "avc", "ss", "-o", "p.yaml")
    synced.in_moodle(
        "UPDATE user SET email = 'u4@x.org' WHERE id = 102",
        "UPDATE user SET email = 'zz@x.org' WHERE id = 104",
    )
    ran = synced.reconciler("apply", "p.yaml")
    assert ran.code == 4
    assert "the evidence is another now: AVC user 4, left-guild" in ran.err
    assert synced.members()["web-dev"] == {101, 102, 103}


def test_a_cohort_that_was_taken_out_of_our_hands_is_not_filled(synced: TwoSites) -> None:
    """Its mark gone since the review, additions and a rename are stale."""
    synced.in_moodle("DELETE FROM cohort_members WHERE cohortid = 2 AND userid = 103")
    synced.in_avc("UPDATE groups_field_data SET label = 'Web Craft' WHERE id = 1")
    synced.reconciler("plan", "avc", "ss", "-o", "p.yaml")
    synced.in_moodle("UPDATE cohort SET description = '<p>Mine now.</p>' WHERE id = 2")
    ran = synced.reconciler("apply", "p.yaml")
    assert ran.code == 4
    assert "its cohort has to be adopted or restored first now" in ran.err
    assert "update cohort 2 (web-dev): its name is" in ran.err
    assert synced.members()["web-dev"] == {101, 102}


@pytest.mark.parametrize("leaves", [LEAVES, "UPDATE users_field_data SET status = 0 WHERE uid = 2"])
def test_an_ambiguous_member_who_should_be_out_is_told(synced: TwoSites, leaves: str) -> None:
    """A second account with one's own address keeps the access; but not unseen."""
    synced.in_avc(leaves)
    synced.in_moodle("UPDATE user SET email = 'u2@x.org' WHERE id = 105")
    out = synced.reconciler("plan", "avc", "ss").out
    assert "u2 (ID: 2) could be accounts 102, 105" in out
    assert synced.members()["web-dev"] == {101, 102, 103}


def test_a_frozen_member_of_an_archived_cohort_is_told(synced: TwoSites) -> None:
    """Who stays behind in a cohort whose guild is gone is named."""
    synced.in_avc(*GONE)
    synced.in_moodle("UPDATE user SET email = 'u1@x.org' WHERE id = 105")
    assert "could be accounts 101, 105" in synced.reconciler("plan", "avc", "ss").out


LOST = {
    "a guild": ("DELETE FROM groups WHERE id = 2", "DELETE FROM groups_field_data WHERE id = 2"),
    "a person": ("DELETE FROM users WHERE uid = 3", "DELETE FROM users_field_data WHERE uid = 3"),
}


@pytest.mark.parametrize("lost", LOST)
def test_beside_leftovers_nobody_goes(synced: TwoSites, lost: str) -> None:
    """What is nowhere, and has memberships, may be lost and not gone: nobody is taken out, not even
    somebody who has left another guild. With nobody to go, the others are synchronised.
    """
    synced.damage_avc(*LOST[lost])
    if lost == "a person":
        synced.in_moodle("DELETE FROM cohort_members WHERE userid = 102")
        assert synced.pl("avc", "ss").code == 0
        assert synced.members()["web-dev"] == {101, 102, 103}
        synced.damage_avc("UPDATE users_field_data SET status = 0 WHERE uid = 1")
    before = synced.members()
    ran = synced.reconciler("sync", "avc", "ss")
    assert ran.code == 1
    assert "whose guild, person or membership is nowhere" in ran.out
    assert synced.members() == before

"""Runs of which something was left out, and those of other Moodles, as the history has them."""

import json
from pathlib import Path

import pytest

from tests.guards_world import guild
from tests.two_sites import TwoSites
from tests.world import account, person

SYNC = ("sync", "avc", "ss")
LEFT = (
    "DELETE FROM group_relationship_field_data WHERE gid = 1 AND entity_id <= 6"
    " AND type = 'guild-group_membership'"
)
"""Six of the eight members of guild 1: more than a guard lets go."""
RENAMED = "UPDATE groups_field_data SET label = 'Another' WHERE id = 2"


@pytest.fixture
def synced(sites: TwoSites) -> TwoSites:
    """Guild 1 of eight people and guild 2 of two, synchronised."""
    sites.avc([guild(1), guild(2)], [person(n) for n in range(1, 9)], {1: range(1, 9), 2: [1, 2]})
    sites.moodle([account(n) for n in range(1, 9)])
    sites.configure()
    assert sites.reconciler(*SYNC).code == 0
    return sites


def endings(sites: TwoSites) -> list[str]:
    """What the history says of each run, but by whom."""
    lines = sites.reconciler("history", "ss").out.splitlines()
    return [line.strip().partition(";")[0] for line in lines if line.startswith(" ")]


def test_what_guards_held_back_is_told(synced: TwoSites) -> None:
    """Of a run that did the rest, and of one that did nothing; in text and in JSON."""
    synced.in_avc(LEFT, RENAMED)
    assert [synced.reconciler(*SYNC).code for _ in range(2)] == [1, 1]
    assert endings(synced) == [
        "2 created, 10 added: done",
        "1 changed: partly: 6 held back",
        "nothing changed: 6 held back",
    ]
    last = synced.reconciler("history", "last").out
    assert "outcome  6 held back\n" in last
    assert "⚠ Held back by guards, and not listed: 6 operations." in last
    told = json.loads(synced.reconciler("history", "ss", "--json").out)
    assert [(run["held_back"], run["left_out"]) for run in told] == [(0, 0), (6, 0), (6, 0)]


def test_a_run_that_did_nothing_is_not_the_one_to_undo(synced: TwoSites) -> None:
    """After nights on which all was held back, the last run to undo is the one that wrote."""
    synced.in_avc(LEFT)
    (first,) = json.loads(synced.reconciler("history", "--json").out)
    assert synced.reconciler(*SYNC).code == 1
    assert len(json.loads(synced.reconciler("history", "--json").out)) == 2
    assert f"undoing run {first['run']}" in synced.reconciler("invert", "last").out


def test_what_no_longer_fitted_and_was_left_out_is_told(synced: TwoSites) -> None:
    """``--skip-stale`` carries out the rest; nothing of that looks whole."""
    synced.in_moodle("DELETE FROM cohort_members WHERE userid IN (101, 103)")
    synced.reconciler("plan", "avc", "ss", "-o", "p.yaml")
    synced.in_avc("UPDATE users_field_data SET status = 0 WHERE uid = 1")
    assert synced.reconciler("apply", "p.yaml", "--skip-stale").code == 5
    assert endings(synced)[-1] == "1 added: partly: 2 left out"
    last = synced.reconciler("history", "last").out
    assert "⚠ Left out, as it did not fit any more, and not listed: 2 operations." in last
    assert json.loads(synced.reconciler("history", "last", "--json").out)["left_out"] == 2


def test_without_a_match_on_record_changed_matches_are_not_checked(sites: TwoSites) -> None:
    """A run that was held back whole tells nothing of who is who."""
    sites.avc([guild(1)], [person(1)], {1: [1]})
    sites.moodle([account(1)])
    sites.configure()
    nwp = Path("nwp.yml")
    nwp.write_text(nwp.read_text().replace("moodle_site: ss", "moodle_site: other"))
    for _ in range(2):
        ran = sites.reconciler(*SYNC)
        assert (ran.code, sites.members()) == (1, {})
        assert "changed-matches: not checked: no journal here" in ran.out
    assert endings(sites) == ["nothing changed: 2 held back"] * 2

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
    """Of a run that did the rest, in text and in JSON; one that did nothing is none."""
    synced.in_avc(LEFT, RENAMED)
    assert [synced.reconciler(*SYNC).code for _ in range(3)] == [1, 1, 1]
    assert endings(synced) == ["2 created, 10 added: done", "1 changed: partly: 6 held back"]
    last = synced.reconciler("history", "last").out
    assert "outcome  partly: 6 held back\n" in last
    assert "⚠ Held back by guards, and not listed: 6 operations." in last
    told = json.loads(synced.reconciler("history", "ss", "--json").out)
    assert [(run["held_back"], run["left_out"]) for run in told] == [(0, 0), (6, 0)]


def test_an_earlier_release_reads_runs_of_which_nothing_was_left_out(
    synced: TwoSites, state_path: Path
) -> None:
    """It refuses keys that it does not know: they are written only where they say something."""
    synced.in_avc(LEFT, RENAMED)
    synced.reconciler(*SYNC)
    (journal,) = state_path.rglob("journal.jsonl")
    starts = [json.loads(line) for line in journal.read_text().splitlines() if '"run"' in line]
    assert [set(one["start"]) & {"held_back", "left_out"} for one in starts] == [
        set(),
        {"held_back"},
    ]


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

"""``--only`` and ``--exclude``: a part of the work, without editing a file."""

import pytest

from providers.avc.site import SqlAvc
from reconciler.models.avc import SyncRecord
from tests.guards_world import guild
from tests.two_sites import TwoSites
from tests.world import account, person


@pytest.fixture
def sites_in_drift(sites: TwoSites) -> TwoSites:
    """Two guilds whose cohorts are made and empty; person 1 is in both, 2 and 3 in one each."""
    sites.avc([guild(1), guild(2)], [person(n) for n in range(1, 4)], {1: [1, 2], 2: [1, 3]})
    sites.moodle([account(n) for n in range(1, 4)])
    sites.configure()
    assert sites.reconciler("sync", "avc", "ss").code == 0
    sites.in_moodle("DELETE FROM cohort_members")
    return sites


PARTS = {
    ("--only", "guild:g1"): {"g1": {101, 102}, "g2": set()},
    ("--only", "user:1"): {"g1": {101}, "g2": {101}},
    ("--exclude", "user:1"): {"g1": {102}, "g2": {103}},
    ("--exclude", "guild:g1", "--exclude", "user:3"): {"g1": set(), "g2": {101}},
    ("--only", "guild:g2", "--exclude", "user:1"): {"g1": set(), "g2": {103}},
    ("--only", "guild:g1", "--only", "user:3"): {"g1": {101, 102}, "g2": {103}},
}


@pytest.mark.parametrize("way", ["plan and apply", "sync"])
@pytest.mark.parametrize("part", PARTS, ids=" ".join)
def test_a_part_is_carried_out_and_nothing_else(
    sites_in_drift: TwoSites, part: tuple[str, ...], way: str
) -> None:
    """By a plan that is saved and applied, and in one go."""
    if way == "sync":
        assert sites_in_drift.reconciler("sync", "avc", "ss", *part).code == 0
    else:
        assert sites_in_drift.reconciler("plan", "avc", "ss", *part, "-o", "p.yaml").code == 0
        assert sites_in_drift.reconciler("show", "p.yaml").code == 0
        applied = sites_in_drift.reconciler("apply", "p.yaml", "--yes")
        assert (applied.code, applied.err) == (0, "")
    assert sites_in_drift.members() == PARTS[part]


def test_a_run_of_a_part_is_not_told_as_a_full_one(
    sites_in_drift: TwoSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AVC's last synchronisation stays what it was, until one does everything."""
    told: list[SyncRecord] = []
    monkeypatch.setattr(SqlAvc, "record", lambda _avc, record: bool(told.append(record)))  # type: ignore[func-returns-value]
    sites_in_drift.reconciler("sync", "avc", "ss", "--only", "guild:g1")
    sites_in_drift.reconciler("plan", "avc", "ss", "--exclude", "user:3", "-o", "p.yaml")
    sites_in_drift.reconciler("apply", "p.yaml", "--yes")
    sites_in_drift.reconciler("sync", "avc", "ss")
    assert [(record.full, record.failed) for record in told] == [
        (False, False),
        (False, False),
        (True, False),
    ]


@pytest.mark.parametrize("word", ["g1", "guild:nowhere", "user:99", f"user:{'9' * 5000}"])
@pytest.mark.parametrize("command", ["plan", "sync"])
def test_a_word_that_names_nothing_stops_the_run(
    sites_in_drift: TwoSites, command: str, word: str
) -> None:
    """One sentence, exit 1, and nothing is written."""
    writes = sites_in_drift.writes()
    for option in ("--only", "--exclude"):
        ran = sites_in_drift.reconciler(command, "avc", "ss", option, word)
        assert (ran.code, sites_in_drift.writes()) == (1, writes)
        assert "Traceback" not in ran.err
        assert ran.err.count("\n") == 1

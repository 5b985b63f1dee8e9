"""What ``pl avc-moodle-sync`` says beyond its specification: costs, what is held, and when."""

import re
from datetime import UTC, datetime

import pytest

from tests.commands.by_command_line import ByCommandLine, by_command_line, leaves
from tests.commands.test_guards import run, synced
from tests.two_sites import TwoSites

__all__ = ["synced"]
ENDED = re.compile(r"  ℹ This run ended on (\d{4}-\d\d-\d\d \d\d:\d\d) UTC, (.+)")


@pytest.fixture
def leaving(sites: TwoSites) -> ByCommandLine:
    """Of three in a guild whose cohort a course enrols, one has left it in AVC."""
    found = by_command_line(sites, {1: [1, 2, 3]}, [])
    assert sites.pl("avc", "ss").code == 0
    found.takes_part("web-dev", 9, 5)
    sites.in_avc(leaves(1, 3))
    return found


def test_a_dry_run_says_what_a_removal_would_cost(leaving: ByCommandLine) -> None:
    """Behind the person, and in the summary."""
    for mode in ("--full", "--guild=web-dev", "--user=3"):
        out = leaving.sites.pl("avc", "ss", mode, "--dry-run").out
        assert " - User left guild; enrolment and grades lost in 1 course\n" in out
        assert "    Would remove: 1\n    ⚠ Would end: 1 enrolment, with all grades there\n" in out


def test_a_run_says_what_removals_have_cost(leaving: ByCommandLine) -> None:
    """In figures."""
    out = leaving.sites.pl("avc", "ss", "--full").out
    assert "  ℹ 1 user removed from cohorts\n  ⚠ 1 enrolment lost, with all grades there\n" in out
    assert "enrolment" not in leaving.sites.pl("avc", "ss", "--full").out


def test_a_verbose_run_says_whom_it_has_cost_what(leaving: ByCommandLine) -> None:
    """Behind each person."""
    out = leaving.sites.pl("avc", "ss", "--full", "--verbose").out
    assert re.search(
        r"u3 \(ID: 3\) → Removed from cohort \d+; enrolment and grades lost in 1 course\n", out
    )


def test_what_is_suspended_is_said_to_be(leaving: ByCommandLine) -> None:
    """Where Moodle suspends instead, nothing is lost."""
    leaving.moodle.edit("UPDATE config_plugins SET value = '3' WHERE name = 'unenrolaction'")
    assert "; suspended in 1 course\n" in leaving.sites.pl("avc", "ss", "--dry-run").out
    out = leaving.sites.pl("avc", "ss").out
    assert "  ℹ 1 user removed from cohorts\n  ℹ 1 enrolment suspended\n" in out


def test_what_is_held_back_is_no_failure(synced: TwoSites) -> None:
    """The step is completed but for it, and the run says so again at its end; exit 1."""
    ran = run(synced, "pl")
    assert ran.code == 1
    assert re.search(
        r"(?m)^\[4/5\] Synchronization completed in \d+s, but for what was held back$", ran.out
    )
    assert "Synchronization failed" not in ran.out
    assert ENDED.search(ran.out)[2] == "with a part held back"  # type: ignore[index]


def test_what_failed_is_a_failure(synced: TwoSites) -> None:
    """Also where something else was held back."""
    synced.in_moodle(
        "CREATE TRIGGER refuse BEFORE INSERT ON cohort_members"
        " BEGIN DELETE FROM user WHERE id = NEW.userid; SELECT RAISE(IGNORE); END",
        "DELETE FROM cohort_members WHERE userid = 107",
    )
    ran = run(synced, "pl")
    assert ran.code == 1
    assert re.search(r"(?m)^\[4/5\] Synchronization failed in \d+s$", ran.out)
    assert ENDED.search(ran.out)[2] == "with failures"  # type: ignore[index]


def test_a_run_has_a_date(leaving: ByCommandLine) -> None:
    """The last line, for a log in which runs follow each other."""
    before = datetime.now(UTC).replace(second=0, microsecond=0)
    last = leaving.sites.pl("avc", "ss").out.splitlines()[-1]
    found = ENDED.fullmatch(last)
    assert found
    ended = datetime.strptime(found[1], "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
    assert before <= ended <= datetime.now(UTC)
    assert found[2] == "all done"

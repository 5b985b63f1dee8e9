"""What sites and arguments say may not move the cursor, turn a line around or forge one."""

import pytest

from tests.commands.test_sync import GUILD
from tests.two_sites import TwoSites
from tests.world import account, person

HOSTILE = "\x1b]0;owned\x07\x1b[31m\u202egnp\u2066<script>\x85"


@pytest.fixture
def ready(sites: TwoSites) -> TwoSites:
    """One guild with one member."""
    sites.avc([GUILD], [person(1)], {1: [1]})
    sites.moodle([account(1)])
    sites.configure()
    return sites


def harmless(text: str) -> bool:
    return all(char.isprintable() or char == "\n" for char in text)


@pytest.mark.parametrize(
    "arguments",
    [
        ("plan", "avc", "ss", "--only", f"guild:{HOSTILE}", "--debug"),
        ("plan", "avc", "ss", "--exclude", HOSTILE, "--debug"),
        ("sync", "avc", "ss", "--ack", HOSTILE),
        ("history", HOSTILE),
        ("history", "ss", HOSTILE),
        ("invert", HOSTILE, "--debug"),
        ("erase", HOSTILE, "--user", "1", "--debug"),
        ("apply", HOSTILE, "--debug"),
        ("release", "avc", "ss", HOSTILE, "--debug"),
    ],
)
def test_an_argument_is_shown_escaped(ready: TwoSites, arguments: tuple[str, ...]) -> None:
    """In errors, and in the traceback that --debug adds."""
    ran = ready.reconciler(*arguments)
    assert harmless(ran.out + ran.err), ran


def test_a_cohorts_name_forges_no_line(ready: TwoSites) -> None:
    """A name of several lines, with a tick of its own, stays inside the sentence that quotes it."""
    assert ready.reconciler("plan", "avc", "ss", "-o", "plan.yaml").code == 0
    assert ready.reconciler("sync", "avc", "ss").code == 0
    ready.in_moodle("UPDATE cohort SET name = 'X\n✓ 500 operations carried out and read back.'")
    ran = ready.reconciler("apply", "plan.yaml")
    assert ran.code == 4
    assert "\n✓ 500" not in ran.out + ran.err
    assert "✓ 500" in ran.err

"""What differs when somebody sits in front of it."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.test_sync import GUILD
from tests.two_sites import TwoSites
from tests.world import account, person

RECONCILER = str(Path(sys.executable).parent / "reconciler")
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@pytest.fixture
def planned(sites: TwoSites) -> TwoSites:
    """One member to add, and a plan that says so."""
    sites.avc([GUILD], [person(1)], {1: [1]})
    sites.moodle([account(1)])
    sites.configure()
    assert sites.reconciler("plan", "avc", "ss", "-o", "a.yaml").code == 0
    return sites


def on_a_terminal(directory: Path, answer: str, *arguments: str) -> tuple[int, str]:
    """Run ``reconciler`` on a pseudo-terminal, type an answer, and return what was shown."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"}
    with subprocess.Popen(
        [RECONCILER, *arguments],
        cwd=directory,
        env=environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        os.write(ours, answer.encode())
        shown = b""
        try:
            while chunk := os.read(ours, 4096):
                shown += chunk
        except OSError:
            pass  # how Linux says that the other side has closed
        os.close(ours)
    return process.returncode, shown.decode()


def test_apply_asks_first_and_takes_no_for_an_answer(planned: TwoSites) -> None:
    """On a terminal nothing is written until somebody says yes."""
    code, shown = on_a_terminal(planned.directory, "n\n", "apply", "a.yaml")
    assert "Carry out 2 operations?" in shown
    assert "Nothing was written." in shown
    assert (code, planned.writes()) == (1, 0)


@pytest.mark.parametrize(("answer", "arguments"), [("y\n", []), ("", ["--yes"])])
def test_apply_writes_when_somebody_says_yes(
    planned: TwoSites, answer: str, arguments: list[str]
) -> None:
    """Asked, or told beforehand."""
    code, shown = on_a_terminal(planned.directory, answer, "apply", "a.yaml", *arguments)
    assert "2 operations carried out and read back" in shown
    assert ("Carry out" in shown) == (not arguments)
    assert (code, planned.members()) == (0, {"web-dev": {101}})


def test_a_terminal_sees_colour_and_progress_a_log_does_not(planned: TwoSites) -> None:
    """Escape sequences and a bar go to terminals only; the words are the same."""
    _, shown = on_a_terminal(planned.directory, "", "apply", "a.yaml", "--yes")
    assert "Applying" in ESCAPE.sub("", shown)
    assert "\x1b[32m✓" in shown
    planned.in_moodle("DELETE FROM cohort_members")
    assert planned.reconciler("plan", "avc", "ss", "-o", "a.yaml").code == 0
    ran = planned.reconciler("apply", "a.yaml")
    assert "\x1b" not in ran.out
    assert "Applying" not in ran.out


def test_without_a_terminal_apply_does_not_ask(planned: TwoSites) -> None:
    """A pipeline has nobody to answer: the plan was reviewed."""
    assert planned.reconciler("apply", "a.yaml").code == 0
    assert planned.members() == {"web-dev": {101}}


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_a_log_in_any_encoding(planned: TwoSites, encoding: str) -> None:
    """A locale without ticks gets escapes, not a traceback."""
    ran = subprocess.run(
        [RECONCILER, "sync", "avc", "ss"],
        cwd=planned.directory,
        env={**os.environ, "PYTHONIOENCODING": encoding},
        capture_output=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert b"2 operations carried out" in ran.stdout

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

BIN = Path(sys.executable).parent
RECONCILER = str(BIN / "reconciler")
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@pytest.fixture
def planned(sites: TwoSites) -> TwoSites:
    """One member to add, and a plan that says so."""
    sites.avc([GUILD], [person(1)], {1: [1]})
    sites.moodle([account(1)])
    sites.configure()
    assert sites.reconciler("plan", "avc", "ss", "-o", "a.yaml").code == 0
    return sites


def on_a_terminal(
    directory: Path, answer: str, *arguments: str, program: str = RECONCILER
) -> tuple[int, str]:
    """Run a program on a pseudo-terminal, type an answer, and return what was shown."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"}
    with subprocess.Popen(
        [program, *arguments],
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


LEFT = (
    "DELETE FROM group_relationship_field_data WHERE gid = 1 AND entity_id <= 6"
    " AND type = 'guild-group_membership'"
)
"""Six of the eight members of guild 1: more than a guard lets go."""
FILE = "plans/what-has-to-be-reviewed-before-it-is-applied-tonight.yaml"
TOLD: list[tuple[str, int, str]] = [
    (f"reconciler plan avc ss -o {FILE}", 0, f"reconciler show {FILE}"),
    (f"reconciler apply {FILE} --yes", 3, "--ack removals-per-guild@"),
    ("reconciler show nosuch/plans/of-a-directory-that-is-not-there/at-all/today.yaml", 1, ""),
    ("pl avc-moodle-sync avc ss --dry-run", 0, "--ack removals-per-guild@"),
    ("pl avc-moodle-sync avc ss --full", 1, "reconciler apply "),
    ("reconciler invert last -o undo.yaml", 0, "reconciler apply undo.yaml --ack "),
]
"""A command, how it ends, and what it tells in one piece."""


@pytest.mark.parametrize(("command", "code", "piece"), TOLD)
def test_on_a_terminal_lines_end_between_words_and_elsewhere_where_they_end(
    world: TwoSites, command: str, code: int, piece: str
) -> None:
    """At 80 columns no line is wider but for what is copied; in a pipe the words are the same."""
    assert world.reconciler("sync", "avc", "ss").code == 0
    world.in_avc(LEFT, "UPDATE users_field_data SET mail = 'nobody@zz.org' WHERE uid = 8")
    assert world.reconciler("plan", "avc", "ss", "-o", FILE).code == 0
    program, *arguments = command.split()
    ran, shown = on_a_terminal(world.directory, "", *arguments, program=str(BIN / program))
    lines = ESCAPE.sub("", shown).splitlines()
    wide = [line for line in lines if len(line) > 80]
    piped = subprocess.run(
        [BIN / program, *arguments],
        cwd=world.directory,
        env={**os.environ, "COLUMNS": "80"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert (ran, piped.returncode) == (code, code)
    assert all(re.search(r"reconciler (?:apply|show) |\{guild: |/", line) for line in wide)
    assert any(piece in line for line in lines)
    assert _words("\n".join(lines)) == _words(piped.stdout)
    assert len(piped.stdout.splitlines()) < len(lines)


def _words(text: str) -> list[str]:
    """But for moments and what is named by them."""
    return re.sub(r"[0-9TZ]{16}-[0-9a-f]{8}|\b[0-9]+s\b|\d\d:\d\d UTC", "…", text).split()


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

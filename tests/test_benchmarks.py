"""The benchmarks still run: each once, on next to nothing. How long they take is nobody's test."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench import memory, moodle_php, sites

ROOT = Path(__file__).parents[1]


def test_the_core_can_be_measured() -> None:
    """Each benchmark of the core does its work once, and what it asserts of the result holds."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--benchmark-disable"]
    # Beside others there is nothing to measure.
    environment = {**os.environ, "PYTEST_ADDOPTS": "", "BENCH_LARGEST": "300"}
    ran = subprocess.run(
        [*command, "tests/bench/core.py"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout
    assert " passed" in ran.stdout


def test_memory_can_be_measured(capsys: pytest.CaptureFixture[str]) -> None:
    """Planning, and a plan file, come out as they should; a child process says what they took."""
    assert memory.worked("plan", 300)
    assert memory.worked("file", 300) == "the same plan"
    assert "peak" in capsys.readouterr().out


def test_whole_runs_can_be_measured(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a sandbox, a first sync and one with nothing to do."""
    small = ("--rounds", "1", "--warm-up", "0", "--guilds", "2", "--users", "5", "--members", "6")
    monkeypatch.setattr(sys, "argv", ["sites", *small])
    sites.main()
    said = capsys.readouterr().out
    assert "first sync: " in said
    assert "nothing to do / first sync" in said


def test_moodles_own_tool_gets_the_same_memberships() -> None:
    """A line a person, with a column for each cohort of whoever is in most."""
    one = moodle_php.BenchedCohort("a", "A", "", ((1, "bob"), (2, "alice")))
    two = moodle_php.BenchedCohort("b", "B", "", ((2, "alice"),))
    assert moodle_php.csv_of([one, two]).split("\n") == [
        "username,cohort1,cohort2",
        "alice,bench-a,bench-b",
        "bob,bench-a,",
        "",
    ]

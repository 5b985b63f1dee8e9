"""Whoever ends this program ends what it has started at the sites."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.commands.two_projects import TwoProjects, two_projects
from tests.two_sites import TwoSites


@pytest.fixture
def projects(sites: TwoSites, monkeypatch: pytest.MonkeyPatch) -> Iterator[TwoProjects]:
    """An AVC whose Drush hangs, once it has written its number to a file."""
    with two_projects(sites, monkeypatch) as found:
        settings = found.avc / "html/sites/default/settings.php"
        pid = sites.directory / "pid"
        code = f"file_put_contents('{pid}', getmypid()); sleep(600);"
        settings.write_text(f"<?php {code} ?>{settings.read_text()}")
        yield found


def waited_for(file: Path) -> int:
    """The number in a file, once it is there."""
    for _ in range(2000):
        if file.exists() and (text := file.read_text()):
            return int(text)
        time.sleep(0.01)
    pytest.fail(f"{file} did not come")


def gone(pid: int, patience: int = 1000) -> bool:
    """Whether a process is no more, or only waits to be buried."""
    for _ in range(patience):
        try:
            state = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.01)
    return False


@contextmanager
def started(projects: TwoProjects, program: str, signals: str) -> Iterator[subprocess.Popen[str]]:
    """The program at work; ``signals`` is what ``env`` does with them, whatever they are to
    those who run the tests: under nohup, SIGHUP is ignored, and in a shell's background SIGINT.
    """
    command = {"pl": ["avc-moodle-sync"], "reconciler": ["plan"]}[program]
    with subprocess.Popen(
        ["env", signals, Path(sys.executable).parent / program, *command, "avc", "ss"],
        cwd=projects.sites.directory,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        try:
            yield running
        finally:
            running.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
@pytest.mark.parametrize("program", ["pl", "reconciler"])
def test_a_signal_ends_the_programs_at_the_sites(
    projects: TwoProjects, number: signal.Signals, program: str
) -> None:
    """It is told as an interruption, and the program that was started is gone."""
    with started(projects, program, "--default-signal") as running:
        hanging = waited_for(projects.sites.directory / "pid")
        os.kill(running.pid, number)
        _, said = running.communicate(timeout=60)
    assert running.returncode == {"pl": 1, "reconciler": 130}[program]
    assert "Interrupted. What was written stays" in said
    assert gone(hanging)


@pytest.mark.parametrize("program", ["pl", "reconciler"])
def test_who_is_told_to_outlive_the_terminal_does(projects: TwoProjects, program: str) -> None:
    """Under nohup, SIGHUP ends neither the program nor what it has started."""
    with started(projects, program, "--ignore-signal=HUP") as running:
        hanging = waited_for(projects.sites.directory / "pid")
        os.kill(running.pid, signal.SIGHUP)
        with pytest.raises(subprocess.TimeoutExpired):
            running.wait(timeout=1)
        assert not gone(hanging, patience=1)
        os.kill(running.pid, signal.SIGTERM)
        running.communicate(timeout=60)
    assert gone(hanging)

"""A directory in which every documented command finds what it names."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

BIN = Path(sys.executable).parent
Run = Callable[[str], "subprocess.CompletedProcess[str]"]
_NAMED = """
UPDATE path_alias SET alias = '/group/web-dev' WHERE path = '/group/1';
UPDATE users_field_data SET status = 1 WHERE uid = 77;
"""
"""The documentation speaks of a guild web-dev, and of user 77."""


def shell(command: str, place: Path) -> "subprocess.CompletedProcess[str]":
    """A command, run as somebody would who has read of it, and answers yes to each question."""
    environment = {
        "PATH": f"{BIN}:{os.environ['PATH']}",
        "HOME": str(place),
        "RECONCILER_STATE": str(place / "state"),
        "COLUMNS": "80",
    }
    return subprocess.run(
        ["bash", "-c", command],
        cwd=place,
        env=environment,
        text=True,
        capture_output=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two sites that were synchronised twice, a plan for what has changed since, and one that
    undoes what was last done.
    """
    place = tmp_path_factory.mktemp("documented")
    _must("reconciler sandbox create . --users 90 --members 200", place)
    _change(place, _NAMED)
    (place / "plans").mkdir()
    _must("reconciler sync avc ss", place)
    _change(place, "UPDATE users_field_data SET status = 0 WHERE uid = 76;")
    _must("reconciler sync avc ss", place)
    _must("reconciler invert last -o undo.yaml", place)
    _change(place, "UPDATE users_field_data SET status = 0 WHERE uid = 77;")
    _must("reconciler plan avc ss -o plans/today.yaml", place)
    shutil.copy(place / "plans" / "today.yaml", place / "plan.yaml")
    return place


def _must(command: str, place: Path) -> None:
    ran = shell(command, place)
    assert ran.returncode == 0, f"{command}\n{ran.stdout}{ran.stderr}"


def _change(place: Path, script: str) -> None:
    with sqlite3.connect(place / "avc.sqlite") as connection:
        connection.executescript(script)
    connection.close()


@pytest.fixture
def run(made: Path, tmp_path: Path) -> Run:
    """Runs a command in a copy of that directory."""
    place = shutil.copytree(made, tmp_path / "place")
    return lambda command: shell(command, place)

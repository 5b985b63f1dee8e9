"""The README's tour, step by step."""

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

README = Path(__file__).parent.parent.parent / "README.md"
BIN = Path(sys.executable).parent
_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_ASKS = re.compile(r"Carry out \d+ operations?\? \[y/N\]: y")
_CHANGING = re.compile(
    r"(?<=sha256:)[0-9a-f]{64}|(?<=run )\d{8}T\d{6}Z-[0-9a-f]{4}|(?<=until: )\d{4}-\d\d-\d\d"
    r"|(?<=Made on )\d{4}-\d\d-\d\d \d\d:\d\d(?= UTC)"
    r"|(?<=ss-)[0-9a-f]{6}(?=\.sandbox\.example)"
)
"""What no two tours have in common: the README has … there."""
_STEP = "----- step"


@dataclass(frozen=True)
class Step:
    """A command, and what the README says that it prints."""

    command: str
    prints: tuple[str, ...]


def steps() -> Iterator[Step]:
    """Every command of the README's console blocks."""
    for block in _BLOCK.findall(README.read_text(encoding="utf-8")):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *lines = part.rstrip("\n").split("\n")
            # Only a terminal is asked.
            yield Step(command, tuple(line for line in lines if not _ASKS.fullmatch(line)))


def test_the_tour_is_as_the_readme_tells_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every command, one after the other in one shell, prints what the README shows."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setenv("PATH", f"{BIN}:/usr/bin:/bin")
    monkeypatch.setenv("COLUMNS", "80")
    # As a reader's shell has it; printed commands name it where it is set.
    monkeypatch.delenv("RECONCILER_STATE")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    tour = [*steps()]
    script = f"\necho; echo '{_STEP}'\n".join(step.command for step in tour)
    ran = subprocess.run(
        ["bash"], input=script, text=True, capture_output=True, check=False, cwd=tmp_path
    )
    assert ran.stderr == ""
    printed = ran.stdout.split(f"\n{_STEP}\n")
    assert len(printed) == len(tour) > 5
    for step, text in zip(tour, printed, strict=True):
        told = _CHANGING.sub("…", text).strip("\n")
        assert told == "\n".join(step.prints), step.command

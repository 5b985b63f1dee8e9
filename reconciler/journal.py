"""The journal of one Moodle: what runs set out to do to it, and what became of that.

Lines are only ever added. ``end`` makes sure that all before it is on the disk, and so vouches for
it: what cannot be read in a run that has one is damage, and an error. A run without one was cut
off, by SIGKILL or a power failure; any of its lines may be missing, and it is told as cut off.
"""

import os
import re
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from reconciler import journal_lines as lines
from reconciler.errors import ReconcilerError, StateError
from reconciler.models.journal import RunStart
from reconciler.models.operations import Outcome, Step
from reconciler.private_files import open_private, sync_directory, told

CURRENT = "journal.jsonl"
LIMIT = 16 * 2**20
"""Bytes: a run that finds more begins a new file. No run is in two."""
KEPT = 20
"""Files beside the current one."""

_BATCH = 2**18
_ROTATED = re.compile(r"journal-[0-9]{8}\.jsonl")


@contextmanager
def recorded(
    directory: Path, start: RunStart, steps: Sequence[Step]
) -> Iterator[Callable[[Outcome], None]]:
    """Record a run while inside; what is yielded takes each outcome as it comes.

    What it sets out to do is on the disk before anything is done. An error ends it, and is passed
    on. Nobody else may write to this journal meanwhile. Raises StateError.
    """
    journal = _Journal(directory)
    try:
        journal.begin(start, steps)
        try:
            yield journal.outcome
        except BaseException as error:
            # The error that ended the run is the one to hear of.
            with suppress(StateError):
                journal.end(_said(error))
            raise
        journal.end("")
    finally:
        journal.close()


def run_id(moment: float) -> str:
    """A new run's id: it sorts by time."""
    return f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime(moment))}-{secrets.token_hex(2)}"


def files(directory: Path) -> list[Path]:
    """The journal's files, oldest first. Raises StateError."""
    current = directory / CURRENT
    return [*rotated(directory), *([current] if os.path.lexists(current) else [])]


def rotated(directory: Path) -> list[Path]:
    """The files that are full, oldest first. Raises StateError."""
    with told(directory, "cannot be read"):
        return sorted(path for path in directory.iterdir() if _ROTATED.fullmatch(path.name))


class _Journal:
    """The end of the current file."""

    def __init__(self, directory: Path) -> None:
        self._file = directory / CURRENT
        _rotate(directory)
        with told(self._file, "cannot be written"):
            new = not self._file.exists()
            self._descriptor = open_private(self._file, os.O_RDWR | os.O_APPEND | os.O_CREAT)
            if new:
                sync_directory(directory)

    def begin(self, start: RunStart, steps: Sequence[Step]) -> None:
        now = time.time()
        size = self._size()
        cut = size and os.pread(self._descriptor, 1, size - 1) != b"\n"
        batch = bytearray(b"\n" if cut else b"")
        batch += lines.start_line(run_id(now), int(now), start, len(steps))
        for number, step in enumerate(steps):
            batch += lines.operation_line(number, step.operation)
            if len(batch) > _BATCH:
                self._write(batch)
                batch.clear()
        self._write(batch)
        self._sync()

    def outcome(self, outcome: Outcome) -> None:
        self._write(lines.outcome_line(outcome))

    def end(self, error: str) -> None:
        self._write(lines.end_line(int(time.time()), error))
        self._sync()

    def close(self) -> None:
        os.close(self._descriptor)

    def _write(self, content: bytes | bytearray) -> None:
        before = self._size()
        left = memoryview(content)
        try:
            with told(self._file, "cannot be written"):
                while left:
                    left = left[os.write(self._descriptor, left) :]
        except StateError:
            # Half a line would make damage of whatever follows.
            with suppress(OSError):
                os.ftruncate(self._descriptor, before)
            raise

    def _size(self) -> int:
        return os.fstat(self._descriptor).st_size

    def _sync(self) -> None:
        with told(self._file, "cannot be written"):
            os.fsync(self._descriptor)


def _rotate(directory: Path) -> None:
    current = directory / CURRENT
    with told(current, "cannot be renamed"):
        try:
            full = current.lstat().st_size > LIMIT
        except FileNotFoundError:
            return
        if full:
            before = rotated(directory)
            number = int(before[-1].stem.rpartition("-")[2]) + 1 if before else 1
            current.rename(directory / f"journal-{number:08}.jsonl")
            for old in rotated(directory)[:-KEPT]:
                old.unlink()


def _said(error: BaseException) -> str:
    """What ended a run. Of a defect only its kind: its text may be anything, a secret too."""
    if isinstance(error, ReconcilerError):
        return str(error)
    return "interrupted" if isinstance(error, KeyboardInterrupt) else type(error).__name__

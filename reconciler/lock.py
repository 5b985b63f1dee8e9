"""One writer a site, on this machine: a lock that the kernel frees when its holder dies."""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from reconciler.errors import SiteLocked
from reconciler.private_files import file_name, open_private, told

_DOOR = "door"
"""Whoever takes a lock, or looks who has it, is alone behind this one for that moment: what is in
a lock's file is then the word of whoever holds it, and never that of a dead one."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock."""

    by: str
    since: int
    """Unix time; 0 when it is not known."""

    def __str__(self) -> str:
        """With the time in UTC."""
        return f"{self.by}, since {utc_time(self.since)}" if self.since else self.by


UNKNOWN = Holder("somebody", 0)


@contextmanager
def hold(directory: Path, site: str, by: str) -> Iterator[None]:
    """Keep everybody else on this machine from ``site`` while inside.

    ``directory`` is where the locks are; no two sites share one. A program that is started inside
    does not hold the lock, a copy of this process (``fork`` alone) would. Raises SiteLocked at
    once, or StateError.
    """
    descriptor = _take(directory, site, by)
    try:
        yield
    finally:
        os.close(descriptor)


def holder(directory: Path, site: str) -> Holder | None:
    """Who holds the lock of a site now; nothing is made by asking. Raises StateError."""
    file = _file(directory, site)
    try:
        descriptor = open_private(file, os.O_RDONLY)
    except FileNotFoundError:
        return None
    # A copy that cannot be written to tells as much.
    with told(file, "cannot be locked"), _behind_door(directory, os.O_RDONLY):
        try:
            return None if _free(descriptor) else _read(descriptor)
        finally:
            # Behind the door still: if the lock was free, nobody shall find it taken.
            os.close(descriptor)


def utc_time(moment: int) -> str:
    """A Unix time in words, to the second."""
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d %H:%M:%S} UTC"


def _take(directory: Path, site: str, by: str) -> int:
    file = _file(directory, site)
    with told(file, "cannot be locked"), _behind_door(directory, os.O_RDWR):
        descriptor = open_private(file, os.O_RDWR | os.O_CREAT)
        try:
            _require_free(descriptor, site)
            _write(descriptor, Holder(by, int(time.time())))
        except BaseException:
            os.close(descriptor)
            raise
    return descriptor


def _file(directory: Path, site: str) -> Path:
    return directory / f"{file_name(site)}.lock"


@contextmanager
def _behind_door(directory: Path, access: int) -> Iterator[None]:
    descriptor = open_private(directory / _DOOR, access | os.O_CREAT)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _require_free(descriptor: int, site: str) -> None:
    if not _free(descriptor):
        raise SiteLocked(
            f"Somebody else is writing to {site}: {_read(descriptor)}. Nothing was written. Wait"
            " for them to end, then run this again."
        )


def _free(descriptor: int) -> bool:
    """Whether the lock was free; it is ours then, until the descriptor is closed."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _write(descriptor: int, who: Holder) -> None:
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, json.dumps({"by": who.by, "since": who.since}).encode() + b"\n", 0)


def _read(descriptor: int) -> Holder:
    text = os.pread(descriptor, os.fstat(descriptor).st_size, 0)
    try:
        found = json.loads(text)
        return Holder(str(found["by"]), int(found["since"]))
    except (ValueError, KeyError, TypeError):
        # The disk was full.
        return UNKNOWN

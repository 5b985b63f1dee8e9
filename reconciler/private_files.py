"""Files and directories that nobody but their owner may read, from the first moment."""

import os
import re
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from pwd import getpwuid
from shlex import quote

from reconciler.errors import StateError

VARIABLE = "RECONCILER_STATE"
"""Names the state directory."""
REMEDY = f"Set {VARIABLE} to a directory of your own"

_SCHEME_AND_USER = re.compile(r"^\w+://([^/@]*@)?")
_SLUG_LENGTH = 60
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


@contextmanager
def told(path: Path, what: str) -> Iterator[None]:
    """Turn what the operating system refuses inside into a StateError that names the path."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise StateError(f"{path} {what}: {reason}. {REMEDY}.") from error


def make_directory(path: Path) -> None:
    """Make a directory, and whatever is missing above it, for its owner alone. Raises StateError.

    Whatever the umask: that could only take more away.
    """
    with told(path, "cannot be made"):
        missing = [place for place in (path, *path.parents) if not place.exists()]
        for place in reversed(missing):
            # Another process may make it at the same time.
            place.mkdir(mode=0o700, exist_ok=True)
    refuse_foreign(path)


def refuse_foreign(path: Path) -> None:
    """Raise StateError for a directory that is a link, another user's, or writable by others."""
    with told(path, "cannot be looked at"):
        found = path.lstat()
    _refuse(path, found, stat.S_ISDIR)


def open_private(path: Path, flags: int) -> int:
    """A descriptor of a regular file of ours that no child inherits; made with mode 600.

    Raises StateError for a link, another user's file, or one that others may write to.
    FileNotFoundError passes: what is not there may be nothing to worry about.
    """
    try:
        descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except FileNotFoundError:
        raise
    except OSError as error:
        reason = error.strerror or str(error)
        raise StateError(f"{path} cannot be opened: {reason}. {REMEDY}.") from error
    try:
        _refuse(path, os.fstat(descriptor), stat.S_ISREG)
    except StateError:
        os.close(descriptor)
        raise
    return descriptor


def _refuse(path: Path, found: os.stat_result, is_kind: Callable[[int], bool]) -> None:
    if not is_kind(found.st_mode):
        raise StateError(f"{path} is something else than it was made as. Take it away.")
    if found.st_uid != os.geteuid():
        # Not with a directory of their own: neither would see what the other does.
        who, sudo = _owner(found.st_uid)
        # sudo passes no variable on.
        state = f" env {same_state()}" if same_state() else " "
        raise StateError(
            f"{path} belongs to another user, {who}. Run this as that user: sudo -u {sudo}{state}…"
        )
    if found.st_mode & _OTHERS_WRITE:
        raise StateError(
            f"{path} can be written to by others, who could make this program believe anything."
            f" Look what is in it, then: chmod go-w '{path}'"
        )


def same_state() -> str:
    """What a command needs in front of it, to find the state directory of this run."""
    named = os.environ.get(VARIABLE)
    return f"{VARIABLE}={quote(named)} " if named else ""


def _owner(uid: int) -> tuple[str, str]:
    """A user in words, and as sudo takes it: by name where this machine has one."""
    try:
        name = getpwuid(uid).pw_name
    except KeyError:
        return f"id {uid}", f"'#{uid}'"
    return f"{name} (id {uid})", name


def file_name(text: str) -> str:
    """A name for a file: readable, plain, and another one for any other text."""
    bare = _SCHEME_AND_USER.sub("", text.lower())
    slug = re.sub(r"[^a-z0-9]+", "-", bare).strip("-")[:_SLUG_LENGTH].rstrip("-")
    digest = sha256(text.encode(errors="surrogatepass")).hexdigest()[:12]
    return f"{slug}-{digest}" if slug else digest


def sync_directory(path: Path) -> None:
    """Make sure that a file's new name in a directory outlives a crash."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace(path: Path, content: bytes) -> None:
    """Write a file whole or not at all. Raises StateError."""
    temporary = path.with_name(f".{path.name}")
    with told(path, "cannot be written"):
        temporary.unlink(missing_ok=True)
        descriptor = open_private(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        sync_directory(path.parent)

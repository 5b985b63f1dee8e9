"""Locks between processes: these are real ones, that are really killed."""

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from reconciler.errors import SiteLocked, StateError
from reconciler.lock import hold, holder, utc_time
from reconciler.private_files import file_name
from reconciler.state import StateDirectory

SITE = "/srv/www/moodle 4/é\u202e\n" + "x" * 400
HOLDS = """
import subprocess, sys
from pathlib import Path
from reconciler.state import StateDirectory
with StateDirectory(Path(sys.argv[1])).lock(sys.argv[2], "bob@there, process 7"):
    child = subprocess.Popen(["sleep", "60"]).pid if len(sys.argv) > 3 else 0
    print(child, flush=True)
    sys.stdin.read()
"""


@contextmanager
def another_process(
    state: StateDirectory, *more: str
) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A process that holds the lock, and the one that it has started, if it has."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(state.path), SITE, *more],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        yield process, int(process.stdout.readline())
        process.kill()


def test_the_second_hears_at_once_who_and_since_when(state: StateDirectory) -> None:
    """A lock that is held is refused with its holder and the time, and is free when they end."""
    before = int(time.time())
    with another_process(state) as (process, _):
        with pytest.raises(SiteLocked, match="bob@there, process 7, since 20") as raised:
            state.lock(SITE, "ann").__enter__()
        times = [utc_time(moment) for moment in range(before, int(time.time()) + 1)]
        assert any(moment in str(raised.value) for moment in times)
        with state.lock("another site", "ann"):
            pass
        process.communicate("")
        with state.lock(SITE, "ann"):
            pass


@pytest.mark.parametrize("more", [(), ("child",)])
def test_a_dead_holders_lock_is_free(state: StateDirectory, more: tuple[str, ...]) -> None:
    """SIGKILL frees the lock, though a program that the holder started goes on."""
    with another_process(state, *more) as (process, child):
        process.kill()
        process.wait()
        if child:
            os.kill(child, 0)
        try:
            assert holder(state.path / "locks", SITE) is None
            with state.lock(SITE, "ann@here"):
                found = holder(state.path / "locks", SITE)
                assert found is not None
                assert found.by == "ann@here"
        finally:
            if child:
                os.kill(child, signal.SIGKILL)


def test_a_dead_holder_is_never_told_as_one(
    state: StateDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is refused while the new holder's text is not yet written does not read the old."""
    with another_process(state) as (process, _):
        process.kill()
        process.wait()
    ask = f"""
import sys
from pathlib import Path
from reconciler.lock import holder
print(holder(Path({str(state.path / "locks")!r}), {SITE!r}).by)
"""
    asking: list[subprocess.Popen[str]] = []

    def slowly(descriptor: int, text: bytes, offset: int) -> int:
        asking.append(
            subprocess.Popen([sys.executable, "-c", ask], stdout=subprocess.PIPE, text=True)
        )
        time.sleep(1)
        assert asking[0].poll() is None
        return write(descriptor, text, offset)

    write = os.pwrite
    monkeypatch.setattr(os, "pwrite", slowly)
    with state.lock(SITE, "ann@here"):
        assert asking[0].communicate()[0] == "ann@here\n"


def test_one_process_does_not_hold_it_twice(state: StateDirectory) -> None:
    """The lock keeps out its own process, too, and goes with an error."""
    with suppress(KeyError), state.lock(SITE, "ann"):
        with pytest.raises(SiteLocked, match="ann, since"):
            state.lock(SITE, "ann").__enter__()
        raise KeyError
    with state.lock(SITE, "ann"):
        pass


def test_asking_takes_and_makes_nothing(state: StateDirectory) -> None:
    """Whoever looks who holds a lock neither makes a file nor keeps a writer out."""
    locks = state.path / "locks"
    assert holder(locks, SITE) is None
    assert not state.path.exists()
    with state.lock(SITE, "ann"):
        pass
    assert holder(locks, SITE) is None
    with state.lock(SITE, "ann"):
        pass


def test_no_two_sites_share_a_name() -> None:
    """Sites that differ in case, accents, or their far ends only, have locks of their own."""
    sites = [SITE, SITE + "x", SITE.upper(), "é", "e", "", "a/b", "a-b", "A-B", "\udc80", ".", ".."]
    names = {file_name(site) for site in sites}
    assert len(names) == len(sites)
    assert all(len(name) < 80 and name.replace("-", "").isalnum() for name in names)
    assert file_name("https://ann:secret@ss.example/m").startswith("ss-example-m-")


def test_a_text_that_nobody_can_read_is_somebody(state: StateDirectory) -> None:
    """Damage to a lock's text costs the name of its holder, not the lock."""
    with state.lock(SITE, "ann"):
        (file,) = (state.path / "locks").glob("*.lock")
        file.write_bytes(b'{"by"')
        with pytest.raises(SiteLocked, match=r": somebody\. Nothing was written"):
            state.lock(SITE, "ann").__enter__()


def test_a_lock_that_is_a_link_is_refused(state: StateDirectory, tmp_path: Path) -> None:
    """A link in place of a lock's file is not followed."""
    with state.lock(SITE, "ann"):
        pass
    (file,) = (state.path / "locks").glob("*.lock")
    file.unlink()
    file.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StateError, match=r"\.lock cannot be opened"):
        hold(state.path / "locks", SITE, "ann").__enter__()
    assert not (tmp_path / "elsewhere").exists()


def test_who_has_a_lock_can_be_read_where_nothing_can_be_written(
    state: StateDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As from a copy on a file system that is mounted to be read only."""
    with state.lock(SITE, "ann"):
        pass
    real = os.open

    def read_only(path: str, flags: int, mode: int = 0o777) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        return real(path, flags, mode)

    with another_process(state):
        monkeypatch.setattr(os, "open", read_only)
        found = holder(state.path / "locks", SITE)
        assert found is not None
        assert found.by == "bob@there, process 7"
        with pytest.raises(StateError, match="Read-only"), state.lock("another", "ann"):
            pass

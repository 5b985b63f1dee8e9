"""One process, with a thread for each pipe that must not block the others."""

import os
import re
import signal
import subprocess
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from select import poll
from threading import Thread
from typing import IO, Self

from providers.carriers.errors import Ended, Place, Silent, not_started

CHUNK = 65_536
"""Bytes read at once: what a pipe of Linux holds."""

LAST_LINES = 20
"""Lines of standard error that are kept."""

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
"""DDEV paints its errors, whoever reads them."""

GRACE = 5.0
"""Seconds that a process has to end when it is told to, before it is killed."""


class Process:
    """A child process, stopped with all its own children when the context is left."""

    def __init__(self, arguments: Sequence[str], place: Place) -> None:
        self._name = place.of(arguments[0])
        self._last: deque[str] = deque(maxlen=LAST_LINES)
        try:
            self._child = subprocess.Popen(  # noqa: S603 - starting programs is what carriers do
                list(arguments),
                cwd=place.directory,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                # A group of its own: a whole ssh or sudo can be stopped, and Ctrl-C comes to this
                # program first.
                start_new_session=True,
            )
        except OSError as error:
            raise not_started(error, arguments[0], place) from error
        self._threads: list[Thread] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()
        for thread in self._threads:
            thread.join(GRACE)
        _pipe(self._child.stdout).close()

    def lines(self, program: bytes, silence: float) -> Iterator[bytes]:
        """Standard output, while standard input is fed. Raises SiteUnreachable, Ended."""
        self._threads = [
            Thread(target=self._feed, args=(program,), daemon=True),
            Thread(target=self._listen, daemon=True),
        ]
        for thread in self._threads:
            thread.start()
        begun: list[bytes] = []
        for chunk in self._chunks(silence):
            *whole, rest = chunk.split(b"\n")
            for line in whole:
                yield b"".join([*begun, line, b"\n"])
                begun = []
            begun.append(rest)
        if any(begun):
            yield b"".join(begun)
        self._end(silence)

    def _chunks(self, silence: float) -> Iterator[bytes]:
        output = _pipe(self._child.stdout).fileno()
        waiting = poll()
        waiting.register(output)
        while True:
            if not waiting.poll(silence * 1000):
                raise Silent(self._name, silence)
            chunk = os.read(output, CHUNK)
            if not chunk:
                return
            yield chunk

    def _feed(self, program: bytes) -> None:
        # Who ends without reading all of it tells why by the exit code.
        with suppress(BrokenPipeError), _pipe(self._child.stdin) as pipe:
            pipe.write(program)

    def _listen(self) -> None:
        with _pipe(self._child.stderr) as pipe:
            for line in pipe:
                self._last.append(_COLOUR.sub("", line.decode(errors="replace")).strip())

    def _end(self, silence: float) -> None:
        try:
            code = self._child.wait(silence)
        except subprocess.TimeoutExpired as error:
            raise Silent(self._name, silence) from error
        if code:
            # All that it wrote, before it is told.
            self._threads[1].join(GRACE)
            raise Ended(self._name, code, tuple(line for line in self._last if line))

    def _stop(self) -> None:
        """End the whole group, unless it has ended: the program, and what it may have started."""
        if self._child.returncode is not None:
            return
        # sudo and what it starts are another user's: the kernel may let nobody but root end them.
        # Those, and programs in a container or on another machine, end when they next write.
        _pipe(self._child.stdout).close()
        with suppress(OSError):
            os.killpg(self._child.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._child.wait(GRACE)
        with suppress(OSError):
            os.killpg(self._child.pid, signal.SIGKILL)
        with suppress(subprocess.TimeoutExpired):
            self._child.wait(GRACE)


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise AssertionError("every process is started with all three pipes")
    return pipe

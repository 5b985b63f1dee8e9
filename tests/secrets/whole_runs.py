"""Whole runs of the commands, as processes, and all that others could see of them."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

from werkzeug import Request, Response
from werkzeug.serving import make_server

from providers.sandbox.moodle.wsgi import SandboxMoodle
from reconciler.models.avc import Guild
from tests.two_sites import TwoSites
from tests.world import account, person

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ROOT = Path(__file__).parents[2]
_DATABASES = {".sqlite", ".sqlite-wal", ".sqlite-shm"}


@dataclass
class Echoing:
    """A Moodle that answers one of its calls, the ``at``-th, in another way than a Moodle does."""

    moodle: SandboxMoodle
    echo: Callable[[str], Response]
    """Given what was sent."""
    at: int = -1
    calls: int = 0

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        self.calls += 1
        if self.calls - 1 != self.at:
            return self.moodle(environ, start_response)
        sent = Request(environ).get_data(as_text=True)
        return self.echo(sent)(environ, start_response)


@contextmanager
def serving(app: Echoing) -> Iterator[str]:
    """Its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def two_sites(sites: TwoSites, token: str) -> None:
    """A guild of three, and a Moodle with accounts for them, which takes this token."""
    uuid = "00000001-1111-4111-8111-111111111111"
    guild = Guild(id=1, uuid=uuid, label="Web", alias="web")
    sites.avc([guild], [person(n) for n in range(1, 4)], {1: [1, 2, 3]})
    sites.moodle([account(n) for n in range(1, 4)])
    sites.in_moodle("DELETE FROM setting WHERE name = 'token'")
    quoted = token.replace("'", "''")
    sites.in_moodle(f"INSERT INTO setting (name, value) VALUES ('token', '{quoted}')")


@dataclass
class Watched:
    """Runs ``reconciler`` in a directory; ``seen`` are the command lines of all processes of this
    machine meanwhile, and ``said`` is all that was printed.
    """

    directory: Path
    seen: set[str] = field(default_factory=set)
    said: str = ""

    def run(self, *arguments: str, **environment: str) -> int:
        """One command; its exit code."""
        over = Event()
        watch = Thread(target=self._watch, args=(over,))
        watch.start()
        ran = subprocess.run(
            [sys.executable, "-m", "reconciler", *arguments],
            cwd=self.directory,
            env=os.environ | {"PYTHONPATH": str(ROOT), **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        over.set()
        watch.join()
        self.said += ran.stdout + ran.stderr
        return ran.returncode

    def left(self, *places: Path) -> str:
        """The text of all files there but databases and the secrets themselves."""
        files = (file for place in places for file in place.rglob("*") if file.is_file())
        kept = (one for one in files if one.suffix not in _DATABASES and one.name != ".secrets.yml")
        return "\n".join(f"{one}\n{one.read_text(errors='replace')}" for one in kept)

    def _watch(self, over: Event) -> None:
        while not over.wait(0.01):
            for process in Path("/proc").glob("[0-9]*"):
                with suppress(OSError):
                    told = (process / "cmdline").read_bytes().replace(b"\0", b" ")
                    self.seen.add(told.decode(errors="replace"))

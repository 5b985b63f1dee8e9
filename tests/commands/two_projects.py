"""Both sites as DDEV projects, a stand-in for ``ddev``, and a server that plays their pages."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import pytest
from werkzeug import Request, Response
from werkzeug.serving import make_server

from providers.sandbox import projects
from providers.sandbox.ddev.project import STATE, TRACE
from reconciler.models.avc import Guild
from tests.sandbox.php import required_php
from tests.two_sites import Ran, TwoSites
from tests.world import account, person

UUIDS = [f"{n:08x}-1111-4111-8111-111111111111" for n in range(4)]
WEB_DEV = Guild(id=1, uuid=UUIDS[1], label="Web Development", alias="web-dev")
CONTENT = Guild(id=2, uuid=UUIDS[2], label="Content Team", alias="content-team")
DESIGN = Guild(id=3, uuid=UUIDS[3], label="Design Team", alias="design-team")
NAMES = {123: "john.doe", 89: "jane.smith", 134: "bob.jones", 201: "alice.wong"}
MEMBERS = {1: [123, 89, 134], 2: [123, 201], 3: [123, 5]}
_PAGES = {"/oauth/authorize": 401, "/oauth/token": 405, "/oauth/userinfo": 401}


@contextmanager
def pages() -> Iterator[str]:
    """The address of a server on loopback that has the two sites' front pages and AVC's OAuth2."""

    @Request.application
    def answer(request: Request) -> Response:
        return Response("", status=_PAGES.get(request.path, 200))

    server = make_server("127.0.0.1", 0, answer, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass(frozen=True)
class TwoProjects:
    """The directory with nwp.yml, and what runs there."""

    sites: TwoSites
    url: str

    @property
    def avc(self) -> Path:
        return self.sites.directory / projects.AVC

    @property
    def moodle(self) -> Path:
        return self.sites.directory / projects.MOODLE

    def pl(self, *arguments: str) -> Ran:
        """Run a command of ``pl``."""
        return self.sites.run_pl(*arguments)

    def state(self, project: Path, **values: str) -> None:
        """Change what the stand-in for DDEV knows of a project."""
        file = project / STATE
        file.write_text(json.dumps(json.loads(file.read_text()) | values))

    def asked(self, project: Path) -> list[str]:
        """What the stand-in was asked to do in a project, word by word."""
        file = project / TRACE
        return file.read_text().splitlines() if file.exists() else []


@contextmanager
def two_projects(sites: TwoSites, monkeypatch: pytest.MonkeyPatch) -> Iterator[TwoProjects]:
    """Three guilds of five people, all with accounts; nothing is synchronised yet."""
    required_php()
    directory = sites.directory
    with pages() as url:
        uids = sorted({uid for members in MEMBERS.values() for uid in members})
        people = [person(uid, name=NAMES.get(uid, f"u{uid}")) for uid in uids]
        sites.avc([WEB_DEV, CONTENT, DESIGN], people, MEMBERS)
        sites.moodle([account(uid) for uid in uids], wwwroot=f"{url}/moodle")
        sites.configure(text=projects.NWP)
        projects.write_projects(directory, directory / "avc.sqlite", directory / "moodle.sqlite")
        found = TwoProjects(sites, url)
        found.state(found.avc, primary_url=url)
        programs = str(directory / projects.PROGRAMS)
        monkeypatch.setenv("PATH", os.pathsep.join([programs, os.environ["PATH"]]))
        yield found

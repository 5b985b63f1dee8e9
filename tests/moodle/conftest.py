"""The Moodles that the port's contract is tested on.

Another kind of Moodle runs it too: its tests import the contract's, and have a fixture ``place``
of their own (for those of web services alone: ``client``).
"""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest

from providers.moodle.client import Client
from providers.sandbox.moodle.wsgi import SandboxMoodle
from tests.moodle.places import Place, web_place
from tests.moodle.support import EMAILS, RELEASES, TOKEN, URL, Meddled, new_sandbox, served


@pytest.fixture(params=[*RELEASES, "served"])
def client(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Client]:
    """A client of the sandbox: in this process, as each release, and on loopback."""
    path = tmp_path / "moodle.sqlite"
    with ExitStack() as cleanup:
        if request.param == "served":
            url = cleanup.enter_context(served(new_sandbox(path, "5.1.3")))
            yield Client(url, TOKEN, timeout=60)
        else:
            transport = httpx2.WSGITransport(app=SandboxMoodle(new_sandbox(path, request.param)))
            yield Client(URL, TOKEN, timeout=60, transport=transport)


@pytest.fixture
def place(client: Client) -> Iterator[Place]:
    """A Moodle to test the port on."""
    place = web_place(client, f"contract-{uuid4().hex[:8]}", EMAILS)
    yield place
    place.clean()


@pytest.fixture(params=RELEASES)
def meddled(request: pytest.FixtureRequest, tmp_path: Path) -> Meddled:
    """A sandbox whose answers a test may change, once of each release."""
    return Meddled(new_sandbox(tmp_path / "moodle.sqlite", request.param))

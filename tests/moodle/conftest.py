"""The Moodles that the port's contract is tested on."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest

from providers.moodle.client import Client
from providers.sandbox.moodle.wsgi import SandboxMoodle
from tests.moodle.support import EMAILS, RELEASES, TOKEN, URL, Meddled, Place, new_sandbox, served

_LIVE_URL = os.environ.get("LIVE_MOODLE_URL", "")
_LIVE_TOKEN = os.environ.get("LIVE_MOODLE_TOKEN", "")
_LIVE_EMAILS = tuple(os.environ.get("LIVE_MOODLE_EMAILS", ",".join(EMAILS)).split(","))
_LIVE = ["live"] if _LIVE_URL and _LIVE_TOKEN else []


def _client(where: str, path: Path, cleanup: ExitStack) -> Client:
    if where == "live":
        return Client(_LIVE_URL, _LIVE_TOKEN, timeout=60)
    if where == "served":
        url = cleanup.enter_context(served(new_sandbox(path, "5.1.3")))
        return Client(url, TOKEN, timeout=60)
    (release,) = (known for known in RELEASES if known == where)
    transport = httpx2.WSGITransport(app=SandboxMoodle(new_sandbox(path, release)))
    return Client(URL, TOKEN, timeout=60, transport=transport)


@pytest.fixture(params=[*RELEASES, "served", *_LIVE])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """A Moodle: the sandbox in this process, on loopback, and the live one that is given."""
    emails = _LIVE_EMAILS if request.param == "live" else EMAILS
    with ExitStack() as cleanup:
        client = _client(request.param, tmp_path / "moodle.sqlite", cleanup)
        place = Place(client, f"contract-{uuid4().hex[:8]}", emails)
        cleanup.callback(place.clean)
        yield place


@pytest.fixture(params=RELEASES)
def meddled(request: pytest.FixtureRequest, tmp_path: Path) -> Meddled:
    """A sandbox whose answers a test may change, once of each release."""
    return Meddled(new_sandbox(tmp_path / "moodle.sqlite", request.param))

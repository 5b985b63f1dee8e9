"""The real Moodle that is given: by its root on this machine, by its web services, or both.

    LIVE_MOODLE_DIR                      its root; roles and courses are tested only with this
    LIVE_MOODLE_PHP                      the PHP program for it, where that is not ``php``
    LIVE_MOODLE_URL, LIVE_MOODLE_TOKEN   its web services
    LIVE_MOODLE_EMAILS                   ten addresses of confirmed accounts without an idnumber,
                                         with commas between them; with LIVE_MOODLE_DIR not needed

Without any of them nothing here is collected. ``docs/staging.md`` says the rest.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from providers.moodle.client import Client
from reconciler.ports import MoodleSite
from tests.live.directory import DirectoryBackdoor
from tests.moodle.places import Place, WebServiceBackdoor, web_place

PREFIX = "live-contract-"
"""Of everything that the tests make: idnumbers of cohorts, names of courses and accounts."""

_DIRECTORY = os.environ.get("LIVE_MOODLE_DIR", "")
_PHP = os.environ.get("LIVE_MOODLE_PHP", "php")
_URL = os.environ.get("LIVE_MOODLE_URL", "").rstrip("/")
_TOKEN = os.environ.get("LIVE_MOODLE_TOKEN", "")
_EMAILS = tuple(filter(None, os.environ.get("LIVE_MOODLE_EMAILS", "").split(",")))
_WAYS = [*(["command-line"] if _DIRECTORY else []), *(["web-services"] if _URL and _TOKEN else [])]

collect_ignore_glob = [
    *([] if _WAYS else ["test_contract.py"]),
    *([] if "web-services" in _WAYS else ["test_web_services.py"]),
    *(
        []
        if "command-line" in _WAYS
        else [
            "test_roles.py",
            "test_courses.py",
            "test_directory.py",
            "test_lock.py",
            "test_log.py",
        ]
    ),
    *([] if len(_WAYS) == 2 else ["test_both_ways.py"]),
]


@pytest.fixture
def client() -> Client:
    return Client(_URL, _TOKEN, timeout=60)


@pytest.fixture(scope="session")
def moodle() -> DirectoryBackdoor:
    """Moodle's own functions, in its root."""
    return DirectoryBackdoor(Path(_DIRECTORY), _PHP)


@pytest.fixture(scope="session", autouse=True)
def emails() -> Iterator[tuple[str, ...]]:
    """Of ten accounts. What an earlier run left behind, cut off perhaps, goes first."""
    if not _DIRECTORY:
        if len(_EMAILS) != 10:
            raise pytest.UsageError("LIVE_MOODLE_EMAILS has to name ten accounts of that Moodle")
        WebServiceBackdoor(Client(_URL, _TOKEN, timeout=60)).delete(PREFIX)
        yield _EMAILS
        return
    moodle = DirectoryBackdoor(Path(_DIRECTORY), _PHP)
    if _URL and moodle.ask("site")["url"] != _URL:
        raise pytest.UsageError("LIVE_MOODLE_DIR and LIVE_MOODLE_URL are two different Moodles")
    moodle.sweep(PREFIX)
    recorded = moodle.ask("recorded")
    yield _EMAILS or moodle.make_accounts([f"{PREFIX}{number:02}" for number in range(10)])
    moodle.sweep(PREFIX)
    moodle.ask("record_again", recorded)


@pytest.fixture(scope="session")
def shell_site() -> MoodleSite:
    """The Moodle by its command line."""
    from providers.moodle.command_line.site import connect  # noqa: PLC0415 - not without a Moodle
    from tests.command_line.conftest import Access  # noqa: PLC0415 - see above

    return connect(Access(_DIRECTORY, {"php": _PHP}))


@pytest.fixture
def shell_place(
    shell_site: MoodleSite, moodle: DirectoryBackdoor, emails: tuple[str, ...]
) -> Iterator[Place]:
    """The Moodle by its command line."""
    url = moodle.ask("site")["url"]
    place = Place(shell_site, moodle, url, f"{PREFIX}{uuid4().hex[:8]}", emails)
    yield place
    place.clean()


@pytest.fixture
def web(client: Client, emails: tuple[str, ...]) -> Iterator[Place]:
    """The Moodle by its web services."""
    place = web_place(client, f"{PREFIX}{uuid4().hex[:8]}", emails)
    yield place
    place.clean()


@pytest.fixture(params=_WAYS)
def place(request: pytest.FixtureRequest) -> Place:
    """The Moodle, by each way that is given."""
    fixtures = {"command-line": "shell_place", "web-services": "web"}
    found: Place = request.getfixturevalue(fixtures[request.param])
    return found

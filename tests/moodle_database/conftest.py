"""A small Moodle on each kind of server, gone after the test."""

from collections.abc import Iterator

import pytest

from tests.databases import created
from tests.moodle_database.support import small_site
from tests.moodle_database.tables import load


@pytest.fixture(params=["mariadb", "postgresql"])
def empty(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of an empty database: the test runs once on each kind."""
    yield from created(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def moodle(empty: str) -> str:
    """The URL of a database with the small site."""
    load(empty, small_site())
    return empty

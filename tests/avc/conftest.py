"""An empty database on each kind of server, gone after the test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import created


@pytest.fixture(params=["sqlite", "mariadb", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database: the test runs once on each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'avc.sqlite'}"
    else:
        yield from created(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def empty_mariadb(mariadb_url: str) -> Iterator[str]:
    yield from created(mariadb_url)


@pytest.fixture
def empty_postgresql(postgresql_url: str) -> Iterator[str]:
    yield from created(postgresql_url)


@pytest.fixture
def empty_sqlite(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'avc.sqlite'}"

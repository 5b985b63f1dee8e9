"""An empty database on each kind of server, gone after the test."""

from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex

import pytest
from sqlalchemy import NullPool, create_engine, make_url, text

from providers.avc.database import parse_url


@pytest.fixture(params=["sqlite", "mariadb", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database: the test runs once on each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'avc.sqlite'}"
    else:
        yield from _created(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def empty_mariadb(mariadb_url: str) -> Iterator[str]:
    yield from _created(mariadb_url)


@pytest.fixture
def empty_postgresql(postgresql_url: str) -> Iterator[str]:
    yield from _created(postgresql_url)


@pytest.fixture
def empty_sqlite(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'avc.sqlite'}"


def _created(server: str) -> Iterator[str]:
    name = f"avc_{token_hex(6)}"
    engine = create_engine(parse_url(server), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    # Not the server's own choice: it may be anything, Drupal asks for this.
    charset = " CHARACTER SET utf8mb4" if engine.dialect.name == "mysql" else ""
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}{charset}"))
        try:
            yield make_url(server).set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(text(f"DROP DATABASE {name}"))
    engine.dispose()

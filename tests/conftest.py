"""Database servers for the tests: given by the environment, never optional in CI."""

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

for name, examples in (("default", 150), ("thorough", 5000)):
    settings.register_profile(
        name,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
        max_examples=examples,
    )
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.fixture(scope="session")
def state_directories(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One for each test."""
    whole = tmp_path_factory.mktemp("states")
    return (whole / str(number) for number in count())


@pytest.fixture(autouse=True)
def state_path(state_directories: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this test's runs are remembered: nothing is ever written to anybody's home."""
    directory = next(state_directories)
    monkeypatch.setenv("RECONCILER_STATE", str(directory))
    return directory


def _server(variable: str) -> str:
    url = os.environ.get(variable)
    if url:
        return url
    message = f"{variable} is not set: .ci/run starts the server and sets it"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def mariadb_url() -> str:
    """SQLAlchemy URL of an account that may create databases on a MariaDB server."""
    return _server("TEST_MARIADB_URL")


@pytest.fixture(scope="session")
def postgresql_url() -> str:
    """SQLAlchemy URL of an account that may create databases on a PostgreSQL server."""
    return _server("TEST_POSTGRESQL_URL")

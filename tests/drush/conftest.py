"""The databases of ``tests/avc``, and stand-ins for Drupal on them."""

from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from providers.sandbox.avc.tables import Release
from tests.avc.conftest import empty, empty_mariadb, empty_postgresql, empty_sqlite
from tests.avc.support import load, small_site
from tests.drush.support import Project, project_at

__all__ = ["empty", "empty_mariadb", "empty_postgresql", "empty_sqlite"]

Projects = Callable[..., Project]


@pytest.fixture
def project_of(tmp_path: Path) -> Projects:
    """Makes a stand-in on a database that has its tables."""
    numbers = count()

    def make(url: str, release: Release = 2, prefix: str = "") -> Project:
        return project_at(tmp_path / f"avc{next(numbers)}", url, release, prefix)

    return make


@pytest.fixture
def small(empty_sqlite: str, project_of: Projects) -> Project:
    """The small site, on SQLite."""
    load(empty_sqlite, small_site())
    return project_of(empty_sqlite)

"""What ``tests/avc/test_halves.py`` demands of a read by SQL, demanded of one through Drush."""

from typing import Any

import pytest

from providers.sandbox.avc.tables import Release
from reconciler.models.avc import AvcSnapshot, Claims
from reconciler.models.scope import Scope
from tests.avc.test_halves import (
    test_a_bundle_of_another_name,
    test_a_half_anywhere_is_counted_in_every_scope,
    test_a_membership_without_any_plugin,
    test_every_release_of_group,
    test_what_is_left_of_something_lost_whole,
    test_what_is_no_half,
)
from tests.drush.conftest import Projects

__all__ = [
    "test_a_bundle_of_another_name",
    "test_a_half_anywhere_is_counted_in_every_scope",
    "test_a_membership_without_any_plugin",
    "test_every_release_of_group",
    "test_what_is_left_of_something_lost_whole",
    "test_what_is_no_half",
]


@pytest.fixture
def reads(project_of: Projects) -> Any:
    """Reads a scope of the site in a database, through Drush."""

    def read(url: str, scope: Scope, release: Release = 2) -> AvcSnapshot:
        return project_of(url, release).avc().read(scope, Claims())

    return read

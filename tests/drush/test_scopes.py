"""What ``tests/avc/test_scopes.py`` demands of a read by SQL, demanded of one through Drush."""

import pytest

from reconciler.models.avc import AvcSnapshot, Claims
from reconciler.models.scope import Scope
from tests.avc.test_scopes import (
    Reading,
    test_accents_are_kept,
    test_case_is_folded_as_python_does,
    test_claims,
    test_guild_scope,
    test_lookalikes,
    test_many_claims,
    test_nobody_shares_a_missing_address,
    test_not_found,
    test_the_roles_that_guilds_can_have,
    test_translations_claim_nothing,
    test_user_scope,
    test_whoever_a_uid_belongs_to_comes_along,
)
from tests.drush.conftest import Projects

__all__ = [
    "test_accents_are_kept",
    "test_case_is_folded_as_python_does",
    "test_claims",
    "test_guild_scope",
    "test_lookalikes",
    "test_many_claims",
    "test_nobody_shares_a_missing_address",
    "test_not_found",
    "test_the_roles_that_guilds_can_have",
    "test_translations_claim_nothing",
    "test_user_scope",
    "test_whoever_a_uid_belongs_to_comes_along",
]


@pytest.fixture
def of(project_of: Projects) -> Reading:
    """Reads a scope of the site in a database, through Drush."""

    def read(url: str, scope: Scope, claims: Claims | None = None) -> AvcSnapshot:
        return project_of(url).avc().read(scope, claims or Claims())

    return read

"""What ``tests/avc/test_big_guilds.py`` demands of a read by SQL, demanded of one through Drush."""

from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from providers.avc.drush import documents as said
from providers.php.conversation import Php
from reconciler.models.avc import AvcSnapshot
from tests.avc.support import load
from tests.avc.test_big_guilds import (
    CLAIMS,
    FIRST,
    Asking,
    big,
    test_few_texts_are_searched_for,
    test_many_texts_are_one_walk,
)
from tests.drush.conftest import Projects
from tests.drush.support import with_pages_of

__all__ = ["test_few_texts_are_searched_for", "test_many_texts_are_one_walk"]


@pytest.fixture
def asked(project_of: Projects, tmp_path: Path) -> Asking:
    """Reads the first guild through Drush; and what was asked about people."""

    def read(url: str) -> tuple[AvcSnapshot, list[str]]:
        project = project_of(url)
        log = tmp_path / "queries"
        project.configure(
            "$settings['sandbox_before_query'] = static fn ($query) =>"
            f" file_put_contents('{log}', strtr($query, \"\\n\", ' ') . \"\\n\", FILE_APPEND);"
        )
        snapshot = project.avc().read(FIRST, CLAIMS)
        return snapshot, [line for line in log.read_text().splitlines() if "p.mail" in line]

    return read


def test_a_walk_is_never_silent(
    empty_sqlite: str, project_of: Projects, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nobody is found for long, something is said at every page, and at every count."""
    load(empty_sqlite, big("p", 1100))
    with_pages_of(monkeypatch, 100)
    heard: list[said.Said] = []
    ask = Php.ask

    def noting(*arguments: Any) -> Generator[said.Said, None, None]:
        for document in ask(*arguments):
            heard.append(document)
            yield document

    monkeypatch.setattr(Php, "ask", noting)
    project_of(empty_sqlite).avc().read(FIRST, CLAIMS)
    pages, counts = 11, 13
    assert sum(isinstance(document, said.Alive) for document in heard) > pages + counts

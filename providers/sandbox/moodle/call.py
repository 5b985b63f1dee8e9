"""One call of a web-service function: the site that it acts on, and what it did there."""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from providers.sandbox.moodle.answers import Release
from providers.sandbox.moodle.store import Settings


@dataclass
class Call:
    """Handed to every function of functions.py; `db` is inside the call's transaction."""

    db: sqlite3.Connection
    settings: Settings
    raw: bool
    """moodlewssettingraw: texts are answered as they are stored."""
    last_cohort_id: int = 0
    """The greatest cohort id handed out; it stays used up if the call is rolled back."""

    @property
    def release(self) -> Release:
        """The release that answers."""
        return self.settings.release

    def rows(self, query: str, *values: object) -> list[dict[str, Any]]:
        """The rows of a query, column to value."""
        cursor = self.db.execute(query, values)
        columns = [column[0] for column in cursor.description]
        return [dict(zip(columns, row, strict=True)) for row in cursor]

    def numbers(self, query: str, wanted: Iterable[object]) -> set[int]:
        """First column of a query with one `?`: a JSON list, for json_each()."""
        return {row[0] for row in self.db.execute(query, (json.dumps(list(wanted)),))}

    def known_cohorts(self, ids: Iterable[int]) -> set[int]:
        """Those of the ids that are cohorts."""
        return self.numbers(
            "SELECT id FROM cohort WHERE id IN (SELECT value FROM json_each(?))", ids
        )

    def living_users(self, ids: Iterable[int]) -> set[int]:
        """Those of the ids that are accounts and not deleted."""
        return self.numbers(
            "SELECT id FROM user WHERE deleted = 0 AND id IN (SELECT value FROM json_each(?))",
            ids,
        )

"""What Drupal expects of its database beyond SQL."""

from typing import Any

from sqlalchemy import URL

from providers.databases.database import Database


def drupal_database(site: str, url: URL) -> Database:
    """The database that an AVC keeps its tables in."""
    return Database(site, url, "Drupal", _with_collation)


def _with_collation(connection: Any) -> None:
    """Give SQLite the collation that Drupal declares text with, and that each of its connections
    brings along: see ``core/modules/sqlite/src/Driver/Database/sqlite/Connection.php``, ``open()``.

    Without it SQLite refuses to compare such a column.
    """
    connection.create_collation("NOCASE_UTF8", _compare_without_case)


def _compare_without_case(left: str, right: str) -> int:
    folded_left, folded_right = left.lower(), right.lower()
    return (folded_left > folded_right) - (folded_left < folded_right)

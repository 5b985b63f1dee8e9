"""Rows that a careless reader would take for something else; each case is one fact."""

from typing import Any

import pytest
from sqlalchemy import NullPool, create_engine

from providers.avc.plain_text import plain_text
from providers.databases.database import parse_url
from reconciler.models.avc import Claims
from reconciler.models.scope import FullScope
from tests.avc.support import (
    Rows,
    alias,
    as_group_1,
    avc_at,
    execute,
    load,
    observed,
    small_site,
)
from tests.avc.trap_cases import BASE, CASES, DATA, ROLES, USUAL, Case


def added(case: Case) -> Rows:
    rows = small_site()
    for table, more in case.rows.items():
        rows[table] = [*rows.get(table, []), *more]
    return rows


def renumber(table: str, row: dict[str, Any], base: int) -> dict[str, Any]:
    """The row of a case under a number of its own, unless it belongs to the small site."""
    key = {"path_alias": "id", DATA: "id", ROLES: "entity_id"}.get(table)
    return row if key is None or 11 <= row[key] <= 13 else row | {key: base + row[key]}


@pytest.fixture
def read(empty: str) -> Any:
    """Reads what a site with these rows gives, by name of the part."""

    def reading(rows: Rows, release: Any = 2) -> dict[str, Any]:
        load(empty, rows, release)
        return observed(avc_at(empty).read(FullScope(), Claims()))

    return reading


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.fact)
def test_what_counts(read: Any, case: Case) -> None:
    """Each case's fact holds on each kind of database."""
    assert read(added(case)) == USUAL | case.changes


@pytest.mark.parametrize(
    "case", [case for case in CASES if "bundle" not in case.fact], ids=lambda case: case.fact
)
def test_what_counts_on_group_1(read: Any, case: Case) -> None:
    """The same facts hold on Group 1, which tells memberships by their bundle alone.

    There is a bundle for each type of group, so that of guilds needs no hash.
    """
    rows = added(case)
    for row in rows["group_relationship_field_data"]:
        if row["group_type"] != "guild":
            row["type"] = f"{row['group_type']}-group_membership"
    assert read(as_group_1(rows), 1) == USUAL | case.changes


def test_all_at_once(read: Any) -> None:
    """All that adds nothing adds nothing together either."""
    rows = small_site()
    for number, case in enumerate(CASES, start=1):
        if not case.changes:
            for table, more in case.rows.items():
                renumbered = [renumber(table, row, number * 100) for row in more]
                rows[table] = [*rows.get(table, []), *renumbered]
    assert read(rows) == USUAL


def test_no_aliases_without_the_module(empty: str) -> None:
    """A site without Path Alias, and without the description field, is a site all the same."""
    load(empty, small_site(), without=("path_alias", "group__field_group_description"))
    assert observed(avc_at(empty).read(FullScope(), Claims())) == USUAL


def test_groups_without_status(empty_sqlite: str) -> None:
    """Where drupal/group cannot unpublish groups, all of them are published."""
    load(empty_sqlite, small_site())
    execute(empty_sqlite, "ALTER TABLE groups_field_data DROP COLUMN status")
    assert observed(avc_at(empty_sqlite).read(FullScope(), Claims())) == USUAL


def test_views_serve_as_tables(empty: str) -> None:
    """An account that is shown views of Drupal's tables reads the same from them."""
    load(empty, small_site())
    engine = create_engine(parse_url(empty), poolclass=NullPool)
    quote = engine.dialect.identifier_preparer.quote
    execute(
        empty,
        "CREATE VIEW seen_users AS SELECT uid, uuid FROM users",
        "CREATE VIEW seen_users_field_data AS SELECT uid, name, mail, status, default_langcode"
        " FROM users_field_data",
        *(
            f"CREATE VIEW seen_{name} AS SELECT * FROM {quote(name)}"
            for name in (BASE, "groups", "groups_field_data", DATA, ROLES, "config")
        ),
    )
    engine.dispose()
    assert observed(avc_at(empty, prefix="seen_").read(FullScope(), Claims())) == USUAL


def test_the_collation_of_drupal_on_sqlite(empty_sqlite: str) -> None:
    """Drupal's SQLite has columns in a collation of Drupal's own, which a plain reader lacks."""
    rows = small_site()
    rows["path_alias"] = [alias(1, "/group/1", "/group/web"), alias(2, "/group/2", "/group/text")]
    load(empty_sqlite, rows)
    execute(
        empty_sqlite,
        "ALTER TABLE path_alias RENAME TO plain",
        "CREATE TABLE path_alias (id INTEGER PRIMARY KEY, uuid TEXT, langcode VARCHAR(12)"
        " COLLATE NOCASE_UTF8, path VARCHAR(255) COLLATE NOCASE_UTF8,"
        " alias VARCHAR(255) COLLATE NOCASE_UTF8, status INTEGER)",
        "INSERT INTO path_alias SELECT id, uuid, langcode, path, alias, status FROM plain",
        "ALTER TABLE groups_field_data RENAME TO plain_data",
        "CREATE TABLE groups_field_data (id INTEGER, type TEXT, langcode VARCHAR(12),"
        " status INTEGER, label VARCHAR(255) COLLATE NOCASE_UTF8, default_langcode INTEGER)",
        "INSERT INTO groups_field_data SELECT id, type, langcode, status, label, default_langcode"
        " FROM plain_data",
    )
    found = observed(avc_at(empty_sqlite).read(FullScope(), Claims()))
    assert found == USUAL | {"aliases": {1: "web", 2: "text"}}


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("plain", "plain"),
        ("<p>One</p><p>two</p>", "One two"),
        ("one<br>two<br/>three", "one two three"),
        ("w<b>or</b>d", "word"),
        ("  a \n\t b&nbsp;c ", "a b c"),
        ("Caf&eacute; &amp; Co &lt;3", "Café & Co <3"),
        ("<script>alert('x')</script>seen", "seen"),
        ("<style>p {color: red}</style>seen", "seen"),
        ("seen<script>never closed", "seen"),
        ("seen<!-- a comment -->", "seen"),
        ("a < b", "a < b"),
    ],
)
def test_plain_text(html: str, text: str) -> None:
    """A description reads as it does on the page, without what the page does not show."""
    assert plain_text(html) == text

"""A reading is whole, of one moment, and of the right database, or there is none."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
from sqlalchemy import make_url

from providers.databases.rows import rows
from providers.moodle.database import source
from providers.moodle.database.tables import _COLUMNS
from reconciler.errors import (
    AccessRefused,
    IncompleteRead,
    ReadError,
    SiteUnreachable,
    UnexpectedAnswer,
)
from reconciler.models.moodle import MoodleQuery
from tests.databases import PASSWORD, account
from tests.moodle_database.support import EVERYBODY, read, reading, small_site
from tests.moodle_database.tables import LOG, TABLES, execute, load


def _complaint(error: type[ReadError], action: Callable[[], object]) -> str:
    """The sentence with which the action fails; whatever fails, it looks like this."""
    with pytest.raises(error) as raised:
        action()
    assert type(raised.value) is error
    sentence = str(raised.value)
    assert sentence.startswith("ss: ")
    assert sentence.endswith(".")
    assert PASSWORD not in sentence
    return sentence


def _read_all(url: str) -> None:
    """Everything that can be read."""
    read(url)
    reading(url).enrolments(frozenset({3}), frozenset({20}))


@pytest.mark.parametrize("table", TABLES)
def test_a_table_that_is_missing(empty: str, table: str) -> None:
    """It is named with its prefix; without it nothing is believed, for plugins neither."""
    load(empty, small_site(), without=[table])
    said = _complaint(UnexpectedAnswer, lambda: _read_all(empty))
    assert f"shows no table 'mdl_{table}'" in said


def test_every_table_is_tried() -> None:
    """The tables of the tests are those that are read, and their columns are there."""
    assert {*TABLES, LOG} == _COLUMNS.keys()


@pytest.mark.parametrize("table", TABLES)
def test_a_column_that_is_missing(moodle: str, table: str) -> None:
    """A table that looks otherwise is not Moodle's."""
    column = _COLUMNS[table].split()[-1]
    quoted = "`" if moodle.startswith("mysql") else '"'
    execute(moodle, f"ALTER TABLE {quoted}mdl_{table}{quoted} DROP COLUMN {column}")
    said = _complaint(UnexpectedAnswer, lambda: _read_all(moodle))
    assert "a table or column of Moodle is missing" in said


@pytest.mark.parametrize("prefix", ["", "m2_"])
def test_the_wrong_prefix(moodle: str, prefix: str) -> None:
    """It finds no table at all."""
    said = _complaint(UnexpectedAnswer, lambda: reading(moodle, prefix).inspect())
    assert f"shows no table '{prefix}config'" in said


def test_a_site_that_is_in_order(moodle: str) -> None:
    """Inspecting it says nothing, and each look at it is counted."""
    site = reading(moodle)
    site.inspect()
    site.read(EVERYBODY)
    assert site.traffic() == "2 readings of the database"


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("DELETE FROM mdl_config WHERE name = 'release'", "has no setting `release`"),
        ("DELETE FROM mdl_config WHERE name = 'siteadmins'", "has no setting `siteadmins`"),
        ("UPDATE mdl_config SET value = '2,x'", "`siteadmins` is no list of account ids"),
        ("DELETE FROM mdl_context", "has 0 system contexts"),
        ("UPDATE mdl_context SET contextlevel = 10", "has 2 system contexts"),
    ],
)
def test_what_every_moodle_has(moodle: str, statement: str, words: str) -> None:
    """Where it is missing or odd, nothing is made up in its place."""
    execute(moodle, statement)
    assert words in _complaint(UnexpectedAnswer, lambda: read(moodle))


def test_nobody_is_an_administrator(moodle: str) -> None:
    """An empty list is one."""
    execute(moodle, "UPDATE mdl_config SET value = '' WHERE name = 'siteadmins'")
    assert read(moodle).administrators == frozenset()


def test_a_row_that_gets_lost(moodle: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever query it is of: the database's own count is another."""
    queries, noticed = count(), 0
    for lossy in count():
        queries = count()

        def losing(connection: Any, query: Any, lossy: int = lossy) -> Iterator[Any]:
            found = list(rows(connection, query))
            yield from found[:-1] if next(queries) == lossy else found  # noqa: B023 - called at once

        monkeypatch.setattr(source, "rows", losing)
        try:
            _read_all(moodle)
        except IncompleteRead:
            noticed += 1
        if next(queries) <= lossy:
            break
    assert noticed == lossy == 15


def test_one_moment(moodle: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written while it is read belongs to the next reading."""
    before = read(moodle)
    numbers = count(100)

    def writing(connection: Any, query: Any) -> Iterator[Any]:
        number = next(numbers)
        quoted = "`mdl_user`" if moodle.startswith("mysql") else '"mdl_user"'
        execute(
            moodle,
            f"INSERT INTO {quoted} (id, username, password) VALUES ({number}, 'n{number}', '')",
            f"INSERT INTO mdl_cohort_members (id, cohortid, userid) VALUES ({number}, 1, {number})",
            f"INSERT INTO mdl_local_cohortrole VALUES ({number}, {number}, 1)",
        )
        yield from rows(connection, query)

    monkeypatch.setattr(source, "rows", writing)
    assert read(moodle) == before
    monkeypatch.undo()
    assert read(moodle).accounts.keys() > before.accounts.keys()


def test_columns_are_enough(moodle: str) -> None:
    """An account that may read just the columns that are listed reads the same."""
    whole = read(moodle)
    with account(moodle) as reader:
        for table in TABLES:
            quoted = f"`mdl_{table}`" if moodle.startswith("mysql") else f'"mdl_{table}"'
            columns = ", ".join(_COLUMNS[table].split())
            reader.run(f"GRANT SELECT ({columns}) ON {_schema(moodle)}{quoted} TO {reader.name}")
        assert read(reader.url) == whole


def _schema(url: str) -> str:
    """What MariaDB's GRANT needs before a table's name: it is run without a database."""
    return f"{make_url(url).database}." if url.startswith("mysql") else ""


def test_an_account_that_may_not_read(moodle: str) -> None:
    """The table that it may not read is missing for MariaDB, forbidden for PostgreSQL."""
    with account(moodle) as reader:
        reader.run(f"GRANT SELECT ON {_schema(moodle)}mdl_config TO {reader.name}")
        if moodle.startswith("mysql"):
            said = _complaint(UnexpectedAnswer, lambda: read(reader.url))
            assert "shows no table 'mdl_context'" in said
        else:
            said = _complaint(AccessRefused, lambda: read(reader.url))
            assert "grant it SELECT on Moodle's tables" in said


def test_no_server() -> None:
    """It is named."""
    said = _complaint(SiteUnreachable, lambda: read("mysql://u@127.0.0.1:1/moodle"))
    assert "no database server answers at 127.0.0.1:1/moodle" in said


def test_an_empty_query_reads_no_account(moodle: str) -> None:
    """Cohorts and what the site is like, and nobody."""
    snapshot = read(moodle, MoodleQuery())
    assert (snapshot.accounts, snapshot.members, snapshot.everybody) == ({}, {}, False)
    assert len(snapshot.cohorts) == 4

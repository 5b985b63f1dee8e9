"""Who changed cohorts, as the table of Moodle's standard log has it."""

import time
from typing import Any

import pytest
from sqlalchemy import make_url

from providers.moodle.database.tables import _COLUMNS
from reconciler.models.log import DAYS_BACK, MOST_CHANGES, LoggedChange
from tests.databases import account
from tests.moodle_database.support import EVERYBODY, reading, small_site
from tests.moodle_database.tables import LOG, TABLES, Row, execute, load

_NOW = int(time.time())
_ADDED, _REMOVED = (f"\\core\\event\\cohort_member_{what}" for what in ("added", "removed"))


def _event(number: int, event: str, **fields: Any) -> Row:
    row: Row = {"id": number, "eventname": event, "objectid": 1, "userid": 2, "origin": "web"}
    return {**row, "timecreated": _NOW - 60, **fields}


def _changes(url: str, *events: Row, cohorts: tuple[int, ...] = (1,)) -> object:
    load(url, {**small_site(), "logstore_standard_log": list(events)})
    return reading(url).changes(frozenset(cohorts))


def test_who_when_what_and_how(empty: str) -> None:
    """The newest first, of one second the later row; the member where there is one."""
    changed = _changes(
        empty,
        _event(1, "\\core\\event\\cohort_created", timecreated=_NOW - 90, origin=None),
        _event(2, _ADDED, relateduserid=3, origin="ws", userid=7),
        _event(3, _REMOVED, relateduserid=3, userid=4),
        _event(4, "\\core\\event\\cohort_updated", timecreated=_NOW - 10, origin="cli"),
        _event(5, "\\core\\event\\cohort_deleted", timecreated=_NOW - 70, userid=99),
    )
    assert changed == (
        LoggedChange(1, None, "updated", 2, "admin", _NOW - 10, "cli"),
        LoggedChange(1, 3, "member-removed", 4, "bob", _NOW - 60, "web"),
        LoggedChange(1, 3, "member-added", 7, "suspended", _NOW - 60, "ws"),
        LoggedChange(1, None, "deleted", 99, "", _NOW - 70, "web"),
        LoggedChange(1, None, "created", 2, "admin", _NOW - 90, ""),
    )


def test_what_is_left_out(empty: str) -> None:
    """Other cohorts, other events, other things with that number, and what is too old."""
    changed = _changes(
        empty,
        _event(1, _ADDED, relateduserid=3, objectid=2),
        _event(2, "\\core\\event\\user_loggedin"),
        _event(3, "\\core\\event\\course_updated"),
        _event(4, _ADDED, relateduserid=3, timecreated=_NOW - (DAYS_BACK + 1) * 86_400),
        _event(5, _ADDED, relateduserid=4, timecreated=_NOW - (DAYS_BACK - 1) * 86_400),
        _event(6, _ADDED.upper(), relateduserid=3),
    )
    assert isinstance(changed, tuple)
    assert [change.account for change in changed] == [4]


def test_who_acts_as_somebody_else_is_named(empty: str) -> None:
    """Moodle's "log in as" leaves both; a user who is deleted has a number and no name."""
    changed = _changes(
        empty,
        _event(2, _ADDED, relateduserid=3, userid=3, realuserid=4),
        _event(1, _ADDED, relateduserid=3, userid=5),
    )
    assert isinstance(changed, tuple)
    assert [(change.by, change.by_name) for change in changed] == [(4, "bob"), (5, "")]


def test_at_most_so_many(empty: str) -> None:
    """Of many cohorts the newest of all, whichever they are of; ids that need two questions."""
    events = [
        _event(n, _ADDED, objectid=1 + n % 2 * 5_500, relateduserid=n, timecreated=_NOW - 9_000 + n)
        for n in range(1, MOST_CHANGES + 51)
    ]
    changed = _changes(empty, *events, cohorts=tuple(range(1, 6_001)))
    assert isinstance(changed, tuple)
    assert [change.account for change in changed] == list(range(MOST_CHANGES + 50, 50, -1))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE mdl_config_plugins SET value = '' WHERE plugin = 'tool_log'",
        "UPDATE mdl_config_plugins SET value = 'logstore_database' WHERE plugin = 'tool_log'",
        "DELETE FROM mdl_config_plugins WHERE plugin = 'tool_log'",
        "DROP TABLE mdl_logstore_standard_log",
    ],
)
def test_no_log(moodle: str, statement: str) -> None:
    """A store that is off, or gone, tells nothing: not even that there was nothing."""
    assert reading(moodle).changes(frozenset({1})) == ()
    execute(moodle, statement)
    assert reading(moodle).changes(frozenset({1})) is None


@pytest.mark.parametrize("may_read", [True, False])
def test_an_account_that_may_not_read_the_log(moodle: str, may_read: bool) -> None:
    """It reads the rest, and there is no log; the columns that are listed are enough for one."""
    with account(moodle) as reader:
        for table in (*TABLES, LOG) if may_read else TABLES:
            quoted = f"`mdl_{table}`" if moodle.startswith("mysql") else f'"mdl_{table}"'
            columns = ", ".join(_COLUMNS[table].split())
            schema = f"{make_url(moodle).database}." if moodle.startswith("mysql") else ""
            reader.run(f"GRANT SELECT ({columns}) ON {schema}{quoted} TO {reader.name}")
        found = reading(reader.url).changes(frozenset({1}))
        assert found == (() if may_read else None)
        assert reading(reader.url).read(EVERYBODY).cohorts


def test_no_cohorts(moodle: str) -> None:
    """Of none there is nothing to tell."""
    assert reading(moodle).changes(frozenset()) == ()

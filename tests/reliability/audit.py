"""Every change of a sandbox's Moodle, as its database sees it, and what stands in it in the end."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from providers.sandbox.moodle import store

Event = tuple[str, str, int, str]
"""What happened; the cohort's idnumber of today; the account, or 0; what else tells it apart."""

Row = tuple[str, tuple[object, ...]]
"""Of what a row is, and what is in it."""

_COHORT = "json_array(new.name, new.idnumber, new.description, new.visible, new.component)"
_TRIGGERS = (
    ("create", "INSERT ON cohort", "new.id", "0", _COHORT),
    ("change", "UPDATE ON cohort", "new.id", "0", _COHORT),
    ("delete", "DELETE ON cohort", "old.id", "0", "''"),
    ("add", "INSERT ON cohort_members", "new.cohortid", "new.userid", "''"),
    ("remove", "DELETE ON cohort_members", "old.cohortid", "old.userid", "''"),
    (
        *("assign", "INSERT ON role_assignments", "new.itemid", "new.userid"),
        "json_array(new.roleid, new.contextid, new.component)",
    ),
    (
        *("unassign", "DELETE ON role_assignments", "old.itemid", "old.userid"),
        "json_array(old.roleid, old.contextid, old.component)",
    ),
    ("define", "INSERT ON local_cohortrole", "new.cohortid", "0", "new.roleid"),
    ("undefine", "DELETE ON local_cohortrole", "old.cohortid", "0", "old.roleid"),
    ("enrol", "INSERT ON user_enrolments", "0", "new.userid", "new.enrolid"),
    ("unenrol", "DELETE ON user_enrolments", "0", "old.userid", "old.enrolid"),
)
_STATE = {
    "cohort": (
        "SELECT idnumber, contextid, name, description, descriptionformat, visible, component"
        " FROM cohort"
    ),
    "member": (
        "SELECT c.idnumber, m.userid FROM cohort_members m LEFT JOIN cohort c ON c.id = m.cohortid"
    ),
    "role": (
        "SELECT a.roleid, a.contextid, a.userid, a.component, coalesce(c.idnumber, a.itemid)"
        " FROM role_assignments a"
        " LEFT JOIN cohort c ON c.id = a.itemid AND a.component <> 'enrol_cohort'"
    ),
    "definition": (
        "SELECT c.idnumber, d.roleid"
        " FROM local_cohortrole d LEFT JOIN cohort c ON c.id = d.cohortid"
    ),
    "enrolment": "SELECT enrolid, userid, status FROM user_enrolments",
    "setting": ("SELECT plugin, name, value FROM config_plugins WHERE plugin <> 'avc_moodle_sync'"),
}


def start(moodle: Path) -> None:
    """Log each later change of cohorts, members, roles, definitions and enrolments.

    Triggers write the log in the transaction of the change: what is rolled back is not in it.
    """
    with store.connect(moodle) as db:
        db.execute(
            "CREATE TABLE audit (id INTEGER PRIMARY KEY, what TEXT, cohort INTEGER,"
            " account INTEGER, detail TEXT)"
        )
        for what, where, cohort, account, detail in _TRIGGERS:
            db.execute(
                f"CREATE TRIGGER audit_{what} AFTER {where} BEGIN INSERT INTO audit"
                f" (what, cohort, account, detail) VALUES ('{what}', {cohort}, {account},"
                f" {detail}); END"
            )


def events(moodle: Path) -> Counter[Event]:
    """How often each change was made."""
    with _looked_at(moodle) as db:
        return Counter(
            db.execute(
                "SELECT a.what, coalesce(c.idnumber, a.cohort), a.account, a.detail"
                " FROM audit a LEFT JOIN cohort c ON c.id = a.cohort"
            )
        )


def changes(moodle: Path) -> int:
    """How many changes were made so far; waits for nobody who writes."""
    with _looked_at(moodle) as db:
        (number,) = db.execute("SELECT count(*) FROM audit").fetchone()
        return int(number)


def state(moodle: Path) -> Counter[Row]:
    """All that a site holds of cohorts, members, roles, definitions and enrolments, by idnumber."""
    with _looked_at(moodle) as db:
        return Counter((kind, row) for kind, query in _STATE.items() for row in db.execute(query))


def record(moodle: Path) -> dict[str, str]:
    """What Moodle remembers of the last run: of which plan, and what there was in the end."""
    with _looked_at(moodle) as db:
        return dict(
            db.execute(
                "SELECT name, value FROM config_plugins WHERE plugin = 'avc_moodle_sync'"
                " AND name IN ('avc', 'scope', 'digest', 'cohorts', 'members')"
            )
        )


@contextmanager
def _looked_at(moodle: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"{moodle.as_uri()}?mode=ro", uri=True, timeout=60)) as db:
        yield db

"""The sandbox's Moodle site: one SQLite file.

A test or a demonstration that edits the site by hand does it in `connect()`, with SQL, on the
tables of schema.py. Other connections lack the function and the collation that these use.
"""

import sqlite3
from collections.abc import Generator, Iterable, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict, cast, get_args

from providers.sandbox.moodle.answers import Release
from providers.sandbox.moodle.collation import compared, folded
from providers.sandbox.moodle.schema import TABLES, first_rows

_THEME_REVISIONS: Mapping[Release, int] = {"4.5.6": 1795349933, "5.1.3": 1795349980}
"""Part of the address of every profile image; as recorded."""


@dataclass(frozen=True)
class Settings:
    """What the file says about its site."""

    release: Release
    token: str
    wwwroot: str
    max_input_vars: int
    theme_revision: int


def create(  # noqa: PLR0913 -- a site's options, all named by the caller
    path: Path,
    *,
    release: Release,
    token: str,
    accounts: Iterable[Mapping[str, object]],
    wwwroot: str = "http://moodle.example",
    max_input_vars: int = 5000,
) -> None:
    """Make a site without cohorts.

    `accounts` have the keys of `users` in a recording's first line: id, username and email; auth,
    idnumber, suspended, confirmed and deleted have Moodle's defaults.

    Raises FileExistsError if there is a file, ValueError for another release or a bad account.
    """
    if release not in get_args(Release):
        raise ValueError(f"{release} was never recorded")
    settings = {
        "release": release,
        "token": token,
        "wwwroot": wwwroot,
        "max_input_vars": str(max_input_vars),
        "theme_revision": str(_THEME_REVISIONS[release]),
    }
    rows = [_account(account) for account in accounts]
    path.touch(exist_ok=False)
    try:
        _fill(path, release, settings, rows)
    except sqlite3.IntegrityError as error:
        path.unlink()
        raise ValueError(f"these accounts do not fit together: {error}") from error


def _account(given: Mapping[str, object]) -> dict[str, object]:
    defaults = {"auth": "manual", "idnumber": "", "suspended": 0, "confirmed": 1, "deleted": 0}
    account = {**defaults, **given}
    if missing := {"id", "username", "email"} - account.keys():
        raise ValueError(f"an account lacks {', '.join(sorted(missing))}: {dict(given)}")
    # As recorded: «ann» is Ann Test, and «gone@example.org.1795350011» is still Gone Test.
    return {**account, "firstname": str(account["username"]).partition("@")[0].capitalize()}


def _fill(
    path: Path,
    release: Release,
    settings: Mapping[str, str],
    accounts: list[dict[str, object]],
) -> None:
    with closing(_opened(path)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.executescript(TABLES)
    with connect(path) as db:
        db.executemany("INSERT INTO setting VALUES (?, ?)", settings.items())
        for statement, rows in first_rows(release):
            db.executemany(statement, rows)
        db.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('cohort', 0)")
        db.executemany(
            "INSERT INTO user (id, username, email, auth, idnumber, suspended, confirmed,"
            " deleted, firstname) VALUES (:id, :username, :email, :auth, :idnumber, :suspended,"
            " :confirmed, :deleted, :firstname)",
            accounts,
        )


def _opened(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(
        f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=60, isolation_level=None
    )
    db.create_function("folded", 1, folded, deterministic=True)
    db.create_collation("folded", compared)
    # A sandbox need not outlive a power cut.
    db.execute("PRAGMA synchronous = OFF")
    return db


@contextmanager
def connect(path: Path) -> Generator[sqlite3.Connection]:
    """A connection in a write transaction: committed at the end, rolled back on an exception.

    Raises FileNotFoundError if there is no such site.
    """
    if not path.exists():
        raise FileNotFoundError(path)
    with closing(_opened(path)) as db:
        db.execute("BEGIN IMMEDIATE")
        try:
            yield db
        except BaseException:
            db.rollback()
            raise
        db.commit()


def read_settings(db: sqlite3.Connection) -> Settings:
    """The site's settings."""
    stored: dict[str, str] = dict(db.execute("SELECT name, value FROM setting"))
    return Settings(
        release=cast("Release", stored["release"]),
        token=stored["token"],
        wwwroot=stored["wwwroot"],
        max_input_vars=int(stored["max_input_vars"]),
        theme_revision=int(stored["theme_revision"]),
    )


def log_call(db: sqlite3.Connection, function: str, writes: int) -> None:
    """Count one call, and the rows that it changed."""
    db.execute(
        "INSERT INTO calls VALUES (?, 1, ?)"
        " ON CONFLICT DO UPDATE SET n = n + 1, writes = writes + excluded.writes",
        (function, writes),
    )


def call_counts(path: Path) -> dict[str, int]:
    """How often each function was called, failed and refused calls too."""
    with connect(path) as db:
        return dict(db.execute("SELECT function, n FROM calls ORDER BY function"))


def write_count(path: Path) -> int:
    """Rows of cohorts, members and role assignments that web services changed in all.

    Cohorts that were updated count even if they are as before: Moodle writes them too.
    """
    with connect(path) as db:
        (writes,) = db.execute("SELECT coalesce(sum(writes), 0) FROM calls").fetchone()
        return int(writes)


class DumpedCohort(TypedDict):
    """A cohort with its members' user ids, sorted; `category` is None in the system context."""

    id: int
    category: int | None
    name: str
    idnumber: str
    description: str
    visible: bool
    members: list[int]


def dump(path: Path) -> list[DumpedCohort]:
    """Every cohort, by id."""
    with connect(path) as db:
        members: dict[int, list[int]] = {}
        for cohort, user in db.execute(
            "SELECT cohortid, userid FROM cohort_members ORDER BY cohortid, userid"
        ):
            members.setdefault(cohort, []).append(user)
        rows = db.execute(
            "SELECT c.id, nullif(x.instanceid, 0), name, coalesce(idnumber, ''),"
            " coalesce(description, ''), visible"
            " FROM cohort c JOIN context x ON x.id = c.contextid ORDER BY c.id"
        )
        return [
            DumpedCohort(
                id=number,
                category=category,
                name=name,
                idnumber=idnumber,
                description=description,
                visible=bool(visible),
                members=members.get(number, []),
            )
            for number, category, name, idnumber, description, visible in rows
        ]

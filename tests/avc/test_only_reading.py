"""A read changes nothing, and sees one moment."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from providers.avc.database import drupal_database
from providers.avc.site import connect
from providers.databases.database import parse_url
from reconciler.errors import (
    ReadError,
)
from tests.avc.support import (
    Access,
    as_group_1,
    avc_at,
    complaint,
    execute,
    load,
    reading,
    small_site,
)


@pytest.mark.parametrize("statement", ["DELETE FROM users", "CREATE TABLE x (id INTEGER)"])
def test_nothing_can_be_written(empty: str, statement: str) -> None:
    """The database itself refuses whatever would change it."""
    load(empty, small_site())
    database = drupal_database("avc", parse_url(empty))

    def write() -> None:
        with database.snapshot() as connection:
            connection.execute(text(statement))

    complaint(ReadError, write)
    assert len(avc_at(empty).guilds()) == 2
    with database.snapshot() as connection:
        assert connection.execute(text("SELECT count(*) FROM users")).scalar() == 5


def test_reading_leaves_a_file_as_it_is(empty_sqlite: str) -> None:
    """Not a byte of a SQLite file changes, and nothing appears beside it."""
    load(empty_sqlite, as_group_1(small_site()), 1)
    path = Path(str(make_url(empty_sqlite).database))
    before = path.read_bytes()
    reading(empty_sqlite)()
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_one_moment(empty: str) -> None:
    """What is written while a snapshot is open is not seen in it, and is in the next one."""
    load(empty, small_site())
    if empty.startswith("sqlite"):  # as Drupal has it
        holder = sqlite3.connect(str(make_url(empty).database))
        holder.execute("PRAGMA journal_mode = WAL")
        holder.close()
    database = drupal_database("avc", parse_url(empty))
    counting = text("SELECT count(*) FROM users")
    with database.snapshot() as connection:
        assert connection.execute(counting).scalar() == 5
        execute(empty, "DELETE FROM users_field_data", "DELETE FROM users")
        assert connection.execute(counting).scalar() == 5
        assert connection.execute(text("SELECT count(*) FROM users_field_data")).scalar() == 5
    with database.snapshot() as connection:
        assert connection.execute(counting).scalar() == 0


def test_relative_files(empty_sqlite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative SQLite path starts at the directory of nwp.yml, wherever one stands."""
    load(empty_sqlite, small_site())
    path = Path(str(make_url(empty_sqlite).database))
    monkeypatch.chdir("/")
    access = Access({"database": f"sqlite:///{path.name}"}, directory=str(path.parent))
    assert len(connect(access).guilds()) == 2


def test_file_names_of_all_kinds(tmp_path: Path) -> None:
    """A file's name may hold what means something in a URI."""
    path = tmp_path / "a b?c#d%20é.sqlite"
    plain = tmp_path / "plain.sqlite"
    load(f"sqlite:///{plain}", small_site())
    plain.rename(path)
    database = drupal_database("avc", make_url("sqlite://").set(database=str(path)))
    with database.snapshot() as connection:
        assert connection.execute(text("SELECT count(*) FROM users")).scalar() == 5

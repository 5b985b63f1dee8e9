"""What servers refuse, and drivers complain about, is said in one sentence."""

import sqlite3
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import psycopg
import psycopg.errors
import pytest
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError, InvalidRequestError, OperationalError, SQLAlchemyError

from providers.avc.database import drupal_database
from providers.avc.site import connect
from providers.databases.database import parse_url
from reconciler.errors import (
    AccessRefused,
    IncompleteRead,
    ReadError,
    SiteUnreachable,
    UnexpectedAnswer,
)
from reconciler.models.avc import Claims
from reconciler.models.scope import FullScope
from tests.avc.support import (
    Access,
    avc_at,
    complaint,
    load,
    reading,
    small_site,
)
from tests.databases import PASSWORD, account

pymysql = import_module("pymysql")  # it has no types


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("mysql://u@127.0.0.1:1/avc", "127.0.0.1:1/avc"),
        ("mariadb://u@127.0.0.1:1/avc", "127.0.0.1:1/avc"),
        ("mysql://u@no-such-host.invalid/avc", "no-such-host.invalid"),
        ("postgresql://u@127.0.0.1:1/avc", "127.0.0.1:1/avc"),
        ("postgres://u@no-such-host.invalid/avc", "no-such-host.invalid"),
    ],
)
def test_no_server(url: str, word: str) -> None:
    """A server that does not answer is named, with its port."""
    said = complaint(SiteUnreachable, reading(url))
    assert "no database server answers" in said
    assert word in said


def test_no_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that is reached by a socket is named by it."""

    def fail(*_arguments: object, **_options: object) -> None:
        raise pymysql.err.OperationalError(2003, "Can't connect ([Errno 2] No such file)")

    monkeypatch.setattr(pymysql, "connect", fail)
    url = "mysql://u@/avc?unix_socket=/nowhere/my.sock"
    assert "answers at /nowhere/my.sock/avc" in complaint(SiteUnreachable, reading(url))


def test_a_wrong_password_on_mariadb(empty_mariadb: str) -> None:
    """A refused login says so, and what to check; no password is ever repeated."""
    with account(empty_mariadb) as reader:
        wrong = make_url(reader.url).set(password=f"{PASSWORD}r")
        said = complaint(AccessRefused, reading(wrong.render_as_string(hide_password=False)))
        assert "refuses the login" in said
        complaint(AccessRefused, reading(reader.url.replace(f":{PASSWORD}@", "@")))


def test_forbidden_tables_on_mariadb(empty_mariadb: str) -> None:
    """Tables that an account may not read are missing to it; a forbidden database is told."""
    load(empty_mariadb, small_site())
    name = make_url(empty_mariadb).database
    with account(empty_mariadb) as reader:
        assert "may not read" in complaint(AccessRefused, reading(reader.url))
        reader.run(f"GRANT SELECT ON {name}.users TO {reader.name}")
        assert "shows no table" in complaint(UnexpectedAnswer, reading(reader.url))
        reader.run(f"GRANT SELECT ON {name}.* TO {reader.name}")
        reading(reader.url)()


def test_forbidden_tables_on_postgresql(empty_postgresql: str) -> None:
    """A table that an account may not read is named; SELECT is all that it needs."""
    load(empty_postgresql, small_site())
    with account(empty_postgresql) as reader:
        assert "permission denied" in complaint(AccessRefused, reading(reader.url))
        reader.run(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {reader.name}")
        reading(reader.url)()


GRANTED = (
    *("groups", "groups_field_data", "users", "users_field_data", "path_alias", "config"),
    *("group_relationship", "group_relationship_field_data", "group_content__group_roles"),
    "group__field_group_description",
)
"""What docs/configuration.md asks for."""


@pytest.mark.parametrize("empty", ["mariadb", "postgresql"], indirect=True)
def test_the_grants_that_are_documented_are_enough(empty: str) -> None:
    """Modules, guilds and people are read, and nothing of what AVC remembers."""
    load(empty, small_site())
    name = make_url(empty).database
    mysql = empty.startswith("mysql")
    with account(empty) as reader:
        for table in GRANTED:
            which = f"{name}.`{table}`" if mysql else f'"{table}"'
            reader.run(f"GRANT SELECT ON {which} TO {reader.name}")
        facts = avc_at(reader.url).inspect()
        assert facts.modules is not None
        assert facts.sync is None
        snapshot = avc_at(reader.url).read(FullScope(), Claims())
        assert snapshot.facts == facts
        assert len(snapshot.people) == 4


def test_no_such_login_on_postgresql(empty_postgresql: str) -> None:
    """A role that does not exist is a refused login, not a missing database."""
    url = make_url(empty_postgresql).set(username="nobody_here", password=PASSWORD)
    said = complaint(AccessRefused, reading(url.render_as_string(hide_password=False)))
    assert "refuses the login" in said


@pytest.mark.parametrize("empty", ["mariadb", "postgresql"], indirect=True)
def test_no_such_database(empty: str) -> None:
    """A database that the server does not have is named."""
    url = make_url(empty).set(database="no_such_avc").render_as_string(hide_password=False)
    said = complaint(UnexpectedAnswer, reading(url))
    assert "no such database" in said
    assert "no_such_avc" in said


def test_the_password_comes_from_the_secrets(empty_mariadb: str) -> None:
    """A URL without a password is completed by the site's secret; one with keeps its own."""
    load(empty_mariadb, small_site())
    name = make_url(empty_mariadb).database
    with account(empty_mariadb) as reader:
        reader.run(f"GRANT SELECT ON {name}.* TO {reader.name}")
        bare = reader.url.replace(f":{PASSWORD}@", "@")
        completed = connect(Access({"database": bare}, secrets={"password": PASSWORD}))
        assert len(completed.guilds()) == 2
        own = connect(Access({"database": reader.url}, secrets={"password": "old"}))
        assert len(own.guilds()) == 2


def test_a_login_that_pymysql_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    """PyMySQL's complaint about a missing package is a refused login with a way out."""

    def refuse(*_arguments: object, **_options: object) -> None:
        raise RuntimeError("'cryptography' package is required for sha256_password")

    monkeypatch.setattr(pymysql, "connect", refuse)
    assert "cryptography" in complaint(AccessRefused, reading("mysql://u@127.0.0.1/avc"))


@pytest.mark.parametrize(
    ("cause", "error", "words"),
    [
        (pymysql.err.OperationalError(1040, "Too many connections"), SiteUnreachable, "busy"),
        (pymysql.err.OperationalError(1205, "Lock wait timeout"), SiteUnreachable, "busy"),
        (pymysql.err.OperationalError(1698, "Access denied"), AccessRefused, "refuses"),
        (pymysql.err.OperationalError(1142, "SELECT denied"), AccessRefused, "may not read"),
        (pymysql.err.OperationalError(2013, "Lost connection"), SiteUnreachable, "broke off"),
        (pymysql.err.ProgrammingError(1146, "no table"), UnexpectedAnswer, "missing"),
        (pymysql.err.InternalError(1034, "Index corrupted"), IncompleteRead, "damaged"),
        (pymysql.err.InternalError(9999, "Something new"), UnexpectedAnswer, "Something new"),
        (pymysql.err.InterfaceError(0, ""), SiteUnreachable, "broke off"),
        (psycopg.errors.UndefinedTable("gone"), UnexpectedAnswer, "missing"),
        (psycopg.errors.InvalidPassword("no"), AccessRefused, "refuses"),
        (psycopg.errors.InsufficientPrivilege("no"), AccessRefused, "may not read"),
        (psycopg.errors.TooManyConnections("no"), SiteUnreachable, "busy"),
        (psycopg.errors.AdminShutdown("stop"), SiteUnreachable, "broke off"),
        (psycopg.errors.ConnectionFailure("off"), SiteUnreachable, "broke off"),
        (psycopg.errors.DataCorrupted("bad"), IncompleteRead, "damaged"),
        (psycopg.errors.DivisionByZero("x / 0"), UnexpectedAnswer, "x / 0"),
        (psycopg.OperationalError("the database system is starting up"), SiteUnreachable, "busy"),
        (psycopg.OperationalError("no pg_hba.conf entry"), AccessRefused, "refuses"),
        (sqlite3.OperationalError(""), UnexpectedAnswer, "OperationalError"),
    ],
    ids=str,
)
def test_every_fault_is_one_of_ours(
    tmp_path: Path, cause: Exception, error: type[ReadError], words: str
) -> None:
    """Whatever a driver raises in the middle of a read has its sentence, and its cause."""
    fault = OperationalError("SELECT 1", {}, cause)
    assert words in complaint(error, failing_with(tmp_path, fault))


@pytest.mark.parametrize("kind", [InvalidRequestError, SQLAlchemyError, DBAPIError])
def test_faults_of_sqlalchemy_itself(tmp_path: Path, kind: type[SQLAlchemyError]) -> None:
    """Errors without a driver's error behind them are ours as well."""
    fault = DBAPIError("SELECT 1", {}, ValueError("odd")) if kind is DBAPIError else kind("odd")
    assert "(odd)" in complaint(UnexpectedAnswer, failing_with(tmp_path, fault))


def failing_with(directory: Path, fault: SQLAlchemyError) -> Callable[[], object]:
    path = directory / "avc.sqlite"
    path.touch()

    def fail() -> None:
        with drupal_database("avc", parse_url(f"sqlite:///{path}")).snapshot():
            raise fault

    return fail

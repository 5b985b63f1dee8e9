"""Connections that only read, and see the whole database at one moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from providers.avc.errors import foreign_errors_mapped
from reconciler.errors import AccessRefused

_DRIVERS = {
    "mysql": "mysql+pymysql",
    "mariadb": "mysql+pymysql",  # this dialect serves both, the other refuses MySQL
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "sqlite": "sqlite",
}


def parse_url(text: str) -> URL:
    """The address of a database, with the driver that we have for it.

    Raises ValueError, whose message never quotes the text: it may hold a password.
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise ValueError("not a database URL; say for example mysql://user@host/avc") from None
    driver = _DRIVERS.get(url.drivername)
    if driver is None and url.drivername not in _DRIVERS.values():
        known = ", ".join(f"{name}://" for name in ("mysql", "mariadb", "postgresql", "sqlite"))
        raise ValueError(f"databases are addressed by {known}, not by {url.drivername}://")
    if url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:"):
        raise ValueError("a SQLite URL names its file: sqlite:///avc.sqlite")
    if "@" in (url.host or ""):
        raise ValueError(
            "the password has an @ in it: write it %40, or better, put it into .secrets.yml"
        )
    return url.set(drivername=driver or url.drivername)


@dataclass(frozen=True, slots=True)
class Database:
    """Where an AVC keeps its tables. Nothing is connected until a snapshot is asked for."""

    site: str
    url: URL

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A connection in a transaction that cannot write and sees no later change.

        Raises ReadError for whatever goes wrong in connecting, and inside.
        """
        engine = self._engine()
        try:
            with foreign_errors_mapped(self.site, self.url), self._connected(engine) as connection:
                self._begin(connection)
                yield connection
        finally:
            engine.dispose()

    def _connected(self, engine: Engine) -> Connection:
        try:
            return engine.connect()
        except RuntimeError as error:
            # PyMySQL's way of saying that MySQL's password methods need TLS or `cryptography`.
            raise AccessRefused(
                f"{self.site}: the database login is not possible this way ({error}); reach the"
                " server by TLS or a socket."
            ) from error

    def _engine(self) -> Engine:
        url = self.url
        wait: dict[str, Any] = {}
        if url.get_backend_name() == "sqlite":
            # By an URI of SQLite's own: only so can a missing file be an error, not a new file.
            path = Path(str(url.database)).as_uri()
            url = URL.create("sqlite", database=path, query={"mode": "ro", "uri": "true"})
        elif "connect_timeout" not in url.query:
            wait["connect_timeout"] = 10
        # Values are people's addresses: they have no place in an error's text.
        engine = create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=wait)
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _like_drupal)
        return engine

    def _begin(self, connection: Connection) -> None:
        match connection.dialect.name:
            case "sqlite":
                connection.exec_driver_sql("BEGIN")
            case "postgresql":
                connection.execution_options(
                    isolation_level="REPEATABLE READ", postgresql_readonly=True
                )
            case _:
                connection.execution_options(isolation_level="REPEATABLE READ")
                # The whole session: on MariaDB, CREATE ends a transaction and runs after it.
                connection.exec_driver_sql("SET SESSION TRANSACTION READ ONLY")
                connection.exec_driver_sql("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")


def _like_drupal(connection: Any, _record: object) -> None:
    """Give SQLite what Drupal's driver gives it, and leave transactions to us.

    Drupal declares text with a collation that each of its connections brings along: see
    ``core/modules/sqlite/src/Driver/Database/sqlite/Connection.php``, ``open()``. Without it
    SQLite refuses to compare such a column.
    """
    connection.isolation_level = None
    connection.create_collation("NOCASE_UTF8", _compare_without_case)


def _compare_without_case(left: str, right: str) -> int:
    folded_left, folded_right = left.lower(), right.lower()
    return (folded_left > folded_right) - (folded_left < folded_right)

"""Connections that only read, and see the whole database at one moment."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from providers.databases.errors import foreign_errors_mapped
from reconciler.errors import AccessRefused, SiteUnreachable

_DRIVERS = {
    "mysql": "mysql+pymysql",
    "mariadb": "mysql+pymysql",  # this dialect serves both, the other refuses MySQL
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "sqlite": "sqlite",
}
KINDS = ("mysql", "mariadb", "postgresql", "sqlite")


def parse_url(text: str, kinds: Sequence[str] = KINDS) -> URL:
    """The address of a database of one of these kinds, with the driver that we have for it.

    Raises ValueError, whose message never quotes the text: it may hold a password.
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise ValueError("not a database URL; say for example mysql://user@host/name") from None
    driver = _DRIVERS.get(url.drivername, url.drivername)
    if driver not in {_DRIVERS[kind] for kind in kinds}:
        known = ", ".join(f"{name}://" for name in kinds)
        raise ValueError(f"databases are addressed by {known}, not by {url.drivername}://")
    if url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:"):
        raise ValueError("a SQLite URL names its file: sqlite:///name.sqlite")
    if "@" in (url.host or ""):
        raise ValueError(
            "the password has an @ in it: write it %40, or better, put it into .secrets.yml"
        )
    return url.set(drivername=driver)


@dataclass(frozen=True, slots=True)
class Database:
    """Where a site keeps its tables. Nothing is connected until a snapshot is asked for."""

    site: str
    url: URL
    program: str
    """Whose tables they are, for messages: Drupal, Moodle."""
    prepare: Callable[[Any], None] | None = None
    """What gives a plain SQLite connection what the program's own driver gives it."""

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A connection in a transaction that cannot write and sees no later change.

        Raises ReadError for whatever goes wrong in connecting, and inside.
        """
        engine = self._engine()
        try:
            with (
                foreign_errors_mapped(self.site, self.url, self.program),
                self._connected(engine) as connection,
            ):
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
        except (TypeError, ValueError, OSError):
            raise self._no_options() from None

    def _no_options(self) -> SiteUnreachable:
        """What the drivers say of options is no cause of it: it quotes their values."""
        return SiteUnreachable(
            f"{self.site}: the database's driver makes nothing of the options in the address"
            " (`database` in nwp.yml, behind the '?'). Leave them out, or mend them."
        )

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
        try:
            engine = create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=wait)
        except (TypeError, ValueError):
            raise self._no_options() from None
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", self._on_connect)
        return engine

    def _on_connect(self, connection: Any, _record: object) -> None:
        connection.isolation_level = None  # leaves transactions to us
        if self.prepare:
            self.prepare(connection)

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

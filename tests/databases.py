"""Databases of one's own on a server, and accounts that may do little there."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from secrets import token_hex

from sqlalchemy import NullPool, create_engine, make_url, text

from providers.databases.database import parse_url

PASSWORD = "correct-horse"
"""Of every account that may log in to a server; no error may repeat it."""


def created(server: str) -> Iterator[str]:
    """The URL of an empty database; dropped when the generator is taken up again."""
    name = f"avc_{token_hex(6)}"
    engine = create_engine(parse_url(server), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    # Not the server's own choice: it may be anything, Drupal asks for this.
    charset = " CHARACTER SET utf8mb4" if engine.dialect.name == "mysql" else ""
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}{charset}"))
        try:
            yield make_url(server).set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(text(f"DROP DATABASE {name}"))
    engine.dispose()


@dataclass(frozen=True)
class Account:
    """Somebody who may log in to a server, with PASSWORD, and do nothing yet."""

    name: str
    url: str
    run: Callable[..., None]


@contextmanager
def account(server: str) -> Iterator[Account]:
    """An account on the server of this URL, gone afterwards."""
    name = f"reader_{token_hex(4)}"
    url = make_url(server)
    engine = create_engine(parse_url(server), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    mysql = engine.dialect.name == "mysql"

    def run(*statements: str) -> None:
        with engine.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))

    # The host as the server sees us: an anonymous account of that host would come before '%'.
    with engine.connect() as connection:
        here = connection.execute(text("SELECT user()")).scalar() if mysql else None
    who = f"{name}@'{here.rpartition('@')[2]}'" if here else name
    by = "IDENTIFIED BY" if mysql else "PASSWORD"
    run(f"CREATE USER {who} {by} '{PASSWORD}'")
    try:
        theirs = url.set(username=name, password=PASSWORD)
        yield Account(who, theirs.render_as_string(hide_password=False), run)
    finally:
        run(*([] if mysql else [f"DROP OWNED BY {who}"]), f"DROP USER {who}")
        engine.dispose()

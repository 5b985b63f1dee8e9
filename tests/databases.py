"""Databases of one's own on a server."""

from collections.abc import Iterator
from secrets import token_hex

from sqlalchemy import NullPool, create_engine, make_url, text

from providers.avc.database import parse_url


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

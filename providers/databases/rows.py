"""The one way in which rows come in."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Select

_BUFFER = 10_000


def rows(connection: Connection, query: Select[Any]) -> Iterator[Any]:
    """The rows of a query as they arrive: a million of them are never held at once.

    Run it to its end before the next query: MySQL has one answer under way at a time.
    """
    yield from connection.execute(query.execution_options(yield_per=_BUFFER))

"""Answers of a Moodle's database, whole or not at all."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func

from providers.databases.rows import rows
from providers.moodle.database.tables import Tables
from reconciler.errors import IncompleteRead

CHUNK = 5_000
"""Values in one condition; PostgreSQL takes 65,535."""


@dataclass(frozen=True, slots=True)
class Source:
    """A database at one moment."""

    connection: Connection
    tables: Tables

    @property
    def site(self) -> str:
        """The site's name, for messages."""
        return self.tables.site

    def rows(self, query: Select[Any]) -> Iterator[Any]:
        """The rows of a query: run it to its end before the next one.

        In the end the database counts them itself: raises IncompleteRead when it gave another
        number of rows, as tables without transactions (MyISAM) do when they are written to.
        """
        given = 0
        for row in rows(self.connection, query):
            given += 1
            yield row
        counting = query.with_only_columns(func.count(), maintain_column_froms=True)
        counted = self.connection.execute(counting.order_by(None)).scalar_one()
        if counted != given:
            raise IncompleteRead(
                f"{self.site}: the Moodle database counts {counted} rows where it gave {given};"
                " somebody is writing to tables without transactions. Try again."
            )

    def among(
        self, query: Select[Any], column: ColumnElement[Any], values: Collection[int | str] | None
    ) -> Iterator[Any]:
        """The rows in which the column has one of the values, as ``rows`` gives them.

        None stands for all values.
        """
        if values is None:
            yield from self.rows(query)
            return
        wanted = sorted(values, key=str)
        for start in range(0, len(wanted), CHUNK):
            yield from self.rows(query.where(column.in_(wanted[start : start + CHUNK])))

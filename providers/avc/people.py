"""Who has an account, and who claims to be the same as somebody."""

from collections.abc import Collection, Iterator
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, FromClause, Select, and_, func, select, true

from providers.avc.folding import may_equal
from providers.avc.rows import rows
from providers.avc.tables import Schema
from reconciler.models.avc import Claims, Person

T = TypeVar("T")

People = dict[int, Person]
"""By uid."""

_AT_ONCE = 500
"""Values in one query: SQLite and PostgreSQL limit their number, MariaDB the query's length."""


def people_tables(schema: Schema) -> FromClause:
    """Accounts, each with the data of its original language."""
    users, data = schema.users, schema.user_data
    return users.join(data, and_(data.c.uid == users.c.uid, data.c.default_langcode == 1))


def people_query(schema: Schema) -> Select[Any]:
    """Everybody but uid 0, who is anonymous."""
    users, data = schema.users.c, schema.user_data.c
    return (
        select(users.uid, users.uuid, data.name, data.mail, data.status)
        .select_from(people_tables(schema))
        .where(users.uid > 0)
    )


def read_people(connection: Connection, query: Select[Any]) -> People:
    """The people of a query made from ``people_query``."""
    return {person.uid: person for person in _people(connection, query)}


def claimants(connection: Connection, schema: Schema, claims: Claims) -> People:
    """Everybody who has one of these addresses, names or UUIDs, case apart.

    An empty address is nobody's: people without one do not share it.
    """
    users, data = schema.users.c, schema.user_data.c
    found: People = {}
    for column, key, values in (
        (data.mail, "mail", claims.mails),
        (data.name, "name", claims.names),
        (users.uuid, "uuid", claims.uuids),
    ):
        wanted = {value.lower() for value in values if value}
        for some in _portions(wanted):
            query = people_query(schema).where(may_equal(column, some, connection.dialect.name))
            for person in _people(connection, query):
                if getattr(person, key).lower() in wanted:
                    found[person.uid] = person
    return found


def lookalikes(connection: Connection, schema: Schema, people: Collection[Person]) -> People:
    """Everybody who has the address or the name of one of these people, case apart."""
    shared = Claims(
        mails=frozenset(person.mail for person in people),
        names=frozenset(person.name for person in people),
    )
    return claimants(connection, schema, shared)


def count_everybody(connection: Connection, schema: Schema) -> int:
    """How many accounts there are, by their base table: one without data is missed."""
    return _count(connection, schema, true())


def count_these(connection: Connection, schema: Schema, uids: Collection[int]) -> int:
    """How many of these accounts there are, by their base table alone."""
    return sum(_count(connection, schema, schema.users.c.uid.in_(some)) for some in _portions(uids))


def _count(connection: Connection, schema: Schema, which: ColumnElement[bool]) -> int:
    uid = schema.users.c.uid
    query = select(func.count(uid.distinct())).select_from(schema.users).where(uid > 0, which)
    return int(connection.execute(query).scalar_one())


def _people(connection: Connection, query: Select[Any]) -> Iterator[Person]:
    for uid, uuid, name, mail, status in rows(connection, query):
        yield Person(uid, uuid, name or "", mail or "", active=status == 1)


def _portions(values: Collection[T]) -> Iterator[list[T]]:
    rest = iter(values)
    while some := list(islice(rest, _AT_ONCE)):
        yield some

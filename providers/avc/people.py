"""Who has an account, and who claims to be the same as somebody."""

from collections.abc import Collection, Iterator
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, FromClause, Select, and_, func, select, union

from providers.avc.folding import cost, may_equal
from providers.avc.from_rows import People, Sought, likenesses, person_from
from providers.avc.tables import Schema
from providers.databases.rows import rows
from reconciler.models.avc import Claims, Person

T = TypeVar("T")

_AT_ONCE = 500
"""Values in one query: SQLite and PostgreSQL limit their number, MariaDB the query's length."""

_DEAR = 1000
"""Texts to be compared for which it is cheaper to go through everybody once: a query for each
portion of them goes through everybody as well, and has more to do there."""


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
    """Everybody who has one of these addresses, names or UUIDs, case apart, or one of these uids.

    An empty address is nobody's: people without one do not share it.
    """
    sought = Sought(claims)
    if sum(map(cost, (sought.mails, sought.names, sought.uuids))) > _DEAR:
        everybody = rows(connection, people_query(schema))
        wanted = (row for row in everybody if sought.has(*row[:4]))
        return {each.uid: each for each in map(person_from, wanted)}
    users, data = schema.users.c, schema.user_data.c
    found: People = {}
    for uids in _portions(sought.uids):
        found |= read_people(connection, people_query(schema).where(users.uid.in_(uids)))
    for column, values in (
        (data.mail, sought.mails),
        (data.name, sought.names),
        (users.uuid, sought.uuids),
    ):
        for some in _portions(values):
            query = people_query(schema).where(may_equal(column, some, connection.dialect.name))
            found |= {each.uid: each for each in _people(connection, query) if each in sought}
    return found


def lookalikes(connection: Connection, schema: Schema, people: Collection[Person]) -> People:
    """Everybody who has the address or the name of one of these people, case apart."""
    return claimants(connection, schema, likenesses(people))


def anybody(schema: Schema) -> Select[Any]:
    """The uids of everybody who is in one of the two tables of an account, but for uid 0.

    Who is only in one cannot be read; counted here, they are missed, and not taken for gone.
    """
    halves = (schema.users, schema.user_data)
    either = union(*(select(half.c.uid).where(half.c.uid > 0) for half in halves)).subquery()
    return select(either.c.uid)


def count_everybody(connection: Connection, schema: Schema) -> int:
    """How many accounts there are, in either of their tables."""
    return _count(connection, anybody(schema))


def count_these(connection: Connection, schema: Schema, uids: Collection[int]) -> int:
    """How many of these accounts there are, in either of their tables."""
    return sum(_count(connection, _either(schema, some)) for some in _portions(uids))


def _either(schema: Schema, uids: Collection[int]) -> Select[Any]:
    halves = (schema.users.c.uid, schema.user_data.c.uid)
    either = union(*(select(uid).where(uid > 0, uid.in_(uids)) for uid in halves)).subquery()
    return select(either.c.uid)


def _count(connection: Connection, query: Select[Any]) -> int:
    return int(connection.execute(select(func.count()).select_from(query.subquery())).scalar_one())


def _people(connection: Connection, query: Select[Any]) -> Iterator[Person]:
    return (person_from(row) for row in rows(connection, query))


def _portions(values: Collection[T]) -> Iterator[list[T]]:
    rest = iter(values)
    while some := list(islice(rest, _AT_ONCE)):
        yield some

"""How many guilds, people and memberships of a whole site are there by half.

Drupal keeps each in two tables, and writes and deletes both halves in one transaction: what is in
one alone is what a restore has not got to yet, or has lost. It is counted in every scope, for what
is lost elsewhere may be the second person with somebody's address.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Exists,
    Select,
    TableClause,
    and_,
    case,
    func,
    or_,
    select,
)

from providers.avc.guilds import GUILD, any_guild
from providers.avc.people import anybody
from providers.avc.tables import MEMBERSHIP_OF_GUILD, Schema


def count_halves(connection: Connection, schema: Schema) -> int:
    """How many there are in one of their two tables only, or as what they are not.

    In its second table counts who is there in the original language. The database counts; nothing
    is fetched but the names of bundles.
    """
    queries = (*_guilds(schema), *_people(schema), *_memberships(connection, schema))
    return sum(int(connection.execute(query).scalar_one()) for query in queries)


def count_leftovers(connection: Connection, schema: Schema) -> int:
    """How many memberships and roles there are of which the rest is nowhere.

    drupal/group deletes a guild's memberships before the guild (``Group::preDelete``), and a
    person's with the person (``group_entity_delete``); Drupal an entity's fields with it.
    """
    base, data, stored = schema.relationship_base.c, schema.relationships.c, schema.roles.c
    memberships = _count(
        data.id,
        data.type.in_(_bundles(connection, schema)),
        data.entity_id > 0,
        or_(data.gid.not_in(any_guild(schema)), data.entity_id.not_in(anybody(schema))),
    )
    roles = _count(stored.entity_id, stored.deleted == 0, stored.entity_id.not_in(select(base.id)))
    return sum(int(connection.execute(query).scalar_one()) for query in (memberships, roles))


def _guilds(schema: Schema) -> Iterator[Select[Any]]:
    base, data = schema.groups, schema.group_data
    yield _count(base.c.id, base.c.type == GUILD, ~_original(base, data, "id"))
    yield _count(data.c.id, data.c.type == GUILD, ~_based(base, data, "id"))


def _people(schema: Schema) -> Iterator[Select[Any]]:
    base, data = schema.users, schema.user_data
    yield _count(base.c.uid, base.c.uid > 0, ~_original(base, data, "uid"))
    yield _count(data.c.uid, data.c.uid > 0, ~_based(base, data, "uid"))


def _memberships(connection: Connection, schema: Schema) -> Iterator[Select[Any]]:
    """Of what lost its data nobody knows whose it was; else leftovers are none, as in reading.

    While drupal/group updates itself, memberships have another plugin or none for a time: their
    bundle still tells what they are.
    """
    base, data = schema.relationship_base, schema.relationships
    bundles = _bundles(connection, schema)
    other_plugin = case((schema.is_membership, 0), else_=1) == 1
    yield _count(base.c.id, base.c.type.in_(bundles), ~_original(base, data, "id"))
    yield _count(
        data.c.id,
        data.c.type.in_(bundles),
        or_(other_plugin, ~_based(base, data, "id")),
        _between_known(schema),
    )


def _bundles(connection: Connection, schema: Schema) -> list[str]:
    """The bundle of memberships in guilds: what drupal/group calls it, and what it is called."""
    data = schema.relationships.c
    called = select(data.type).where(schema.is_membership, _between_known(schema)).distinct()
    return sorted({MEMBERSHIP_OF_GUILD, *connection.execute(called).scalars()})


def _between_known(schema: Schema) -> ColumnElement[bool]:
    """Between a guild and a person who are in one of their tables at least."""
    data = schema.relationships.c
    return and_(
        data.entity_id > 0, data.gid.in_(any_guild(schema)), data.entity_id.in_(anybody(schema))
    )


def _original(base: TableClause, data: TableClause, key: str) -> Exists:
    """Whether what is in the first table has its original in the second."""
    same = data.c[key] == base.c[key]
    return select(data.c[key]).where(same, data.c.default_langcode == 1).correlate(base).exists()


def _based(base: TableClause, data: TableClause, key: str) -> Exists:
    """Whether what is in the second table is in the first."""
    return select(base.c[key]).where(base.c[key] == data.c[key]).correlate(data).exists()


def _count(key: ColumnElement[Any], *which: ColumnElement[bool]) -> Select[Any]:
    return select(func.count(key.distinct())).where(*which)

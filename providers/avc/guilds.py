"""The guilds of a site, and the names that they go by."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, FromClause, Select, and_, func, literal, select, union

from providers.avc.from_rows import guilds_from
from providers.avc.tables import Schema
from providers.databases.rows import rows
from reconciler.models.avc import Guild

GUILD = "guild"
"""The group type; a site has others."""


def guild_tables(schema: Schema) -> FromClause:
    """Groups of any type, each with the data of its original language."""
    groups, data = schema.groups, schema.group_data
    return groups.join(data, and_(data.c.id == groups.c.id, data.c.default_langcode == 1))


def guilds_only(schema: Schema, query: Select[Any]) -> Select[Any]:
    """The query, for guilds alone."""
    return query.where(schema.groups.c.type == GUILD)


def any_guild(schema: Schema) -> Select[Any]:
    """The ids of everything that one of the two tables takes for a guild.

    Drupal keeps a guild in both. One that is only in one cannot be read; counted here, it is
    missed, and not taken for a guild that is gone.
    """
    halves = (schema.groups.c, schema.group_data.c)
    either = union(*(select(half.id).where(half.type == GUILD) for half in halves)).subquery()
    return select(either.c.id)


def count_guilds(connection: Connection, schema: Schema) -> int:
    """How many guilds there are, in either of their tables."""
    ids = any_guild(schema).subquery()
    return int(connection.execute(select(func.count()).select_from(ids)).scalar_one())


def read_guilds(connection: Connection, schema: Schema) -> tuple[Guild, ...]:
    """Every guild, in the order of their ids."""
    groups, data = schema.groups.c, schema.group_data.c
    status = data.status if schema.has_group_status else literal(1)
    columns = (groups.id, groups.uuid, data.label, data.langcode, status)
    query = select(*columns).select_from(guild_tables(schema)).order_by(groups.id).distinct()
    return guilds_from(
        _rows(connection, guilds_only(schema, query)),
        _rows(connection, _aliases(schema)),
        _rows(connection, _descriptions(schema)),
    )


def _rows(connection: Connection, query: Select[Any] | None) -> Iterator[Any]:
    return iter(()) if query is None else rows(connection, query)


def _aliases(schema: Schema) -> Select[Any] | None:
    """Aliases of groups' own pages; the newest comes last and stays."""
    if schema.aliases is None:  # without the Path Alias module nothing has an alias
        return None
    alias = schema.aliases.c
    return (
        select(alias.path, alias.alias, alias.langcode)
        .where(alias.status == 1, alias.path.like("/group/%"), alias.path.not_like("/group/%/%"))
        .order_by(alias.id)
    )


def _descriptions(schema: Schema) -> Select[Any] | None:
    """Group id and description in its original language."""
    if schema.descriptions is None:
        return None
    field, data = schema.descriptions.c, schema.group_data.c
    query = (
        select(field.entity_id, field.field_group_description_value)
        .select_from(guild_tables(schema))
        .join(
            schema.descriptions,
            and_(field.entity_id == data.id, field.langcode == data.langcode),
        )
        .where(field.deleted == 0, field.delta == 0)
    )
    return guilds_only(schema, query)

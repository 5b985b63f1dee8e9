"""The guilds of a site, and the names that they go by."""

from typing import Any

from sqlalchemy import Connection, FromClause, Select, and_, func, select, union

from providers.avc.plain_text import plain_text
from providers.avc.tables import Schema
from providers.databases.rows import rows
from reconciler.models.avc import Guild

_GUILD = "guild"
"""The group type; a site has others."""

_NO_LANGUAGE = "und"
"""Drupal's code for what is in no language and serves all."""


def guild_tables(schema: Schema) -> FromClause:
    """Groups of any type, each with the data of its original language."""
    groups, data = schema.groups, schema.group_data
    return groups.join(data, and_(data.c.id == groups.c.id, data.c.default_langcode == 1))


def guilds_only(schema: Schema, query: Select[Any]) -> Select[Any]:
    """The query, for guilds alone."""
    return query.where(schema.groups.c.type == _GUILD)


def any_guild(schema: Schema) -> Select[Any]:
    """The ids of everything that one of the two tables takes for a guild.

    Drupal keeps a guild in both. One that is only in one cannot be read; counted here, it is
    missed, and not taken for a guild that is gone.
    """
    halves = (schema.groups.c, schema.group_data.c)
    either = union(*(select(half.id).where(half.type == _GUILD) for half in halves)).subquery()
    return select(either.c.id)


def count_guilds(connection: Connection, schema: Schema) -> int:
    """How many guilds there are, in either of their tables."""
    ids = any_guild(schema).subquery()
    return int(connection.execute(select(func.count()).select_from(ids)).scalar_one())


def read_guilds(connection: Connection, schema: Schema) -> tuple[Guild, ...]:
    """Every guild, in the order of their ids."""
    aliases = _aliases(connection, schema)
    descriptions = _descriptions(connection, schema)
    groups, data = schema.groups.c, schema.group_data.c
    columns = [groups.id, groups.uuid, data.label, data.langcode]
    if schema.has_group_status:
        columns.append(data.status)
    query = select(*columns).select_from(guild_tables(schema)).order_by(groups.id).distinct()
    return tuple(
        Guild(
            id=row.id,
            uuid=row.uuid,
            label=row.label or "",
            # As Drupal's AliasRepository looks it up: the own language's, else one for all.
            alias=aliases.get((row.id, row.langcode)) or aliases.get((row.id, _NO_LANGUAGE)),
            description=descriptions.get(row.id, ""),
            published=not schema.has_group_status or row.status == 1,
        )
        for row in rows(connection, guilds_only(schema, query))
    )


def _aliases(connection: Connection, schema: Schema) -> dict[tuple[int, str], str]:
    """The newest alias of each group's own page, by group id and language."""
    if schema.aliases is None:  # without the Path Alias module nothing has an alias
        return {}
    alias = schema.aliases.c
    query = (
        select(alias.path, alias.alias, alias.langcode)
        .where(alias.status == 1, alias.path.like("/group/%"), alias.path.not_like("/group/%/%"))
        .order_by(alias.id)  # the newest comes last and stays
    )
    found: dict[tuple[int, str], str] = {}
    for row in rows(connection, query):
        number = row.path.removeprefix("/group/")
        if number.isdecimal() and number.isascii():
            found[int(number), row.langcode] = _short(row.alias or "")
    return found


def _short(alias: str) -> str:
    prefix = "/group/"
    return alias.removeprefix(prefix) if alias.startswith(prefix) else alias.rpartition("/")[2]


def _descriptions(connection: Connection, schema: Schema) -> dict[int, str]:
    """Group id → its description in its original language, as plain text."""
    if schema.descriptions is None:
        return {}
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
    return {
        row.entity_id: plain_text(row.field_group_description_value or "")
        for row in rows(connection, guilds_only(schema, query))
    }

"""A snapshot: who is in which guild, as what, and whoever must be known to tell.

Drupal keeps a row for each translation in all of its field data tables, with ``default_langcode``
1 in the original: only that one counts here, or people would count more than once. A field's own
table has the original's values under the original's language code (Drupal's
``SqlContentEntityStorage::loadFromDedicatedTables``).
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, select, true

from providers.avc import people as accounts
from providers.avc.configuration import guild_roles
from providers.avc.from_rows import (
    Held,
    Inside,
    People,
    guild_in_scope,
    somebody_in_scope,
)
from providers.avc.guilds import (
    any_guild,
    count_guilds,
    guild_tables,
    guilds_only,
    read_guilds,
)
from providers.avc.halves import count_halves, count_leftovers
from providers.avc.tables import Schema
from providers.databases.rows import rows
from reconciler.models.avc import AvcCounts, AvcFacts, AvcSnapshot, Claims, Guild
from reconciler.models.scope import FullScope, GuildScope, Scope, UserScope


def read_snapshot(
    connection: Connection, schema: Schema, facts: AvcFacts, scope: Scope, claims: Claims
) -> AvcSnapshot:
    """The scope's part of the site; see ``AvcSite.read``.

    What is fetched grows with the scope, not with the site; only guilds are read in every scope.
    Raises NotFound for a guild or person that is not there.
    """
    guilds = read_guilds(connection, schema)
    part = _part(connection, schema, scope, guilds)
    if isinstance(scope, FullScope):
        people, count = part.people, accounts.count_everybody(connection, schema)
    else:
        people = part.people | accounts.claimants(connection, schema, claims)
        people |= accounts.lookalikes(connection, schema, people.values())
        member = schema.relationships.c.entity_id
        inside = _counted_members(schema, member).where(part.memberships).distinct()
        uids = people.keys() | {uid for (uid,) in rows(connection, inside)}
        count = accounts.count_these(connection, schema, uids)
    return AvcSnapshot(
        site_uuid=facts.site_uuid,
        facts=facts,
        guilds=guilds,
        people=people,
        members=Inside().add(rows(connection, _inside(schema, part.memberships))).of(part.guilds),
        roles=Held().add(rows(connection, _held(schema, part.memberships))).of(part.guilds),
        guild_roles=guild_roles(connection, schema),
        counts=AvcCounts(
            guilds=count_guilds(connection, schema),
            people=count,
            memberships=_count(connection, schema, part.memberships),
            community=_count(connection, schema, true()),
            roles=_count_roles(connection, schema, part.memberships),
            community_roles=_count_roles(connection, schema, true()),
            halves=count_halves(connection, schema),
            leftovers=count_leftovers(connection, schema),
        ),
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """The part of a site that a scope means."""

    guilds: Collection[int]
    people: People
    memberships: ColumnElement[bool]
    """True for the relationships in scope."""


def _part(connection: Connection, schema: Schema, scope: Scope, guilds: Collection[Guild]) -> _Part:
    query = accounts.people_query(schema)
    uid, relationship = schema.users.c.uid, schema.relationships.c
    ids = [guild.id for guild in guilds]
    match scope:
        case FullScope():
            memberships: ColumnElement[bool] = true()
        case GuildScope():
            ids = [guild_in_scope(scope, guilds)]
            memberships = relationship.gid == ids[0]
            inside = _memberships(schema, relationship.entity_id).where(memberships)
            query = query.where(uid.in_(inside.correlate(None)))
        case UserScope():
            memberships = relationship.entity_id == scope.uid
            query = query.where(uid == scope.uid)
    people = accounts.read_people(connection, query)
    if isinstance(scope, UserScope):
        somebody_in_scope(scope, people)
    return _Part(ids, people, memberships)


def _memberships(schema: Schema, *columns: ColumnElement[Any]) -> Select[Any]:
    """Rows of memberships in guilds.

    A row whose guild or user has no row of its own is no membership: deleting a guild or a user
    deletes its memberships, so such a row is a leftover that Drupal itself cannot load.
    """
    relationship = schema.relationships.c
    query = (
        select(*columns)
        .select_from(guild_tables(schema))
        .join(schema.relationships, relationship.gid == schema.groups.c.id)
        .join(accounts.people_tables(schema), schema.users.c.uid == relationship.entity_id)
        .where(
            schema.is_membership,
            relationship.default_langcode == 1,
            relationship.entity_id > 0,
        )
    )
    return guilds_only(schema, query)


def _inside(schema: Schema, which: ColumnElement[bool]) -> Select[Any]:
    """Guild and uid for each membership."""
    relationship = schema.relationships.c
    return _memberships(schema, relationship.gid, relationship.entity_id).where(which)


def _held(schema: Schema, which: ColumnElement[bool]) -> Select[Any]:
    """Guild, role and uid for each role that a member holds."""
    relationship, stored = schema.relationships.c, schema.roles.c
    return (
        _memberships(schema, relationship.gid, stored.group_roles_target_id, relationship.entity_id)
        .join(
            schema.roles,
            and_(stored.entity_id == relationship.id, stored.langcode == relationship.langcode),
        )
        .where(stored.deleted == 0, which)
    )


def _counted_members(schema: Schema, *columns: ColumnElement[Any]) -> Select[Any]:
    """Memberships of people in guilds, whatever half of either can be read.

    A translation, an original that lost its mark, a person without data: what ``_memberships``
    cannot see is counted here, so that the two differ and nothing is planned.
    """
    relationship = schema.relationships.c
    return select(*columns).where(
        schema.is_membership,
        relationship.entity_id > 0,
        relationship.gid.in_(any_guild(schema)),
        relationship.entity_id.in_(accounts.anybody(schema)),
    )


def _count(connection: Connection, schema: Schema, which: ColumnElement[bool]) -> int:
    relationship = schema.relationships.c
    query = _counted_members(schema, relationship.gid, relationship.entity_id).where(which)
    distinct = query.distinct().subquery()
    return int(connection.execute(select(func.count()).select_from(distinct)).scalar_one())


def _count_roles(connection: Connection, schema: Schema, which: ColumnElement[bool]) -> int:
    """Roles held in guilds. That halves are missing, the count of memberships shows."""
    distinct = _held(schema, which).distinct().subquery()
    return int(connection.execute(select(func.count()).select_from(distinct)).scalar_one())

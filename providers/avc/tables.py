"""The tables of Drupal and drupal/group, as far as they are read.

Group 1, 2 and 3 name their tables differently, and 2 mixes the names of 1 and 3; which release
a site has is told by the tables that exist.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    Connection,
    TableClause,
    column,
    inspect,
    table,
)

from reconciler.errors import UnexpectedAnswer

MEMBERSHIP_OF_GUILD = "guild-group_membership"
"""What drupal/group calls the bundle of memberships in guilds. It hashes names of over 32
characters, which this one is not."""

_DATA = "_field_data"
_RELATIONSHIPS = ("group_relationship_field_data", "group_content_field_data")
_ROLES = ("group_relationship__group_roles", "group_content__group_roles")


@dataclass(frozen=True, slots=True)
class Schema:
    """What one site has."""

    groups: TableClause
    group_data: TableClause
    has_group_status: bool
    """Whether groups can be unpublished: not with every release of Group 1."""
    users: TableClause
    user_data: TableClause
    relationship_base: TableClause
    relationships: TableClause
    roles: TableClause
    is_membership: ColumnElement[bool]
    """True for a relationship that makes its user a member: not a request, not an invitation."""
    aliases: TableClause | None
    """None where the Path Alias module is off: then groups have no aliases, which is no error."""
    descriptions: TableClause | None
    """None where guilds have no such field."""
    config: TableClause | None
    """None where this database, or its account, does not show the site's configuration."""


def find_schema(connection: Connection, prefix: str, site: str) -> Schema:
    """Look which tables there are; raises UnexpectedAnswer for one that is missing."""
    return _Finder(connection, prefix, site).schema()


class _Finder:
    """Tables by Drupal's name, among those that this database shows."""

    def __init__(self, connection: Connection, prefix: str, site: str) -> None:
        self._inspector = inspect(connection)
        # A careful administrator shows us views of what we may see: they serve as well.
        self._names = {*self._inspector.get_table_names(), *self._inspector.get_view_names()}
        self._prefix = prefix
        self._site = site

    def schema(self) -> Schema:
        data = self._one_of(_RELATIONSHIPS)
        relationships = self._table(
            data, "id type langcode gid entity_id plugin_id default_langcode"
        )
        group_data = self._table(
            "groups_field_data", "id type langcode status label default_langcode"
        )
        return Schema(
            groups=self._table("groups", "id uuid type"),
            group_data=group_data,
            has_group_status=self._has_column(group_data.name, "status"),
            users=self._table("users", "uid uuid"),
            user_data=self._table("users_field_data", "uid name mail status default_langcode"),
            relationship_base=self._table(data.removesuffix(_DATA), "id type"),
            relationships=relationships,
            roles=self._table(
                self._one_of(_ROLES), "entity_id deleted langcode group_roles_target_id"
            ),
            is_membership=self._membership(relationships),
            aliases=self._optional("path_alias", "id langcode path alias status"),
            descriptions=self._optional(
                "group__field_group_description",
                "entity_id deleted delta langcode field_group_description_value",
            ),
            config=self._optional("config", "collection name data"),
        )

    def _membership(self, relationships: TableClause) -> ColumnElement[bool]:
        if self._has_column(relationships.name, "plugin_id"):
            return relationships.c.plugin_id == "group_membership"
        # Group 1 keeps the plugin in the bundle only.
        return relationships.c.type == MEMBERSHIP_OF_GUILD

    def _has_column(self, name: str, wanted: str) -> bool:
        return any(found["name"] == wanted for found in self._inspector.get_columns(name))

    def _optional(self, name: str, columns: str) -> TableClause | None:
        return self._table(name, columns) if self._prefix + name in self._names else None

    def _table(self, name: str, columns: str) -> TableClause:
        if self._prefix + name not in self._names:
            raise UnexpectedAnswer(
                f"{self._site}: the AVC database shows no table '{self._prefix}{name}'; check"
                " `database`, `prefix`, and that the account may read it."
            )
        return table(self._prefix + name, *(column(each) for each in columns.split()))

    def _one_of(self, names: Sequence[str]) -> str:
        """The name that exists; the first one, which is the newest, if none does."""
        found = [name for name in names if self._prefix + name in self._names]
        if len(found) > 1:
            # The tables of a release that is no longer in use would give members of long ago.
            raise UnexpectedAnswer(
                f"{self._site}: the AVC database has both '{self._prefix}{found[0]}' and"
                f" '{self._prefix}{found[1]}'; drop or rename the one that drupal/group no longer"
                " uses."
            )
        return found[0] if found else names[0]

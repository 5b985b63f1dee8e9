"""The tables of Drupal 10 and drupal/group 1, 2 and 3, to be created.

Columns, keys and indexes as on a real Drupal 10.3 with Group 2.2 and 3.2, as far as anything
reads them. Group 1 has other names, and keeps a relationship's plugin in its ``type`` only.
"""

from dataclasses import dataclass, field
from itertools import count
from typing import Any, Literal
from uuid import UUID, uuid5

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    insert,
)
from sqlalchemy.dialects import mysql
from sqlalchemy.schema import CreateTable

Release = Literal[1, 2, 3]
"""The major version of drupal/group."""

_BASE_TABLE = {1: "group_content", 2: "group_relationship", 3: "group_relationship"}
_DATA_TABLE = {
    1: "group_content_field_data",
    2: "group_relationship_field_data",
    3: "group_relationship_field_data",
}
_ROLES_TABLE = {
    1: "group_content__group_roles",
    2: "group_content__group_roles",  # really: 2 renamed the other table only
    3: "group_relationship__group_roles",
}


@dataclass(frozen=True, slots=True)
class DrupalTables:
    """One site's tables, by the names that Drupal gives them without a prefix."""

    by_name: dict[str, Table]
    relationships: str
    """The name of the table that has one row for each relationship."""
    memberships: str
    """The name of the table that says who is in which group."""
    roles: str
    """The name of the table of the roles that members hold."""

    def create(self, connection: Connection) -> None:
        """Create them all, without their indexes: many rows go in faster so."""
        for table in self.by_name.values():
            connection.execute(CreateTable(table))

    def index(self, connection: Connection) -> None:
        """Create the indexes."""
        for table in self.by_name.values():
            for index in sorted(table.indexes, key=lambda index: str(index.name)):
                index.create(connection)

    def fill(self, connection: Connection, name: str, rows: list[dict[str, Any]]) -> None:
        """Insert rows; what a row does not say is filled in as Drupal would."""
        if rows:
            connection.execute(insert(self.by_name[name]), rows)


def drupal_tables(release: Release = 2, prefix: str = "") -> DrupalTables:
    """The layout of a site with this release of drupal/group, for any database."""
    schema = _Layout(prefix)
    _users(schema)
    _groups(schema)
    _relationships(schema, release)
    _configuration(schema)
    return DrupalTables(
        schema.tables, _BASE_TABLE[release], _DATA_TABLE[release], _ROLES_TABLE[release]
    )


@dataclass(slots=True)
class _Layout:
    prefix: str
    metadata: MetaData = field(default_factory=MetaData)
    tables: dict[str, Table] = field(default_factory=dict)

    def add(self, name: str, *columns: Column[Any], indexes: str = "") -> None:
        """Add a table, with an index for each word of ``indexes`` (columns joined by commas)."""
        table = Table(
            self.prefix + name,
            self.metadata,
            *columns,
            mysql_engine="InnoDB",
            mysql_charset="utf8mb4",
            mysql_collate="utf8mb4_general_ci",
        )
        # Named with the table, as Drupal does where an index's name must be the database's only.
        for index in indexes.split():
            keys = [table.c[key] for key in index.split(",")]
            Index(f"{table.name}____{index.replace(',', '_')}", *keys)
        self.tables[name] = table


def _users(schema: _Layout) -> None:
    schema.add("users", _key("uid"), _uuid(), _language())
    schema.add(
        "users_field_data",
        _key("uid"),
        _key("langcode", _ascii(12)),
        Column("name", String(60), nullable=False),
        Column("mail", String(254)),
        _flag("status", nullable=True),
        Column("created", Integer, nullable=False, default=0),
        Column("access", Integer, nullable=False, default=0),
        _flag("default_langcode"),
        indexes="name,langcode uid,default_langcode,langcode",
    )


def _groups(schema: _Layout) -> None:
    schema.add("groups", _key("id"), _number("revision_id"), _type(), _uuid(), _language())
    schema.add(
        "groups_field_data",
        _key("id"),
        _number("revision_id"),
        _type(),
        _key("langcode", _ascii(12)),
        _flag("status"),
        _number("uid"),
        Column("label", String(255)),
        Column("created", Integer),
        Column("changed", Integer),
        _flag("default_langcode"),
        _flag("revision_translation_affected", nullable=True),
        indexes="id,default_langcode,langcode",
    )
    schema.add("group__field_group_description", *_field("field_group_description_value", Text()))
    schema.add(
        "path_alias",
        _key("id"),
        _uuid(),
        _language(),
        Column("path", String(255)),
        Column("alias", String(255)),
        _flag("status"),
    )


def _relationships(schema: _Layout, release: Release) -> None:
    plugin = [
        Column("plugin_id", String(64), nullable=False),
        Column("group_type", _ascii(32)),
    ]
    schema.add(_BASE_TABLE[release], _key("id"), _type(), _uuid(), _language(), indexes="type")
    schema.add(
        _DATA_TABLE[release],
        _key("id"),
        _type(),
        _key("langcode", _ascii(12)),
        _number("uid"),
        _number("gid"),
        _number("entity_id"),
        Column("label", String(255)),
        Column("created", Integer),
        Column("changed", Integer),
        *(plugin if release > 1 else ()),
        _flag("default_langcode"),
        indexes="gid entity_id" if release == 1 else "gid,plugin_id,entity_id entity_id,plugin_id",
    )
    schema.add(
        _ROLES_TABLE[release],
        *_field("group_roles_target_id", _ascii(255), nullable=False),
        indexes="revision_id",
    )


def _configuration(schema: _Layout) -> None:
    schema.add(
        "config",
        _key("collection", _ascii(255), default=""),
        _key("name", _ascii(255)),
        Column("data", _blob()),
    )
    schema.add(
        "key_value",
        _key("collection", _ascii(128), default=""),
        _key("name", _ascii(128)),
        Column("value", _blob(), nullable=False),
    )
    schema.add(
        "users_data",
        _key("uid"),
        _key("module", _ascii(50)),
        _key("name", _ascii(128)),
        Column("value", _blob()),
        _flag("serialized", nullable=True),
        indexes="module name",
    )


def _field(name: str, kind: Any, *, nullable: bool = True) -> list[Column[Any]]:
    """The columns of a field that has a table of its own."""
    return [
        Column("bundle", _ascii(128), nullable=False, default=""),
        _key("deleted", SmallInteger(), default=0),
        _key("entity_id"),
        _number("revision_id", default=0),
        _key("langcode", _ascii(32)),
        _key("delta", default=0),
        Column(name, kind, nullable=nullable),
    ]


def _blob() -> Any:
    return LargeBinary().with_variant(mysql.LONGBLOB(), "mysql")


def _ascii(length: int) -> Any:
    """A text that Drupal keeps in ASCII, on MariaDB in a charset of its own."""
    narrow = mysql.VARCHAR(length, charset="ascii", collation="ascii_general_ci")
    return String(length).with_variant(narrow, "mysql")


def _unsigned() -> Any:
    return Integer().with_variant(mysql.INTEGER(unsigned=True), "mysql")


def _key(name: str, kind: Any = None, *, default: Any = None) -> Column[Any]:
    return Column(name, kind or _unsigned(), primary_key=True, autoincrement=False, default=default)


def _number(name: str, *, default: int = 0) -> Column[Any]:
    return Column(name, _unsigned(), nullable=False, default=default)


def _flag(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, SmallInteger().with_variant(mysql.TINYINT(), "mysql"), nullable=nullable)


def _type() -> Column[Any]:
    return Column("type", _ascii(32), nullable=False)


def _language() -> Column[Any]:
    return Column("langcode", _ascii(12), nullable=False)


def _uuid() -> Column[Any]:
    numbers = count()
    return Column(
        "uuid",
        _ascii(128),
        nullable=False,
        unique=True,
        default=lambda: str(uuid5(UUID(int=0), str(next(numbers)))),
    )

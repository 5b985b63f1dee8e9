"""What a Drupal site says about itself in its ``config`` table."""

from typing import Any

from sqlalchemy import Connection, select

from providers.avc.php import PhpValue, unserialize
from providers.avc.tables import Schema
from reconciler.errors import ConfigError, UnexpectedAnswer


def site_uuid(connection: Connection, schema: Schema, site: str, configured: str | None) -> str:
    """The UUID of the site: its own word, or the configured one where it shows none.

    Raises ConfigError when there is neither, or when they differ: then this is another site's
    database.
    """
    if schema.config is None:
        if configured is None:
            raise ConfigError(
                f"{site}: the AVC database shows no `config` table, so its UUID is not known;"
                " set `site_uuid` to what `drush config:get system.site uuid` prints."
            )
        # As Drupal writes it: marks are compared letter by letter.
        return configured.lower()
    found = _object(connection, schema, "system.site", site).get("uuid")
    if not isinstance(found, str) or not found:
        raise UnexpectedAnswer(
            f"{site}: the AVC database has no site UUID in its configuration `system.site`;"
            " check that `database` is the one that Drupal uses."
        )
    if configured is not None and configured.lower() != found.lower():
        raise ConfigError(
            f"{site}: `site_uuid` is {configured}, but this database belongs to the site {found};"
            " correct `database` or `site_uuid`."
        )
    return found


def enabled_modules(connection: Connection, schema: Schema, site: str) -> frozenset[str] | None:
    """The enabled modules by machine name; None where this database does not tell."""
    if schema.config is None:
        return None
    modules = _object(connection, schema, "core.extension", site).get("module")
    return frozenset(map(str, modules)) if isinstance(modules, dict) else None


def guild_roles(connection: Connection, schema: Schema) -> frozenset[str] | None:
    """The ids of the roles that groups of type guild can have; None where this is not shown.

    Each is a configuration object ``group.role.guild-…`` (drupal/group, ``Entity/GroupRole.php``).
    """
    if schema.config is None:
        return None
    name = schema.config.c.name
    query = select(name).where(name.like("group.role.guild-%"), schema.config.c.collection == "")
    return frozenset(
        found.removeprefix("group.role.") for found in connection.execute(query).scalars()
    )


def _object(
    connection: Connection, schema: Schema, name: str, site: str
) -> dict[int | str, PhpValue]:
    """A configuration object; empty where there is none. Drupal serialises it by PHP."""
    if schema.config is None:
        return {}
    config = schema.config.c
    # Other collections hold translations and overrides of it.
    query = select(config.data).where(config.name == name, config.collection == "")
    data = connection.execute(query).scalar()
    if data is None:
        return {}
    try:
        value = unserialize(_bytes(data))
    except ValueError as error:
        raise UnexpectedAnswer(
            f"{site}: the configuration `{name}` in the AVC database cannot be read ({error});"
            " check that `database` is the one that Drupal uses."
        ) from error
    return value if isinstance(value, dict) else {}


def _bytes(blob: Any) -> bytes:
    """A blob comes as bytes, from PostgreSQL as a view of bytes, from SQLite perhaps as text."""
    return blob.encode() if isinstance(blob, str) else bytes(blob)

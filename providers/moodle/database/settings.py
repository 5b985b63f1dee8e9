"""Moodle's settings: ``config`` (name, value) and ``config_plugins`` (plugin, name, value)."""

from sqlalchemy import select

from providers.moodle.database.source import Source
from reconciler.errors import UnexpectedAnswer


def setting(source: Source, name: str) -> str:
    """A setting of Moodle's own; raises UnexpectedAnswer for one that every Moodle has."""
    config = source.tables["config"].c
    query = select(config.value).where(config.name == name)
    value = source.connection.execute(query).scalar()
    if value is None:
        raise UnexpectedAnswer(
            f"{source.site}: the Moodle database has no setting `{name}`; check that `database`"
            " and `prefix` are those of Moodle's config.php."
        )
    return str(value)


def plugin_setting(source: Source, plugin: str, name: str) -> str | None:
    """A plugin's setting, None where it has none."""
    config = source.tables["config_plugins"].c
    query = select(config.value).where(config.plugin == plugin, config.name == name)
    value = source.connection.execute(query).scalar()
    return None if value is None else str(value)


def is_installed(source: Source, plugin: str) -> bool:
    """Whether Moodle has installed a plugin: then its tables are there."""
    return plugin_setting(source, plugin, "version") is not None


def administrators(source: Source) -> frozenset[int]:
    """Account ids of the site administrators: ``siteadmins``, with commas between them."""
    listed = [part.strip() for part in setting(source, "siteadmins").split(",") if part.strip()]
    if not all(part.isdecimal() for part in listed):
        raise UnexpectedAnswer(
            f"{source.site}: Moodle's setting `siteadmins` is no list of account ids; set the site"
            " administrators again in Moodle."
        )
    return frozenset(int(part) for part in listed)


def idnumber_locks(source: Source) -> frozenset[str]:
    """The auth plugins whose accounts' owners cannot edit their idnumber.

    ``auth_<name>/field_lock_idnumber``, see ``display_auth_lock_options`` in lib/authlib.php.
    """
    config = source.tables["config_plugins"].c
    query = select(config.plugin, config.value).where(config.name == "field_lock_idnumber")
    prefix = "auth_"
    return frozenset(
        plugin.removeprefix(prefix)
        for plugin, value in source.rows(query)
        if plugin.startswith(prefix) and value == "locked"
    )

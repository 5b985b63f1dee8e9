"""A directory that looks like an AVC project, for PHP programs: the sandbox through Drush.

Its PHP files, in ``drupal/``, stand in for Drush and for the functions of Drupal that this
project's programs call, on a database with Drupal's tables. Tests on it are tests of the programs
and of their protocol, and say nothing about Drupal.
"""

import shutil
from pathlib import Path

from sqlalchemy import make_url

from providers.sandbox.avc.tables import Release

_FILES = Path(__file__).parent / "drupal"

_COMPOSER = """\
{
    "name": "nwp/avc",
    "type": "project",
    "require": {"goalgorilla/open_social": "^12.4", "drush/drush": "^12.4"},
    "extra": {"drupal-scaffold": {"locations": {"web-root": "html/"}}}
}
"""
_DRIVERS = {"mysql": "mysql", "mariadb": "mysql", "postgresql": "pgsql", "sqlite": "sqlite"}
_PORTS = {"mysql": 3306, "pgsql": 5432}


def write_drupal_site(
    directory: Path, database_url: str, *, release: Release = 2, prefix: str = ""
) -> None:
    """Make the directory: composer.json, html/ as its docroot, vendor/bin/drush, and keys/.

    The database has the tables of this major version of drupal/group, all with the prefix. Raises
    FileExistsError rather than write over anything.
    """
    core = directory / "html" / "core"
    shutil.copytree(_FILES / "core", core)
    (directory / "composer.json").write_text(_COMPOSER, encoding="utf-8")
    drush = directory / "vendor" / "bin" / "drush"
    drush.parent.mkdir(parents=True)
    shutil.copyfile(_FILES / "drush.php", drush)
    drush.chmod(0o755)
    settings = directory / "html" / "sites" / "default" / "settings.php"
    settings.parent.mkdir(parents=True)
    settings.write_text(_settings(database_url, release, prefix), encoding="utf-8")
    keys = directory / "keys"
    keys.mkdir()
    for name, mode in (("public", 0o644), ("private", 0o600)):
        key = keys / f"{name}.key"
        key.write_text(f"the sandbox's {name} key\n", encoding="utf-8")
        key.chmod(mode)


def _settings(database_url: str, release: Release, prefix: str) -> str:
    url = make_url(database_url)
    driver = _DRIVERS[url.get_backend_name()]
    options: dict[str, str] = {"driver": driver, "prefix": prefix}
    if driver == "sqlite":
        options["database"] = str(Path(str(url.database)).resolve())
    else:
        options |= {
            "database": url.database or "",
            "username": url.username or "",
            "password": str(url.password or ""),
            "host": url.host or "127.0.0.1",
            "port": str(url.port or _PORTS[driver]),
            # What Drupal's installer sets, and our programs must not rely on.
            "isolation_level": "READ COMMITTED",
        }
    lines = "".join(f"  '{key}' => '{_quoted(value)}',\n" for key, value in options.items())
    return (
        f"<?php\n$databases['default']['default'] = [\n{lines}];\n"
        f"$settings['sandbox_group_release'] = {release};\n"
    )


def _quoted(text: str) -> str:
    """Between PHP's single quotes."""
    return text.replace("\\", "\\\\").replace("'", "\\'")

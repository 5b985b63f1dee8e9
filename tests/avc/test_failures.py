"""What goes wrong with a database is said in one sentence, and never half read."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import make_url

from reconciler.errors import (
    ConfigError,
    IncompleteRead,
    SiteUnreachable,
    UnexpectedAnswer,
)
from reconciler.models.avc import Claims
from reconciler.models.scope import FullScope
from tests.avc.support import (
    SITE_UUID,
    avc_at,
    complaint,
    execute,
    load,
    reading,
    small_site,
)
from tests.databases import PASSWORD


@pytest.mark.parametrize("ask", ["inspect", "guilds", "read"])
def test_a_missing_file(tmp_path: Path, ask: str) -> None:
    """A SQLite file that is not there is an error, whatever is asked, and is not created."""
    path = tmp_path / "gone.sqlite"
    site = avc_at(f"sqlite:///{path}")
    arguments = (FullScope(), Claims()) if ask == "read" else ()
    said = complaint(SiteUnreachable, lambda: getattr(site, ask)(*arguments))
    assert str(path) in said
    assert not path.exists()


def test_no_sqlite_file(tmp_path: Path) -> None:
    """A file of another kind is not taken for an empty community."""
    path = tmp_path / "avc.sqlite"
    path.write_text("<?php // settings" * 100)
    assert "no SQLite database" in complaint(UnexpectedAnswer, reading(f"sqlite:///{path}"))


def test_an_empty_database(empty: str) -> None:
    """A database without Drupal's tables is the wrong one, not an empty community."""
    execute(empty, "CREATE TABLE something (id INTEGER)")
    said = complaint(UnexpectedAnswer, reading(empty))
    assert "'group_relationship_field_data'" in said
    assert "`prefix`" in said


@pytest.mark.parametrize(
    "table",
    [
        "groups",
        "groups_field_data",
        "users",
        "users_field_data",
        "group_relationship",
        "group_relationship_field_data",
        "group_content__group_roles",
    ],
)
def test_a_missing_table(empty_sqlite: str, table: str) -> None:
    """Each table that must be there is named when it is not, with its prefix."""
    load(empty_sqlite, small_site(), prefix="p_", without=(table,))
    said = complaint(UnexpectedAnswer, reading(empty_sqlite, prefix="p_"))
    named = table.replace("group_content__", "group_relationship__")
    assert f"'p_{named}'" in said


def test_tables_of_two_releases(empty_sqlite: str) -> None:
    """Where two releases of drupal/group left their tables, nobody guesses which are in use."""
    load(empty_sqlite, small_site())
    execute(empty_sqlite, "CREATE TABLE group_content_field_data (id INTEGER)")
    said = complaint(UnexpectedAnswer, reading(empty_sqlite))
    assert "'group_relationship_field_data'" in said
    assert "'group_content_field_data'" in said


def test_a_missing_column(empty: str) -> None:
    """A table that lacks a column is named as what it is: not what Drupal has."""
    load(empty, small_site())
    execute(empty, "ALTER TABLE users_field_data DROP COLUMN mail")
    assert "mail" in complaint(UnexpectedAnswer, reading(empty))


def test_no_config_table(empty: str) -> None:
    """Without a config table the UUID has to be configured; then the rest is read."""
    load(empty, small_site(), without=("config",))
    said = complaint(ConfigError, avc_at(empty).inspect)
    assert "`site_uuid`" in said
    assert complaint(ConfigError, reading(empty)) == said
    assert len(avc_at(empty).guilds()) == 2
    site = avc_at(empty, site_uuid=SITE_UUID)
    assert site.inspect().site_uuid == SITE_UUID
    assert site.inspect().modules is None
    assert site.read(FullScope(), Claims()).site_uuid == SITE_UUID


def test_another_sites_database(empty_sqlite: str) -> None:
    """A configured UUID that the database contradicts is not believed."""
    load(empty_sqlite, small_site())
    avc_at(empty_sqlite, site_uuid=SITE_UUID.upper()).inspect()
    assert SITE_UUID in complaint(ConfigError, reading(empty_sqlite, site_uuid="another"))


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM config WHERE name = 'system.site'",
        "UPDATE config SET data = NULL",
        "UPDATE config SET data = X'6e6f6e73656e7365'",
        "UPDATE config SET data = 'a:1:{s:4:\"uuid\";N;}'",
        "UPDATE config SET data = 's:4:\"uuid\";'",
        "UPDATE config SET collection = 'language.fr'",
    ],
)
def test_configuration_that_says_nothing(empty_sqlite: str, statement: str) -> None:
    """A site without a UUID in its configuration is not read."""
    load(empty_sqlite, small_site())
    execute(empty_sqlite, statement)
    assert "`system.site`" in complaint(UnexpectedAnswer, reading(empty_sqlite))


def test_modules_that_cannot_be_told(empty_sqlite: str) -> None:
    """Where the list of modules is not shown, it is unknown, not empty."""
    load(empty_sqlite, small_site())
    execute(empty_sqlite, "DELETE FROM config WHERE name = 'core.extension'")
    assert avc_at(empty_sqlite).inspect().modules is None


def test_a_locked_file(empty_sqlite: str) -> None:
    """A file that somebody else has locked is busy, which passes."""
    load(empty_sqlite, small_site())
    holder = sqlite3.connect(str(make_url(empty_sqlite).database))
    holder.execute("BEGIN EXCLUSIVE")
    assert "busy" in complaint(SiteUnreachable, reading(empty_sqlite))
    holder.close()


def test_a_damaged_file(empty_sqlite: str) -> None:
    """A file with a hole in it is damaged, and gives nothing rather than a part."""
    load(empty_sqlite, small_site())
    path = Path(str(make_url(empty_sqlite).database))
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    assert "damaged" in complaint(IncompleteRead, reading(empty_sqlite))


@pytest.mark.parametrize(
    "database",
    [
        "",
        "avc",
        f"mysql:/root:{PASSWORD}@host",
        f"mysql://root:{PASSWORD}@host:port/avc",
        f"oracle://root:{PASSWORD}@host/avc",
        f"mysql+mysqldb://root:{PASSWORD}@host/avc",
        "sqlite://",
        "sqlite:///:memory:",
    ],
)
def test_addresses_that_are_none(database: str) -> None:
    """What is no database of ours is an error of the configuration that repeats no password."""
    with pytest.raises(ConfigError) as raised:
        avc_at(database)
    assert PASSWORD not in str(raised.value)
    cause = raised.value.__cause__
    assert PASSWORD not in str(cause)


@pytest.mark.parametrize("options", [{"via": "drush"}, {"prefix": "a;b"}, {"table": "x"}])
def test_options_that_are_none(options: dict[str, str]) -> None:
    """Options that are not known are refused."""
    with pytest.raises(ConfigError):
        avc_at("sqlite:///avc.sqlite", **options)

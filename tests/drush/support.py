"""A stand-in for an AVC's project, on a database with whatever rows; and its AVC through Drush."""

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import MetaData, NullPool, Table, create_engine, select

from providers.avc.drush.site import connect
from providers.databases.database import parse_url
from providers.php import program
from providers.sandbox.avc.drupal_site import write_drupal_site
from providers.sandbox.avc.tables import Release
from reconciler.ports import AvcSite
from tests.avc.support import Access, Rows

_NEEDED = {"mbstring", "pdo_mysql", "pdo_pgsql", "pdo_sqlite"}


def require_php() -> None:
    """Skip the test without a PHP that does; in CI, fail it."""
    program = shutil.which("php")
    listed = (
        subprocess.run(["php", "-m"], capture_output=True, text=True, check=True)
        if program
        else None
    )
    missing = _NEEDED - set(listed.stdout.lower().split()) if listed else {"php"}
    if missing:
        message = f"{', '.join(sorted(missing))} is not installed: .ci/run installs PHP's packages"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)


@dataclass(frozen=True)
class Project:
    """The directory of a stand-in, and the database that it is on."""

    root: Path
    url: str

    @property
    def settings(self) -> Path:
        return self.root / "html" / "sites" / "default" / "settings.php"

    def configure(self, php: str) -> None:
        """Add lines to settings.php."""
        with self.settings.open("a", encoding="utf-8") as file:
            file.write(f"{php}\n")

    def avc(self, **options: Any) -> AvcSite:
        """A new AVC through Drush."""
        directory = str(self.root)
        return connect(Access({"via": "drush", **options}, site_directory=directory))


def project_at(root: Path, url: str, release: Release = 2, prefix: str = "") -> Project:
    require_php()
    write_drupal_site(root, url, release=release, prefix=prefix)
    return Project(root, url)


def with_pages_of(monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    """Have PHP fetch so many rows at once."""
    piece: Callable[[str, str], str] = program._piece

    def with_small_pages(package: str, name: str) -> str:
        return piece(package, name).replace("const PAGE = 10000;", f"const PAGE = {rows};")

    monkeypatch.setattr(program, "_piece", with_small_pages)


def with_identity(rows: Rows, config: Rows) -> Rows:
    """Rows of a site without its configuration, with that of another."""
    return {**rows, "config": config["config"]}


def contents(url: str) -> dict[str, list[Any]]:
    """Every row of every table."""
    engine = create_engine(parse_url(url), poolclass=NullPool)
    metadata = MetaData()
    with engine.connect() as connection:
        metadata.reflect(connection)
        found = {
            name: sorted(map(repr, connection.execute(select(table))))
            for name, table in metadata.tables.items()
        }
    engine.dispose()
    return found


def rows_in(url: str, table: str, **where: object) -> list[dict[str, Any]]:
    """Rows of a table with these values, blobs as text."""
    engine = create_engine(parse_url(url), poolclass=NullPool)
    with engine.connect() as connection:
        read = Table(table, MetaData(), autoload_with=connection)
        query = select(read).where(*(read.c[key] == value for key, value in where.items()))
        found = [
            {key: _text(value) for key, value in row.items()}
            for row in connection.execute(query).mappings()
        ]
    engine.dispose()
    return found


def _text(value: object) -> object:
    return bytes(value).decode() if isinstance(value, bytes | memoryview) else value

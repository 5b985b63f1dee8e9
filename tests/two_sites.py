"""A directory with both embedded sites, made of given rows, and our commands run in it."""

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import NullPool, create_engine

import reconciler.cli
import reconciler.pl
from providers.sandbox.avc.rows import Rows
from providers.sandbox.moodle import store
from providers.sandbox.moodle.answers import Release
from providers.sandbox.site import GUEST_AND_ADMIN, TOKEN
from reconciler.models.avc import Guild, Person
from reconciler.models.moodle import Account
from reconciler.running import run
from tests.world import SITE

NWP = """\
sites:
  avc:
    recipe: avc
    access: {via: sql, database: "sqlite:///avc.sqlite"}
    moodle_integration:
      moodle_site: ss
      sync: {guild_names: {%s}}
  ss:
    recipe: m
    access: {via: sandbox, file: moodle.sqlite}
"""


_BOTH_TABLES = (
    (
        "DELETE FROM group_relationship_field_data WHERE type = 'guild-group_membership'"
        " AND entity_id > 0 AND ("
        " gid NOT IN (SELECT id FROM groups UNION SELECT id FROM groups_field_data) OR"
        " entity_id NOT IN (SELECT uid FROM users UNION SELECT uid FROM users_field_data))"
    ),
    "DELETE FROM group_relationship WHERE id NOT IN (SELECT id FROM group_relationship_field_data)",
    (
        "INSERT OR IGNORE INTO group_relationship (id, type, uuid, langcode)"
        " SELECT id, type, printf('made-up-%d', id), langcode FROM group_relationship_field_data"
    ),
    (
        "DELETE FROM group_content__group_roles"
        " WHERE entity_id NOT IN (SELECT id FROM group_relationship)"
    ),
)
"""Drupal deletes what belongs to something with it, and writes both tables of a membership."""


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class TwoSites:
    """The directory, and whoever catches what is printed."""

    directory: Path
    capture: pytest.CaptureFixture[str]

    def avc(
        self,
        guilds: Sequence[Guild],
        people: Sequence[Person],
        members: Mapping[int, Sequence[int]],
    ) -> None:
        """Write the AVC; ``members`` are uids by guild id."""
        engine = create_engine(f"sqlite:///{self.directory / 'avc.sqlite'}", poolclass=NullPool)
        with engine.begin() as connection:
            rows = Rows(connection)
            rows.configuration(SITE)
            rows.people(people)
            rows.guilds(guilds)
            rows.memberships([(guild, list(uids)) for guild, uids in members.items()])

    def moodle(
        self,
        accounts: Sequence[Account],
        release: Release = "4.5.6",
        wwwroot: str = "https://ss.example",
    ) -> None:
        """Write the Moodle, without cohorts."""
        fields = ("id", "username", "email", "auth", "suspended", "confirmed")
        rows = ({f: getattr(account, f) for f in fields} for account in accounts)
        store.create(
            self.directory / "moodle.sqlite",
            release=release,
            token=TOKEN,
            accounts=[*GUEST_AND_ADMIN, *rows],
            wwwroot=wwwroot,
        )

    def configure(self, names: Mapping[str, str] | None = None, text: str | None = None) -> None:
        """Write nwp.yml; ``names`` are machine names by guild UUID."""
        pairs = ", ".join(f"{uuid}: {name}" for uuid, name in (names or {}).items())
        (self.directory / "nwp.yml").write_text(text if text is not None else NWP % pairs)

    def in_avc(self, *statements: str) -> None:
        """Change the AVC by hand, and let what belongs together come and go together."""
        self.damage_avc(*statements, *_BOTH_TABLES)

    def damage_avc(self, *statements: str) -> None:
        """Change the AVC as a restore that is cut would: whatever is in another table stays."""
        with closing(sqlite3.connect(self.directory / "avc.sqlite")) as db, db:
            for statement in statements:
                db.execute(statement)

    def avc_rows(self, query: str) -> list[Any]:
        """Rows of the AVC."""
        with closing(sqlite3.connect(self.directory / "avc.sqlite")) as db:
            return db.execute(query).fetchall()

    def in_moodle(self, *statements: str) -> None:
        """Change the Moodle by hand, as an administrator would in its pages."""
        with store.connect(self.directory / "moodle.sqlite") as db:
            for statement in statements:
                db.execute(statement)

    def members(self) -> dict[str, set[int]]:
        """The cohorts' members by idnumber."""
        return {
            cohort["idnumber"]: set(cohort["members"])
            for cohort in store.dump(self.directory / "moodle.sqlite")
        }

    def writes(self) -> int:
        """Rows that web services have changed so far."""
        return store.write_count(self.directory / "moodle.sqlite")

    def pl(self, *arguments: str) -> Ran:
        """Run ``pl avc-moodle-sync`` here."""
        return self.run_pl("avc-moodle-sync", *arguments)

    def run_pl(self, *arguments: str) -> Ran:
        """Run a command of ``pl`` here."""
        return self._ran(run(reconciler.pl.app, arguments, highest=1))

    def reconciler(self, *arguments: str) -> Ran:
        """Run ``reconciler`` here."""
        return self._ran(run(reconciler.cli.app, arguments))

    def _ran(self, code: int) -> Ran:
        out, err = self.capture.readouterr()
        return Ran(code, out, err)

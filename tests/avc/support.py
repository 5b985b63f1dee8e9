"""AVC databases for the tests: real rows, small made-up ones, and a way to put them anywhere."""

import csv
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest
from pydantic import BaseModel, ValidationError
from sqlalchemy import Integer, LargeBinary, NullPool, create_engine, event

from providers.avc.site import connect
from providers.databases.database import parse_url
from providers.sandbox.avc.tables import DrupalTables, Release, drupal_tables
from reconciler.errors import ConfigError, ReconcilerError
from reconciler.models.avc import AvcSnapshot, Claims
from reconciler.models.scope import FullScope
from reconciler.ports import AvcSite
from tests.databases import PASSWORD

M = TypeVar("M", bound=BaseModel)
Row = dict[str, Any]
Rows = dict[str, list[Row]]

DATA = Path(__file__).parents[1] / "data"
SITE_UUID = "61db61dd-12bb-48fd-bc0f-fa084cdd4ef7"


@dataclass(frozen=True)
class Access:
    """A SiteAccess as the configuration would give it."""

    raw: Mapping[str, Any]
    directory: str = "/nowhere"
    secrets: Mapping[str, str] = field(default_factory=dict)
    site: str = "avc"
    site_directory: str = "/nowhere/sites/avc"
    url: str | None = None

    def options(self, model: type[M]) -> M:
        try:
            return model.model_validate(self.raw)
        except ValidationError as error:
            raise ConfigError(str(error)) from error

    def secret(self, key: str) -> str | None:
        return self.secrets.get(key)


def avc_at(url: str, **options: Any) -> AvcSite:
    return connect(Access({"database": url, **options}))


def rows_of(directory: str) -> Rows:
    """The CSV files of a directory, by table; values as text."""
    found: Rows = {}
    for path in sorted((DATA / directory).glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            found[path.stem] = list(csv.DictReader(file))
    return found


def as_group_1(rows: Rows) -> Rows:
    """The same site on Group 1: another table, and no columns for the plugin and group type."""
    old = deepcopy(rows)
    old["group_content_field_data"] = [
        {key: value for key, value in row.items() if key not in ("plugin_id", "group_type")}
        for row in old.pop("group_relationship_field_data")
    ]
    return old


def load(
    url: str, rows: Rows, release: Release = 2, prefix: str = "", without: tuple[str, ...] = ()
) -> None:
    """Create a site's tables and fill them, leaving some tables out."""
    tables = drupal_tables(release, prefix)
    kept = {name: table for name, table in tables.by_name.items() if name not in without}
    part = DrupalTables(kept, tables.relationships, tables.memberships, tables.roles)
    rows = {tables.relationships: relationship_bases(rows.get(tables.memberships, [])), **rows}
    engine = create_engine(parse_url(url), poolclass=NullPool)
    with engine.begin() as connection:
        part.create(connection)
        for name, table_rows in rows.items():
            if name in kept:
                part.fill(connection, name, [_typed(part, name, row) for row in table_rows])
        part.index(connection)
    engine.dispose()


def relationship_bases(data: list[Row]) -> list[Row]:
    """The rows that Drupal has beside these in the first table of relationships."""
    bases: dict[Any, Row] = {}
    for row in data:
        bases.setdefault(row["id"], {key: row[key] for key in ("id", "type", "langcode")})
    return list(bases.values())


def execute(url: str, *statements: str) -> None:
    """Change a database, behind the reader's back."""
    engine = create_engine(parse_url(url), poolclass=NullPool)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _with_collation)
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


def _with_collation(connection: Any, _record: object) -> None:
    connection.create_collation("NOCASE_UTF8", lambda a, b: (a.lower() > b.lower()) - (a < b))


def _typed(tables: DrupalTables, name: str, row: Row) -> Row:
    columns = tables.by_name[name].c
    typed: Row = {"collection": ""} if name == "config" else {}
    for key, value in row.items():
        kind = columns[key].type
        if isinstance(kind, LargeBinary):
            typed[key] = value.encode() if isinstance(value, str) else value
        elif value == "" and columns[key].nullable:
            typed[key] = None  # what NULL becomes in CSV
        else:
            typed[key] = int(value) if isinstance(kind, Integer) and value is not None else value
    return typed


def complaint(error: type[ReconcilerError], action: Callable[[], object]) -> str:
    """The sentence with which the action fails; whatever fails, it looks like this."""
    with pytest.raises(error) as raised:
        action()
    sentence = str(raised.value)
    assert sentence.startswith("avc: ")
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert PASSWORD not in sentence
    return sentence


def reading(url: str, **options: str) -> Callable[[], object]:
    return lambda: avc_at(url, **options).read(FullScope(), Claims())


def small_site() -> Rows:
    """Two guilds; alice and bob in the first, bob in the second, carol in none."""
    people = ("", "admin", "alice", "bob", "carol")
    return {
        "users": [user(uid) for uid in range(len(people))],
        "users_field_data": [user_data(uid, name) for uid, name in enumerate(people)],
        "groups": [group(1), group(2)],
        "groups_field_data": [group_data(1, "Web Development"), group_data(2, "Content Team")],
        "group_relationship_field_data": [member(11, 1, 2), member(12, 1, 3), member(13, 2, 3)],
        "group_content__group_roles": [role(11, "guild-admin"), role(12, "guild-mentor")],
        "config": rows_of("avc")["config"],
    }


def user(uid: int) -> Row:
    return {"uid": uid, "uuid": f"user-{uid}", "langcode": "en"}


def user_data(uid: int, name: str, **changes: Any) -> Row:
    mail = f"{name}@example.org" if name else None
    row = {"uid": uid, "langcode": "en", "name": name, "mail": mail, "status": 1}
    return row | {"default_langcode": 1} | changes


def group(number: int, **changes: Any) -> Row:
    row = {"id": number, "revision_id": number, "type": "guild", "uuid": f"group-{number}"}
    return row | {"langcode": "en"} | changes


def group_data(number: int, label: str, **changes: Any) -> Row:
    row = {"id": number, "type": "guild", "langcode": "en", "status": 1, "label": label}
    return row | {"default_langcode": 1} | changes


def member(number: int, gid: int, person: int, **changes: Any) -> Row:
    row = {"id": number, "type": "guild-group_membership", "langcode": "en", "uid": 1, "gid": gid}
    plugin = {"plugin_id": "group_membership", "group_type": "guild", "default_langcode": 1}
    return row | {"entity_id": person} | plugin | changes


def role(relationship: int, name: str, **changes: Any) -> Row:
    row = {"bundle": "guild-group_membership", "deleted": 0, "entity_id": relationship}
    return row | {"langcode": "en", "delta": 0, "group_roles_target_id": name} | changes


def alias(number: int, path: str, text: str, **changes: Any) -> Row:
    return {"id": number, "path": path, "alias": text, "langcode": "en", "status": 1} | changes


def description(gid: int, html: str, **changes: Any) -> Row:
    row = {"bundle": "guild", "deleted": 0, "entity_id": gid, "langcode": "en", "delta": 0}
    return row | {"field_group_description_value": html} | changes


def observed(snapshot: AvcSnapshot) -> dict[str, Any]:
    """A snapshot in plain values, each part by the word that the cases have for it."""
    guilds = snapshot.guilds
    return {
        "labels": {guild.id: guild.label for guild in guilds},
        "aliases": {guild.id: guild.alias for guild in guilds if guild.alias},
        "descriptions": {guild.id: guild.description for guild in guilds if guild.description},
        "unpublished": {guild.id for guild in guilds if not guild.published},
        "names": {uid: person.name for uid, person in snapshot.people.items()},
        "mails": {uid: person.mail for uid, person in snapshot.people.items()},
        "blocked": {uid for uid, person in snapshot.people.items() if not person.active},
        "members": snapshot.members,
        "roles": {guild: roles for guild, roles in snapshot.roles.items() if roles},
        "counts": (
            snapshot.counts.guilds,
            snapshot.counts.people,
            snapshot.counts.memberships,
        ),
        "halves": snapshot.counts.halves,
    }

"""An AVC, read from its database: what the entry point ``avc.sql`` connects to."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from pydantic import ConfigDict, Field, field_validator
from sqlalchemy import URL, Connection

from providers.avc.configuration import enabled_modules, site_uuid
from providers.avc.database import drupal_database
from providers.avc.guilds import read_guilds
from providers.avc.read import read_snapshot
from providers.avc.tables import Schema, find_schema
from providers.databases.database import parse_url
from reconciler.models.avc import AvcFacts, AvcSnapshot, Claims, Guild, SyncRecord
from reconciler.models.base import Model
from reconciler.models.scope import Scope
from reconciler.models.usage import Usage
from reconciler.ports import AvcSite, SiteAccess


class SqlAccess(Model):
    """The ``access:`` of an AVC that is read by SQL."""

    # What is wrong is said without the value: it may hold a password.
    model_config = ConfigDict(hide_input_in_errors=True)

    via: Literal["sql"] = "sql"
    database: str = Field(repr=False)
    """``mysql://user@host/avc``, ``mariadb://…``, ``postgresql://…``, ``sqlite:///avc.sqlite``
    (from the directory of nwp.yml), or any other SQLAlchemy URL of these with a driver. The
    password is better kept as the site's ``password`` in .secrets.yml."""
    prefix: str = Field(default="", pattern=re.compile(r"^\w*$"))
    """Drupal's table prefix. Not on SQLite, where Drupal has a file for it: name that file."""
    site_uuid: str | None = None
    """The UUID of the site, for a database that shows no ``config`` table."""

    @field_validator("database")
    @classmethod
    def _is_address(cls, value: str) -> str:
        parse_url(value)
        return value


def connect(access: SiteAccess) -> AvcSite:
    """The AVC of this site; nothing is asked of it yet. Raises ConfigError."""
    options = access.options(SqlAccess)
    url = parse_url(options.database)
    if url.get_backend_name() == "sqlite":
        path = Path(access.directory).absolute() / Path(str(url.database)).expanduser()
        url = url.set(database=str(path))
    return SqlAvc(access.site, _with_password(url, access), options)


def _with_password(url: URL, access: SiteAccess) -> URL:
    if url.password is not None or url.get_backend_name() == "sqlite":
        return url
    return url.set(password=access.secret("password"))


class SqlAvc:
    """An AVC behind a database account, which needs SELECT and nothing else."""

    def __init__(self, site: str, url: URL, options: SqlAccess) -> None:
        self._site = site
        self._database = drupal_database(site, url)
        self._options = options
        self._readings = 0

    def inspect(self) -> AvcFacts:
        """The site's UUID and modules. Of syncs nothing: a database cannot be told of any.

        Raises ReadError, and ConfigError where the database shows no UUID and none is set.
        """
        with self._open() as (connection, schema):
            return self._facts(connection, schema)

    def guilds(self) -> tuple[Guild, ...]:
        """Every guild of the site, by id. Raises ReadError."""
        with self._open() as (connection, schema):
            return read_guilds(connection, schema)

    def read(self, scope: Scope, claims: Claims) -> AvcSnapshot:
        """The scope's part of the site at one moment, and everybody who makes one of the claims.

        The counts are the database's own, of the same moment. Raises ReadError, NotFound.
        """
        with self._open() as (connection, schema):
            facts = self._facts(connection, schema)
            return read_snapshot(connection, schema, facts, scope, claims)

    def address(self) -> str | None:
        """None: a database does not know where its site is."""
        return None

    def record(self, record: SyncRecord) -> bool:  # noqa: ARG002 - see the port
        """False: nothing is ever written to Drupal's database but by Drupal."""
        return False

    def usage(self) -> Usage:
        """See the port."""
        return Usage(self._readings)

    def traffic(self) -> str:
        """Nothing: what a database sends is not counted."""
        return ""

    @contextmanager
    def _open(self) -> Iterator[tuple[Connection, Schema]]:
        self._readings += 1
        with self._database.snapshot() as connection:
            yield connection, find_schema(connection, self._options.prefix, self._site)

    def _facts(self, connection: Connection, schema: Schema) -> AvcFacts:
        return AvcFacts(
            site_uuid=site_uuid(connection, schema, self._site, self._options.site_uuid),
            modules=enabled_modules(connection, schema, self._site),
        )

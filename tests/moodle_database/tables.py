"""The tables of a Moodle, to be created: columns and types as lib/db/install.xml of 4.5 has them.

On MariaDB with the collation that Moodle asks for. Columns that nothing here is about are left out.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, Column, MetaData, NullPool, SmallInteger, String, Table, Text
from sqlalchemy import create_engine as engine_for
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeEngine

from providers.databases.database import parse_url

Row = dict[str, Any]
Rows = dict[str, list[Row]]

_NUMBER = BigInteger()
_FLAG = SmallInteger().with_variant(mysql.TINYINT(), "mysql")
_LONG = Text().with_variant(mysql.LONGTEXT(), "mysql")

_COLUMNS: Mapping[str, Mapping[str, TypeEngine[Any]]] = {
    "config": {"id": _NUMBER, "name": String(255), "value": _LONG},
    "config_plugins": {
        "id": _NUMBER,
        "plugin": String(100),
        "name": String(100),
        "value": _LONG,
    },
    "context": {"id": _NUMBER, "contextlevel": _NUMBER, "instanceid": _NUMBER},
    "user": {
        "id": _NUMBER,
        "auth": String(20),
        "confirmed": _FLAG,
        "deleted": _FLAG,
        "suspended": _FLAG,
        "username": String(100),
        "password": String(255),
        "idnumber": String(255),
        "email": String(100),
    },
    "cohort": {
        "id": _NUMBER,
        "contextid": _NUMBER,
        "name": String(254),
        "idnumber": String(100),
        "description": _LONG,
        "visible": _FLAG,
        "component": String(100),
    },
    "cohort_members": {"id": _NUMBER, "cohortid": _NUMBER, "userid": _NUMBER},
    "role": {"id": _NUMBER, "shortname": String(100), "archetype": String(30)},
    "role_context_levels": {"id": _NUMBER, "roleid": _NUMBER, "contextlevel": _NUMBER},
    "role_capabilities": {
        "id": _NUMBER,
        "contextid": _NUMBER,
        "roleid": _NUMBER,
        "capability": String(255),
        "permission": _NUMBER,
    },
    "role_assignments": {
        "id": _NUMBER,
        "roleid": _NUMBER,
        "contextid": _NUMBER,
        "userid": _NUMBER,
        "component": String(100),
        "itemid": _NUMBER,
    },
    "enrol": {
        "id": _NUMBER,
        "enrol": String(20),
        "status": _NUMBER,
        "courseid": _NUMBER,
        "customint1": _NUMBER,
    },
    "user_enrolments": {
        "id": _NUMBER,
        "status": _NUMBER,
        "enrolid": _NUMBER,
        "userid": _NUMBER,
    },
    "oauth2_issuer": {"id": _NUMBER, "name": String(255), "baseurl": _LONG, "enabled": _FLAG},
    "oauth2_user_field_mapping": {
        "id": _NUMBER,
        "issuerid": _NUMBER,
        "externalfield": String(500),
        "internalfield": String(64),
    },
    "auth_oauth2_linked_login": {
        "id": _NUMBER,
        "userid": _NUMBER,
        "issuerid": _NUMBER,
        "username": String(255),
        "confirmtoken": String(64),
    },
    "local_cohortrole": {"id": _NUMBER, "cohortid": _NUMBER, "roleid": _NUMBER},
    "logstore_standard_log": {
        "id": _NUMBER,
        "eventname": String(255),
        "objectid": _NUMBER,
        "userid": _NUMBER,
        "courseid": _NUMBER,
        "relateduserid": _NUMBER,
        "anonymous": _FLAG,
        "timecreated": _NUMBER,
        "origin": String(10),
        "realuserid": _NUMBER,
    },
}
_NULLABLE = {
    ("cohort", "idnumber"),
    ("cohort", "description"),
    ("enrol", "customint1"),
    ("logstore_standard_log", "relateduserid"),
    ("logstore_standard_log", "origin"),
    ("logstore_standard_log", "realuserid"),
}
LOG = "logstore_standard_log"
TABLES = tuple(name for name in _COLUMNS if name != LOG)
"""Those without which nothing is read."""


def load(url: str, rows: Rows, prefix: str = "mdl_", without: Sequence[str] = ()) -> None:
    """Create a Moodle's tables and fill them; rows without an id are numbered."""
    metadata = MetaData()
    tables = {
        name: Table(
            prefix + name,
            metadata,
            *(_column(name, column, kind) for column, kind in columns.items()),
            mysql_charset="utf8mb4",
            mysql_collate="utf8mb4_unicode_ci",
        )
        for name, columns in _COLUMNS.items()
        if name not in without
    }
    engine = engine_for(parse_url(url), poolclass=NullPool)
    with engine.begin() as connection:
        metadata.create_all(connection)
        for name, table in tables.items():
            for number, row in enumerate(rows.get(name, ()), 1):
                connection.execute(table.insert().values({"id": number, **row}))
    engine.dispose()


def _column(table: str, name: str, kind: TypeEngine[Any]) -> Column[Any]:
    if name == "id":
        return Column(name, kind, primary_key=True, autoincrement=False)
    nullable = (table, name) in _NULLABLE
    default = "0" if kind in (_NUMBER, _FLAG) else ""
    if nullable or kind is _LONG:  # MySQL gives long texts no default
        return Column(name, kind, nullable=nullable)
    return Column(name, kind, nullable=False, server_default=default)


def execute(url: str, *statements: str) -> None:
    """Change a database, behind the reader's back."""
    engine = engine_for(parse_url(url), poolclass=NullPool)
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()

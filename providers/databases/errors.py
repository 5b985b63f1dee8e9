"""What databases complain about, in this program's own errors: the one place for it.

SQLAlchemy hands on what the drivers raise; they tell faults apart by MySQL's error numbers,
SQLite's result codes and PostgreSQL's SQLSTATE. While connecting, psycopg has no SQLSTATE,
only libpq's sentence.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import psycopg
from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from reconciler.errors import AccessRefused, IncompleteRead, ReadError, SiteUnreachable
from reconciler.errors import UnexpectedAnswer as Unexpected


class _Fault(NamedTuple):
    """An error of ours and its sentence; ``{where}`` and ``{said}`` and the like are filled in."""

    error: type[ReadError]
    sentence: str


_NO_SERVER = _Fault(
    SiteUnreachable,
    "no database server answers at {where} ({said}); check that it runs, and `database`.",
)
_BUSY = _Fault(SiteUnreachable, "the database at {where} is busy ({said}); try again later.")
_BROKEN_OFF = _Fault(
    SiteUnreachable, "the database at {where} broke off the connection ({said}); try again."
)
_LOGIN = _Fault(
    AccessRefused,
    "the database server at {where} refuses the login ({said}); check the user in `database`"
    " and the site's `password` in .secrets.yml.",
)
_NO_DATABASE = _Fault(
    Unexpected, "there is no such database at {where} ({said}); check the name in `database`."
)
_NO_FILE = _Fault(
    SiteUnreachable,
    "the SQLite database {where} cannot be opened; check that the file of `database` exists"
    " and that this account may read it and its directory.",
)
_NOT_SQLITE = _Fault(Unexpected, "{where} is no SQLite database; check the path in `database`.")
_FORBIDDEN = _Fault(
    AccessRefused,
    "the database account may not read a table at {where} ({said}); grant it SELECT on"
    " {program}'s tables.",
)
_NO_TABLE = _Fault(
    Unexpected,
    "a table or column of {program} is missing at {where} ({said}); check `database` and `prefix`.",
)
_DAMAGED = _Fault(
    IncompleteRead, "the database at {where} is damaged ({said}); repair it or use a backup."
)
_OTHER = _Fault(Unexpected, "reading the database at {where} failed ({said}).")

_MYSQL = (
    dict.fromkeys((1040, 1203, 1205, 1213, 1226), _BUSY)
    | dict.fromkeys((1045, 1130, 1251, 1698, 3159, 3955), _LOGIN)
    | {1044: _FORBIDDEN, 1142: _FORBIDDEN, 1143: _FORBIDDEN}
    | {1049: _NO_DATABASE, 1054: _NO_TABLE, 1146: _NO_TABLE}
    | dict.fromkeys((2002, 2003, 2005), _NO_SERVER)
    | dict.fromkeys((0, 1053, 1317, 1927, 2006, 2013, 2055), _BROKEN_OFF)
    | dict.fromkeys((126, 127, 144, 145, 1034, 1194, 1195), _DAMAGED)
)
_SQLITE = (
    dict.fromkeys((3, 14, 23), _NO_FILE)
    | dict.fromkeys((5, 6), _BUSY)
    | {1: _NO_TABLE, 10: _DAMAGED, 11: _DAMAGED, 26: _NOT_SQLITE}
)
_POSTGRESQL = {
    "08": _BROKEN_OFF,  # connection exceptions
    "28": _LOGIN,  # invalid authorization
    "3D": _NO_DATABASE,
    "40": _BUSY,  # serialization failure, deadlock
    "42501": _FORBIDDEN,
    "42703": _NO_TABLE,
    "42P01": _NO_TABLE,
    "53": _BUSY,  # too many connections, out of memory
    "57P": _BROKEN_OFF,  # shut down by an administrator
    "XX": _DAMAGED,
}
_LIBPQ = {
    "authentication failed": _LOGIN,
    "no password supplied": _LOGIN,
    "pg_hba.conf": _LOGIN,
    'role "': _LOGIN,
    "permission denied for database": _LOGIN,
    "does not exist": _NO_DATABASE,
    "too many clients": _BUSY,
    "starting up": _BUSY,
    "shutting down": _BUSY,
}


@contextmanager
def foreign_errors_mapped(site: str, url: URL, program: str) -> Iterator[None]:
    """Raise a ReadError in place of whatever SQLAlchemy or a driver raises inside."""
    try:
        yield
    except SQLAlchemyError as error:
        # A traceback shows the cause: not when that tells the password.
        cause = None if url.password and url.password in str(error) else error
        raise _ours(error, site, url, program) from cause


def _ours(error: SQLAlchemyError, site: str, url: URL, program: str) -> ReadError:
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    fault = _fault(cause)
    sentence = fault.sentence.format(where=_where(url), said=_said(cause, url), program=program)
    return fault.error(f"{site}: {sentence}")


def _fault(cause: BaseException) -> _Fault:
    if code := getattr(cause, "sqlite_errorcode", None):
        return _SQLITE.get(code & 0xFF, _OTHER)  # the low byte is the primary result code
    number = cause.args[0] if cause.args else None
    if isinstance(number, int):
        return _MYSQL.get(number, _OTHER)
    return _postgresql(cause.sqlstate, str(cause)) if isinstance(cause, psycopg.Error) else _OTHER


def _postgresql(state: str | None, said: str) -> _Fault:
    if state is None:
        known = (fault for fragment, fault in _LIBPQ.items() if fragment in said)
        return next(known, _NO_SERVER)
    lengths = range(len(state), 1, -1)
    return next((_POSTGRESQL[state[:n]] for n in lengths if state[:n] in _POSTGRESQL), _OTHER)


def _where(url: URL) -> str:
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    socket = url.query.get("unix_socket")
    host = socket if isinstance(socket, str) else url.host or "this machine"
    return f"{host}{f':{url.port}' if url.port else ''}/{url.database or ''}"


def _said(cause: BaseException, url: URL) -> str:
    """The driver's words in one line; should they ever repeat the password, without it."""
    words = str(cause.args[-1] if cause.args else cause)
    said = " ".join(words.split()).rstrip(".") or type(cause).__name__
    return said.replace(url.password, "…") if url.password else said

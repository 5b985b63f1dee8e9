"""The sandbox Moodle as a WSGI application."""

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from providers.sandbox.moodle.answers import MoodleError, RefusedError, invalid_token, php_json
from providers.sandbox.moodle.call import Call
from providers.sandbox.moodle.functions import answer
from providers.sandbox.moodle.php_form import PhpArray, parse
from providers.sandbox.moodle.store import Settings, connect, log_call, read_settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_SERVER = "/webservice/rest/server.php"
_FORM = "application/x-www-form-urlencoded"
_RAW = "moodlewssettingraw"


class SandboxMoodle:
    """Answers `POST /webservice/rest/server.php` from the site in `path` (see store.create).

    Every request has a connection and a transaction of its own, so threads and processes may
    share a site. What no recording shows is refused: HTTP 501 and a sentence that says what.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """The WSGI application."""
        return self._respond(Request(environ))(environ, start_response)

    def _respond(self, request: Request) -> Response:
        try:
            _check(request)
            body = request.get_data(cache=False)
            with connect(self._path) as db:
                return _answered(db, body)
        except RefusedError as refusal:
            return _refusal(refusal)


def _check(request: Request) -> None:
    if request.path != _SERVER:
        raise RefusedError(f"the path {request.path}")
    if request.method != "POST":
        raise RefusedError(f"a {request.method} request")
    if request.query_string:
        raise RefusedError("arguments in the address")
    if request.mimetype != _FORM:
        raise RefusedError(f"a body of the type {request.mimetype or '(none)'}")


def _answered(db: sqlite3.Connection, body: bytes) -> Response:
    """The answer; a call is written whole or not at all, and counted either way."""
    settings = read_settings(db)
    form = _form(body, settings)
    name = str(form.get("wsfunction", ""))
    call = Call(db, settings, raw=_flag(form.pop(_RAW, "0")))
    before = db.total_changes
    writes = 0
    db.execute("SAVEPOINT called")
    try:
        response = _json(_run(call, name, form))
        writes = db.total_changes - before
    except MoodleError as error:
        db.execute("ROLLBACK TO called")
        _keep_ids(call)
        response = _json(error.body)
    except RefusedError as refusal:
        db.execute("ROLLBACK TO called")
        response = _refusal(refusal)
    log_call(db, name, writes)
    return response


def _form(body: bytes, settings: Settings) -> PhpArray:
    try:
        return parse(body, settings.max_input_vars)
    except ValueError as error:
        raise RefusedError(f"such a body: {error}") from error


def _flag(sent: object) -> bool:
    if sent not in ("0", "1", "false", "true"):
        raise RefusedError(f"{_RAW}={sent}")
    return sent in ("1", "true")


def _run(call: Call, name: str, form: PhpArray) -> object:
    """In the order of Moodle's REST server: format, token, function, parameters."""
    if form.pop("moodlewsrestformat", None) != "json":
        raise RefusedError("another moodlewsrestformat than json")
    if form.pop("wstoken", None) != call.settings.token:
        raise invalid_token()
    if not form.pop("wsfunction", None):
        raise RefusedError("a call without wsfunction")
    for key in form:
        if str(key).startswith("moodlewssetting"):
            raise RefusedError(f"the setting {key}")
    return answer(call, name, form)


def _keep_ids(call: Call) -> None:
    """MariaDB rolls rows back, not counters (recorded: after «one good, one taken» comes 5)."""
    call.db.execute(
        "UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = 'cohort'",
        (call.last_cohort_id,),
    )


def _json(body: object) -> Response:
    return Response(php_json(body), mimetype="application/json")


def _refusal(refusal: RefusedError) -> Response:
    return Response(f"{refusal}\n", status=501, mimetype="text/plain")

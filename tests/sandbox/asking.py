"""How the tests ask a sandbox Moodle: recordings, forms, and a site to ask."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from werkzeug.test import Client, TestResponse

from providers.sandbox.moodle import store
from providers.sandbox.moodle.answers import Release
from providers.sandbox.moodle.wsgi import SandboxMoodle

TOKEN = "0123456789abcdef"
SYSTEM = {"type": "system", "value": ""}
SERVER = "/webservice/rest/server.php"
RELEASES: tuple[Release, ...] = ("4.5.6", "5.1.3")
_RECORDINGS = Path(__file__).parent.parent / "recordings"


def recording(release: Release) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The first line, and the calls in order."""
    lines = (_RECORDINGS / f"{release}.jsonl").read_text(encoding="utf-8").splitlines()
    about, *calls = [json.loads(line) for line in lines]
    return about, calls


def additional() -> list[dict[str, Any]]:
    """Single calls of either release, recorded later, each from a site with other cohorts."""
    lines = (_RECORDINGS / "additional.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def new_site(path: Path, release: Release, **options: Any) -> Path:
    """A fresh site with the accounts of the recording."""
    accounts = recording(release)[0]["users"]
    store.create(path, release=release, token=TOKEN, accounts=accounts, **options)
    return path


def form(params: object, name: str = "") -> Iterator[tuple[str, str]]:
    """Nested parameters as PHP's http_build_query() names them; booleans as 1 and 0."""
    if isinstance(params, Mapping):
        for key, value in params.items():
            yield from form(value, f"{name}[{key}]" if name else str(key))
    elif isinstance(params, Sequence) and not isinstance(params, str):
        yield from form(dict(enumerate(params)), name)
    else:
        yield name, str(int(params)) if isinstance(params, bool) else str(params)


def ask(
    site: Path, function: str, params: object = None, token: str | None = TOKEN
) -> TestResponse:
    """One call by POST; without a token if it is None."""
    head = {} if token is None else {"wstoken": token}
    fields = {**head, "wsfunction": function, "moodlewsrestformat": "json"}
    body = urlencode([*fields.items(), *form(params or {})])
    return Client(SandboxMoodle(site)).post(
        SERVER, data=body, content_type="application/x-www-form-urlencoded"
    )


def asked(site: Path, function: str, params: object = None) -> Any:
    """The body of the answer to one call."""
    return ask(site, function, params).json


def cohort(idnumber: str, **more: object) -> dict[str, object]:
    """Parameters of a cohort in the system context."""
    return {"categorytype": SYSTEM, "name": f"Cohort {idnumber}", "idnumber": idnumber, **more}


def make(site: Path, *cohorts: Mapping[str, object]) -> Any:
    """The answer to a call that makes these cohorts."""
    return asked(site, "core_cohort_create_cohorts", {"cohorts": cohorts})


def add(site: Path, *pairs: tuple[object, object], by: tuple[str, str] = ("id", "id")) -> Any:
    """The answer to a call that adds (cohort, user) pairs, each named `by` these kinds."""
    members = [
        {"cohorttype": {"type": by[0], "value": cohort}, "usertype": {"type": by[1], "value": user}}
        for cohort, user in pairs
    ]
    return asked(site, "core_cohort_add_cohort_members", {"members": members})


def search(site: Path, **more: object) -> list[str]:
    """Names of the system's cohorts on one page of a search."""
    params = {"query": "", "context": {"contextid": 1}, "includes": "self", **more}
    found = asked(site, "core_cohort_search_cohorts", params)
    return [cohort["name"] for cohort in found["cohorts"]]

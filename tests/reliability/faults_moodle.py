"""A Moodle behind its web services whose network, server and PHP fail as they are told to."""

import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args
from urllib.parse import parse_qsl

import httpx2

from providers.moodle.client import Client
from providers.moodle.site import WebServiceSite
from providers.sandbox.moodle import store
from providers.sandbox.moodle.wsgi import SandboxMoodle
from providers.sandbox.site import GUEST_AND_ADMIN, TOKEN
from tests.moodle.support import json, refusal
from tests.reliability.faults_state import Account, Cohort, Moodle

URL = "https://moodle.example"

Kind = Literal[
    "no connection",
    "timeout",
    "reset after writing",
    "timeout after writing",
    "written late",
    "cut answer",
    "empty answer",
    "rows left out",
    "error 500",
    "error 502",
    "maintenance page",
    "exception",
    "exception after writing",
    "web page",
    "warning before the answer",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
AFTER_WRITING: tuple[Kind, ...] = (
    "reset after writing",
    "timeout after writing",
    "written late",
    "exception after writing",
)
"""Written, or written soon, and nobody is told."""
Where = Literal["any", "read", "members", "create", "update", "add", "remove", "after a write"]
PLACES: tuple[Where, ...] = get_args(Where)
WRITES: tuple[Where, ...] = ("create", "update", "add", "remove")

_WRITES = {
    "core_cohort_create_cohorts": "create",
    "core_cohort_update_cohorts": "update",
    "core_cohort_add_cohort_members": "add",
    "core_cohort_delete_cohort_members": "remove",
}
_PAGE = "<!DOCTYPE html><html><body>Log in to the site</body></html>"


@dataclass(frozen=True)
class Fault:
    """A failure of some calls in a row."""

    where: Where
    skipped: int
    """How many calls of that sort go well first."""
    kind: Kind
    times: int = 1
    """Over how many calls of that sort: a client that tries three times meets three."""


@dataclass
class FaultyMoodle:
    """The site in a file, and a transport that fails."""

    path: Path
    injected: Counter[str] = field(default_factory=Counter)
    calls: int = 0
    _faults: list[tuple[Fault, int]] = field(default_factory=list)
    _late: list[httpx2.Request] = field(default_factory=list)
    _wrote: bool = False

    def __post_init__(self) -> None:
        self._inner = httpx2.WSGITransport(app=SandboxMoodle(self.path))
        transport = httpx2.MockTransport(self._handle)
        self.client = Client(URL, TOKEN, timeout=5, transport=transport, pause=lambda _s: None)

    def site(self) -> WebServiceSite:
        """A fresh look at it, as every run of the program has."""
        return WebServiceSite(self.client)

    def expect(self, *faults: Fault) -> None:
        """What is to fail from now on; calls are counted from here."""
        self._faults = [(fault, 0) for fault in faults]
        self._wrote = False

    def settle(self) -> None:
        """Let what was sent and is still under way arrive now; nothing fails any more."""
        self._faults = []
        while self._late:
            self._answer(self._late.pop(0))

    def _handle(self, request: httpx2.Request) -> httpx2.Response:
        self.calls += 1
        function = dict(parse_qsl(request.read().decode()))["wsfunction"]
        kind = self._due(function)
        if function in _WRITES:
            self._wrote = True
        if kind is None:
            return self._answer(request)
        self.injected[kind] += 1
        return self._fail(kind, request, function)

    def _due(self, function: str) -> Kind | None:
        found: Kind | None = None
        for place, (fault, seen) in enumerate(self._faults):
            if self._concerns(fault.where, function):
                self._faults[place] = fault, seen + 1
                if found is None and 0 <= seen - fault.skipped < fault.times:
                    found = fault.kind
        return found

    def _concerns(self, where: Where, function: str) -> bool:
        match where:
            case "any":
                return True
            case "read":
                return function not in _WRITES
            case "members":
                return function == "core_cohort_get_cohort_members"
            case "after a write":
                return self._wrote and function not in _WRITES
            case kind:
                return _WRITES.get(function) == kind

    def _fail(  # noqa: C901, PLR0911 - a branch a kind of fault
        self, kind: Kind, request: httpx2.Request, function: str
    ) -> httpx2.Response:
        match kind:
            case "no connection":
                raise httpx2.ConnectError("refused")
            case "timeout":
                raise httpx2.ReadTimeout("timed out")
            case "written late":
                self._late.append(request)
                raise httpx2.ReadTimeout("timed out")
            case "reset after writing":
                self._answer(request)
                raise httpx2.ReadError("reset")
            case "timeout after writing":
                self._answer(request)
                raise httpx2.ReadTimeout("timed out")
            case "error 500":
                return httpx2.Response(500, text="")
            case "error 502":
                return httpx2.Response(502, text=_PAGE, headers={"content-type": "text/html"})
            case "maintenance page":
                return httpx2.Response(503, text=_PAGE, headers={"content-type": "text/html"})
            case "exception":
                return refusal("dmlreadexception", "Error reading from database")
            case "exception after writing":
                self._answer(request)
                return refusal("invalidresponse", "Invalid response value detected")
            case "web page":
                return httpx2.Response(200, text=_PAGE, headers={"content-type": "text/html"})
            case _:
                return self._spoilt(kind, self._answer(request), function)

    def _spoilt(self, kind: Kind, answer: httpx2.Response, function: str) -> httpx2.Response:
        """The answer to a call that was carried out, and not all of it."""
        text = answer.text
        if kind == "rows left out" and function == "core_cohort_get_cohort_members":
            return json(answer.json()[:-1] if isinstance(answer.json(), list) else [])
        kept = {
            "cut answer": text[: len(text) // 2],
            "empty answer": "",
            "rows left out": text[:-1],
            "warning before the answer": f"<br />\n<b>Warning</b>: x in <b>y</b>\n{text}",
        }[kind]
        return httpx2.Response(200, text=kept, headers={"content-type": "application/json"})

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        response = self._inner.handle_request(request)
        response.read()
        return response


def new_moodle(path: Path, people: int) -> Path:
    """A site without cohorts: the guest, an administrator, and accounts for AVC's first people."""
    accounts: list[dict[str, object]] = [*GUEST_AND_ADMIN]
    accounts += [
        {"id": 10 + uid, "username": f"user{uid}", "email": f"user{uid}@example.org"}
        for uid in range(1, people + 1)
    ]
    store.create(path, release="4.5.6", token=TOKEN, accounts=accounts)
    # One file, so that it can be copied.
    with closing(store._opened(path)) as db:
        db.execute("PRAGMA journal_mode = DELETE")
    return path


def copied(template: Path, to: Path) -> Path:
    """A site of its own, as the template is."""
    shutil.copyfile(template, to)
    return to


def edit(path: Path, statement: str, values: Sequence[object] | Mapping[str, object] = ()) -> None:
    """Change the site by hand, as an administrator would in its pages."""
    with store.connect(path) as db:
        db.execute(statement, values)


@dataclass(frozen=True)
class Tables:
    """Every row of a site's database, but for the count of calls."""

    rows: dict[str, tuple[tuple[Any, ...], ...]]

    def moodle(self) -> Moodle:
        """The part that a sync may look at or change."""
        accounts = (
            Account(row[0], row[1], row[2], row[5], row[4], bool(row[8]))
            for row in self.rows["user"]
            if not row[9]
        )
        cohorts = {
            row[0]: Cohort(row[0], row[1], row[2], row[4] or "", row[6] or "", bool(row[8]))
            for row in self.rows["cohort"]
        }
        members: dict[int, set[int]] = {cohort: set() for cohort in cohorts}
        for cohort, account, _ in self.rows["cohort_members"]:
            members[cohort].add(account)
        return Moodle({account.id: account for account in accounts}, cohorts, members)

    def others(self) -> dict[str, tuple[tuple[Any, ...], ...]]:
        """The tables that no sync by web services has any business with."""
        return {k: v for k, v in self.rows.items() if k not in {"cohort", "cohort_members"}}


def tables(path: Path) -> Tables:
    """The site's rows at this moment."""
    with store.connect(path) as db:
        names = [
            name
            for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if name != "calls" and not name.startswith("sqlite_")
        ]
        return Tables(
            {name: tuple(db.execute(f'SELECT * FROM "{name}" ORDER BY 1, 2')) for name in names}
        )

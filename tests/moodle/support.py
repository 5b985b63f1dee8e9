"""Moodles for the provider's tests: embedded ones, and ones that misbehave as they are told."""

import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from json import dumps
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl

import httpx2
import pytest
from werkzeug.serving import make_server

from providers.moodle.client import Client
from providers.moodle.site import WebServiceSite
from providers.sandbox.moodle import store
from providers.sandbox.moodle.answers import Release
from providers.sandbox.moodle.wsgi import SandboxMoodle
from providers.sandbox.site import GUEST_AND_ADMIN
from reconciler.errors import ReconcilerError
from reconciler.models.desired import CohortKey
from reconciler.models.moodle import MoodleQuery
from reconciler.models.operations import AddMember, Operation, Outcome, RemoveMember, Run, Step
from reconciler.ports import M

URL = "https://moodle.example"
TOKEN = "5ecre7f00d5ecre7f00d5ecre7f00d00"
RELEASES: tuple[Release, ...] = ("4.5.6", "5.1.3")
EMAILS = tuple(f"user{number:05}@example.org" for number in range(1, 11))
UNKNOWN = 99_999_999
"""No cohort's and no account's id, on any site."""
RUN = Run(avc="6f0c4ab2-9c1d-4d7e-8a55-0d3f5b1c9e01")
KEY = CohortKey(uuid="2aaf2f3d-e1c7-4f50-a6f2-a498aceb1ddc")
MARKED = f"<p>Kept by avc-moodle-sync for AVC {RUN.avc}, guild guild ({KEY.uuid}).</p>"
"""The description of a cohort that bears the mark of KEY."""
WITH_MARK = MoodleQuery(member_marks=frozenset({"mark"}), unmarked="mark")
SEARCH = "core_cohort_search_cohorts"
USERS = "core_user_get_users_by_field"

Form = dict[str, str]
Answer = Callable[[Form], httpx2.Response]


def sent(request: httpx2.Request) -> Form:
    """The form fields of a call."""
    return dict(parse_qsl(request.read().decode(), keep_blank_values=True))


def json(body: object) -> httpx2.Response:
    """An answer as Moodle's REST server gives it."""
    return httpx2.Response(200, text=dumps(body), headers={"content-type": "application/json"})


def refusal(code: str, message: str = "No.") -> httpx2.Response:
    """A Moodle exception."""
    return json({"exception": "moodle_exception", "errorcode": code, "message": message})


def answering(answer: Answer, url: str = URL) -> Client:
    """A client of a Moodle that answers like this."""
    transport = httpx2.MockTransport(lambda request: answer(sent(request)))
    return Client(url, TOKEN, timeout=5, transport=transport, pause=lambda _seconds: None)


@dataclass
class Meddled:
    """A sandbox whose answers a test may change; it remembers the functions that were called."""

    path: Path
    functions: list[str] = field(default_factory=list)
    meddle: Callable[[Form, Callable[[], Any]], httpx2.Response | None] = lambda _form, _ask: None
    """Given the form and a way to have it answered; None leaves the answer as it is."""

    def client(self) -> Client:
        inner = httpx2.WSGITransport(app=SandboxMoodle(self.path))

        def handle(request: httpx2.Request) -> httpx2.Response:
            form = sent(request)
            self.functions.append(form["wsfunction"])

            def ask() -> Any:
                response = inner.handle_request(request)
                response.read()
                return response.json()

            return self.meddle(form, ask) or inner.handle_request(request)

        transport = httpx2.MockTransport(handle)
        return Client(URL, TOKEN, timeout=5, transport=transport, pause=lambda _seconds: None)

    def site(self) -> WebServiceSite:
        return WebServiceSite(self.client())

    def fill(self, *names: str) -> None:
        """System cohorts with these names, marked, the first account in each; ids from 1."""
        for number, name in enumerate(names, 1):
            self.edit(
                "INSERT INTO cohort (name, idnumber, description) VALUES (?, ?, 'mark')", name, name
            )
            self.edit("INSERT INTO cohort_members VALUES (?, 3)", number)

    def edit(self, statement: str, *values: str | int) -> None:
        """Change what the sandbox holds."""
        with store.connect(self.path) as db:
            db.execute(statement, values)


def new_sandbox(path: Path, release: Release, **options: Any) -> Path:
    """A site without cohorts, with the guest, and the accounts of EMAILS from id 3 on."""
    people: list[dict[str, object]] = [*GUEST_AND_ADMIN]
    people += [
        {"id": number, "username": email.partition("@")[0], "email": email, "auth": "oauth2"}
        for number, email in enumerate(EMAILS, 3)
    ]
    store.create(path, release=release, token=TOKEN, accounts=people, **options)
    return path


@contextmanager
def served(path: Path) -> Iterator[str]:
    """The sandbox on loopback; its address."""
    server = make_server("127.0.0.1", 0, SandboxMoodle(path), threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def addition(cohort: int, account: int) -> AddMember:
    return AddMember(KEY, "guild", cohort, account, None)


def removal(cohort: int, account: int) -> RemoveMember:
    return RemoveMember(KEY, "guild", cohort, account, None)


def written(site: WebServiceSite, *operations: Operation) -> list[Outcome]:
    """The outcomes of these operations, each needing none."""
    return list(site.write([Step(operation) for operation in operations], RUN))


def statuses(outcomes: Sequence[Outcome]) -> list[str]:
    """What became of each step, in the order of the steps."""
    return [outcome.status for outcome in sorted(outcomes, key=lambda outcome: outcome.step)]


def raised(client: Client) -> ReconcilerError:
    with pytest.raises(ReconcilerError) as caught:
        client.call("core_cohort_get_cohorts")
    return caught.value


def assert_helpful(error: ReconcilerError, url: str) -> None:
    """It says where, says what to do, and never the token."""
    assert f"Moodle at {url}" in str(error)
    advice = ("Check ", "Try ", "Look at ", "Give ", "put the site's", "switched off")
    assert any(word in str(error) for word in advice), str(error)
    assert TOKEN not in "".join(traceback.format_exception(error))


class Access:
    """A SiteAccess as the configuration would give it."""

    site = "ss"
    directory = "/nowhere"
    site_directory = "/nowhere/sites/ss"

    def __init__(self, url: str | None, token: str | None, /, **options: object) -> None:
        self.url = url
        self._token = token
        self._options = options

    def options(self, model: type[M]) -> M:
        return model.model_validate(self._options)

    def secret(self, key: str) -> str | None:
        return self._token if key == "token" else None

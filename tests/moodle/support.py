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

from providers.moodle import calls
from providers.moodle.client import Client
from providers.moodle.form import Value
from providers.moodle.site import WebServiceSite
from providers.sandbox.moodle import store
from providers.sandbox.moodle.answers import Release
from providers.sandbox.moodle.wsgi import SandboxMoodle
from reconciler.errors import CallRefused, ReconcilerError
from reconciler.models.desired import CohortKey
from reconciler.models.moodle import Cohort, MoodleQuery
from reconciler.models.operations import AddMember, CreateCohort, Outcome, RemoveMember, Step

URL = "https://moodle.example"
TOKEN = "5ecre7f00d5ecre7f00d5ecre7f00d00"
RELEASES: tuple[Release, ...] = ("4.5.6", "5.1.3")
EMAILS = tuple(f"user{number:05}@example.org" for number in range(1, 11))
UNKNOWN = 99_999_999
"""No cohort's and no account's id, on any site."""

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


def new_sandbox(path: Path, release: Release, **options: Any) -> Path:
    """A site without cohorts, with the accounts of EMAILS from id 3 on."""
    people = [
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


@dataclass(frozen=True)
class Place:
    """A Moodle to test the port on. Whatever is made there has an idnumber with the prefix."""

    client: Client
    prefix: str
    emails: tuple[str, ...]

    @property
    def site(self) -> WebServiceSite:
        return WebServiceSite(self.client)

    def accounts(self) -> list[int]:
        """The ids of the accounts with the addresses of ``emails``."""
        return sorted(row.id for row in calls.users(self.client, "email", self.emails))

    def username(self, account: int) -> str:
        (row,) = calls.users(self.client, "id", [str(account)])
        return row.username

    def creation(self, called: str, /, **fields: str) -> CreateCohort:
        """To create a cohort whose idnumber is the prefix and what it is called."""
        texts = {"name": f"{self.prefix} {called}", "description": "<p>Made by a test.</p>"}
        idnumber = f"{self.prefix}-{called}"
        return CreateCohort(CohortKey(uuid=called), called, idnumber, **{**texts, **fields})

    def create(self, *names: str, **fields: str) -> list[int]:
        """The ids of new cohorts."""
        made = self.write(*(self.creation(name, **fields) for name in names))
        assert [outcome.status for outcome in made] == ["done"] * len(names)
        return [outcome.cohort for outcome in made if outcome.cohort]

    def create_in_category(self, name: str, description: str) -> int:
        """The id of a new cohort in the first course category."""
        wanted: dict[str, Value] = {
            "categorytype": {"type": "id", "value": "1"},
            "name": f"{self.prefix} {name}",
            "idnumber": f"{self.prefix}-{name}",
            "description": description,
            "descriptionformat": 1,
        }
        (row,) = calls.create(self.client, [wanted], _never)
        return row.id

    def write(self, *operations: Any) -> list[Outcome]:
        """The outcomes of these operations, each needing none."""
        return list(self.site.write([Step(operation) for operation in operations]))

    def add(self, cohort: int, *accounts: int) -> list[Outcome]:
        return self.write(*(addition(cohort, account) for account in accounts))

    def remove(self, cohort: int, *accounts: int) -> list[Outcome]:
        return self.write(*(removal(cohort, account) for account in accounts))

    def members(self, *cohorts: int) -> list[list[int]]:
        """Who is in each of the cohorts."""
        found = calls.members(self.client, cohorts)
        return [sorted(found[cohort]) for cohort in cohorts]

    def cohorts(self) -> dict[int, Cohort]:
        """The cohorts that the test made, by id."""
        found = self.site.read(MoodleQuery()).cohorts
        return {one.id: one for one in found if one.idnumber.startswith(self.prefix)}

    def clean(self) -> None:
        """Delete what the test made."""
        rows = calls.all_cohorts(self.client)
        own = [row.id for row in rows if row.idnumber.lower().startswith(self.prefix)]
        if own:
            self.client.call("core_cohort_delete_cohorts", cohortids=own)


def addition(cohort: int, account: int) -> AddMember:
    return AddMember(CohortKey(uuid="guild"), "guild", cohort, account, None)


def removal(cohort: int, account: int) -> RemoveMember:
    return RemoveMember(CohortKey(uuid="guild"), "guild", cohort, account, None)


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


def _never(wanted: object, error: CallRefused) -> None:
    raise AssertionError(wanted) from error

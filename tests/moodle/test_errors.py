"""Whatever Moodle, HTTP and the network say, one of our errors comes of it."""

import json as json_module
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from providers.moodle import calls
from providers.moodle.client import Client
from providers.moodle.errors import Busy, NotAllowed
from providers.moodle.site import WebServiceSite
from reconciler.errors import (
    AccessRefused,
    CallRefused,
    ReadError,
    ReconcilerError,
    SiteUnreachable,
    UnexpectedAnswer,
)
from reconciler.models.moodle import MoodleQuery
from tests.moodle.support import TOKEN, URL, answering, assert_helpful, json, raised, refusal

_RECORDINGS = Path(__file__).parents[1] / "recordings"

_CODES: dict[str, type[ReconcilerError]] = {
    # Recorded.
    "accessexception": AccessRefused,
    "invalidtoken": AccessRefused,
    "codingerror": CallRefused,
    "dmlwriteexception": CallRefused,
    "invalidparameter": CallRefused,
    "invalidrecord": CallRefused,
    "invalidrecordunknown": CallRefused,
    "invaliduser": CallRefused,
    # Read in webservice/lib.php and lib/external/classes of 4.5.6: it is the token's user that
    # is at fault, so that no half of the call would fare better.
    "forcepasswordchangenotice": AccessRefused,
    "nopermissions": NotAllowed,
    "passwordisexpired": AccessRefused,
    "requireloginerror": NotAllowed,
    "servicenotavailable": AccessRefused,
    "servicerequireslogin": AccessRefused,
    "sitepolicynotagreed": AccessRefused,
    "usernotconfirmed": AccessRefused,
    "usernotfullysetup": AccessRefused,
    "wsaccessusernologin": AccessRefused,
    "wsaccessusersuspended": AccessRefused,
    # It is the site.
    "sitemaintenance": SiteUnreachable,
    "upgraderunning": SiteUnreachable,
    # Not known.
    "": CallRefused,
    "a code of a later release": CallRefused,
}


def _exceptions() -> Iterator[Any]:
    """Every exception in a recording."""
    for path in sorted(_RECORDINGS.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            call = json_module.loads(line)
            body = call.get("body")
            if isinstance(body, dict) and "exception" in body:
                yield pytest.param(call, id=f"{path.stem}-{call['note'][:40]}")


@pytest.mark.parametrize("call", list(_exceptions()))
def test_every_recorded_exception_is_known(call: dict[str, Any]) -> None:
    """Its code is in the table, and its call raises what the table says."""
    response = httpx2.Response(call["status"], json=call["body"])
    error = raised(answering(lambda _form: response))
    assert type(error) is _CODES[call["body"]["errorcode"]]
    if isinstance(error, CallRefused):
        assert error.code == call["body"]["errorcode"]


def test_there_are_recorded_exceptions() -> None:
    """Each release has some: the walk above walks."""
    assert len(list(_exceptions())) > 40


@pytest.mark.parametrize(("code", "kind"), _CODES.items(), ids=str)
def test_codes(code: str, kind: type[ReconcilerError]) -> None:
    """Of Moodle's answer the code decides; the class name, which releases change, does not."""
    for name in ("moodle_exception", r"core\exception\moodle_exception", "of_a_plugin"):
        body = {"exception": name, "errorcode": code, "message": "Words of Moodle's."}
        error = raised(answering(lambda _form, body=body: json(body)))  # type: ignore[misc]
        assert type(error) is kind
        assert ("Words of Moodle's." in str(error)) == (kind is not SiteUnreachable)
        if kind is not CallRefused:
            assert_helpful(error, URL)


def _page(status: int, body: str, **headers: str) -> httpx2.Response:
    kind = {"content-type": "text/html; charset=utf-8"}
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx2.Response(status, text=body, headers={**kind, **names})


_JSON = "application/json; charset=utf-8"
_HTML = "<!DOCTYPE html><html><body>Words</body></html>"


@pytest.mark.parametrize(
    ("response", "kind", "words"),
    [
        (_page(403, ""), AccessRefused, "web services or the REST protocol are switched off"),
        (_page(503, _HTML, retry_after="300"), SiteUnreachable, "down for maintenance"),
        (_page(429, ""), Busy, "429"),
        (_page(502, _HTML), Busy, "502"),
        (_page(504, _HTML), Busy, "504"),
        (_page(500, _HTML), UnexpectedAnswer, "answered 500"),
        (_page(404, _HTML), UnexpectedAnswer, "answered 404"),
        (_page(401, ""), UnexpectedAnswer, "answered 401"),
        (_page(200, _HTML), UnexpectedAnswer, "text/html"),
        (_page(200, ""), UnexpectedAnswer, "text/html"),
        (httpx2.Response(200), UnexpectedAnswer, "nothing"),
        (httpx2.Response(204), UnexpectedAnswer, "204"),
        (_page(200, "", content_type=_JSON), UnexpectedAnswer, "no JSON"),
        (_page(200, '[{"id":1,"na', content_type=_JSON), UnexpectedAnswer, "no JSON"),
        (
            _page(200, "\nWarning: x in y.php on line 3\n[]", content_type=_JSON),
            UnexpectedAnswer,
            "a warning printed by PHP",
        ),
        (
            httpx2.Response(200, content=b'"\xff"', headers={"content-type": _JSON}),
            UnexpectedAnswer,
            "no JSON",
        ),
        (_page(200, "<EXCEPTION/>", content_type="application/xml"), UnexpectedAnswer, "xml"),
        (_page(501, "Words\n here", content_type="text/plain"), UnexpectedAnswer, "Words here"),
        (
            _page(301, "", location="https://learn.example/x"),
            UnexpectedAnswer,
            "https://learn.example/x",
        ),
        (_page(302, ""), UnexpectedAnswer, "sends us on"),
        (
            httpx2.Response(200, content=b"x", headers={"content-encoding": "identity"}),
            UnexpectedAnswer,
            "nothing",
        ),
    ],
    ids=str,
)
def test_answers_that_are_not_moodle_s(
    response: httpx2.Response, kind: type[ReconcilerError], words: str
) -> None:
    """What is no 200 with JSON names the site and a remedy."""
    error = raised(answering(lambda _form: response))
    assert type(error) is kind
    assert words in str(error)
    assert_helpful(error, URL)


def test_an_answer_that_cannot_be_unpacked() -> None:
    """Bytes that are not compressed as their header says are no HTTP."""
    headers = {"content-encoding": "gzip", "content-type": _JSON}
    transport = httpx2.MockTransport(
        lambda _request: httpx2.Response(200, stream=httpx2.ByteStream(b"no gzip"), headers=headers)
    )
    error = raised(Client(URL, TOKEN, timeout=5, transport=transport))
    assert type(error) is UnexpectedAnswer
    assert_helpful(error, URL)


_USER = {"id": 3, "username": "a", "auth": "manual", "suspended": False, "confirmed": True}
_COHORT = {"id": 1, "name": "a", "idnumber": "a", "description": "", "visible": True}


@pytest.mark.parametrize(
    ("function", "body"),
    [
        ("core_cohort_get_cohorts", None),
        ("core_cohort_get_cohorts", {}),
        ("core_cohort_get_cohorts", [{**_COHORT, "visible": "?"}]),
        ("core_cohort_get_cohorts", [{**_COHORT, "name": None}]),
        ("core_cohort_get_cohorts", [{"id": 1}]),
        ("core_cohort_search_cohorts", []),
        ("core_cohort_get_cohort_members", {"warnings": []}),
        ("core_cohort_get_cohort_members", [{"cohortid": 1}]),
        ("core_user_get_users_by_field", [{**_USER, "email": "a@x.org", "suspended": "?"}]),
        ("core_user_get_users_by_field", [{**_USER, "email": None}]),
        ("core_user_get_users_by_field", {"users": []}),
    ],
)
def test_json_of_another_shape(function: str, body: object) -> None:
    """An answer that lacks what we read is never taken for an empty one."""
    ordinary: dict[str, object] = {
        "core_cohort_get_cohorts": [_COHORT],
        "core_cohort_search_cohorts": {"cohorts": [_COHORT]},
        "core_cohort_get_cohort_members": [{"cohortid": 1, "userids": []}],
        "core_user_get_users_by_field": [{**_USER, "email": "a@x.org"}],
    }
    query = MoodleQuery(unmarked_prefix="", unmarked="mark", emails=frozenset({"a@x.org"}))
    answers = dict(ordinary)
    site = WebServiceSite(answering(lambda form: json(answers[form["wsfunction"]])))
    assert site.read(query).members == {1: frozenset()}
    answers[function] = body
    with pytest.raises(UnexpectedAnswer, match=function) as caught:
        site.read(query)
    assert URL in str(caught.value)


def test_json_that_is_nested_without_end() -> None:
    """It is no answer, and no defect of ours."""
    text = "[" * 200_000
    headers = {"content-type": "application/json"}
    error = raised(answering(lambda _form: httpx2.Response(200, text=text, headers=headers)))
    assert isinstance(error, UnexpectedAnswer)


@pytest.mark.parametrize(
    "body", [{"form": {"wstoken": TOKEN}}, [{"wstoken": TOKEN}], {"cohorts": TOKEN}]
)
def test_an_echo_does_not_betray_the_token(body: object) -> None:
    """Where a server sends back what it was sent, neither message nor traceback repeats it."""
    client = answering(lambda _form: json(body))
    for call in (calls.all_cohorts, calls.system_cohorts):
        with pytest.raises(UnexpectedAnswer) as caught:
            call(client)
        assert TOKEN not in "".join(traceback.format_exception(caught.value))
    plain = httpx2.Response(200, text=f"wstoken={TOKEN}", headers={"content-type": "text/plain"})
    assert_helpful(raised(answering(lambda _form: plain)), URL)


@pytest.mark.parametrize("code", ["invalidrecord", "dmlreadexception", "codingerror", "Error"])
def test_a_refused_reading_is_a_failed_reading(code: str) -> None:
    """What is asked for every site alike, no site refuses for what was asked: a ReadError."""
    site = WebServiceSite(answering(lambda _form: refusal(code)))
    with pytest.raises(ReadError) as caught:
        site.inspect()
    assert_helpful(caught.value, URL)
    with pytest.raises(ReadError) as caught:
        site.read(MoodleQuery())
    assert_helpful(caught.value, URL)

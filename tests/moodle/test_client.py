"""One call: what is sent, when it is sent again, and what is counted."""

import httpx2
import pytest

from providers.moodle import calls
from providers.moodle.client import ATTEMPTS, Client
from providers.moodle.errors import Busy
from providers.moodle.form import fields
from reconciler.errors import CallRefused, ReconcilerError, SiteUnreachable, UnexpectedAnswer
from tests.moodle.support import TOKEN, URL, Form, json, refusal, sent

_BUSY = httpx2.Response(502)


class _Server:
    """Answers from a list, the last answer for ever."""

    def __init__(self, *answers: httpx2.Response | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[httpx2.Request] = []
        self.pauses: list[float] = []

    def client(self, url: str = URL) -> Client:
        transport = httpx2.MockTransport(self._answer)
        return Client(url, TOKEN, timeout=5, transport=transport, pause=self.pauses.append)

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.mark.parametrize("url", [URL, f"{URL}/", f"{URL}/sub", f"{URL}/sub//"])
def test_the_token_travels_in_the_body(url: str) -> None:
    """It is in no address, header or traffic line: those end up in logs."""
    server = _Server(json([]))
    client = server.client(url)
    assert client.call("core_cohort_get_cohorts", cohortids=[7]) == []
    (request,) = server.requests
    assert (request.method, str(request.url)) == (
        "POST",
        f"{url.rstrip('/')}/webservice/rest/server.php",
    )
    assert sent(request) == {
        "wstoken": TOKEN,
        "wsfunction": "core_cohort_get_cohorts",
        "moodlewsrestformat": "json",
        "moodlewssettingraw": "1",
        "cohortids[0]": "7",
    }
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert TOKEN not in f"{request.url} {request.headers} {client.traffic()}"


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({}, {}),
        ({"a": "x & y", "b": 3}, {"a": "x & y", "b": "3"}),
        ({"yes": True, "no": False}, {"yes": "1", "no": "0"}),
        ({"a": ["", "\u00e9"]}, {"a[0]": "", "a[1]": "\u00e9"}),
        ({"a": [{"b": {"c": 1}}]}, {"a[0][b][c]": "1"}),
        ({"a": []}, {}),
    ],
)
def test_parameters_become_fields(parameters: Form, expected: Form) -> None:
    """Lists are numbered and structures nested as PHP takes them apart."""
    assert fields(parameters) == expected


@pytest.mark.parametrize(
    "busy", [_BUSY, httpx2.Response(429), httpx2.ConnectError("refused"), httpx2.ReadTimeout("")]
)
def test_a_busy_site_is_asked_again(busy: httpx2.Response | Exception) -> None:
    """Three times in all, and the pause grows."""
    server = _Server(busy, busy, json([]))
    assert server.client().call("core_cohort_get_cohorts") == []
    assert len(server.requests) == 3
    first, second = server.pauses
    assert 0 < first < second
    assert [sent(request) for request in server.requests] == [sent(server.requests[0])] * 3


def test_the_third_failure_is_the_last() -> None:
    """What comes out is the site's own error, not the retrying's."""
    server = _Server(_BUSY)
    with pytest.raises(Busy, match="answered 502"):
        server.client().call("core_cohort_get_cohorts")
    assert (ATTEMPTS, len(server.requests), len(server.pauses)) == (3, 3, 2)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (refusal("invalidparameter"), CallRefused),
        (refusal("sitemaintenance"), SiteUnreachable),
        (httpx2.Response(503), SiteUnreachable),
        (httpx2.Response(500), UnexpectedAnswer),
        (httpx2.UnsupportedProtocol("x"), SiteUnreachable),
    ],
)
def test_an_answer_is_an_answer(
    answer: httpx2.Response | Exception, kind: type[ReconcilerError]
) -> None:
    """What another attempt would not change is asked once."""
    server = _Server(answer, json([]))
    with pytest.raises(kind):
        server.client().call("core_cohort_get_cohorts")
    assert (len(server.requests), server.pauses) == (1, [])


@pytest.mark.parametrize("lost", [_BUSY, httpx2.ReadTimeout(""), httpx2.ReadError("reset")])
def test_creating_is_never_repeated(lost: httpx2.Response | Exception) -> None:
    """The answer that got lost may have told of cohorts that are there now."""
    server = _Server(lost, json([]))
    with pytest.raises(Busy):
        calls.create(server.client(), [{"name": "a", "idnumber": "a"}], _never)
    assert (len(server.requests), server.pauses) == (1, [])


@pytest.mark.parametrize("write", [calls.add, calls.remove])
def test_other_writing_is_repeated(write: object) -> None:
    """To add or remove somebody twice is to do it once."""
    server = _Server(_BUSY, _BUSY, json({"warnings": []}))
    assert callable(write)
    write(server.client(), [(1, 3)], _never)
    assert len(server.requests) == 3


def test_updating_is_repeated() -> None:
    """So is it to give a cohort the same values."""
    server = _Server(_BUSY, json(None))
    calls.update(server.client(), [{"id": 1}], _never)
    assert len(server.requests) == 2


def test_traffic_counts_every_attempt() -> None:
    """Calls that failed were calls, and what they answered was received."""
    quarter = 1024 * 1024 // 4
    server = _Server(httpx2.Response(502, content=b"x" * quarter), json([]))
    client = server.client()
    assert client.traffic() == "0 web-service calls, 0.00 MiB received"
    client.call("core_cohort_get_cohorts")
    assert client.traffic() == "2 web-service calls, 0.25 MiB received"


def _never(wanted: object, error: CallRefused) -> None:
    raise AssertionError(wanted) from error


@pytest.mark.parametrize(
    "response",
    [
        httpx2.Response(500, text=f"wstoken={TOKEN}", headers={"content-type": "text/plain"}),
        httpx2.Response(302, headers={"location": f"http://x/{TOKEN}?wstoken={TOKEN}"}),
        httpx2.Response(200, json={"exception": "x", "errorcode": "y", "message": TOKEN}),
    ],
)
def test_a_server_that_echoes_does_not_get_the_token_printed(response: httpx2.Response) -> None:
    """Whatever a server that is no Moodle says, the token in it is left out."""
    transport = httpx2.MockTransport(lambda _request: response)
    client = Client("http://moodle.example", TOKEN, timeout=1, transport=transport)
    with pytest.raises(ReconcilerError) as raised:
        client.call("core_cohort_get_cohorts")
    assert TOKEN not in str(raised.value)
    assert "…" in str(raised.value)

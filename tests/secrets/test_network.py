"""Where a token goes: to the site that is configured, encrypted, and nowhere else."""

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import httpx2
import pytest
from werkzeug import Request, Response
from werkzeug.serving import make_server

from providers.moodle.client import Client
from providers.moodle.site import WebServiceAccess, connect
from reconciler.errors import ConfigError, SiteUnreachable, UnexpectedAnswer
from reconciler.ports import MoodleSite
from tests.moodle.support import TOKEN as SANDBOX_TOKEN
from tests.moodle.support import Access, json, new_sandbox, raised, served
from tests.secrets.told import PASSWORD, TOKEN, tells
from tests.web.pages import CERTIFICATE


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@contextmanager
def _listening(
    response: Response | None = None, *, tls: bool = False
) -> Iterator[tuple[str, list[str]]]:
    """A server that answers everything like this; its host and port, and all that it was sent."""
    heard: list[str] = []

    @Request.application
    def answer(request: Request) -> Response:
        body = request.get_data(as_text=True)
        heard.append(f"{request.method} {request.url} {request.headers} {body}")
        return response or Response("heard")

    context = None
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
    server = make_server("127.0.0.1", 0, answer, threaded=True, ssl_context=context)
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"127.0.0.1:{server.port}", heard
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _connected(url: str, token: str = TOKEN, **options: object) -> MoodleSite:
    transport = httpx2.MockTransport(lambda _request: json({"cohorts": []}))
    return connect(Access(url, token, **options), transport)


_PLAIN_TEXT = [
    "http://moodle.example",
    "HTTP://Moodle.Example:443/moodle",
    "http://10.0.0.1",
    "http://128.0.0.1",
    "http://0.0.0.0",
    "http://[::2]",
    "http://[fe80::1]",
    "http://localhost.example",
    "http://localhost.",
    "http://localhost.localdomain",
    "http://127.0.0.1.nip.io",
    "http://127.1",
    "http://2130706433",
    "http://127.0.0.1%2emoodle.example",
    "http://moodle.example/127.0.0.1",
    "http://moodle.example#127.0.0.1",
    "http://moodle.example\\.127.0.0.1",
]
_OURS = [
    "https://moodle.example",
    "https://10.0.0.1",
    "http://127.0.0.1",
    "http://127.255.255.254:8082/moodle",
    "http://[::1]:8082",
    "http://localhost:8082",
    "http://LOCALHOST",
]


@pytest.mark.parametrize("url", _PLAIN_TEXT)
def test_no_token_goes_to_another_machine_in_plain_text(url: str) -> None:
    """By http it is refused before it is sent, with the remedies; nwp.yml may allow it."""
    with pytest.raises(ConfigError) as refused:
        _connected(url)
    said = str(refused.value)
    assert url in said
    assert "site ss" in said
    assert "Use https://" in said
    assert "plain_http: true" in said
    _connected(url, plain_http=True)


@pytest.mark.parametrize("url", _OURS)
def test_encrypted_or_on_this_machine(url: str) -> None:
    """By https to anywhere, by http to what is named a loopback address."""
    _connected(url)


def test_of_its_avc_or_of_its_own() -> None:
    """The address is looked at wherever it comes from."""
    with pytest.raises(ConfigError, match="is no https"):
        connect(Access("https://a.example", TOKEN, url="http://b.example"))
    with pytest.raises(ConfigError, match="is no https"):
        connect(Access("http://a.example", TOKEN))
    assert WebServiceAccess().plain_http is False


@pytest.mark.parametrize("url", ["https://m.example?wstoken=x", "https://u:p@m.example"])
def test_no_secret_in_an_address(url: str) -> None:
    """An address ends up in plan files."""
    with pytest.raises(ConfigError, match="leave"):
        _connected(url)


@pytest.mark.parametrize("token", [f"{TOKEN}\n", f" {TOKEN}", "t\u00f6ken", "to\0ken", "\udcff"])
def test_what_is_no_token(token: str) -> None:
    """A slip in a file is told, without what was there."""
    with pytest.raises(ConfigError, match="the token of site ss is none of Moodle's") as refused:
        _connected("https://moodle.example", token)
    assert tells(str(refused.value), TOKEN) == []


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(code: int) -> None:
    """The token goes nowhere that a server names: it is told, and where to."""
    with _listening() as (other, heard):
        sent_on = Response(status=code, headers={"location": f"http://{other}/{TOKEN}?{TOKEN}"})
        with _listening(sent_on) as (host, asked):
            error = raised(Client(f"http://{host}", TOKEN, timeout=5))
    assert isinstance(error, UnexpectedAnswer)
    assert f"sends us on to http://{other}/" in str(error)
    assert tells(str(error), TOKEN) == []
    assert (len(asked), heard) == (1, [])


def test_a_certificate_that_nobody_trusts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is sent: the token would go to whoever answers. Who trusts it by the environment is
    connected.
    """
    with _listening(tls=True) as (host, heard):
        url = f"https://{host}"
        error = raised(Client(url, TOKEN, timeout=5, pause=lambda _seconds: None))
        assert isinstance(error, SiteUnreachable)
        assert "certificate" in str(error)
        assert heard == []
        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
        raised(Client(url, TOKEN, timeout=5, pause=lambda _seconds: None))
        assert len(heard) == 1


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_http_on_this_machine_takes_no_proxy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """A proxy of the environment is another machine, and would read the token."""
    with _listening() as (proxy, heard), served(new_sandbox(tmp_path / "m", "5.1.3")) as url:
        monkeypatch.setenv(variable, f"http://{proxy}")
        assert Client(url, SANDBOX_TOKEN, timeout=5).call("core_cohort_get_cohorts") == []
    assert heard == []


def test_a_proxy_sees_nothing_of_https(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked for a tunnel, and what goes through that is encrypted."""
    with _listening() as (proxy, heard):
        monkeypatch.setenv("HTTPS_PROXY", f"http://{proxy}")
        raised(Client("https://moodle.example", TOKEN, timeout=5, pause=lambda _seconds: None))
    assert heard
    assert all(request.startswith("CONNECT ") for request in heard)
    assert tells("".join(heard), TOKEN) == []


_NO_PROXIES: list[Mapping[str, str]] = [
    {"HTTPS_PROXY": f"http://me:{PASSWORD}@[::1"},
    {"HTTPS_PROXY": f"gopher://me:{PASSWORD}@proxy"},
    {"ALL_PROXY": f"socks5://me:{PASSWORD}@proxy"},
    {"ALL_PROXY": "socks5://proxy"},
    {"SSL_CERT_FILE": "/nonexistent"},
]


@pytest.mark.parametrize("settings", _NO_PROXIES)
def test_settings_of_proxies_that_make_no_sense(
    monkeypatch: pytest.MonkeyPatch, settings: Mapping[str, str]
) -> None:
    """They are told as what they are, without a piece of a password."""
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match="HTTPS_PROXY") as refused:
        Client("https://moodle.invalid", TOKEN, timeout=1)
    assert tells(str(refused.value), PASSWORD, TOKEN) == []
    assert (refused.value.__cause__, refused.value.__suppress_context__) == (None, True)


def test_a_proxy_that_refuses_is_told_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its address may hold one."""
    with _listening(Response("no", status=407)) as (proxy, _heard):
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:hunter22hunter@{proxy}")
        error = raised(
            Client("https://moodle.example", TOKEN, timeout=5, pause=lambda _seconds: None)
        )
    assert "407" in str(error)
    assert tells(f"{error} {error.__cause__}", "hunter22hunter") == []

"""Whatever happens on the way to a site and back, one of our errors comes of it."""

import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from providers.moodle.client import Client
from reconciler.errors import ReadError, SiteUnreachable
from tests.moodle.support import TOKEN, URL, assert_helpful, new_sandbox, raised, served


def _subclasses(kind: type[Any]) -> Iterator[type[Any]]:
    yield kind
    for below in kind.__subclasses__():
        yield from _subclasses(below)


@pytest.mark.parametrize("kind", [*_subclasses(httpx2.HTTPError), httpx2.InvalidURL])
def test_every_exception_of_http_is_mapped(kind: type[Exception]) -> None:
    """Whatever httpx2 may raise becomes one of ours, with the original as its cause."""
    more: dict[str, Any] = {}
    if kind is httpx2.HTTPStatusError:
        more = {"request": httpx2.Request("POST", URL), "response": httpx2.Response(500)}
    foreign = kind("words", **more)

    def fail(_request: httpx2.Request) -> httpx2.Response:
        raise foreign

    transport = httpx2.MockTransport(fail)
    error = raised(Client(URL, TOKEN, timeout=5, transport=transport, pause=lambda _: None))
    assert isinstance(error, ReadError)
    assert error.__cause__ is foreign
    assert_helpful(error, URL)


def test_the_walk_sees_every_exception_of_http() -> None:
    """httpx2 has no public exception for requests outside the branches that are walked."""
    walked = {*_subclasses(httpx2.HTTPError), httpx2.InvalidURL}
    public = {
        thing
        for thing in vars(httpx2).values()
        if isinstance(thing, type) and issubclass(thing, Exception)
    }
    others = {kind for kind in public - walked if not issubclass(kind, httpx2.StreamError)}
    # Raised for cookies, and for reading a body twice: we do neither.
    assert others == {httpx2.CookieConflict}


@pytest.mark.parametrize(
    "url",
    [
        "moodle.example",
        "ftp://moodle.example",
        "",
        "http://",
        "http://[::1",
        "http://127.0.0.1:port",
        "http://moodle..example",
        f"http://{'a' * 70}.example",
        "http://moodle.example\n",
        "http://ex\u2603.example",
    ],
)
def test_what_is_no_address(url: str) -> None:
    """A slip in nwp.yml is not a defect of this program, and is not tried again."""
    pauses: list[float] = []
    error = raised(Client(url, TOKEN, timeout=5, pause=pauses.append))
    assert type(error) is SiteUnreachable
    assert "is no address" in str(error)
    assert_helpful(error, url.rstrip("/"))
    assert pauses == []


@contextmanager
def _nobody_listens(_path: Path) -> Iterator[str]:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"


@contextmanager
def _silence(_path: Path) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


@contextmanager
def _no_tls(path: Path) -> Iterator[str]:
    with served(new_sandbox(path, "5.1.3")) as url:
        yield url.replace("http:", "https:")


@pytest.mark.parametrize(
    ("server", "words"),
    [
        (_nobody_listens, "refused"),
        (_silence, "did not answer in time"),
        (_no_tls, "SSL"),
    ],
)
def test_servers_that_are_none(
    tmp_path: Path, server: Callable[[Path], AbstractContextManager[str]], words: str
) -> None:
    """Nobody there, nobody answering, no TLS: the site is unreachable, after three tries."""
    pauses: list[float] = []
    with server(tmp_path / "moodle.sqlite") as url:
        error = raised(Client(url, TOKEN, timeout=0.2, pause=pauses.append))
    assert isinstance(error, SiteUnreachable)
    assert words in str(error)
    assert_helpful(error, url)
    assert len(pauses) == 2


def test_a_name_that_is_not_known() -> None:
    """What the resolver says is in the message."""

    def fail(_request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("[Errno -2] Name or service not known")

    transport = httpx2.MockTransport(fail)
    error = raised(Client(URL, TOKEN, timeout=5, transport=transport, pause=lambda _: None))
    assert isinstance(error, SiteUnreachable)
    assert "Name or service not known" in str(error)
    assert_helpful(error, URL)

"""Asking whether pages are there: against servers on loopback, good and bad ones."""

import socket
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib.metadata import entry_points
from threading import Barrier, Event, Thread
from typing import Any

import pytest

from providers.web import HttpWeb
from reconciler.models.web import Probe
from tests.web.pages import CERTIFICATE, serving

SHORT = 0.3
"""Seconds, for servers that never answer."""


@contextmanager
def nobody() -> Iterator[str]:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"


@contextmanager
def silence() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


@contextmanager
def saying(words: bytes, pauses: float | None = None) -> Iterator[str]:
    """A server that says this to whoever comes; with pauses, a letter at a time for ever."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            caller, _ = listening.accept()
            with caller:
                caller.recv(4096)
                if pauses is None:
                    caller.sendall(words)
                    return
                caller.settimeout(pauses)
                while _goes_on(caller):
                    caller.sendall(words)

        thread = Thread(target=answer)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        thread.join()


def _goes_on(caller: socket.socket) -> bool:
    """Whether the other side still listens, after a pause."""
    try:
        return caller.recv(1) != b""
    except TimeoutError:
        return True
    except OSError:
        return False


@contextmanager
def no_http() -> Iterator[str]:
    with saying(b"SSH-2.0-OpenSSH_9.2\r\n") as url:
        yield url


@contextmanager
def dripping() -> Iterator[str]:
    with saying(b"HTTP/1.1 200 OK\r\nX: ", pauses=0.05) as url:
        yield url


@contextmanager
def untrusted() -> Iterator[str]:
    with serving(tls=True) as url:
        yield url


@contextmanager
def no_tls() -> Iterator[str]:
    with serving() as url:
        yield url.replace("http:", "https:")


def probe(url: str) -> Probe:
    (found,) = HttpWeb(timeout=SHORT).probe([url])
    return found


@pytest.mark.parametrize(
    "code", [200, 204, 301, 302, 307, 400, 401, 403, 404, 405, 410, 429, 500, 503]
)
def test_the_status_is_told_whatever_it_is(code: int) -> None:
    """Any status is an answer; a redirect is not followed."""
    with serving() as url:
        (found,) = HttpWeb().probe([f"{url}/{code}/oauth/token"])
    assert found == Probe(url=f"{url}/{code}/oauth/token", code=code, seconds=found.seconds)
    assert found.seconds > 0


@pytest.mark.parametrize(
    ("server", "words"),
    [
        (nobody, "connection refused"),
        (silence, "no answer within 0.3 s"),
        (dripping, "no answer within 0.3 s"),
        (no_http, "disconnected without sending a response"),
        (untrusted, "TLS certificate refused: self-signed certificate"),
        (no_tls, "no TLS: WRONG_VERSION_NUMBER"),
    ],
)
def test_servers_that_give_no_page(
    server: Callable[[], AbstractContextManager[str]], words: str
) -> None:
    """Nobody there, no answer in time, no HTTP, no TLS or nobody's: said in a few words."""
    with server() as url:
        found = probe(url)
    assert found.code is None
    assert words in found.error
    assert "\n" not in found.error


@pytest.mark.parametrize(
    "url",
    [
        "",
        "moodle.example",
        "ftp://moodle.example",
        "http://",
        "http://[::1",
        "http://127.0.0.1:port",
        "http://moodle.example\n",
        "http://ex\u2603.example",
    ],
)
def test_what_is_no_address(url: str) -> None:
    """A slip in nwp.yml is told as one, and raises nothing."""
    found = probe(url)
    assert (found.url, found.code, found.error) == (url, None, "no address of a page")


def test_a_certificate_that_is_trusted() -> None:
    """TLS is verified against what the caller trusts."""
    trusting = ssl.create_default_context(cafile=CERTIFICATE)
    with serving(tls=True) as url:
        (found,) = HttpWeb(verify=trusting).probe([f"{url}/403"])
    assert found.code == 403


def test_one_bad_page_does_not_hide_the_others() -> None:
    """Answers come in the order of the questions, each for itself, asked twice or not."""
    with serving() as url, nobody() as gone:
        asked = [f"{url}/200", gone, "nonsense", f"{url}/500", f"{url}/200"]
        found = HttpWeb().probe(asked)
    assert [one.url for one in found] == asked
    assert [one.code for one in found] == [200, None, None, 500, 200]


def test_pages_are_asked_all_at_once() -> None:
    """Each page of three waits until the others have been asked for, too."""
    barrier = Barrier(3, timeout=10)

    def answer(listening: socket.socket) -> None:
        caller, _ = listening.accept()
        with caller:
            barrier.wait()
            caller.recv(4096)
            caller.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")

    servers = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
    threads = [Thread(target=answer, args=(server,)) for server in servers]
    for thread in threads:
        thread.start()
    found = HttpWeb().probe([f"http://127.0.0.1:{one.getsockname()[1]}" for one in servers])
    for thread, server in zip(threads, servers, strict=True):
        thread.join()
        server.close()
    assert [one.code for one in found] == [200, 200, 200]


@pytest.mark.parametrize("port", ["-1", "65536"])
def test_a_port_that_there_cannot_be(port: str) -> None:
    """The library lets it through, and the system refuses it with a group of errors."""
    found = probe(f"http://127.0.0.1:{port}/")
    assert (found.code, found.error) == (None, "no address of a page")


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("SSL_CERT_FILE", "/nonexistent", "no such file or directory"),
        ("SSL_CERT_FILE", str(CERTIFICATE.parent), ""),
        ("ALL_PROXY", "socks5h://u:5ecret@127.0.0.1:1", "socksio"),
        ("HTTPS_PROXY", "bad://u:5ecret@x", "Unknown scheme for proxy"),
        ("ALL_PROXY", "http://u:5ecret#@proxy", "no address of a proxy"),
    ],
)
def test_an_environment_in_which_nothing_can_be_asked(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, words: str
) -> None:
    """Each page has the same error, in a few words, that says where to look; none is asked for."""
    monkeypatch.setenv(variable, value)
    with serving() as url:
        found = HttpWeb().probe([f"{url}/200", f"{url}/401"])
    assert [(one.url, one.code) for one in found] == [(f"{url}/200", None), (f"{url}/401", None)]
    assert found[0].error == found[1].error
    assert found[0].error.startswith("proxy or certificate settings here: ")
    assert words in found[0].error
    assert len(found[0].error) <= 120
    assert "5ecret" not in found[0].error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (RuntimeError("one\ntwo"), "one two"),
        (RuntimeError("word " * 99), "word word"),
        (KeyError(), "KeyError"),
        (ExceptionGroup("several", [ValueError("inside")]), "inside"),
        (ExceptionGroup("several", [TimeoutError()]), "no answer within 0.3 s"),
    ],
)
def test_whatever_goes_wrong_is_told_of_its_page(
    monkeypatch: pytest.MonkeyPatch, error: Exception, words: str
) -> None:
    """Also what nobody has thought of, in one short line."""

    def raising(*_arguments: Any, **_options: Any) -> Any:
        raise error

    monkeypatch.setattr(socket, "getaddrinfo", raising)
    found = probe("http://moodle.example/")
    assert found.code is None
    assert found.error.startswith(words)
    assert "\n" not in found.error
    assert len(found.error) <= 80


def test_a_name_that_nobody_resolves_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The timeout holds, and the other page is told, while the system is still looking it up."""
    let_go, looked_up = Event(), Event()
    real = socket.getaddrinfo

    def slow(host: bytes, *arguments: Any, **options: Any) -> Any:
        if host == b"slow.example":
            let_go.wait(20)
            looked_up.set()
        return real("127.0.0.1", *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    with serving() as url:
        asked = ["http://slow.example/", f"{url}/200"]
        found = HttpWeb(timeout=SHORT).probe(asked)
        waited = looked_up.is_set()
        let_go.set()
    assert [one.code for one in found] == [None, 200]
    assert found[0].error == "no answer within 0.3 s"
    assert not waited
    # What comes too late disturbs nobody.
    assert looked_up.wait(20)


def test_a_command_ends_while_a_name_is_looked_up() -> None:
    """What the system has not answered does not keep the process from ending."""
    program = (
        "import socket, threading\n"
        "from providers.web import HttpWeb\n"
        "socket.getaddrinfo = lambda *a, **k: threading.Event().wait()\n"
        "print(HttpWeb(timeout=0.1).probe(['http://slow.example/'])[0].error)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=False
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "no answer within 0.1 s\n", "")


def test_no_pages() -> None:
    """Asked for nothing, it finds nothing."""
    assert HttpWeb().probe([]) == ()


def test_the_entry_point_is_this() -> None:
    """Commands find it under the name ``web``."""
    (point,) = entry_points(group="reconciler.providers", name="web")
    assert point.load() is HttpWeb

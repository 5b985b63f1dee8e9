"""Whether pages are there: what the entry point ``web`` stands for."""

import asyncio
import os
import ssl
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Thread
from time import monotonic
from typing import ParamSpec, TypeVar

import httpx2

from reconciler.models.web import Probe

TIMEOUT = 5.0
"""Seconds for the whole of a page's answer, up to its headers."""

_LONG = 80
"""Characters of a reason, at most."""
_NO_ADDRESS = "no address of a page"
_NO_CLIENT = "proxy or certificate settings here: "

P = ParamSpec("P")
T = TypeVar("T")


class HttpWeb:
    """Implements ``reconciler.ports.Web``: asks for the pages and reads no more than the status."""

    def __init__(self, *, timeout: float = TIMEOUT, verify: ssl.SSLContext | None = None) -> None:
        self._timeout = timeout
        # True: the certificates that this machine trusts, and so those of DDEV's mkcert.
        self._verify = verify or True

    def probe(self, urls: Sequence[str]) -> tuple[Probe, ...]:
        """See the port."""
        return tuple(asyncio.run(self._all(urls)))

    async def _all(self, urls: Sequence[str]) -> list[Probe]:
        asyncio.get_running_loop().set_default_executor(_Unawaited())
        try:
            # Reads the environment: SSL_CERT_FILE, HTTPS_PROXY and their like.
            client = httpx2.AsyncClient(
                timeout=self._timeout, verify=self._verify, follow_redirects=False
            )
        except httpx2.InvalidURL:
            # Not its words: they may be a part of a password.
            return [Probe(url=url, error=f"{_NO_CLIENT}no address of a proxy") for url in urls]
        except Exception as error:  # noqa: BLE001 - whatever goes wrong is told of the pages
            return [Probe(url=url, error=_NO_CLIENT + self._words(error)) for url in urls]
        async with client:
            return await asyncio.gather(*(self._one(client, url) for url in urls))

    async def _one(self, client: httpx2.AsyncClient, url: str) -> Probe:
        started = monotonic()
        try:
            # The client's own timeout is for each read: a server may answer a letter at a time.
            async with asyncio.timeout(self._timeout), client.stream("GET", url) as response:
                return Probe(url=url, code=response.status_code, seconds=monotonic() - started)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong is told of its page
            return Probe(url=url, seconds=monotonic() - started, error=self._words(error))

    def _words(self, error: Exception) -> str:
        """Why there was no answer."""
        match error:
            case ExceptionGroup():
                return self._words(error.exceptions[0])
            case TimeoutError() | httpx2.TimeoutException():
                return f"no answer within {self._timeout:g} s"
            case httpx2.InvalidURL() | httpx2.UnsupportedProtocol() | UnicodeError():
                return _NO_ADDRESS
            case OverflowError():
                # A port, as the system says that takes it.
                return _NO_ADDRESS
            case _:
                return _short(next(_reasons(error), "")) or type(error).__name__


class _Unawaited(ThreadPoolExecutor):
    """Where asyncio looks names up: a thread each, for which nobody waits at the end.

    The system's resolver takes no timeout, and neither the loop nor the process would end before
    the threads of an ordinary executor do.
    """

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Start this in a thread of its own."""
        future: Future[T] = Future()
        # From here on, nobody can cancel it.
        future.set_running_or_notify_cancel()

        def work() -> None:
            try:
                future.set_result(fn(*args, **kwargs))
            except Exception as error:  # noqa: BLE001 - for whoever waits
                future.set_exception(error)

        Thread(target=work, daemon=True).start()
        return future


def _short(text: str) -> str:
    """One line, and no long one."""
    line = " ".join(text.split())
    return line if len(line) <= _LONG else f"{line[: _LONG - 1]}…"


def _reasons(error: BaseException) -> Iterator[str]:
    """What the system says, under what the libraries say of it: the innermost first."""
    inner = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    for cause in (*inner, error.__cause__, error.__context__):
        if cause is not None:
            yield from _reasons(cause)
    match error:
        case ssl.SSLCertVerificationError():
            yield f"TLS certificate refused: {error.verify_message}"
        case ssl.SSLError():
            yield f"no TLS: {error.reason or error}"
        case OSError() if error.errno and error.errno > 0:
            # Not error.strerror: asyncio has words of its own there.
            yield os.strerror(error.errno).lower()
        case OSError() if error.strerror:
            yield error.strerror.lower()
        case _ if str(error):
            yield str(error).rstrip(".")

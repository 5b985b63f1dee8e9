"""Whether pages are there: what the entry point ``web`` stands for."""

import asyncio
import os
import ssl
from collections.abc import Iterator, Sequence
from time import monotonic

import httpx2

from reconciler.models.web import Probe

TIMEOUT = 5.0
"""Seconds for the whole of a page's answer, up to its headers."""

_FAILURES = (httpx2.HTTPError, httpx2.InvalidURL, UnicodeError, OSError)


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
        client = httpx2.AsyncClient(
            timeout=self._timeout, verify=self._verify, follow_redirects=False
        )
        async with client:
            return await asyncio.gather(*(self._one(client, url) for url in urls))

    async def _one(self, client: httpx2.AsyncClient, url: str) -> Probe:
        started = monotonic()
        try:
            # The client's own timeout is for each read: a server may answer a letter at a time.
            async with asyncio.timeout(self._timeout), client.stream("GET", url) as response:
                return Probe(url=url, code=response.status_code, seconds=monotonic() - started)
        except _FAILURES as error:
            return Probe(url=url, seconds=monotonic() - started, error=self._words(error))

    def _words(self, error: Exception) -> str:
        """Why there was no answer."""
        match error:
            case TimeoutError() | httpx2.TimeoutException():
                return f"no answer within {self._timeout:g} s"
            case httpx2.InvalidURL() | httpx2.UnsupportedProtocol() | UnicodeError():
                return "no address of a page"
            case _:
                return next(_reasons(error), None) or type(error).__name__


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

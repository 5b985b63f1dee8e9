"""One call of a web service."""

from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from html import escape
from json import dumps
from time import sleep
from typing import Any
from urllib.parse import quote, quote_plus, unquote

import httpx2
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from providers.moodle import errors
from providers.moodle.addresses import stays_here
from providers.moodle.form import Value, fields
from reconciler.errors import ConfigError, ReconcilerError
from reconciler.models.usage import Usage

ATTEMPTS = 3
PATH = "/webservice/rest/server.php"
_MEBIBYTE = 1024 * 1024


class Client:
    """Calls functions of one Moodle with one token, and counts what that costs."""

    def __init__(
        self,
        url: str,
        token: str,
        *,
        timeout: float,
        transport: httpx2.BaseTransport | None = None,
        pause: Callable[[float], None] = sleep,
    ) -> None:
        self.url = url.rstrip("/")
        self._token = token
        self._http = _http(self.url, timeout, transport)
        self._retrying = Retrying(
            retry=retry_if_exception_type(errors.Busy),
            stop=stop_after_attempt(ATTEMPTS),
            wait=wait_exponential(multiplier=0.5, max=8),
            sleep=pause,
            reraise=True,
        )
        self._calls = 0
        self._received = 0
        self.clock: int | None = None
        """Unix time at the site, as the last answer's ``Date`` has it."""

    def call(self, function: str, *, repeatable: bool = True, **parameters: Value) -> Any:
        """What the function answers, parsed; None for those that answer nothing.

        A call that got no answer is made again, with pauses, when it is ``repeatable``: when
        doing it twice is doing it once. Raises CallRefused when Moodle will not do what was
        asked, ReadError when it cannot be talked to.
        """
        if repeatable:
            return self._retrying(self._once, function, parameters)
        return self._once(function, parameters)

    def usage(self) -> Usage:
        """What has been asked of this Moodle so far."""
        return Usage(self._calls, self._received)

    def traffic(self) -> str:
        """What has been asked of this Moodle so far."""
        return f"{self._calls} web-service calls, {self._received / _MEBIBYTE:.2f} MiB received"

    def _once(self, function: str, parameters: Mapping[str, Value]) -> Any:
        where = f"Moodle at {self.url}"
        form = {
            "wstoken": self._token,
            "wsfunction": function,
            "moodlewsrestformat": "json",
            # Without it descriptions, and from 5.1 names, come back filtered.
            "moodlewssettingraw": "1",
            **fields(parameters),
        }
        self._calls += 1
        try:
            response = self._http.post(self.url + PATH, data=form)
        except (httpx2.InvalidURL, UnicodeError) as error:
            # Python's own codec refuses host names like "a..b" when it looks them up.
            raise errors.from_transport(httpx2.UnsupportedProtocol(str(error)), where) from error
        except httpx2.HTTPError as error:
            raise errors.from_transport(error, where) from error
        self._received += len(response.content)
        self.clock = _unix_time(response.headers.get("date", ""))
        try:
            errors.refuse_status(response, where, self._without_token)
            return errors.parsed(response, function, where, self._without_token)
        except ReconcilerError as error:
            error.args = tuple(self._without_token(str(arg)) for arg in error.args)
            raise

    def _without_token(self, text: str) -> str:
        """What a server said, without the token: one that is no Moodle may echo what it was sent.

        In its own letters, as in addresses and forms, as in HTML, as in JSON.
        """
        ways = (str, quote, quote_plus, unquote, escape, lambda token: dumps(token)[1:-1])
        for way in ways:
            text = text.replace(way(self._token), "…")
        return text


def _http(url: str, timeout: float, transport: httpx2.BaseTransport | None) -> httpx2.Client:
    """What sends. It verifies certificates, and goes nowhere that it is led to: the token with it.

    Raises ConfigError for settings of proxies and certificates that make no sense.
    """
    # Proxies of the environment are for other machines: to one, plain text would leave this one.
    environment = not stays_here(url)
    try:
        return httpx2.Client(
            transport=transport,
            timeout=timeout,
            verify=True,
            follow_redirects=False,
            trust_env=environment,
        )
    except (httpx2.InvalidURL, ImportError, OSError, ValueError):
        # Not their words, nor as a cause: they may be a part of a proxy's password.
        raise ConfigError(
            "the settings of proxies or certificates in the environment make no sense: look at"
            " HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY, SSL_CERT_FILE and SSL_CERT_DIR"
        ) from None


def _unix_time(date: str) -> int | None:
    """The time in an HTTP header; None for what is no time."""
    try:
        return int(parsedate_to_datetime(date).timestamp())
    except ValueError:
        return None

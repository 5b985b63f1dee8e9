"""The one place where what Moodle and HTTP call an error becomes one of ours."""

from collections.abc import Callable
from typing import Any, NoReturn
from urllib.parse import unquote

import httpx2

from reconciler.errors import (
    AccessRefused,
    CallRefused,
    ReconcilerError,
    SiteUnreachable,
    UnexpectedAnswer,
)

_TOKEN = frozenset({"invalidtoken", "accessexception", "servicenotavailable"})
_NOT_ALLOWED = frozenset({"nopermissions", "requireloginerror", "usernotallowed"})
_USER = frozenset(
    {
        "forcepasswordchangenotice",
        "passwordisexpired",
        "servicerequireslogin",
        "sitepolicynotagreed",
        "usernotconfirmed",
        "usernotfullysetup",
        "wsaccessusernologin",
        "wsaccessusersuspended",
    }
)
CAPABILITIES = (
    "webservice/rest:use",
    "moodle/cohort:manage",
    "moodle/cohort:assign",
    "moodle/cohort:view",
    "moodle/user:viewdetails",
    "moodle/user:viewalldetails",
    "moodle/user:viewhiddendetails",
    "moodle/site:viewuseridentity",
)
"""What the token's user needs, in the system context."""
_MAINTENANCE = frozenset({"sitemaintenance", "upgraderunning"})
_BUSY = frozenset({429, 502, 504})


Discreet = Callable[[str], str]
"""Takes secrets out of what a server said. Before it is cut: half a token is told by none."""


class Busy(SiteUnreachable):
    """No answer this time; the same call may well be answered in a moment."""


class NotAllowed(AccessRefused):
    """The token is good, and its user lacks a capability."""


def from_transport(error: httpx2.HTTPError, where: str) -> ReconcilerError:
    """What happened on the way to Moodle or back."""
    if isinstance(error, httpx2.TimeoutException):
        return Busy(f"{where} did not answer in time. Try again, or look at the server's load.")
    if isinstance(error, httpx2.UnsupportedProtocol):
        return SiteUnreachable(
            f"{where} is no address ({_words(error)}). Check nwp.yml: it has to look like"
            " https://moodle.example.org."
        )
    if isinstance(error, httpx2.TransportError):
        return Busy(
            f"{where} cannot be reached ({_words(error)}). Check the address in nwp.yml, and that"
            " the site is up."
        )
    return UnexpectedAnswer(f"{where} answered what is no HTTP ({_words(error)}). Look at its log.")


def from_refusal(document: dict[str, Any], function: str, where: str) -> ReconcilerError:
    """A Moodle exception: HTTP 200 and ``{"exception", "errorcode", "message"}``.

    Codes, never class names, are told apart: the names differ between releases.
    """
    code = str(document.get("errorcode", ""))
    said = str(document.get("message", "")).strip() or code
    if code in _MAINTENANCE:
        return SiteUnreachable(f"{where} is down for maintenance. Try again when it is back.")
    if code in _TOKEN:
        return AccessRefused(
            f"{where} does not accept the token for {function} ({said}). Check the token, that it"
            " has not expired, that its service includes this function, and that its user has the"
            " capability webservice/rest:use."
        )
    if code in _USER:
        return AccessRefused(
            f"{where} does not let the token's user in ({said}). Give the token to an account that"
            " is active, confirmed and has nothing to fill in, agree to or change first."
        )
    if code in _NOT_ALLOWED:
        return NotAllowed(
            f"{where} does not let the token's user call {function} ({said}). Give its role, in"
            f" the system context, the capabilities {', '.join(CAPABILITIES)}."
        )
    return CallRefused(f"{where} refused {function}: {said} ({code})", code)


def unreadable(error: CallRefused) -> UnexpectedAnswer:
    """A refusal of what no site refuses for what it asks."""
    return UnexpectedAnswer(f"{error}. Look at the server's log for the reason.")


def refuse_status(response: httpx2.Response, where: str, discreet: Discreet) -> None:
    """Raise for every status but 200. Moodle itself answers 403 and 503; the rest is a server."""
    status = response.status_code
    if status == httpx2.codes.OK:
        return
    if status == httpx2.codes.FORBIDDEN:
        raise AccessRefused(
            f"{where} answered 403: web services or the REST protocol are switched off there, or"
            " a server in front of it keeps us out."
        )
    if status == httpx2.codes.SERVICE_UNAVAILABLE:
        raise SiteUnreachable(f"{where} is down for maintenance. Try again when it is back.")
    if status in _BUSY:
        raise Busy(f"{where} answered {status}: it is overloaded. Try again later.")
    if response.is_redirect:
        # Without what follows the path, and in plain letters: there, too, the token may come back.
        target = unquote(response.headers.get("location", "").partition("?")[0]) or "nowhere"
        raise UnexpectedAnswer(
            f"{where} sends us on to {target}: put the site's real address into nwp.yml."
        )
    raise _unexpected(response, where, discreet)


def parsed(response: httpx2.Response, function: str, where: str, discreet: Discreet) -> Any:
    """The answer's JSON; raises for HTML, for anything else, and for Moodle's exceptions."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise _unexpected(response, where, discreet)
    try:
        document = response.json()
    except (ValueError, RecursionError) as error:
        raise UnexpectedAnswer(
            f"{where} answered {function} with what is no JSON: a warning printed by PHP, or a cut"
            " answer. Look at the server's log."
        ) from error
    if isinstance(document, dict) and "exception" in document:
        raise from_refusal(document, function, where)
    return document


def not_as_known(function: str, where: str, error: Exception) -> NoReturn:
    """Raise UnexpectedAnswer for JSON of a shape that no release is known to answer."""
    raise UnexpectedAnswer(
        f"{where} answered {function} in a way that this program does not know; a field may be"
        " hidden from the token's user."
    ) from error


def _unexpected(response: httpx2.Response, where: str, discreet: Discreet) -> UnexpectedAnswer:
    kind = response.headers.get("content-type", "nothing").partition(";")[0]
    # Never the text of a 200: a server that is no Moodle may echo what it was sent, the token too.
    quotable = kind == "text/plain" and response.status_code != httpx2.codes.OK
    said = " ".join(discreet(response.text)[:200].split()) if quotable else ""
    return UnexpectedAnswer(
        f"{where} answered {response.status_code} with {kind}, not as a Moodle does"
        f"{f' ({said})' if said else ''}. Check the address in nwp.yml."
    )


def _words(error: httpx2.HTTPError) -> str:
    return str(error) or type(error).__name__

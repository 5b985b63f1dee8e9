"""What two sites show of their integration, and what nwp.yml declares of it."""

import re
from dataclasses import dataclass, field
from typing import Final

from reconciler.models.avc import AvcFacts
from reconciler.models.base import Model
from reconciler.models.moodle import MoodleFacts
from reconciler.models.settings import SyncSettings
from reconciler.models.web import Probe

ENDPOINTS: Final = ("authorize", "token", "userinfo")
"""AVC's OAuth2 endpoints, below ``/oauth/``."""

HIDDEN: Final = "(not shown: no plain address, or a password in it)"

_HOST = r"(?:\[[0-9a-f:.]+\]|[^\s@:/?#\\%\[\]]+)(?::[0-9]+)?"
_ADDRESS = re.compile(
    rf"(https?://)?(?:[^/?#]*@)?({_HOST}(?:/[^?#@]*)?)(?:[?#][^@]*)?", re.IGNORECASE
)
"""What there is to show, in two groups. An ``@`` behind the host is none of an address that we
would know: a password with a ``/``, ``?`` or ``#`` in it looks so."""


class Declared(Model):
    """What nwp.yml says of the integration. None: it does not say, or nothing that makes sense.

    But for the addresses this program does not act on any of it: other tools own these keys, so a
    strange value in one is no error of ours.
    """

    avc_enabled: bool | None = None
    """``moodle_integration.enabled`` of the AVC site."""
    moodle_enabled: bool | None = None
    """``avc_integration.enabled`` of the Moodle site."""
    moodle_site: str | None = None
    """The Moodle that the AVC site names as its own."""
    avc_site: str | None = None
    """The AVC that the Moodle site names as its own."""
    avc_url: str | None = None
    moodle_url: str | None = None
    access_url: str | None = None
    """Where the Moodle's web services are asked: ``access.url`` of the Moodle site."""
    badge_display: bool | None = None
    token_lifetime: int | None = None
    """Seconds: ``oauth2_token_lifetime``."""
    sync_interval: int | None = None
    """Seconds between the runs that the original's module was to make by itself."""

    @property
    def enabled(self) -> bool | None:
        """Whether both sites are to be joined; None: neither forbids it, and AVC does not say."""
        if False in (self.avc_enabled, self.moodle_enabled):
            return False
        return self.avc_enabled


@dataclass(frozen=True, slots=True)
class SeenAvc:
    """What a look at the AVC told."""

    site: str
    url: str | None = None
    """Where people find it, by nwp.yml or by the way to reach it."""
    facts: AvcFacts | None = None
    error: str = ""
    """Why there are no facts; empty without facts: nobody looked."""
    ahead: int | None = None
    """Seconds that its clock is ahead of this machine's; None: it was not seen."""


@dataclass(frozen=True, slots=True)
class SeenMoodle:
    """What a look at the Moodle told."""

    site: str
    url: str | None = None
    facts: MoodleFacts | None = None
    error: str = ""
    ahead: int | None = None
    by_php: bool = False
    """Whether it is Moodle's own PHP that answers, in the site's directory."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Both sites, and what joins them, as they were found."""

    avc: SeenAvc
    moodle: SeenMoodle
    declared: Declared = field(default_factory=Declared)
    settings: SyncSettings = field(default_factory=SyncSettings)
    require_module: bool = True
    """Whether ``pl avc-moodle-sync`` insists on AVC's module avc_moodle_sync."""
    probes: tuple[Probe, ...] | None = None
    """What became of asking for pages; None: nobody asked."""

    def page(self, url: str | None) -> Probe | None:
        """What became of asking for one of them."""
        return next((probe for probe in self.probes or () if probe.url == url), None)


def endpoint(avc_url: str, name: str) -> str:
    """The address of one of AVC's three OAuth2 endpoints; without a host where that is in doubt."""
    base, *behind = re.split(r"[?#]", avc_url, maxsplit=1)
    return f"/oauth/{name}" if "@" in "".join(behind) else f"{base.rstrip('/')}/oauth/{name}"


def answers(code: int | None) -> bool:
    """Whether this status of a page means that it is there.

    Asked without what a client would send, the endpoints refuse: ``/oauth/token`` takes only POST
    (405), ``/oauth/userinfo`` wants a token (401, 403), and ``/oauth/authorize`` a client_id: 401
    by simple_oauth itself (``OAuthServerException::invalidClient``), 400 where it leaves that to
    the League's server (``::invalidRequest``).
    """
    return code is not None and (200 <= code < 400 or code in {400, 401, 403, 405})  # noqa: PLR2004


def private(mode: int) -> bool:
    """Whether these permission bits keep a key from everybody but its owner."""
    return not mode & 0o077


def public_address(url: str) -> str:
    """An address to show: without a password, or whatever else should not have been in it."""
    found = _ADDRESS.fullmatch(url)
    return "".join(part or "" for part in found.groups()) if found else HIDDEN

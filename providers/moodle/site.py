"""A Moodle behind its web services, as the core sees it."""

from collections.abc import Iterator, Sequence
from typing import Literal

import httpx2
from pydantic import Field

from providers.moodle import calls
from providers.moodle.client import Client
from providers.moodle.read import read
from providers.moodle.write import Writing
from reconciler.errors import AccessRefused, ConfigError
from reconciler.models.base import Model
from reconciler.models.moodle import MoodleQuery, MoodleSnapshot, Rule
from reconciler.models.operations import Outcome, Step
from reconciler.ports import SiteAccess


class WebServiceAccess(Model):
    """``access:`` of a Moodle site in nwp.yml."""

    via: Literal["webservice"] = "webservice"
    url: str | None = None
    """The site's address; without it, ``moodle_url`` of the AVC side."""
    timeout: float = Field(default=60, gt=0)
    """Seconds of silence after which a call has failed."""


class WebServiceSite:
    """Implements ``reconciler.ports.MoodleSite``."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def inspect(self) -> None:
        """See the port. Asks for no cohort at all: cheap, and needs address, token and service."""
        calls.cohorts(self._client, [0])

    def unavailable(self) -> frozenset[Rule]:
        """No web service shows OAuth2 links, or whether an idnumber is locked."""
        return frozenset({"link", "idnumber"})

    def read(self, query: MoodleQuery) -> MoodleSnapshot:
        """See the port."""
        return read(self._client, query)

    def write(self, steps: Sequence[Step]) -> Iterator[Outcome]:
        """See the port."""
        return Writing(self._client).run(steps)

    def traffic(self) -> str:
        """See the port."""
        return self._client.traffic()


def connect(access: SiteAccess, transport: httpx2.BaseTransport | None = None) -> WebServiceSite:
    """The Moodle that the configuration describes. Raises ConfigError, AccessRefused."""
    options = access.options(WebServiceAccess)
    url = options.url or access.url
    if not url:
        raise ConfigError(
            f"site {access.site} has no address: set access.url, or moodle_integration.moodle_url"
            " of its AVC site, in nwp.yml"
        )
    if "@" in url:
        # It would end up in plan files, and git keeps those for ever.
        raise ConfigError(
            f"the address of site {access.site} has a user name or a password in it: leave them"
            " out; the token goes into .secrets.yml"
        )
    token = access.secret("token")
    if not token:
        raise AccessRefused(
            f"Site {access.site} has no web-service token: put it into .secrets.yml beside nwp.yml"
            f" (sites: {access.site}: token: …)."
        )
    return WebServiceSite(Client(url, token, timeout=options.timeout, transport=transport))

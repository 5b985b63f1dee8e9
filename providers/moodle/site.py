"""A Moodle behind its web services, as the core sees it."""

import re
from collections.abc import Iterator, Sequence
from typing import Literal

import httpx2
from pydantic import Field, field_validator

from providers.databases.database import parse_url
from providers.moodle import calls
from providers.moodle.addresses import bare_address, leaves_in_plain_text
from providers.moodle.client import Client
from providers.moodle.database.reading import KINDS, DatabaseReading
from providers.moodle.database.same_site import require_same_site
from providers.moodle.read import read
from providers.moodle.read_back import read_back
from providers.moodle.write import Writing
from reconciler.errors import AccessRefused, ConfigError, UnexpectedAnswer
from reconciler.models.base import Model
from reconciler.models.desired import CohortKey
from reconciler.models.log import LoggedChange
from reconciler.models.moodle import Enrolled, MoodleFacts, MoodleQuery, MoodleSnapshot, Rule
from reconciler.models.operations import Facts, Operation, Outcome, Run, Step
from reconciler.models.usage import Usage
from reconciler.ports import SiteAccess

_TOKEN = re.compile(r"[!-~]+")
"""What Moodle makes are 32 digits (``md5``); services of other makes may have others."""


class WebServiceAccess(Model):
    """``access:`` of a Moodle site in nwp.yml."""

    via: Literal["webservice"] = "webservice"
    url: str | None = None
    """The site's address; without it, ``moodle_url`` of the AVC side."""
    plain_http: bool = False
    """Let the token travel by http to another machine: for networks that nobody else is in."""
    timeout: float = Field(default=60, gt=0)
    """Seconds of silence after which a call has failed."""
    database: str | None = Field(default=None, repr=False)
    """Where to read instead: ``mysql://user@host/moodle``, ``mariadb://…``, ``postgresql://…``. The
    password is better kept as the site's ``password`` in .secrets.yml."""
    prefix: str = Field(default="mdl_", pattern=re.compile(r"^\w*$"))
    """``$CFG->prefix`` of Moodle's config.php."""

    @field_validator("database")
    @classmethod
    def _is_address(cls, value: str | None) -> str | None:
        if value is not None:
            parse_url(value, KINDS)
        return value


class WebServiceSite:
    """Implements ``reconciler.ports.MoodleSite``: writes by web services, and reads by them, or
    from the database where there is one.
    """

    def __init__(
        self,
        client: Client,
        database: DatabaseReading | None = None,
        *,
        lock_name: str | None = None,
    ) -> None:
        self._client = client
        self._database = database
        self._lock_name = lock_name
        self._created: dict[CohortKey, int] = {}

    def inspect(self) -> MoodleFacts:
        """See the port. Without a cohort in the system there is nothing to try writing on."""
        cohort = calls.look(self._client)
        facts = MoodleFacts(
            url=self._client.url,
            writable=calls.may_write(self._client, cohort) if cohort else None,
            clock=self._client.clock,
        )
        return facts.model_copy(update=self._database.inspect()) if self._database else facts

    def unavailable(self) -> frozenset[Rule]:
        """No web service shows OAuth2 links, or whether an idnumber is locked."""
        return frozenset() if self._database else frozenset({"link", "idnumber"})

    def read(self, query: MoodleQuery) -> MoodleSnapshot:
        """See the port."""
        if not self._database:
            return read(self._client, query)
        snapshot = self._database.read(query)
        require_same_site(self._client, snapshot)
        return snapshot

    def enrolments(self, accounts: frozenset[int], courses: frozenset[int]) -> Enrolled:
        """See the port. Raises UnexpectedAnswer without a database: no web service shows them."""
        if self._database:
            return self._database.enrolments(accounts, courses)
        raise UnexpectedAnswer(
            f"Moodle at {self._client.url} shows no enrolments by web services: they need"
            " access.database, or access: {via: cli}, in nwp.yml."
        )

    def write(self, steps: Sequence[Step], run: Run) -> Iterator[Outcome]:
        """See the port."""
        return Writing(self._client, run.avc, self._created).run(steps)

    def lock_name(self) -> str:
        """See the port: the address, unless whoever made this site knows better."""
        return self._lock_name or bare_address(self._client.url)

    def changes(self, cohorts: frozenset[int]) -> tuple[LoggedChange, ...] | None:
        """See the port. None without a database: no web service shows the log."""
        return self._database.changes(cohorts) if self._database else None

    def read_back(self, operations: Sequence[Operation]) -> tuple[Facts, ...]:
        """See the port."""
        return read_back(self._client, operations, self._created)

    def usage(self) -> Usage:
        """See the port."""
        return self._client.usage() + (self._database.usage() if self._database else Usage())

    def traffic(self) -> str:
        """See the port."""
        parts = [self._client.traffic(), *([self._database.traffic()] if self._database else [])]
        return ", ".join(parts)


def connect(access: SiteAccess, transport: httpx2.BaseTransport | None = None) -> WebServiceSite:
    """The Moodle that the configuration describes. Raises ConfigError, AccessRefused."""
    options = access.options(WebServiceAccess)
    url = options.url or access.url
    if not url:
        raise ConfigError(
            f"site {access.site} has no address: set access.url, or moodle_integration.moodle_url"
            " of its AVC site, in nwp.yml"
        )
    _check(url, access.site, plain_http=options.plain_http)
    token = access.secret("token")
    if not token:
        raise AccessRefused(
            f"Site {access.site} has no web-service token: put it into .secrets.yml beside nwp.yml"
            f" (sites: {access.site}: token: …)."
        )
    if not _TOKEN.fullmatch(token):
        raise ConfigError(
            f"the token of site {access.site} is none of Moodle's: those have no blanks, line ends"
            " or letters beyond ASCII"
        )
    client = Client(url, token, timeout=options.timeout, transport=transport)
    return WebServiceSite(client, _database(access, options, client.url))


def _check(url: str, site: str, *, plain_http: bool) -> None:
    """Refuse an address that would give secrets away."""
    # It would end up in plan files, and git keeps those for ever.
    if "@" in url:
        raise ConfigError(
            f"the address of site {site} has a user name or a password in it: leave them out; the"
            " token goes into .secrets.yml"
        )
    if "?" in url:
        raise ConfigError(
            f"the address of site {site} has a '?' in it: leave out what follows; the token goes"
            " into .secrets.yml"
        )
    if leaves_in_plain_text(url) and not plain_http:
        raise ConfigError(
            f"the address of site {site}, {url}, is no https: anybody on the way could read the"
            " token. Use https://, or reach Moodle by its command line (access: {via: cli}); where"
            " nobody can listen, say so: access: {plain_http: true}"
        )


def _database(
    access: SiteAccess, options: WebServiceAccess, address: str
) -> DatabaseReading | None:
    if options.database is None:
        return None
    url = parse_url(options.database, KINDS)
    if url.password is None:
        url = url.set(password=access.secret("password"))
    return DatabaseReading(access.site, url, options.prefix, address)

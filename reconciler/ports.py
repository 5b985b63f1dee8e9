"""What the core asks of the world. Providers implement these; nothing here does anything."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol, TypeVar

from pydantic import BaseModel

from reconciler.models.avc import AvcFacts, AvcSnapshot, Claims, Guild, SyncRecord
from reconciler.models.journal import RunRecord, RunStart
from reconciler.models.log import LoggedChange
from reconciler.models.moodle import Enrolled, MoodleFacts, MoodleQuery, MoodleSnapshot, Rule
from reconciler.models.operations import Facts, Operation, Outcome, Run, Step
from reconciler.models.plan import Plan
from reconciler.models.scope import Scope
from reconciler.models.usage import Usage
from reconciler.models.web import Probe

M = TypeVar("M", bound=BaseModel)


class AvcSite(Protocol):
    """An AVC that can be read. Of writing, it takes only what it is to remember of a run."""

    def inspect(self) -> AvcFacts:
        """What kind of site this is. Raises ReadError."""
        ...

    def address(self) -> str | None:
        """Where people find the site, as far as the way to reach it tells. Raises ReadError."""
        ...

    def guilds(self) -> tuple[Guild, ...]:
        """Every guild of the site. Raises ReadError."""
        ...

    def read(self, scope: Scope, claims: Claims) -> AvcSnapshot:
        """The scope's part of the site at one moment, and everybody who makes one of the claims.

        Raises ReadError rather than leave anything out, NotFound for a person or guild that is
        not there.
        """
        ...

    def record(self, record: SyncRecord) -> bool:
        """Let the site remember a run; False where this access cannot. Raises ReadError."""
        ...

    def usage(self) -> Usage:
        """What this site has been asked so far."""
        ...

    def traffic(self) -> str:
        """What this site has cost so far, for ``--debug``: one line, or nothing."""
        ...


class MoodleSite(Protocol):
    """A Moodle that can be read and written."""

    def inspect(self) -> MoodleFacts:
        """What kind of site this is, and whether it lets us in. Raises ReadError."""
        ...

    def unavailable(self) -> frozenset[Rule]:
        """The matching rules whose evidence this way of reading cannot see."""
        ...

    def read(self, query: MoodleQuery) -> MoodleSnapshot:
        """What the query asks for. Raises ReadError rather than leave anything out."""
        ...

    def enrolments(self, accounts: frozenset[int], courses: frozenset[int]) -> Enrolled:
        """What enrols these accounts in these courses; asked only where snapshots tell courses.

        An account, or a course of one, without an entry is not enrolled. Raises ReadError.
        """
        ...

    def write(self, steps: Sequence[Step], run: Run) -> Iterator[Outcome]:
        """Try the steps in their order and tell, as they come, what became of each.

        A step that needs one that is not fulfilled is not tried, but answered as held; one whose
        precondition no longer holds, as stale. An outcome is ``done`` only when the site, read
        back, shows it. Raises ReadError when the site cannot be read back: no later step has then
        been tried.
        """
        ...

    def changes(self, cohorts: frozenset[int]) -> tuple[LoggedChange, ...] | None:
        """What the site's own log tells of these cohorts, the newest first: MOST_CHANGES at most,
        and none older than DAYS_BACK days. None where this access cannot read a log.

        Who changed something lately may be missing: Moodle writes its log when a request ends.
        Raises ReadError.
        """
        ...

    def lock_name(self) -> str:
        """What keeps two writers apart on this machine.

        Equal for two ways of naming one site, as far as this can tell without asking it; of any
        length, and with any characters.
        """
        ...

    def read_back(self, operations: Sequence[Operation]) -> tuple[Facts, ...]:
        """What the site shows of each of these operations after all that ``write`` has done.

        Facts as ``facts_after`` has them; empty for a cohort that is not there, but for a role
        assignment, which outlives it; and without those that this access cannot see. Raises
        ReadError.
        """
        ...

    def usage(self) -> Usage:
        """What this site has been asked so far."""
        ...

    def traffic(self) -> str:
        """What this site has cost so far, for ``--debug``: one line."""
        ...


class SiteAccess(Protocol):
    """How a site is configured to be reached: given to a provider's ``connect``."""

    @property
    def site(self) -> str:
        """The site's name in nwp.yml."""
        ...

    @property
    def directory(self) -> str:
        """The directory of nwp.yml: relative paths start here."""
        ...

    @property
    def site_directory(self) -> str:
        """The site's own: ``directory`` of its entry, else ``sites/NAME`` beside nwp.yml."""
        ...

    @property
    def url(self) -> str | None:
        """The site's address, where the configuration gives one."""
        ...

    def options(self, model: type[M]) -> M:
        """The site's ``access:`` as the provider's own model; raises ConfigError with the line."""
        ...

    def secret(self, key: str) -> str | None:
        """A secret of this site (``token``, ``password``), None where there is none."""
        ...


class State(Protocol):
    """What this machine keeps: who is writing where, what runs did, and plans that were held back.

    Every method raises StateError where that cannot be kept: nothing is written unrecorded.
    """

    def lock(self, site: str, by: str) -> AbstractContextManager[None]:
        """Keep every other writer on this machine from a site while inside.

        ``site`` is a Moodle's ``lock_name``. Raises SiteLocked, which says who holds it and since
        when. The lock of a process that is dead is free.
        """
        ...

    def matches(self, moodle: str, avc: str, without: str = "") -> Mapping[int, int] | None:
        """AVC uid → the account that the journal's last entry about them has, for the Moodle at
        this address and the AVC with this UUID; whose entry is newest comes last. Earlier runs of
        the plan with the digest ``without`` do not count. None where there is no journal.
        """
        ...

    def run(
        self, start: RunStart, steps: Sequence[Step]
    ) -> AbstractContextManager[Callable[[Outcome], None]]:
        """Record a run: what it is about to do, before it does anything; each outcome as it comes;
        and how it ended, even by an error.
        """
        ...

    def find(self, run: str) -> RunRecord:
        """The run of this id. Raises NotFound."""
        ...

    def later(self, run: RunRecord) -> Iterator[RunRecord]:
        """The runs of the same Moodle that began after this one, in their order."""
        ...

    def keep(self, held: Plan) -> str:
        """Keep a plan that was held back, with the newest ten; returns the file's path."""
        ...


class Web(Protocol):
    """Whether pages are there."""

    def probe(self, urls: Sequence[str]) -> tuple[Probe, ...]:
        """Ask for each of these pages once, all at the same time; never raises for one of them."""
        ...


class SandboxSites(Protocol):
    """Two embedded sites to try things out on."""

    def create(
        self,
        directory: str,
        *,
        guilds: int,
        users: int,
        members: int,
        seed: int,
        release: str,
        ddev: bool,
    ) -> None:
        """Write an AVC, a Moodle and the nwp.yml that joins them; with ``ddev`` as two directories
        that look like DDEV projects, and a stand-in for ``ddev``. Raises ConfigError.
        """
        ...

    def change(self, directory: str, changes: Sequence[tuple[str, str, str]]) -> tuple[str, ...]:
        """Change the AVC as people would in its pages; what was done, a few words for each.

        A change is a kind, of whom (a uid, in digits) or of which guild, and what: join and leave
        a guild, block, unblock, mail (an address), rename (a label), delete (a guild). All are
        made in their order, or none. Raises ConfigError, NotFound.
        """
        ...

    def serve(self, directory: str, port: int, ready: Callable[[str, str], None]) -> None:
        """Answer web services on 127.0.0.1 until interrupted; ``ready`` gets URL and token."""
        ...

"""The two sites, with what each call costs counted by step."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from reconciler.meter import Meter
from reconciler.models.avc import AvcFacts, AvcSnapshot, Claims, Guild, SyncRecord
from reconciler.models.log import LoggedChange
from reconciler.models.moodle import Enrolled, MoodleFacts, MoodleQuery, MoodleSnapshot, Rule
from reconciler.models.operations import Facts, Operation, Outcome, Run, Step
from reconciler.models.scope import Scope
from reconciler.models.usage import Usage
from reconciler.ports import AvcSite, MoodleSite
from reconciler.reconciliation import SitePair


def metered(pair: SitePair, clock: Callable[[], float]) -> SitePair:
    """The same sites; from now on their cost is counted. ``clock``: see ``Meter``."""
    meter = Meter(clock)
    return replace(
        pair,
        avc=MeteredAvc(pair.avc, meter),
        moodle=MeteredMoodle(pair.moodle, meter),
        meter=meter,
    )


class MeteredAvc:
    """Implements ``reconciler.ports.AvcSite`` by another."""

    def __init__(self, site: AvcSite, meter: Meter) -> None:
        self._site = site
        self._meter = meter

    def inspect(self) -> AvcFacts:
        """See the port."""
        with self._meter.step("read AVC", self._site.usage):
            return self._site.inspect()

    def address(self) -> str | None:
        """See the port."""
        with self._meter.step("read AVC", self._site.usage):
            return self._site.address()

    def guilds(self) -> tuple[Guild, ...]:
        """See the port."""
        with self._meter.step("read AVC", self._site.usage):
            return self._site.guilds()

    def read(self, scope: Scope, claims: Claims) -> AvcSnapshot:
        """See the port."""
        with self._meter.step("read AVC", self._site.usage):
            return self._site.read(scope, claims)

    def record(self, record: SyncRecord) -> bool:
        """See the port."""
        with self._meter.step("tell AVC", self._site.usage):
            return self._site.record(record)

    def usage(self) -> Usage:
        """See the port."""
        return self._site.usage()

    def traffic(self) -> str:
        """See the port."""
        return self._site.traffic()


class MeteredMoodle:
    """Implements ``reconciler.ports.MoodleSite`` by another."""

    def __init__(self, site: MoodleSite, meter: Meter) -> None:
        self._site = site
        self._meter = meter

    def inspect(self) -> MoodleFacts:
        """See the port."""
        with self._meter.step("read Moodle", self._site.usage):
            return self._site.inspect()

    def unavailable(self) -> frozenset[Rule]:
        """See the port."""
        return self._site.unavailable()

    def read(self, query: MoodleQuery) -> MoodleSnapshot:
        """See the port."""
        with self._meter.step("read Moodle", self._site.usage):
            return self._site.read(query)

    def enrolments(self, accounts: frozenset[int], courses: frozenset[int]) -> Enrolled:
        """See the port."""
        with self._meter.step("enrolments", self._site.usage):
            return self._site.enrolments(accounts, courses)

    def write(self, steps: Sequence[Step], run: Run) -> Iterator[Outcome]:
        """See the port. What is done with an outcome, between two of them, is no part of it."""
        outcomes = iter(self._site.write(steps, run))
        with self._meter.step("write", self._site.usage):
            for outcome in outcomes:
                self._meter.leave()
                self._meter.listener.wrote(steps[outcome.step].operation, outcome)
                try:
                    yield outcome
                finally:
                    self._meter.enter("write")

    def changes(self, cohorts: frozenset[int]) -> tuple[LoggedChange, ...] | None:
        """See the port."""
        with self._meter.step("read Moodle", self._site.usage):
            return self._site.changes(cohorts)

    def lock_name(self) -> str:
        """See the port."""
        return self._site.lock_name()

    def read_back(self, operations: Sequence[Operation]) -> tuple[Facts, ...]:
        """See the port."""
        with self._meter.step("read back", self._site.usage):
            return self._site.read_back(operations)

    def usage(self) -> Usage:
        """See the port."""
        return self._site.usage()

    def traffic(self) -> str:
        """See the port."""
        return self._site.traffic()

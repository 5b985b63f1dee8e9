"""A Moodle behind its own PHP, as the core sees it."""

from collections.abc import Iterator, Sequence
from typing import Literal

from providers.carriers.access import CarrierAccess, carrier_for, whereabouts
from providers.moodle.command_line import reading
from providers.moodle.command_line.changes import changes
from providers.moodle.command_line.conversation import Php, moodle_php
from providers.moodle.command_line.writing import Writing, shown
from reconciler.models.log import LoggedChange
from reconciler.models.moodle import Enrolled, MoodleFacts, MoodleQuery, MoodleSnapshot, Rule
from reconciler.models.operations import Facts, Operation, Outcome, Run, Step
from reconciler.models.usage import Usage
from reconciler.ports import SiteAccess


class CommandLineAccess(CarrierAccess):
    """``access:`` of a Moodle site in nwp.yml, with what carriers take."""

    via: Literal["cli"] = "cli"
    php: str = "php"
    """PHP's command-line program."""
    any_owner: bool = False
    """Go on when PHP runs as another user than the owner of moodledata."""


class CommandLineSite:
    """Implements ``reconciler.ports.MoodleSite``."""

    def __init__(self, php: Php, whereabouts: str) -> None:
        self._php = php
        self._whereabouts = whereabouts
        self._facts: dict[Operation, Facts] = {}
        self._unrecorded = ""

    def inspect(self) -> MoodleFacts:
        """See the port."""
        return reading.look(self._php)

    def unavailable(self) -> frozenset[Rule]:
        """PHP sees every column."""
        return frozenset()

    def read(self, query: MoodleQuery) -> MoodleSnapshot:
        """See the port."""
        return reading.read(self._php, query)

    def enrolments(self, accounts: frozenset[int], courses: frozenset[int]) -> Enrolled:
        """See the port.

        Suspended enrolments count: Moodle's ``enrol_plugin::unenrol_user`` (lib/enrollib.php) drops
        grades and groups when no row of ``user_enrolments`` is left in the course, of any status.
        """
        return reading.enrolments(self._php, accounts, courses)

    def write(self, steps: Sequence[Step], run: Run) -> Iterator[Outcome]:
        """See the port. Nobody else writes by this program meanwhile: PHP holds Moodle's lock."""
        self._facts = {}
        writing = Writing(self._php, steps)
        yield from writing.outcomes(run)
        self._facts = writing.facts()
        self._unrecorded = writing.unrecorded

    def lock_name(self) -> str:
        """See the port: machine and directory, whoever programs run as there."""
        return self._whereabouts

    def changes(self, cohorts: frozenset[int]) -> tuple[LoggedChange, ...] | None:
        """See the port: from Moodle's own log."""
        return changes(self._php, cohorts) if cohorts else ()

    def read_back(self, operations: Sequence[Operation]) -> tuple[Facts, ...]:
        """See the port. What the last ``write`` showed in its end: no PHP is started."""
        return shown(self._facts, operations)

    def usage(self) -> Usage:
        """See the port."""
        return self._php.usage()

    def traffic(self) -> str:
        """See the port."""
        forgotten = f"; this run is not recorded there: {self._unrecorded}"
        return self._php.traffic() + (forgotten if self._unrecorded else "")


def connect(access: SiteAccess) -> CommandLineSite:
    """The Moodle that the configuration describes. Raises ConfigError."""
    options = access.options(CommandLineAccess)
    php = moodle_php(
        carrier_for(access, options),
        access.site,
        executable=options.php,
        silence=options.silence,
        any_owner=options.any_owner,
    )
    return CommandLineSite(php, whereabouts(access, options))

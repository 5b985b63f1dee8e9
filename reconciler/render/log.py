"""The log of a run for machines: a line of JSON a step, on standard error."""

import json
import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr
from contextvars import ContextVar
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING, Any, TextIO, cast

from reconciler.journal_lines import KINDS, masked
from reconciler.meter import Listener, StepName
from reconciler.models.guards import GuardFigures
from reconciler.models.operations import Operation, Outcome
from reconciler.models.plan import Plan
from reconciler.models.usage import Usage
from reconciler.operations import operations
from reconciler.plan_file import digest

if TYPE_CHECKING:
    from reconciler.models.log_line import Counts, Level, LoggedCommand, LoggedStep
    from reconciler.reconciliation import SitePair

_CONTENT = (0, 2)
"""Exit codes that nobody has to look at: done, and there is something to do."""
_OF_SITES = ("read AVC", "read Moodle", "enrolments", "write", "read back", "tell AVC")
_KINDS = {kind: name for name, kind in KINDS.items()}


class JsonLog(Listener):
    """Writes a line for each step of a run as it ends; for ``the rest``, one when all is done."""

    def __init__(self, command: "LoggedCommand", stream: TextIO) -> None:
        self._command = command
        self._stream = stream
        self._began = monotonic()
        self._usage = Usage()
        self._sites: dict[str, str] = {}
        self._digest: str | None = None
        self._planned: Counts | None = None
        self._held: tuple[str, ...] = ()
        self._outcomes: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}

    def about(self, plan: Plan) -> None:
        """The run is about a plan, whatever else is planned for it."""
        if self._digest is None:
            self._sites = {"avc": plan.avc.site, "moodle": plan.moodle.site}
            self._digest = digest(plan)
            self._planned = _counts(Counter(_KINDS[type(one)] for one in operations(plan)))

    def joins(self, avc: str, moodle: str) -> None:
        """The run is about these sites, as nwp.yml names them."""
        self._sites = {"avc": avc, "moodle": moodle}

    def planned(self, plan: Plan) -> None:
        """See ``Listener``."""
        if self._digest is None:
            self.held([guard for guard in plan.guards if not guard.ok])
        self.about(plan)

    def held(self, guards: Sequence[GuardFigures]) -> None:
        """See ``Listener``."""
        self._held = tuple(guard.acknowledge for guard in guards if guard.acknowledge)

    def wrote(self, operation: Operation, outcome: Outcome) -> None:
        """See ``Listener``."""
        self._outcomes[outcome.fulfilled][_KINDS[type(operation)]] += 1

    def ended(self, step: StepName, seconds: float, usage: Usage, *, failed: bool) -> None:
        """See ``Listener``."""
        if step in _OF_SITES and not usage.calls and not failed:
            # It was known already.
            return
        self._usage += usage
        told: dict[str, Any] = {}
        if step == "guards":
            told = {"planned": self._planned, "held": self._held}
        elif step == "write":
            told = self._written
        doubtful = told.get("held") or told.get("failed")
        level: Level = "error" if failed else "warning" if doubtful else "info"
        self._line(cast("LoggedStep", step), level, seconds, usage, told)

    def done(self, code: int, error: str) -> None:
        """The run is over; ``error`` is what ended it, if something did."""
        told: dict[str, Any] = {"exit_code": code, "planned": self._planned, "held": self._held}
        if error:
            told["error"] = masked(error)
        level: Level = "error" if error else "info" if code in _CONTENT else "warning"
        seconds = monotonic() - self._began
        self._line("done", level, seconds, self._usage, told | self._written)

    @property
    def _written(self) -> dict[str, Any]:
        fulfilled, failed = (_counts(self._outcomes[kind]) or None for kind in (True, False))
        return {"fulfilled": fulfilled, "failed": failed}

    def _line(
        self,
        step: "LoggedStep",
        level: "Level",
        seconds: float,
        usage: Usage,
        told: Mapping[str, Any],
    ) -> None:
        from reconciler.models.log_line import LogLine  # noqa: PLC0415 - only a log pays for it

        line = LogLine(
            time=datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            level=level,
            command=self._command,
            process=os.getpid(),
            step=step,
            **self._sites,
            digest=self._digest,
            seconds=round(seconds, 3),
            calls=usage.calls,
            received=usage.received,
            **told,
        )
        try:
            self._stream.write(json.dumps(line.document()) + "\n")
            self._stream.flush()
        except OSError:
            # A log that cannot be written must not end a run between two writes.
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())


_CURRENT: ContextVar[JsonLog | None] = ContextVar("_CURRENT", default=None)


@contextmanager
def logging_to_stderr(command: "LoggedCommand") -> Iterator[JsonLog]:
    """A log of what runs inside. Standard error has nothing else: what is meant for people, and
    would be written there, is written to standard output.
    """
    log = JsonLog(command, sys.stderr)
    before = _CURRENT.set(log)
    try:
        with redirect_stderr(sys.stdout):
            yield log
    finally:
        _CURRENT.reset(before)


def about(plan: Plan) -> None:
    """Log that this run is about a plan, if there is a log."""
    if log := _CURRENT.get():
        log.about(plan)


def follow(pair: "SitePair") -> None:
    """Log what is done with these sites, if there is a log."""
    if log := _CURRENT.get():
        log.joins(pair.names.avc, pair.names.moodle)
        pair.meter.listener = log


def _counts(found: Counter[str]) -> "Counts":
    return cast("Counts", {kind: found[kind] for kind in KINDS if found[kind]})

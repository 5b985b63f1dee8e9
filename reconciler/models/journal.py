"""What is remembered of a run on the machine that it ran on."""

from dataclasses import dataclass

from reconciler.models.base import Model
from reconciler.models.operations import Operation, Status
from reconciler.models.plan import AvcSide, MoodleSide


class RunStart(Model):
    """What is known of a run before it writes anything."""

    avc: AvcSide
    moodle: MoodleSide
    scope: str
    """``full``, ``guild NAME``, ``user ID``, or ``release``."""
    digest: str
    """The plan's; empty where there is none."""
    undoes: str | None = None
    """The run that this one undoes."""
    by: str
    """Who: ``user@host, process 123``."""
    held_back: int = 0
    """Operations that guards held back, with what depends on them: not among the run's."""
    left_out: int = 0
    """The same for what did not fit any more, and was skipped because that was asked for."""


@dataclass(frozen=True, slots=True)
class RunStep:
    """An operation that a run set out to carry out, and what became of it."""

    operation: Operation
    status: Status | None = None
    """None: the run ended before it was known."""
    reason: str = ""
    cohort: int | None = None
    """The id of the cohort that it created."""


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run, as the journal has it."""

    id: str
    """Sorts by time: ``20261125T201432Z-3f9a``."""
    started: int
    """Unix time, as is ``ended``."""
    start: RunStart
    steps: tuple[RunStep, ...]
    ended: int | None = None
    """None: it was cut off."""
    error: str = ""
    """What ended it, if something did."""
    missing: int = 0
    """Operations that it set out to carry out and that the journal has not: of somebody who was
    erased from it, on lines that were taken out by hand, or never written as it was cut off."""

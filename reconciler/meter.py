"""What each step of a run costs: calls, bytes and seconds, for ``--debug`` and for logs."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

from reconciler.models.guards import GuardFigures
from reconciler.models.operations import Operation, Outcome
from reconciler.models.plan import Plan
from reconciler.models.usage import CountedStep, Usage

StepName = Literal[CountedStep, "the rest"]
"""``the rest`` is what is in none of the others: the configuration, waiting for another writer, the
journal, and what is printed."""


class Listener:
    """Whoever wants to know at once what a run has come to; this one does not."""

    def planned(self, plan: Plan) -> None:
        """The run has a plan. Of several, it is about the first."""

    def held(self, guards: Sequence[GuardFigures]) -> None:
        """What holds something of the plan back, and nobody has acknowledged."""

    def wrote(self, operation: Operation, outcome: Outcome) -> None:
        """An operation was tried; ``outcome`` is what became of it."""

    def ended(self, step: StepName, seconds: float, usage: Usage, *, failed: bool) -> None:
        """A step has ended: told each time, with what it cost this time, inner steps apart."""


class Meter:
    """Adds up what happens inside of steps; what is inside of an inner one counts there alone."""

    def __init__(self, clock: Callable[[], float] = lambda: 0.0) -> None:
        """``clock`` gives seconds from any beginning, and never goes back."""
        self._clock = clock
        self._seconds: dict[StepName, float] = defaultdict(float)
        self._usage: dict[StepName, Usage] = defaultdict(Usage)
        self._inside: list[StepName] = ["the rest"]
        self._since = clock()
        self.listener = Listener()

    @contextmanager
    def step(self, name: StepName, usage: Callable[[], Usage] = Usage) -> Iterator[None]:
        """Count what happens while inside; ``usage`` is what the site it is about has been asked
        so far.
        """
        before, failed = usage(), True
        self.enter(name)
        seconds = self._seconds[name]
        try:
            yield
            failed = False
        finally:
            self.leave()
            used = usage() - before
            self._usage[name] += used
            spent = self._seconds[name] - seconds
            self.listener.ended(name, spent, used, failed=failed)

    def enter(self, name: StepName) -> None:
        """Begin a step, or go on with it."""
        self._turn()
        self._inside.append(name)
        self._seconds[name] += 0

    def leave(self) -> None:
        """End the step, or interrupt it."""
        self._turn()
        self._inside.pop()

    def lines(self) -> Iterator[str]:
        """A line for each step so far, in the order in which they first began; last, the rest."""
        self._turn()
        steps = sorted(self._seconds.items(), key=lambda step: step[0] == "the rest")
        for name, seconds in steps:
            used = self._usage[name]
            asked = f"{used.calls} calls, {used.received} bytes, " if used.calls else ""
            yield f"{name}: {asked}{seconds:.3f} s"

    def _turn(self) -> None:
        now = self._clock()
        self._seconds[self._inside[-1]] += now - self._since
        self._since = now

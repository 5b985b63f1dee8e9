"""What ``--debug`` says that each step costs."""

from collections.abc import Iterator, Sequence
from itertools import count

import pytest

from reconciler.applier import Applied
from reconciler.meter import Meter
from reconciler.metered import metered
from reconciler.models.avc import Guild
from reconciler.models.operations import Outcome, Run, Step
from reconciler.models.scope import FullScope
from reconciler.models.usage import Usage
from reconciler.reconciliation import apply, fresh, plan_now
from tests.fake_moodle import FakeMoodle
from tests.world import Community, account, pair, person


class Clock:
    """Seconds that pass only when told."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_an_inner_step_is_not_counted_in_the_outer_one() -> None:
    """Seconds count where they are spent, once; what is in no step is the rest."""
    clock = Clock()
    meter = Meter(clock)
    clock.now += 1
    with meter.step("plan"):
        clock.now += 2
        with meter.step("read AVC"):
            clock.now += 4
        clock.now += 8
    assert [*meter.lines()] == ["plan: 10.000 s", "read AVC: 4.000 s", "the rest: 1.000 s"]


def test_a_step_that_fails_is_counted() -> None:
    """What a site was asked before an error is in the step's line, and the outer step goes on."""
    clock, asked = Clock(), count()
    meter = Meter(clock)

    def usage() -> Usage:
        number = next(asked)
        return Usage(number, number * 10)

    def read() -> None:
        with meter.step("read Moodle", usage):
            clock.now += 3
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        read()
    clock.now += 1
    assert [*meter.lines()] == ["read Moodle: 1 calls, 10 bytes, 3.000 s", "the rest: 1.000 s"]


class SlowMoodle(FakeMoodle):
    """Takes two seconds for each operation."""

    clock = Clock()

    def write(self, steps: Sequence[Step], run: Run) -> Iterator[Outcome]:
        for outcome in super().write(steps, run):
            self.clock.now += 2
            yield outcome


def test_each_step_of_a_run_has_a_line() -> None:
    """What is done with an outcome before the next one, as writing the journal, is not writing."""
    guild = Guild(id=1, uuid="00000001-0000-4000-8000-000000000000", label="One", alias="one")
    people = person(1), person(2)
    moodle = SlowMoodle({100 + one.uid: account(one.uid) for one in people})
    community = Community((guild,), people, {1: frozenset({1, 2})})
    both = metered(pair(community, moodle), moodle.clock)

    def progress(_applied: Applied) -> None:
        moodle.clock.now += 5

    report = apply(fresh(plan_now(both, FullScope())), both, progress=progress)
    assert report.clean
    assert [*both.meter.lines()] == [
        "read AVC: 0.000 s",
        "plan: 0.000 s",
        "read Moodle: 0.000 s",
        "guards: 0.000 s",
        "write: 6.000 s",
        "read back: 0.000 s",
        "the rest: 15.000 s",
    ]

"""What the journal has of runs that do not end well, and what is said of them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import pytest

from reconciler.errors import PartlyApplied, SiteLocked, StateError
from reconciler.models.journal import RunStart
from reconciler.models.operations import Outcome, Run, Step
from reconciler.operations import operations
from reconciler.reconciliation import apply
from reconciler.undo import inverse
from tests.fake_moodle import FakeMoodle
from tests.guards_world import ONE_JOINS, work_of
from tests.memory_state import MemoryState


class Locked(FakeMoodle):
    """Somebody else is writing to it."""

    def write(self, steps: Sequence[Step], run: Run) -> Iterator[Outcome]:
        """See the port."""
        raise SiteLocked(f"another writes: {run.by} does not, nor {len(steps)} steps")
        yield


class FullDisk(MemoryState):
    """There is no room for the journal's last line."""

    @contextmanager
    def run(self, start: RunStart, steps: Sequence[Step]) -> Iterator[Callable[[Outcome], None]]:
        """See the port."""
        with super().run(start, steps) as record:
            yield record
        raise StateError("no space left on device")


class NoDisk(MemoryState):
    """There is no room for anything."""

    @contextmanager
    def run(self, start: RunStart, steps: Sequence[Step]) -> Iterator[Callable[[Outcome], None]]:
        """See the port."""
        raise StateError(f"no space left for {len(steps)} steps by {start.by}")
        yield


def test_a_run_that_moodles_lock_refused_has_nothing_to_undo() -> None:
    """What the other one does meanwhile is not taken back with it."""
    sites = ONE_JOINS.pair()
    moodle = sites.moodle
    assert isinstance(moodle, FakeMoodle)
    sites = replace(sites, moodle=Locked(moodle.accounts, moodle.cohorts, moodle.members))
    with pytest.raises(SiteLocked):
        apply(work_of(sites), sites)
    assert isinstance(sites.state, MemoryState)
    assert operations(inverse(sites.state.runs[-1])) == ()


def test_what_was_written_and_not_recorded_to_the_end_is_told_as_written() -> None:
    """All of it was carried out: that is no run which did nothing."""
    sites = replace(ONE_JOINS.pair(), state=FullDisk())
    with pytest.raises(PartlyApplied, match="1 of 1 operations were carried out"):
        apply(work_of(sites), sites)


def test_what_cannot_be_recorded_is_not_begun() -> None:
    """Nothing is written without its record."""
    sites = replace(ONE_JOINS.pair(), state=NoDisk())
    with pytest.raises(StateError):
        apply(work_of(sites), sites)
    assert isinstance(sites.moodle, FakeMoodle)
    assert sites.moodle.writes == []

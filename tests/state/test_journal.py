"""What the journal remembers of runs, and of who is whose account."""

import os

import pytest

from reconciler.errors import ReadError, StateError
from reconciler.models.journal import RunStep
from reconciler.models.operations import Outcome
from reconciler.state import StateDirectory
from tests.state.support import AVC, URL, addition, as_steps, journal_of, remember, removal, start


def test_a_run_is_remembered_as_it_was(state: StateDirectory) -> None:
    """Operations, outcomes, reasons and created cohorts are read back as they were told."""
    told = [Outcome(0, "done", cohort=7), Outcome(1, "failed", "no such account")]
    remember(state, [addition(201, 77), removal(134, 56), addition(9, None)], told)
    (record,) = state.runs()
    assert record.start == start()
    assert record.steps == (
        RunStep(addition(201, 77), "done", "", 7),
        RunStep(removal(134, 56), "failed", "no such account"),
        RunStep(addition(9, None)),
    )
    assert record.ended is not None
    assert record.started <= record.ended
    assert (record.error, record.missing) == ("", 0)


def test_what_is_to_be_done_is_on_the_disk_before_it_is_done(
    state: StateDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the run begins to write to Moodle, all its operations are there and synchronised."""
    synced: list[int] = []
    sync = os.fsync

    def noting(descriptor: int) -> None:
        sync(descriptor)
        synced.append(os.fstat(descriptor).st_size)

    monkeypatch.setattr(os, "fsync", noting)
    with state.run(start(), as_steps([addition(n, n) for n in range(3)])) as record:
        assert synced[-1] == journal_of(state).stat().st_size
        (found,) = state.runs()
        assert [step.operation for step in found.steps] == [addition(n, n) for n in range(3)]
        record(Outcome(0, "done"))
        assert state.runs()[0].steps[0].status == "done"
        assert state.runs()[0].ended is None
    assert synced[-1] == journal_of(state).stat().st_size


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ReadError("The site is away. Try again."), "The site is away. Try again."),
        (KeyboardInterrupt(), "interrupted"),
        (ValueError("token abc"), "ValueError"),
    ],
)
def test_an_error_ends_a_run_and_is_passed_on(
    state: StateDirectory, error: BaseException, told: str
) -> None:
    """The journal says what ended a run; of a defect only the kind: its text may be secret."""
    with pytest.raises(type(error)), state.run(start(), as_steps([addition(1, 1)])):
        raise error
    (record,) = state.runs()
    assert record.error == told
    assert record.ended is not None


def test_a_full_disk_leaves_whole_lines(
    state: StateDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When half a line was written, it is taken back, and the run is told to have failed."""
    write = os.write

    def full(descriptor: int, content: bytes) -> int:
        if bytes(content[:4]) == b'{"n"':
            write(descriptor, content[:5])
            raise OSError(28, "No space left on device")
        return write(descriptor, content)

    with (  # noqa: PT012 - the disk is full only after the run has begun
        pytest.raises(StateError, match=r"journal\.jsonl.*No space left"),
        state.run(start(), as_steps([addition(1, 1)])) as record,
    ):
        monkeypatch.setattr(os, "write", full)
        record(Outcome(0, "done"))
    (found,) = state.runs()
    assert "No space left" in found.error
    assert found.steps == (RunStep(addition(1, 1)),)


def test_the_error_that_ended_a_run_is_the_one_to_hear_of(
    state: StateDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the end cannot be recorded either, the run is cut off, and its own error passed on."""

    def full(_descriptor: int, _content: bytes) -> int:
        raise OSError(28, "No space left on device")

    with (  # noqa: PT012 - the disk is full only after the run has begun
        pytest.raises(ReadError, match="The site is away"),
        state.run(start(), as_steps([addition(1, 1)])),
    ):
        monkeypatch.setattr(os, "write", full)
        raise ReadError("The site is away.")
    (found,) = state.runs()
    assert found.ended is None


def test_matches_are_of_the_last_entry_that_holds(state: StateDirectory) -> None:
    """What was carried out or was so counts, a removal too, and later entries win."""
    assert state.matches(URL, AVC) is None
    remember(
        state,
        [addition(1, 11), addition(2, 12), addition(3, 13), removal(4, 14), addition(5, None)],
        [
            Outcome(0, "done"),
            Outcome(1, "failed"),
            Outcome(2, "already"),
            Outcome(3, "done"),
            Outcome(4, "done"),
        ],
    )
    assert state.matches(URL, AVC) == {11: 1, 13: 3, 14: 4}
    assert state.matches(URL + "/", AVC) == state.matches(URL, AVC)
    assert state.matches("https://other.example", AVC) is None
    remember(state, [addition(9, 11), removal(1, 11)], [Outcome(0, "done"), Outcome(1, "held")])
    assert state.matches(URL, AVC) == {11: 9, 13: 3, 14: 4}
    # In the place of somebody who was not carried out before.
    remember(state, [addition(1, 1), addition(2, 15)], [Outcome(0, "failed")])
    remember(state, [addition(6, None), addition(7, None)])
    assert state.matches(URL, AVC) == {11: 9, 13: 3, 14: 4}
    # Newest last, and none of another AVC's people.
    remember(state, [addition(12, 13)], [Outcome(0, "done")])
    remember(state, [addition(99, 14)], [Outcome(0, "done")], of=start(avc="other"))
    assert list((state.matches(URL, AVC) or {}).items()) == [(14, 4), (11, 9), (13, 12)]
    assert state.matches(URL, "other") == {14: 99}

import os
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler import journal
from reconciler.errors import ReadError, StateError
from reconciler.journal_reading import records
from reconciler.models.journal import RunRecord, RunStep
from reconciler.models.operations import Operation, Outcome
from reconciler.state import StateDirectory
from tests.state.support import (
    AVC,
    URL,
    addition,
    as_steps,
    journal_of,
    operations,
    remember,
    removal,
    start,
)


@pytest.fixture
def state(tmp_path: Path) -> StateDirectory:
    return StateDirectory(tmp_path / "state")


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


_runs = st.lists(st.lists(operations, max_size=3), min_size=1, max_size=3)


@given(_runs, st.data())
def test_a_journal_cut_anywhere(
    tmp_path_factory: pytest.TempPathFactory, runs: list[list[Operation]], data: st.DataObject
) -> None:
    """Cut at any byte, it gives the runs before the cut whole, that one as cut off, and goes on."""
    state = StateDirectory(tmp_path_factory.mktemp("cut") / "state")
    for run in runs:
        remember(state, run)
    whole = state.runs()
    file = journal_of(state)
    ends = [n + 1 for n, byte in enumerate(file.read_bytes()) if byte == ord("\n")]
    cut = data.draw(st.integers(0, ends[-1]))
    os.truncate(file, cut)
    lasting = [
        record
        for record, end in zip(whole, _last_lines(file, whole, ends), strict=True)
        if end - 1 <= cut
    ]

    found = state.runs()
    assert list(found[: len(lasting)]) == lasting
    assert len(found) <= len(lasting) + 1
    assert all(record.ended is None for record in found[len(lasting) :])

    remember(state, [addition(5, 6)])
    again = state.runs()
    assert again[: len(found)] == found
    assert again[-1].steps == (RunStep(addition(5, 6), "done"),)
    assert len(again) == len(found) + 1
    assert (state.matches(URL, AVC) or {})[6] == 5


def _last_lines(file: Path, runs: tuple[RunRecord, ...], ends: list[int]) -> list[int]:
    """Where in the file each run's last line ends."""
    found, line = [], -1
    for run in runs:
        line += 2 + 2 * len(run.steps)
        found.append(ends[line])
    assert file.exists()
    return found


@given(_runs, st.data())
def test_a_journal_overwritten_anywhere(
    tmp_path_factory: pytest.TempPathFactory, runs: list[list[Operation]], data: st.DataObject
) -> None:
    """Whatever is written over it, reading raises nothing but StateError, and adding goes on."""
    state = StateDirectory(tmp_path_factory.mktemp("damage") / "state")
    for run in runs:
        remember(state, run)
    file = journal_of(state)
    content = bytearray(file.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    new = data.draw(st.binary(min_size=1, max_size=40) | st.just(bytes(200)))
    content[place : place + len(new)] = new
    file.write_bytes(content)
    for read in (state.runs, lambda: state.matches(URL, AVC)):
        with suppress(StateError):
            read()
    remember(state, [addition(5, 6)])
    assert content in file.read_bytes()


DAMAGES = {
    "an operation": (1, "1d"),
    "an outcome": (3, "3d"),
    "the start": (0, "1,6d"),
}


@pytest.mark.parametrize("what", DAMAGES)
def test_damage_is_an_error_until_it_is_taken_out(state: StateDirectory, what: str) -> None:
    """A damaged line of a run that ended is no match forgotten, but an error that says its cure."""
    remember(state, [addition(201, 77), removal(134, 56)])
    remember(state, [addition(5, 6)])
    file = journal_of(state)
    lines = file.read_bytes().splitlines(keepends=True)
    number = DAMAGES[what][0]
    lines[number] = lines[number].replace(b'"', b"'")
    file.write_bytes(b"".join(lines))
    with pytest.raises(StateError, match=rf"journal\.jsonl:{number + 1}: .* damaged") as raised:
        state.matches(URL, AVC)
    with pytest.raises(StateError, match="damaged"):
        state.runs()
    command = str(raised.value).partition("what ")[2].partition(": ")[2]
    assert os.system(command) == 0  # noqa: S605 - the command that people are told to run
    assert (state.matches(URL, AVC) or {})[6] == 5
    assert [record.missing for record in state.runs()] == (
        [0] if what == "the start" else [1, 0] if what == "an operation" else [0, 0]
    )


def test_what_a_cut_off_run_has_lost_is_no_damage(state: StateDirectory) -> None:
    """Without an end nothing vouches for the lines before: a power failure may have taken any."""
    with pytest.raises(StateError), state.run(start(), as_steps([addition(1, 1)])):
        raise StateError("x")
    file = journal_of(state)
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(lines[0] + bytes(300) + b"\n" + lines[1])
    remember(state, [addition(5, 6)])
    assert [record.ended is None for record in state.runs()] == [True, False]
    assert state.matches(URL, AVC) == {6: 5}


def test_lines_of_another_run_are_never_counted_to_this_one(state: StateDirectory) -> None:
    """Where an end and the next start are lost together, that is damage, and no longer run."""
    remember(state, [addition(201, 77)])
    remember(state, [addition(5, 6)])
    file = journal_of(state)
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(lines[:3] + lines[5:]))
    with pytest.raises(StateError, match="damaged"):
        state.runs()


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


def test_full_files_are_put_aside_and_the_oldest_go(
    state: StateDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that finds a full file begins a new one; the newest are kept, and read in order."""
    monkeypatch.setattr(journal, "LIMIT", 1500)
    monkeypatch.setattr(journal, "KEPT", 3)
    for number in range(1, 25):
        remember(state, [addition(number, number)] * 3)
    directory = journal_of(state).parent
    names = sorted(path.name for path in directory.iterdir())
    assert len(names) == 4
    assert names[-1] == "journal.jsonl"
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in directory.iterdir())
    accounts = [record.steps[0].operation for record in records(directory)]
    assert accounts == [addition(n, n) for n in range(25 - len(accounts), 25)]
    assert all(len(record.steps) == 3 for record in records(directory))
    # The limit is passed by the run that is written when a file is nearly full, and no further.
    assert all(1500 < (directory / name).stat().st_size < 3000 for name in names[:-1])


def test_copies_that_people_keep_are_not_read(
    state: StateDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever else lies beside the journal is no part of it, and in nobody's way."""
    monkeypatch.setattr(journal, "LIMIT", 0)
    remember(state, [addition(1, 1)])
    file = journal_of(state)
    for name in ("journal-copy.jsonl", "journal.jsonl~", "journal-1.jsonl", "journal.jsonl.gz"):
        (file.parent / name).write_bytes(file.read_bytes())
    remember(state, [addition(2, 2)])
    remember(state, [addition(3, 3)])
    assert len(state.runs()) == 3


def test_a_file_put_aside_while_it_is_read_is_read_once(
    state: StateDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader that meets a rotation neither misses a run nor sees one twice."""
    remember(state, [addition(1, 1)])
    directory = journal_of(state).parent
    monkeypatch.setattr(journal, "LIMIT", 0)
    real = journal.rotated

    def meanwhile(where: Path) -> list[Path]:
        monkeypatch.setattr("reconciler.journal_reading.rotated", real)
        remember(state, [addition(2, 2)])
        return real(where)

    monkeypatch.setattr("reconciler.journal_reading.rotated", meanwhile)
    assert [record.steps[0].operation for record in records(directory)] == [addition(1, 1)]
    assert len(state.runs()) == 2

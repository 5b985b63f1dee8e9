"""A journal that was cut or damaged: what is left is read, what is lost is never passed over."""

import os
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import StateError
from reconciler.models.journal import RunRecord, RunStep
from reconciler.models.operations import Operation
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

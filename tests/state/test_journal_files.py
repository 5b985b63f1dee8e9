"""The files of a journal: full ones are put aside, and nothing else beside them is read."""

from pathlib import Path

import pytest

from reconciler import journal
from reconciler.journal_reading import records
from reconciler.state import StateDirectory
from tests.state.support import addition, journal_of, remember


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

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.cli import app
from reconciler.errors import NotFound, ReadError
from reconciler.models.desired import CohortKey
from reconciler.models.operations import AssignRole, CreateCohort, Outcome, RemoveMember
from reconciler.running import run
from reconciler.state import StateDirectory
from tests.state.support import KEY, URL, addition, as_steps, journal_of, remember, removal, start

History = Callable[..., str]


@pytest.fixture
def state(state_path: Path) -> StateDirectory:
    return StateDirectory(state_path)


@pytest.fixture
def history(capsys: pytest.CaptureFixture[str]) -> History:
    """What the command prints, given some arguments."""

    def told(*arguments: str, code: int = 0) -> str:
        assert run(app, ["history", *arguments]) == code
        printed = capsys.readouterr()
        return printed.err if code else printed.out

    return told


def create(guild: str = "web-dev") -> CreateCohort:
    return CreateCohort(KEY, guild, guild, "AVC - Web", "text")


def test_without_a_journal_it_says_so(state: StateDirectory, history: History) -> None:
    """No journal is no error, and asking makes none."""
    assert history() == f"No run is remembered here ({state.path}).\n"
    assert history("ss").startswith("No run is remembered here of ss")
    assert history("--json") == "[]\n"
    assert not state.path.exists()
    assert "there is no run 'last'" in history("last", code=1)


def test_each_run_says_what_it_did_and_how_it_ended(
    state: StateDirectory, history: History
) -> None:
    """Newest last; figures are of what was carried out, not of what was asked for."""
    remember(state, [create(), addition(1, 11), addition(2, 12), removal(3, 13)])
    remember(state, [addition(1, 11)], [Outcome(0, "already")])
    remember(
        state,
        [addition(1, 11), addition(2, 12), removal(3, 13)],
        [Outcome(0, "done"), Outcome(1, "failed", "x"), Outcome(2, "held")],
        start("guild web-dev"),
    )
    with pytest.raises(ReadError), state.run(start("user 7"), as_steps([addition(1, 11)])):
        raise ReadError("The site is away.")
    with state.run(start(by="eve@here"), as_steps([addition(1, 11)])):
        assert "still running; by eve@here" in history()
    content = journal_of(state).read_bytes().splitlines(keepends=True)
    journal_of(state).write_bytes(b"".join(content[:-1]))
    with state.writing(journal_of(state).parent, "reconciler erase, process 9"):
        moodle, *lines = history().splitlines()
    assert moodle == f"Moodle {URL}"
    ids = [record.id for record in state.runs()]
    assert [line.split()[0] for line in lines[::2]] == ids
    assert [line.partition("ss, ")[2] for line in lines[::2]] == [
        "full, plan abababab",
        "full, plan abababab",
        "guild web-dev, plan abababab",
        "user 7, plan abababab",
        "full, plan abababab",
    ]
    assert lines[1::2] == [
        "  1 created, 2 added, 1 removed: done; by ann@here",
        "  nothing changed: done; by ann@here",
        "  1 added: partly: 2 not carried out; by ann@here",
        "  nothing changed: failed: The site is away.; by ann@here",
        "  nothing changed: cut off; by eve@here",
    ]
    assert all(len(line) <= 80 for line in lines)
    assert [line.split()[0] for line in history("--limit", "2").splitlines()[1::2]] == ids[-2:]
    statuses = [run["statuses"] for run in json.loads(history("--json"))]
    assert statuses[2] == {"done": 1, "failed": 1, "held": 1}


def test_a_run_says_what_became_of_each_operation(state: StateDirectory, history: History) -> None:
    """Each operation in a few words, with what became of it, whatever its texts hold."""
    nasty = "w\x1b[31m\u202e\n"
    key = CohortKey(uuid="u", role="te\x07acher")
    told = [
        Outcome(0, "done", cohort=5),
        Outcome(1, "failed", "no \x1b[0m"),
        Outcome(2, "stale"),
    ]
    gone = RemoveMember(key, nasty, 42, 3, None)
    remember(state, [create(nasty), gone, addition(1, 1), addition(2, 2)], told)
    (record,) = state.runs()
    for arguments in (("last",), (record.id,), (record.id[:-1],), ("ss", record.id[:4])):
        shown = history(*arguments)
        assert shown.startswith(f"Run {record.id}: ss from avc\n")
        assert shown.splitlines()[-4:] == [
            "✓ create cohort w\\x1b[31m\\u202e\\x0a",
            "✗ remove account 3 from w\\x1b[31m\\u202e\\x0a (te\\x07acher): failed: no \\x1b[0m",
            "⚠ add account 1 (AVC user 1) to web-dev: no longer fitted",
            "⚠ add account 2 (AVC user 2) to web-dev: what became of it is not known",
        ]
    found = json.loads(history("ss", "last", "--json"))
    assert found["steps"][0]["created"] == 5
    assert found["steps"][1]["operation"]["guild"] == nasty
    assert found["steps"][3]["status"] is None


def test_of_each_person_it_is_said_who_they_are_in_avc_and_on_what_ground(
    state: StateDirectory, history: History
) -> None:
    """So that nobody has to look up by hand whom a run removed, and why."""
    role = AssignRole(KEY, "web-dev", 42, 2, 12, "t", "avc_moodle_sync")
    remember(state, [addition(1, 11), addition(2, None), role, removal(3, 13), removal(4, None)])
    assert history("last").splitlines()[-5:] == [
        "✓ add account 1 (AVC user 11) to web-dev",
        "✓ add account 2 to web-dev",
        "✓ give account 2 (AVC user 12) in web-dev the role t (avc_moodle_sync)",
        "✓ remove account 3 (AVC user 13, left-guild) from web-dev",
        "✓ remove account 4 (left-guild) from web-dev",
    ]


def test_runs_are_found_by_how_they_begin(state: StateDirectory) -> None:
    """A prefix that fits two runs is refused; a whole id is always that run."""
    remember(state, [addition(1, 1)])
    remember(state, [addition(2, 2)], of=start(url="https://b.example", site="b"))
    (first,), (second,) = state.runs("ss"), state.runs("b")
    assert state.find(first.id) == first
    assert state.find("last", "ss") == first
    assert state.find(second.id[:2], "b") == second
    with pytest.raises(NotFound, match="2 runs begin with"):
        state.find(first.id[:2])
    with pytest.raises(NotFound, match="there is no run 'x'"):
        state.find("x")
    with pytest.raises(NotFound, match="there is no run"):
        state.find(second.id, "ss")


def test_later_runs_are_those_of_one_moodle_after_a_run(state: StateDirectory) -> None:
    """In the order in which they began; another Moodle's are not among them."""
    for number in (1, 2, 3):
        remember(state, [addition(number, number)])
        remember(state, [addition(number, number)], of=start(url="https://b.example", site="b"))
    runs = state.runs("ss")
    assert [*state.later(runs[0])] == [*runs[1:]]
    assert [*state.later(runs[2])] == []


def test_a_moodle_is_named_or_addressed(state: StateDirectory, history: History) -> None:
    """One Moodle's runs are asked for by its name in nwp.yml, or its address."""
    remember(state, [addition(1, 1)])
    remember(state, [addition(2, 2)], of=start(url="https://b.example", site="b"))
    for name in ("b", "https://b.example", "https://b.example/"):
        moodle, run, _ = history(name).splitlines()
        assert moodle == "Moodle https://b.example"
        assert " b, full" in run


def test_moodles_of_one_name_are_told_apart(
    state: StateDirectory, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the order of time, with the address wherever it is another Moodle's turn."""
    others = "https://\x1bb.example"
    for moment, url in enumerate([URL, URL, others, URL]):
        monkeypatch.setattr("time.time", lambda at=moment: float(at))
        remember(state, [addition(1, 1)], of=start(url=url))
    for told in (history(), history("ss")):
        assert [line for line in told.splitlines() if line.startswith("Moodle")] == [
            f"Moodle {URL}",
            "Moodle https://\\x1bb.example",
            f"Moodle {URL}",
        ]
        assert len(told.splitlines()) == 3 + 4 * 2
    assert [run["moodle"]["url"] for run in json.loads(history("ss", "--json"))] == [
        URL,
        URL,
        others,
        URL,
    ]


def test_of_a_moodle_that_is_not_known_the_known_ones_are_told(
    state: StateDirectory, history: History
) -> None:
    """Whoever mistyped a name sees which there are; machines get an empty list."""
    remember(state, [addition(1, 1)])
    remember(state, [addition(2, 2)], of=start(url="https://b.example", site="b\x1b"))
    assert history("nosuch") == (
        f"No run is remembered here of nosuch ({state.path}). Known: https://b.example (b\\x1b),"
        " https://ss.example/moodle (ss).\n"
    )
    assert history("nosuch", "--json") == "[]\n"


def test_what_is_lost_of_a_run_is_said(state: StateDirectory, history: History) -> None:
    """A run with operations that the journal no longer has does not look whole."""
    remember(state, [addition(1, 1), addition(2, 2)])
    lines = journal_of(state).read_bytes().splitlines(keepends=True)
    journal_of(state).write_bytes(b"".join(lines[:1] + lines[2:]))
    assert "1 operation of it the journal has not" in history("last")


def test_times_are_said_in_utc_wherever_one_looks(
    state: StateDirectory, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the list and of one run alike, as its id has it, whatever this machine's zone is."""
    monkeypatch.setattr("time.time", lambda: 1_795_637_672.0)
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        remember(state, [addition(1, 1)])
        (listed,) = [line for line in history().splitlines() if line[:2] == "20"]
        shown = history("last")
    time.tzset()
    assert listed.startswith("20261125T201432Z-")
    assert "  2026-11-25 20:14:32 UTC  ss, full" in listed
    assert "\nbegan    2026-11-25 20:14:32 UTC\nended    2026-11-25 20:14:32 UTC\n" in shown


def test_last_is_the_newest(state: StateDirectory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of all Moodles' runs, the newest is the one that began last; of one second, the later."""
    runs = [("https://a", 100), ("https://b", 200), ("https://c", 50), ("https://b", 200)]
    for number, (url, moment) in enumerate(runs, 1):
        monkeypatch.setattr("time.time", lambda at=moment: float(at))
        remember(state, [addition(number, number)], of=start(url=url))
    assert [record.started for record in state.runs()] == [50, 100, 200, 200]
    assert state.find("last").steps[0].operation == addition(4, 4)

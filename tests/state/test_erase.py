from pathlib import Path

import pytest

from reconciler.cli import app
from reconciler.erasure import erase
from reconciler.errors import SiteLocked, StateError
from reconciler.journal_reading import records
from reconciler.models.members import MemberChange
from reconciler.models.operations import DefineRole, Operation, Outcome
from reconciler.models.plan import CohortPlan, MoodleSide, Problem
from reconciler.models.scope import UserScope
from reconciler.running import run
from reconciler.state import PLANS, StateDirectory
from tests.state.support import (
    AVC,
    KEY,
    URL,
    addition,
    as_steps,
    journal_of,
    plan_of,
    remember,
    removal,
    start,
)

EVERYBODY: list[Operation] = [
    addition(156, 77),
    addition(157, 78),
    removal(156, None),
    removal(156, 80),
    DefineRole(KEY, "web-dev", 42, "teacher"),
    removal(1567, 770),
]


@pytest.fixture
def state(state_path: Path) -> StateDirectory:
    return StateDirectory(state_path)


def left(state: StateDirectory) -> list[int]:
    """Which of everybody's operations the first run still has."""
    record = state.runs()[0]
    assert record.missing == len(EVERYBODY) - len(record.steps)
    assert all(step.status == "done" for step in record.steps)
    return [EVERYBODY.index(step.operation) for step in record.steps]


CASES = [
    # uid, account, operations that are left
    (77, None, [1, 3, 4, 5]),
    (77, 156, [1, 4, 5]),
    (None, 156, [1, 4, 5]),
    (78, None, [0, 2, 3, 4, 5]),
    (80, None, [0, 1, 4, 5]),
    (5, None, [0, 1, 2, 3, 4, 5]),
    (770, 157, [0, 2, 3, 4]),
]


@pytest.mark.parametrize(("uid", "account", "expected"), CASES)
def test_whose_operations_go(
    state: StateDirectory, uid: int | None, account: int | None, expected: list[int]
) -> None:
    """Theirs go with their outcomes, and nobody else's; the run counts what it has lost."""
    remember(state, EVERYBODY)
    remember(state, [addition(900, 901)] * len(EVERYBODY))
    file, after = journal_of(state), state.runs()[1]
    erased = erase(file.parent, file.parent / PLANS, uid, account)
    assert left(state) == expected
    assert state.runs()[1] == after
    assert erased.operations == len(EVERYBODY) - len(expected)
    assert file.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in file.parent.iterdir()) == ["journal.jsonl"]


def test_nothing_of_them_is_left_in_any_file(
    state: StateDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Old files, cut lines, scopes, reasons and errors do not name them either."""
    monkeypatch.setattr("reconciler.journal.LIMIT", 0)
    refused = [Outcome(0, "failed", "account 15677 is bad")]
    remember(state, [addition(15677, 7007)], refused, start("user 7007"))
    with (
        pytest.raises(StateError),
        state.run(start("user 7007"), as_steps([addition(15677, 7007), addition(1, 2)])),
    ):
        raise StateError("There is no user 7007.")
    remember(state, [addition(1, 2)], of=start("user 70"))
    directory = journal_of(state).parent
    with journal_of(state).open("ab") as journal:
        journal.write(b'{"n":0,"op":"add","account":15677,"uid":7007')
    erase(directory, directory / PLANS, 7007, None)
    content = b"".join(path.read_bytes() for path in directory.iterdir())
    assert b"7007" not in content
    assert b"15677" not in content
    assert [record.start.scope for record in records(directory)] == ["user", "user", "user 70"]
    assert [record.error for record in records(directory)] == ["", "(erased)", ""]
    assert [record.missing for record in records(directory)] == [1, 1, 0]
    remember(state, [addition(3, 4)])
    assert state.matches(URL, AVC) == {2: 1, 4: 3}


def _line(avc: int | None, moodle: int) -> MemberChange:
    return MemberChange(change="remove", moodle=moodle, avc=avc, because="left-guild")


def _cohort(**lines: tuple[MemberChange, ...]) -> CohortPlan:
    return CohortPlan(guild="web-dev", uuid="u", cohort=42, action="update", **lines)


THEIRS = {
    "member": plan_of(_cohort(members=(_line(77, 5),))),
    "account": plan_of(_cohort(members=(_line(None, 156),))),
    "role": plan_of(
        _cohort(
            assignments=(
                MemberChange(
                    change="add", moodle=5, avc=77, role="teacher", through="avc_moodle_sync"
                ),
            )
        )
    ),
    "scope": plan_of(scope=UserScope(uid=77)),
    "only": plan_of(only=("user:77",)),
    "exclude": plan_of(exclude=("guild:x", "user:77")),
    "problem": plan_of(problems=(Problem(kind="stranger", accounts=(156,)),)),
    "other": plan_of(problems=(Problem(kind="shared-account", avc=1, others=(77,)),)),
}
OTHERS = plan_of(
    _cohort(members=(_line(770, 1567), _line(None, 77))),
    scope=UserScope(uid=156),
    only=("guild:77", "user:156"),
    problems=(Problem(kind="stranger", avc=156, accounts=(77,), cohorts=(77, 156)),),
)


@pytest.mark.parametrize("where", THEIRS)
def test_held_plans_that_name_them_go(state: StateDirectory, where: str) -> None:
    """A held plan goes wherever it names them; one that has their numbers otherwise stays."""
    theirs, others = Path(state.keep(THEIRS[where])), Path(state.keep(OTHERS))
    erased = erase(theirs.parent.parent, theirs.parent, 77, 156)
    assert erased.plans == (theirs,)
    assert [*theirs.parent.iterdir()] == [others]


def test_a_plan_of_which_it_cannot_be_told_goes(state: StateDirectory) -> None:
    """What cannot be read may name them."""
    plan = Path(state.keep(OTHERS))
    plan.write_text("format: 9")
    assert erase(plan.parent.parent, plan.parent, 77, None).plans == (plan,)


def test_not_while_a_run_is_recorded(
    state: StateDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody is erased from a journal that is being written to."""
    with state.run(start(), as_steps([addition(156, 77)])):
        assert run(app, ["erase", "--user", "77"]) == 1
        assert "ann@here, since" in capsys.readouterr().err
    with state.writing(journal_of(state).parent, "erase"), pytest.raises(SiteLocked):
        remember(state, [addition(1, 1)])


def test_a_damaged_journal_is_mended_first(state: StateDirectory) -> None:
    """In a line that cannot be read they may be named: nothing is said to be erased."""
    remember(state, [addition(156, 77)])
    file = journal_of(state)
    file.write_bytes(file.read_bytes().replace(b'"done"', b'"dine"'))
    with pytest.raises(StateError, match="damaged"):
        erase(file.parent, file.parent / PLANS, 77, None)


def test_the_command_says_what_went_and_what_it_cannot_reach(
    state: StateDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    """People read whom it looked for, what is gone, and what they have to see to themselves."""
    assert run(app, ["erase", "--user", "77"]) == 0
    assert "No run is remembered here" in capsys.readouterr().out
    assert not state.path.exists()
    remember(state, EVERYBODY)
    plan = state.keep(THEIRS["member"])
    assert run(app, ["erase", "ss", "--user", "77"]) == 0
    out = capsys.readouterr().out
    assert "user 77 of AVC, account 156 of Moodle: 2 operations taken out" in out
    assert f"{plan} deleted" in out
    assert "Out of reach" in out
    assert run(app, ["erase"]) == 1
    assert "--user UID" in capsys.readouterr().err


def test_a_plan_that_is_kept_is_not_another_moodle(state: StateDirectory) -> None:
    """Where only one Moodle is remembered none has to be named, whatever is held for it."""
    remember(state, EVERYBODY)
    plan = Path(state.keep(THEIRS["member"]))
    assert run(app, ["erase", "--user", "77"]) == 0
    assert not plan.exists()


def test_a_moodle_that_is_not_known_is_an_error(
    state: StateDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody takes somebody for erased because of a name that was mistyped."""
    assert run(app, ["erase", "sx", "--user", "77"]) == 1
    assert "nothing is remembered of sx, nor of any other Moodle" in capsys.readouterr().err
    remember(state, EVERYBODY)
    remember(state, EVERYBODY, of=start(site="ss-renamed"))
    only_held = Path(state.keep(plan_of(moodle=MoodleSide(site="c", url="https://c.example"))))
    assert run(app, ["erase", "sx", "--user", "77"]) == 1
    said = capsys.readouterr().err
    assert "nothing is remembered of sx" in said
    assert f"{URL} (ss, ss-renamed)" in said
    named = only_held.parent.parent.name
    assert named in said
    assert run(app, ["erase", named, "--user", "77"]) == 0
    assert only_held.exists()


def test_the_same_id_at_another_moodle_is_another_person(
    state: StateDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    """With several Moodles remembered, the one that is meant has to be named."""
    other = "https://other.example"
    remember(state, [addition(156, 77)])
    remember(state, [addition(156, 77)], of=start(url=other, site="other"))
    assert run(app, ["erase", "--user", "77"]) == 1
    said = capsys.readouterr().err
    assert "name one" in said
    assert f"{URL} (ss)" in said
    assert f"{other} (other)" in said
    assert state.matches(URL, AVC) == state.matches(other, AVC) == {77: 156}
    assert run(app, ["erase", "other", "--user", "77"]) == 0
    assert (state.matches(URL, AVC), state.matches(other, AVC)) == ({77: 156}, {})
    assert run(app, ["erase", URL, "--user", "77"]) == 0
    assert state.matches(URL, AVC) == {}

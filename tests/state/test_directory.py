import os
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler.errors import SiteLocked, StateError
from reconciler.models.plan import Plan
from reconciler.plan_file import digest
from reconciler.plan_text import from_text
from reconciler.state import HELD, PLANS, StateDirectory, state_directory
from tests.state.support import AVC, URL, addition, as_steps, plan_of, remember, start


@pytest.fixture
def state(tmp_path: Path) -> StateDirectory:
    return StateDirectory(tmp_path / "deep" / "state")


@pytest.fixture
def no_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("no_umask")
def test_nobody_else_can_read_any_of_it(state: StateDirectory) -> None:
    """Under umask 0, too, directories have mode 700 and files 600, those above it as well."""
    remember(state, [addition(1, 1)])
    with state.lock("ss", "ann"):
        state.keep(plan_of())
    root = state.path.parent
    assert stat.S_IMODE(root.stat().st_mode) == 0o700
    found = [*root.rglob("*")]
    assert len(found) == 9
    for path in found:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


@pytest.mark.usefixtures("no_umask")
def test_files_are_private_from_the_first_moment(
    state: StateDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No file is ever there with another mode, however short."""
    modes: list[tuple[str, int]] = []
    real = os.open

    def noting(path: str, flags: int, mode: int = 0o777) -> int:
        descriptor = real(path, flags, mode)
        found = os.fstat(descriptor)
        if stat.S_ISREG(found.st_mode):
            modes.append((str(path), stat.S_IMODE(found.st_mode)))
        return descriptor

    monkeypatch.setattr(os, "open", noting)
    remember(state, [addition(1, 1)])
    state.keep(plan_of())
    assert len(modes) == 4
    assert {mode for _, mode in modes} == {0o600}


def test_held_plans_are_kept_with_their_moodle_alone(state: StateDirectory) -> None:
    """Nothing is made beside the Moodles; what an earlier release made there is none of them."""
    remember(state, [addition(1, 1)])
    state.keep(plan_of())
    (moodle,) = state.directories()
    assert sorted(place.name for place in state.path.iterdir()) == sorted(["locks", moodle.name])
    (state.path / PLANS).mkdir(mode=0o700)
    assert state.directories() == [moodle]


def test_reading_makes_nothing(state: StateDirectory) -> None:
    """Whoever only asks what there is leaves no trace."""
    assert state.matches(URL, AVC) is None
    assert state.runs() == ()
    assert state.directories() == []
    assert not state.path.parent.exists()


ENVIRONMENTS = [
    ({"RECONCILER_STATE": "/a/b", "XDG_STATE_HOME": "/x", "HOME": "/h"}, "/a/b"),
    ({"RECONCILER_STATE": "", "XDG_STATE_HOME": "/x", "HOME": "/h"}, "/x/avc-moodle-sync"),
    ({"XDG_STATE_HOME": "/x", "HOME": "/h"}, "/x/avc-moodle-sync"),
    # The XDG specification: "If […] relative […] consider the path invalid and ignore it."
    ({"XDG_STATE_HOME": "x", "HOME": "/h"}, "/h/.local/state/avc-moodle-sync"),
    ({"XDG_STATE_HOME": "", "HOME": "/h"}, "/h/.local/state/avc-moodle-sync"),
]


@pytest.mark.parametrize(("variables", "path"), ENVIRONMENTS)
def test_where_it_is(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], path: str) -> None:
    """The environment names the directory, in this order."""
    for name in ("RECONCILER_STATE", "XDG_STATE_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert str(state_directory().path) == path


def test_without_a_home_it_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """A user without any home directory is told of the variable."""
    for name in ("RECONCILER_STATE", "XDG_STATE_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("pwd.getpwuid", {}.__getitem__)
    with pytest.raises(StateError, match=r"no home directory.*RECONCILER_STATE"):
        state_directory()


def _everybody(path: Path) -> None:
    path.chmod(0o777)


def _group(path: Path) -> None:
    path.chmod(0o720)


def _link(path: Path) -> None:
    there = path.rename(path.with_name("there"))
    path.symlink_to(there)


BREAKS = {
    "can be written to by others": (_everybody, _group),
    "something else": (_link,),
}
ASKING: dict[str, Callable[[StateDirectory], object]] = {
    "matches": lambda state: state.matches(URL, AVC),
    "runs": lambda state: state.runs(),
    "run": lambda state: remember(state, [addition(1, 1)]),
    "keep": lambda state: state.keep(plan_of()),
}


@pytest.mark.parametrize("asking", ASKING)
@pytest.mark.parametrize(
    ("told", "spoil"), [(told, spoil) for told, ways in BREAKS.items() for spoil in ways]
)
@pytest.mark.parametrize("which", ["state", "moodle"])
def test_what_others_may_have_written_is_not_believed(
    state: StateDirectory, which: str, told: str, spoil: Callable[[Path], None], asking: str
) -> None:
    """A directory that others can write to, or have put elsewhere, is neither read nor used."""
    remember(state, [addition(1, 1)])
    (directory,) = state.directories()
    place = state.path if which == "state" else directory
    spoil(place)
    with pytest.raises(StateError, match=told) as raised:
        ASKING[asking](state)
    assert str(place) in str(raised.value)


OWNERS = [(0, "root (id 0)", "root"), (2**31 - 9, f"id {2**31 - 9}", f"'#{2**31 - 9}'")]


@pytest.mark.parametrize("asking", ASKING)
def test_another_users_directory_is_refused(
    state: StateDirectory, asking: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another user keeps is neither believed nor added to."""
    remember(state, [addition(1, 1)])
    monkeypatch.setattr(os, "geteuid", lambda: 4321)
    with pytest.raises(StateError, match="belongs to another user"):
        ASKING[asking](state)


@pytest.mark.parametrize(("uid", "who", "sudo"), OWNERS)
def test_whoever_is_not_the_owner_is_told_to_run_it_as_the_owner(
    state: StateDirectory, monkeypatch: pytest.MonkeyPatch, uid: int, who: str, sudo: str
) -> None:
    """Not to use another directory: that would be a second journal, and locks nobody else sees."""
    remember(state, [addition(1, 1)])
    found = state.path.lstat()
    monkeypatch.setattr(os, "geteuid", lambda: 4321)
    owned = os.stat_result((*found[:4], uid, *found[5:10]))
    monkeypatch.setattr(Path, "lstat", lambda _path: owned)
    for variable, before in (("", ""), ("/srv/a b", " env RECONCILER_STATE='/srv/a b'")):
        monkeypatch.setenv("RECONCILER_STATE", variable)
        with pytest.raises(StateError) as raised:
            state.runs()
        assert str(raised.value) == (
            f"{state.path} belongs to another user, {who}. Run this as that user:"
            f" sudo -u {sudo}{before} …"
        )


def test_a_journal_that_others_can_write_is_not_believed(state: StateDirectory) -> None:
    """A journal's file is looked at like its directory."""
    remember(state, [addition(1, 1)])
    (directory,) = state.directories()
    (directory / "journal.jsonl").chmod(0o666)
    for asking in ("matches", "runs", "run"):
        with pytest.raises(StateError, match=r"can be written to by others.*chmod go-w"):
            ASKING[asking](state)


def test_a_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """Where a file is in the way, the error names the path and the variable."""
    (tmp_path / "file").write_text("")
    state = StateDirectory(tmp_path / "file" / "state")
    with pytest.raises(StateError, match=r"file/state.*RECONCILER_STATE"):
        remember(state, [addition(1, 1)])
    with pytest.raises(StateError, match=r"file/state.*RECONCILER_STATE"):
        state.lock("ss", "ann").__enter__()


def test_each_moodle_has_its_own(state: StateDirectory) -> None:
    """What was done to one address is not told of another."""
    urls = [
        "https://a.example/m",
        "https://a.example/M",
        "https://a.example/m/n",
        "http://a.example/m",
    ]
    for number, url in enumerate(urls):
        remember(state, [addition(number + 1, 7)], of=start(url=url, site=f"s{number}"))
    assert [state.matches(url, AVC) for url in urls] == [{7: n + 1} for n in range(len(urls))]
    assert len(state.runs()) == len(urls)
    assert [record.start.moodle.url for record in state.runs(urls[2])] == [urls[2]]
    assert [record.start.moodle.url for record in state.runs("s1")] == [urls[1]]


def test_one_run_of_a_moodle_at_a_time(state: StateDirectory) -> None:
    """Two ways to one Moodle have locks of two names; its journal takes one run all the same."""
    with state.run(start(by="ann@here"), as_steps([addition(1, 1)])):
        (record,) = state.runs()
        assert state.running(record)
        with pytest.raises(SiteLocked, match="ann@here, since"):
            remember(state, [addition(2, 2)])
    (record,) = state.runs()
    assert not state.running(record)


def test_held_plans_are_kept_whole_and_the_newest_ten(
    state: StateDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plan that was held back can be read again; the eleventh takes the place of the first."""
    kept: list[tuple[Path, Plan]] = []
    for number in range(12):
        plan = plan_of().model_copy(update={"only": (f"user:{number}",)})
        monkeypatch.setattr("time.gmtime", lambda n=number: (2026, 11, 25, 20, 14, n, 2, 329, 0))
        kept.append((Path(state.keep(plan)), plan))
    directory = kept[0][0].parent
    assert sorted(directory.iterdir()) == [file for file, _ in kept[2:]]
    for file, plan in kept[2:]:
        assert file.name.endswith(f"Z-{digest(plan).removeprefix('sha256:')[:8]}.yaml")
        assert from_text(file.read_text(), file.name) == plan


def test_a_plan_that_is_held_back_again_stays_where_it_was(
    state: StateDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Night after night the same plan is one file, made anew, whatever else is held back."""
    first = state.keep(plan_of())
    for number in range(HELD - 1):
        monkeypatch.setattr("time.gmtime", lambda n=number: (2099, 11, 25, 20, 14, n, 2, 329, 0))
        state.keep(plan_of(only=(f"user:{number}",)))
        made = datetime(2099, 1, 1, 0, 0, number, tzinfo=UTC)
        assert state.keep(plan_of(made=made)) == first
        assert from_text(Path(first).read_text(), first).made == made
    assert len([*Path(first).parent.iterdir()]) == HELD


def test_what_a_killed_process_left_of_a_held_plan_goes(state: StateDirectory) -> None:
    """A half-written plan never has a plan's name, and goes with the old ones."""
    first = Path(state.keep(plan_of()))
    for number in range(10):
        (first.parent / f".2025010{number}T000000Z-00000000.yaml").write_text("format: ")
    state.keep(plan_of().model_copy(update={"only": ("user:1",)}))
    left = sorted(path.name for path in first.parent.iterdir())
    assert len(left) == 10
    assert sum(not name.startswith(".") for name in left) == 2


def test_a_plan_that_is_just_being_written_stays(state: StateDirectory) -> None:
    """Another process's plan is not taken away while it is being written."""
    plans = Path(state.keep(plan_of())).parent
    writing = plans / ".29991231T235959Z-00000000.yaml"
    writing.write_text("format: ")
    for number in range(12):
        state.keep(plan_of(only=(f"user:{number}",)))
    assert len([*plans.iterdir()]) == 10
    assert writing.exists()

"""``pl`` beside NWP's: what ours does not know is NWP's to run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

OURS = Path(sys.executable).parent / "pl"
THEIRS = """#!/bin/sh
printf '%s|' theirs "$@"
exit 7
"""
UNKNOWN = "Error: No such command 'backup'. (--help tells more)\n"


def run(*arguments: str, **environment: str) -> tuple[int, str, str]:
    clean = {k: v for k, v in os.environ.items() if k not in ("NWP_PL", "RECONCILER_PL_HANDED_ON")}
    done = subprocess.run(
        [OURS, *arguments],
        env=clean | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def path_of(*directories: Path) -> str:
    return os.pathsep.join([*map(str, directories), "/usr/bin", "/bin"])


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    """A directory with NWP's pl."""
    script = tmp_path / "nwp" / "pl"
    script.parent.mkdir()
    script.write_text(THEIRS)
    script.chmod(0o755)
    return script.parent


def test_the_next_pl_on_the_path_gets_what_ours_does_not_know(theirs: Path) -> None:
    """Arguments arrive as they were, and its exit code is the answer."""
    found = run("backup", "a b", "--full", PATH=path_of(OURS.parent, theirs))
    assert found == (7, "theirs|backup|a b|--full|", "")


def test_nwp_pl_is_taken_where_it_is_set(theirs: Path, tmp_path: Path) -> None:
    """NWP_PL wins over the path."""
    other = tmp_path / "other"
    other.write_text(THEIRS.replace("theirs", "other"))
    other.chmod(0o755)
    assert run("backup", PATH=path_of(theirs), NWP_PL=str(other))[1] == "other|backup|"


def test_without_another_pl_an_unknown_command_is_an_error() -> None:
    """Ours is passed over on the path, under whatever name it is linked there."""
    assert run("backup", PATH=path_of(OURS.parent)) == (1, "", UNKNOWN)


def test_a_link_to_ours_is_ours(tmp_path: Path) -> None:
    """A second name of our own program is not NWP's."""
    (tmp_path / "pl").symlink_to(OURS)
    assert run("backup", PATH=path_of(OURS.parent, tmp_path)) == (1, "", UNKNOWN)


def test_commands_of_nwp_may_call_pl_for_others(tmp_path: Path) -> None:
    """What one of them asks for is handed on as well: only the same command does not come back."""
    script = tmp_path / "pl"
    script.write_text('#!/bin/sh\n[ "$1" = outer ] && exec pl inner "a b"\nprintf "%s|" "$@"\n')
    script.chmod(0o755)
    assert run("outer", PATH=path_of(OURS.parent, tmp_path)) == (0, "inner|a b|", "")


def test_signals_are_nwps_to_meet(theirs: Path) -> None:
    """Python ignores two, which a program that is started by it would go on ignoring."""
    (theirs / "pl").write_text("#!/bin/sh\ngrep SigIgn /proc/self/status\n")
    _, ours, _ = run("backup", PATH=path_of(OURS.parent, theirs))
    direct = subprocess.run(
        [theirs / "pl"], capture_output=True, text=True, check=True, restore_signals=True
    )
    assert ours == direct.stdout


def test_what_is_handed_on_and_comes_back_goes_round_once(tmp_path: Path) -> None:
    """NWP's pl may hand to ours what it does not know: ours then says so."""
    (tmp_path / "pl").write_text(f'#!/bin/sh\nexec {OURS} "$@"\n')
    (tmp_path / "pl").chmod(0o755)
    assert run("backup", PATH=path_of(OURS.parent, tmp_path)) == (1, "", UNKNOWN)


@pytest.mark.parametrize("arguments", [["--help"], ["avc-moodle-sync", "--help"], []])
def test_what_ours_knows_is_not_handed_on(theirs: Path, arguments: list[str]) -> None:
    """Our commands, and the options of ours, are ours."""
    code, out, _ = run(*arguments, PATH=path_of(OURS.parent, theirs))
    assert (code, out[:7] == "theirs|") == (0, False)


def test_a_pl_that_cannot_be_started_is_one_sentence(tmp_path: Path) -> None:
    """It names the file, and what to set."""
    code, _, err = run("backup", NWP_PL=str(tmp_path / "no"))
    assert code == 1
    assert err == (
        f"Error: NWP's pl cannot be started ({tmp_path / 'no'}: No such file or directory)."
        " Set NWP_PL to where it is.\n"
    )


def test_the_file_for_nwps_commands_runs_ours(tmp_path: Path) -> None:
    """The three lines that docs/operating.md shows, as NWP runs them: by the command's name."""
    text = (Path(__file__).parents[2] / "docs" / "operating.md").read_text(encoding="utf-8")
    lines = text.partition("`scripts/commands/avc-moodle-sync.sh`:\n\n```bash\n")[2]
    lines = lines.partition("```")[0]
    assert len(lines.splitlines()) == 3
    script = tmp_path / "avc-moodle-sync.sh"
    script.write_text(lines.replace("/opt/avc-moodle-sync/.venv/bin/pl", str(OURS)))
    script.chmod(0o755)
    (tmp_path / "avc-moodle-status.sh").symlink_to(script)
    for command in ("avc-moodle-sync", "avc-moodle-status"):
        done = subprocess.run(
            [tmp_path / f"{command}.sh", "--help"], capture_output=True, text=True, check=False
        )
        assert (done.returncode, f"pl {command}" in done.stdout) == (0, True)

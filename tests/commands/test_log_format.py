"""Who asks for a log: an option, or the environment; and what becomes of one that nobody reads."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, get_args

import pytest

import reconciler.cli
import reconciler.pl
from reconciler.models.log_line import LoggedCommand
from tests.commands.logged import JSON, SYNC, lines
from tests.two_sites import Ran, TwoSites

PL = ("avc-moodle-sync", "avc", "ss", "--full")
ENVIRONMENT = "RECONCILER_LOG_FORMAT"


def test_pl_is_asked_by_the_environment_alone(
    world: TwoSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its specification has no such option; its output stays as specified."""
    assert world.run_pl(*PL, JSON).code == 1
    assert world.run_pl(*PL, "--dry-run").err == ""
    monkeypatch.setenv(ENVIRONMENT, "json")
    ran = world.run_pl(*PL)
    assert "[5/5] Updated integration status" in ran.out
    found = lines(ran)
    assert found[0]["command"] == "avc-moodle-sync"
    assert found[-1]["fulfilled"] == {"create": 2, "add": 10}
    assert lines(world.run_pl("avc-moodle-sync", "avc", "nowhere"))[-1]["exit_code"] == 1


def test_the_option_wins_over_the_environment(
    world: TwoSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``--log-format text`` writes no log, whatever the environment says."""
    monkeypatch.setenv(ENVIRONMENT, "json")
    for option in (("--log-format", "text"), ("--log-format=text",)):
        assert world.reconciler("plan", "avc", "ss", *option).err == ""
    lines(world.reconciler("plan", "avc", "ss"))
    monkeypatch.setenv(ENVIRONMENT, "text")
    lines(world.reconciler("plan", "avc", "ss", "--log-format", "json"))


@pytest.mark.parametrize("run", [TwoSites.reconciler, TwoSites.run_pl])
def test_an_unknown_format_is_refused(
    world: TwoSites, run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A typing error must not be taken for text, night after night."""
    monkeypatch.setenv(ENVIRONMENT, "jsno")
    ran = run(world, "avc-moodle-sync" if run is TwoSites.run_pl else "sync", "avc", "ss")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == "Error: RECONCILER_LOG_FORMAT=jsno: it has to be text or json.\n"
    assert world.members() == {}


def test_an_unknown_format_in_the_option_is_refused(world: TwoSites) -> None:
    """By Typer, which names what there is."""
    ran = world.reconciler("plan", "avc", "ss", "--log-format", "yaml")
    assert ran.code == 1
    assert "'yaml' is not one of 'text', 'json'" in ran.err


def test_commands_that_ask_no_site_write_no_log(
    world: TwoSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the environment says is for those that do, and each of them has the option."""
    world.reconciler("plan", "avc", "ss", "-o", "p.yaml")
    monkeypatch.setenv(ENVIRONMENT, "json")
    assert world.reconciler("show", "p.yaml").err == ""
    offered = {
        command.callback.__name__
        for command in reconciler.cli.app.registered_commands
        if command.callback and "log_format" in command.callback.__annotations__
    }
    assert offered | {"avc-moodle-sync"} == set(get_args(LoggedCommand))
    assert set(reconciler.running._LOGGED) == set(get_args(LoggedCommand))


def started(directory: Path, arguments: Sequence[str], err: Any) -> "subprocess.Popen[str]":
    program = Path(sys.executable).parent / "reconciler"
    return subprocess.Popen(
        [program, *arguments], cwd=directory, stdout=subprocess.PIPE, stderr=err, text=True
    )


def test_a_log_that_cannot_be_written_stops_nothing(world: TwoSites) -> None:
    """On a full disk, the run does all that it is asked to, and exits with 0."""
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        ran = started(world.directory, SYNC, full)
        out, _ = ran.communicate()
    assert ran.returncode == 0
    assert "12 operations carried out" in out
    assert world.members() == {"g1": set(range(101, 109)), "g2": {101, 102}}


def test_a_run_whose_reader_is_gone_says_so(world: TwoSites) -> None:
    """With nobody at the other end of standard output, the log still has its last line."""
    with started(world.directory, ("plan", "avc", "ss", JSON), subprocess.PIPE) as ran:
        assert ran.stdout
        assert ran.stderr
        ran.stdout.close()
        err = ran.stderr.read()
    assert lines(Ran(ran.returncode, "", err))[-1]["error"].startswith("Nobody reads")

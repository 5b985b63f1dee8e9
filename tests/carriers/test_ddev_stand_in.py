"""The stand-in for ``ddev`` does what DDEV's sources say, by release."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from providers.sandbox.ddev.project import STATE, TRACE, Project, find_project, make_project

Result = subprocess.CompletedProcess[str]


def ddev(project: Project, *arguments: str, text: str = "", version: str = "") -> Result:
    if version:
        state = project.state() | {"version": version}
        (project.root / STATE).write_text(json.dumps(state), "utf-8")
    return subprocess.run(
        ["ddev", *arguments],
        cwd=project.root,
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )


def described(project: Project) -> Any:
    return json.loads(ddev(project, "describe", "-j").stdout)


def test_describe(project: Project) -> None:
    """One line of a log at level info, with raw."""
    line = described(project)
    assert line["level"] == "info"
    raw = line["raw"]
    assert raw["status"] == "running"
    assert raw["primary_url"] == "https://avc.ddev.site"
    assert (raw["approot"], raw["docroot"]) == (str(project.root), "html")
    assert (raw["type"], raw["name"]) == ("drupal", "avc")
    assert raw["dbinfo"]["dbname"] == "db"


def test_a_stopped_project_is_described(project: Project) -> None:
    """With exit code 0, and no port of its database."""
    assert ddev(project, "stop").returncode == 0
    assert ddev(project, "describe", "-j").returncode == 0
    raw = described(project)["raw"]
    assert (raw["status"], raw["dbinfo"]["published_port"]) == ("stopped", -1)
    assert ddev(project, "start").returncode == 0
    assert described(project)["raw"]["status"] == "running"


def test_people_may_edit_the_state(project: Project) -> None:
    """Status, address and port are read from the file each time."""
    state = {"status": "unhealthy", "primary_url": "https://a.example.org"}
    (project.root / STATE).write_text(json.dumps(state), "utf-8")
    raw = described(project)["raw"]
    assert (raw["status"], raw["primary_url"]) == ("unhealthy", "https://a.example.org")


def test_no_project(project: Project, tmp_path: Path) -> None:
    """A fatal line on standard error, and exit code 1."""
    elsewhere = Project(tmp_path, "none", "php", "")
    answer = ddev(elsewhere, "describe", "-j")
    assert (answer.returncode, answer.stdout) == (1, "")
    fatal = json.loads(answer.stderr)
    assert fatal["level"] == "fatal"
    assert "could not find a project in" in fatal["msg"]
    answer = ddev(elsewhere, "exec", "true")
    assert (answer.returncode, answer.stdout) == (1, "")
    assert "Failed to exec command: could not find a project" in answer.stderr
    assert not (project.root / TRACE).exists()


def test_the_project_of_a_directory_is_the_nearest_above(project: Project) -> None:
    """DDEV looks upwards."""
    below = project.root / "html" / "modules"
    below.mkdir(parents=True)
    assert find_project(below) == project
    assert find_project(project.root.parent) is None
    inner = make_project(below, "inner", docroot="web")
    assert find_project(below) == inner


def test_exec_goes_through_bash(project: Project) -> None:
    """What a shell acts on, it acts on; the project's directory has its name inside."""
    assert ddev(project, "exec", "echo", "$((1 + 1))").stdout == "2\n"
    assert ddev(project, "exec", "echo", "a;", "echo", "b").stdout == "a\nb\n"
    assert ddev(project, "exec", "ls", "/var/www/html/.ddev/config.yaml").returncode == 0
    assert ddev(project, "exec", "false;", "echo", "no").stdout == ""


def test_quotation_marks_by_release(project: Project) -> None:
    """From 1.24.3 arguments with blanks stay one."""
    words = ("exec", "printf", "%s.", "a b")
    assert ddev(project, *words, version="1.24.2").stdout == "a.b."
    assert ddev(project, *words, version="1.24.3").stdout == "a b."


def test_input_is_forwarded(project: Project) -> None:
    """But with --raw not from 1.24.3."""
    assert ddev(project, "exec", "cat", text="in", version="1.25.3").stdout == "in"
    assert ddev(project, "exec", "--raw", "cat", text="in", version="1.24.2").stdout == "in"
    assert ddev(project, "exec", "--raw", "cat", text="in", version="1.24.3").stdout == ""
    assert ddev(project, "exec", "--raw", "--", "echo", "$HOME").stdout == "$HOME\n"


def test_flags_come_before_the_command(project: Project) -> None:
    """After it they are the command's."""
    (project.root / "html").mkdir()
    inside = ddev(project, "exec", "-d", "/var/www/html/html", "pwd")
    assert inside.stdout == f"{project.root}/html\n"
    assert ddev(project, "exec", "echo", "-d", "/x").stdout == "-d /x\n"
    assert ddev(project, "exec", "-s", "web", "--dir=/var/www/html", "true").returncode == 0
    assert "does not exist in project avc" in ddev(project, "exec", "-s", "solr", "true").stderr
    assert ddev(project, "exec", "--no-such-flag", "true").returncode == 255
    assert ddev(project, "exec", "-q", "true", version="1.24.6").returncode == 255
    assert ddev(project, "exec").returncode == 1


@pytest.mark.parametrize(("version", "code"), [("1.21.4", 1), ("1.24.6", 1), ("1.24.7", 7)])
def test_exit_codes(project: Project, version: str, code: int) -> None:
    """Always 1 before 1.24.7; the real one is on standard error, in red."""
    answer = ddev(project, "exec", "exit", "7", version=version)
    assert answer.returncode == code
    assert answer.stderr == "\x1b[31mFailed to execute command `exit 7`: exit status 7\x1b[0m\n"


def test_a_program_that_is_killed(project: Project) -> None:
    """Its exit code is that of a container's engine."""
    assert ddev(project, "exec", "kill", "-9", "$$").returncode == 128 + 9


def test_a_quiet_exec(project: Project) -> None:
    """From 1.24.7 it can be asked to be."""
    answer = ddev(project, "exec", "-q", "exit", "7")
    assert (answer.returncode, answer.stderr) == (7, "")


def test_exec_of_a_stopped_project(project: Project) -> None:
    """Refused before 1.25.2; from then on the project is started."""
    ddev(project, "stop")
    answer = ddev(project, "exec", "touch", "ran", version="1.25.1")
    assert answer.returncode == 1
    assert "Project is not currently running. Try 'ddev start'." in answer.stderr
    assert not (project.root / "ran").exists()
    assert project.state()["status"] == "stopped"
    assert ddev(project, "exec", "touch", "ran", version="1.25.2").returncode == 0
    assert (project.root / "ran").exists()
    assert project.state()["status"] == "running"
    traced = (project.root / TRACE).read_text("utf-8").splitlines()
    assert traced == ["stop", "start, by exec", "exec touch ran"]


def test_drush(project: Project) -> None:
    """Its exit code is always 1, and it always starts the project; no shell is between."""
    drush = project.root / "vendor" / "bin" / "drush"
    drush.parent.mkdir(parents=True)
    drush.write_text('#!/bin/sh\necho "$@"; cat\nexit 5\n', "utf-8")
    drush.chmod(0o755)
    ddev(project, "stop")
    answer = ddev(project, "drush", "status", "$HOME", text="in", version="1.21.4")
    assert (answer.returncode, answer.stdout) == (1, "status $HOME\nin")
    assert "Failed to run drush status $HOME: exit status 5" in answer.stderr
    assert project.state()["status"] == "running"


def test_the_environment_may_say_the_release(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For all projects at once, and first."""
    monkeypatch.setenv("DDEV_STAND_IN_VERSION", "1.24.6")
    assert ddev(project, "exec", "exit", "7", version="1.25.3").returncode == 1


def test_what_is_not_known_is_refused(project: Project) -> None:
    """With the exit code of Cobra's errors."""
    assert ddev(project, "snapshot").returncode == 255
    assert ddev(project).returncode == 255


def test_modules_of_the_site_are_none_of_ours(project: Project) -> None:
    """The stand-in runs in directories of others."""
    (project.root / "json.py").write_text("raise SystemExit(9)", "utf-8")
    assert ddev(project, "describe", "-j").returncode == 0

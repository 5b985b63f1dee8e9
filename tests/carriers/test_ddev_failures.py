"""What DDEV says when it does not do what it is asked."""

from pathlib import Path

import pytest

from providers.carriers.ddev_failures import from_ddev
from providers.carriers.errors import Ended, Place, Silent
from providers.sandbox.ddev.project import Project
from reconciler.errors import AccessRefused, ReadError, SiteUnreachable, UnexpectedAnswer
from tests.carriers.test_ddev import WORDS, ddev, run

INSIDE = Place("avc", WORDS, "/srv/avc")
OUTSIDE = Place("avc", "on this machine", "/srv/avc")


def fake(directory: Path, program: str) -> None:
    """Another ``ddev`` in place of the stand-in."""
    (directory / "programs" / "ddev").write_text(f"#!/bin/sh\n{program}\n", "utf-8")


_ANSWERS: dict[str, tuple[str, type[ReadError], str]] = {
    "nothing": ("exit 0", UnexpectedAnswer, "answered nothing that is known as a description"),
    "no JSON": ("echo running", UnexpectedAnswer, "answered nothing that is known"),
    "no description": (
        """echo '{"level": "info", "msg": "hello", "raw": {"name": "avc"}}'""",
        UnexpectedAnswer,
        r"describe -j at site avc \(on this machine\) answered nothing .* Run it in",
    ),
    "a warning with a description": (
        """echo '{"level": "warning", "raw": {"status": "running", "approot": "/"}}'""",
        UnexpectedAnswer,
        "answered nothing that is known",
    ),
    "no Docker": (
        """echo '{"level": "fatal", "msg": "Docker error: no answer"}' >&2; exit 1""",
        SiteUnreachable,
        r"cannot describe the project of site avc \(.*\): Docker error: no answer\. Start Docker\.",
    ),
    "root": (
        """echo 'DDEV is not designed to be run with root privileges, please' >&2; exit 1""",
        AccessRefused,
        r"DDEV does not run as root, for site avc \(.*\)\. Run as the user whose project it is\.",
    ),
    "files are gone": (
        """echo '{"level":"fatal","msg":"ddev can no longer find your project"}' >&2; exit 1""",
        SiteUnreachable,
        "Site avc has no DDEV project in",
    ),
    "something else": (
        """echo '{"level":"fatal","msg":"Failed to describe: trouble"}' >&2; exit 1""",
        SiteUnreachable,
        r"site avc .*: Failed to describe: trouble\. Run ddev describe in .* and look\.",
    ),
    "no word": ("exit 3", SiteUnreachable, r"project of site avc .*: it says nothing\. Run ddev"),
}


@pytest.mark.parametrize("case", _ANSWERS)
def test_what_is_no_description(project: Project, tmp_path: Path, case: str) -> None:
    """One sentence with the site, the way and what to do; nothing else is asked of DDEV."""
    program, kind, said = _ANSWERS[case]
    fake(tmp_path, f'[ "$1" = describe ] || touch ran\n{program}')
    with pytest.raises(kind, match=said):
        run(ddev(project.root), "php")
    assert not (project.root / "ran").exists()


def test_a_description_among_other_lines(project: Project, tmp_path: Path) -> None:
    """Hooks and logs may write, too; what is not known of raw does not matter."""
    raw = '{"status": "running", "approot": "/x", "primary_url": "https://a", "new": [1]}'
    lines = ["Executing pre-describe hook", '{"level": "info", "msg": "hello"}']
    described = f'{{"level": "info", "msg": "avc", "raw": {raw}, "time": "now"}}'
    echo = "\n".join(f"echo '{line}'" for line in [*lines, described])
    fake(tmp_path, echo)
    assert ddev(project.root).address() == "https://a"


def test_a_ddev_that_says_nothing(project: Project, tmp_path: Path) -> None:
    """It is stopped; the project's own deadline holds for it."""
    fake(tmp_path, "exec sleep 600")
    with pytest.raises(Silent) as caught:
        ddev(project.root, silence=0.5).address()
    assert str(caught.value).startswith(
        "ddev describe -j at site avc (on this machine) said nothing for 0.5 seconds"
    )


_FAILED: dict[str, tuple[str, str]] = {
    "the service is not there": (
        "Failed to execute command `php`: service web is not currently running in project avc",
        r"DDEV could not start php at site avc \(in its .*\): .*not currently running in .* Run",
    ),
    "the project is not there": (
        "Failed to exec command: could not find a project in /srv",
        r"DDEV could not start php at site avc .*could not find a project in /srv\. Run ddev desc",
    ),
    "no container": (
        "No running container found for service 'web' in 'avc' project",
        "DDEV could not start php at site avc",
    ),
    "the project is stopped": (
        "Project is not currently running. Try 'ddev start'.",
        r"of site avc \(on this machine\) is stopped\. Run ddev start in /srv/avc\.",
    ),
    "no Docker": (
        "Docker error: gone",
        "DDEV could not start php at site avc .*Docker error: gone",
    ),
}


@pytest.mark.parametrize("case", _FAILED)
def test_failures_of_ddev_itself(case: str) -> None:
    """They are not taken for the end of the program."""
    line, said = _FAILED[case]
    error = from_ddev(Ended("", 1, (line,)), "php", INSIDE, OUTSIDE)
    assert error is not None
    assert not isinstance(error, Ended)
    with pytest.raises(SiteUnreachable, match=said):
        raise error


def test_words_that_are_not_ddevs() -> None:
    """They stay with the program; so does a signal that ended DDEV."""
    assert from_ddev(Ended("", 1, ("PHP Fatal error",)), "php", INSIDE, OUTSIDE) is None
    assert from_ddev(Ended("", -15, ()), "php", INSIDE, OUTSIDE) is None

"""Whatever keeps a program from running at a site, or from coming to its end: one sentence.

It names the site, how programs get there, and what to do; the exit code is 1, and nothing is
written.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from socket import socket

import pytest

from tests.carriers.sshd import Far, far
from tests.commands.two_projects import TwoProjects, two_projects
from tests.two_sites import TwoSites

__all__ = ["far"]

SETTINGS = "html/sites/default/settings.php"


@pytest.fixture
def projects(sites: TwoSites, monkeypatch: pytest.MonkeyPatch) -> Iterator[TwoProjects]:
    """Both sites; AVC's pages are asked for at the end of a run, which none of these has."""
    with two_projects(sites, monkeypatch) as found:
        yield found


def access(projects: TwoProjects, site: str, options: str) -> None:
    """Give a site an ``access:`` in nwp.yml."""
    file = projects.sites.directory / "nwp.yml"
    recipe = {"avc": "    recipe: avc\n", "ss": "    recipe: m\n"}[site]
    before, found, after = file.read_text().rpartition(recipe)
    assert found
    file.write_text(f"{before}{recipe}    access: {{{options}}}\n{after}")


def failing(projects: TwoProjects, *words: str) -> None:
    """The command fails with one sentence that has these words, and neither site has changed."""
    directory = projects.sites.directory
    files = [directory / name for name in ("avc.sqlite", "moodle.sqlite")]
    before = [file.read_bytes() for file in files]
    ran = projects.sites.reconciler("plan", "avc", "ss")
    assert ran.code == 1
    assert ran.err.startswith("Error: ")
    assert ran.err.endswith(".\n")
    assert ran.err.count("\n") == 1
    for word in words:
        assert word in ran.err
    assert "Traceback" in projects.sites.reconciler("plan", "avc", "ss", "--debug").err
    # The command that writes, too.
    ran = projects.pl("avc-moodle-sync", "avc", "ss")
    assert ran.code == 1
    assert [file.read_bytes() for file in files][1] == before[1]
    assert projects.sites.members() == {}


def _without_ddev(projects: TwoProjects) -> None:
    (projects.sites.directory / "bin" / "ddev").unlink()


def _without_project(projects: TwoProjects) -> None:
    (projects.avc / ".ddev" / "config.yaml").unlink()
    access(projects, "avc", "via: drush, carrier: ddev")


def _stopped(which: str) -> Callable[[TwoProjects], None]:
    def arrange(projects: TwoProjects) -> None:
        projects.state(getattr(projects, which), status="stopped")

    return arrange


def _php(file: str, code: str, which: str = "avc") -> Callable[[TwoProjects], None]:
    """Put PHP code in front of a file of a site."""

    def arrange(projects: TwoProjects) -> None:
        place: Path = getattr(projects, which) / file
        place.write_text(f"<?php {code} ?>{place.read_text()}")

    return arrange


def _without_drush(projects: TwoProjects) -> None:
    (projects.avc / "vendor" / "bin" / "drush").unlink()


def _silent(site: str, file: str) -> Callable[[TwoProjects], None]:
    def arrange(projects: TwoProjects) -> None:
        _php(file, "sleep(30);", "avc" if site == "avc" else "moodle")(projects)
        via = "drush" if site == "avc" else "cli"
        access(projects, site, f"via: {via}, silence: 2")

    return arrange


def _cut(site: str, key: str) -> Callable[[TwoProjects], None]:
    """Let a program's output end after some of it, as when a disk is full on the way."""

    def arrange(projects: TwoProjects) -> None:
        root = projects.avc if site == "avc" else projects.moodle
        script = root / "cut"
        program = {"drush": "vendor/bin/drush", "php": "php"}[key]
        script.write_text(f'#!/bin/sh\n{program} "$@" | head -c 700\n')
        script.chmod(0o755)
        via = {"drush": "drush", "php": "cli"}[key]
        access(projects, site, f"via: {via}, {key}: ./cut")

    return arrange


BY_DDEV = "in its DDEV project on this machine"
FAILURES: dict[str, tuple[Callable[[TwoProjects], None], tuple[str, ...]]] = {
    "ddev missing": (_without_ddev, ("ddev", "site avc", "on this machine", "Install DDEV")),
    "project stopped": (
        _stopped("avc"),
        ("DDEV project of site avc", "is stopped", "Run ddev start in", "sites/avc"),
    ),
    "the other project stopped": (
        _stopped("moodle"),
        ("DDEV project of site ss", "is stopped", "Run ddev start in", "sites/ss"),
    ),
    "project missing": (
        _without_project,
        ("Site avc has no DDEV project", "on this machine", "Set its directory in nwp.yml"),
    ),
    "drush missing": (_without_drush, ("drush", "site avc", BY_DDEV, "Install it there")),
    "bootstrap failed": (
        _php(SETTINGS, "throw new Exception('settings are broken');"),
        ("site avc", BY_DDEV, "settings are broken", "Try `drush status` there"),
    ),
    "PHP fatal in Drupal": (
        _php(SETTINGS, "no_such_function();"),
        ("site avc", BY_DDEV, "no_such_function()", "Try `drush status` there"),
    ),
    "PHP fatal in Moodle": (
        _php("config.php", "no_such_function();", "moodle"),
        ("site ss", BY_DDEV, "no_such_function()", "look at PHP's log"),
    ),
    "silence in Drupal": (
        _silent("avc", SETTINGS),
        ("site avc", BY_DDEV, "said nothing for 2 seconds", "raise access.silence"),
    ),
    "silence in Moodle": (
        _silent("ss", "config.php"),
        ("site ss", BY_DDEV, "said nothing for 2 seconds", "raise access.silence"),
    ),
    "output of Drush cut": (
        _cut("avc", "drush"),
        ("Drupal of site avc", BY_DDEV, "is cut", "Try again"),
    ),
    "output of PHP cut": (_cut("ss", "php"), ("Moodle of site ss", BY_DDEV, "is cut", "Try again")),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_a_failure_is_one_sentence_and_nothing_is_written(
    projects: TwoProjects, failure: str
) -> None:
    """Reading, and the command that would have written."""
    arrange, words = FAILURES[failure]
    arrange(projects)
    failing(projects, *words)


@pytest.mark.parametrize(("which", "file"), [("avc", SETTINGS), ("moodle", "config.php")])
@pytest.mark.parametrize("code", ["$p = 'abc'hunter2';", "$p = hunter2;"])
def test_a_password_with_a_quotation_mark_in_it_is_not_told(
    projects: TwoProjects, which: str, file: str, code: str
) -> None:
    """PHP quotes what it does not understand; neither the sentence nor --debug repeats it."""
    _php(file, code, which)(projects)
    for arguments in ([], ["--debug"]):
        ran = projects.sites.reconciler("plan", "avc", "ss", *arguments)
        assert ran.code == 1
        assert ("sites/avc" if which == "avc" else "site ss") in ran.err
        assert "hunter2" not in ran.err


def test_a_stopped_project_is_never_started(projects: TwoProjects) -> None:
    """Newer releases of DDEV would: nothing but a description is asked of it."""
    _stopped("avc")(projects)
    assert projects.pl("avc-moodle-sync", "avc", "ss").code == 1
    assert {line.split()[0] for line in projects.asked(projects.avc)} == {"describe"}


def test_both_projects_stopped_are_told_at_once(projects: TwoProjects) -> None:
    """One look at the error is enough to start both."""
    _stopped("avc")(projects)
    _stopped("moodle")(projects)
    first, *reasons = projects.pl("avc-moodle-sync", "avc", "ss").err.splitlines()
    assert first == "Error: The sites are not ready; 2 things are missing:"
    assert ["sites/avc" in reasons[0], "sites/ss" in reasons[1]] == [True, True]


def _closed_port() -> int:
    with closing(socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            {"Port": "closed"},
            ("site avc", "over ssh at far", "connection refused", "Start the ssh server"),
        ),
        (
            {"UserKnownHostsFile": "/dev/null"},
            ("site avc", "over ssh at far", "host key", "ssh far"),
        ),
        (
            {"User": "nobody-of-that-name"},
            ("site avc", "over ssh at far", "does not let us in", "authorized_keys"),
        ),
    ],
    ids=["refused", "host key unknown", "login refused"],
)
def test_ssh_that_does_not_let_us_in(
    projects: TwoProjects, far: Far, options: dict[str, str], words: tuple[str, ...]
) -> None:
    """Host keys are never accepted unseen, and nobody is asked for a password."""
    if options.get("Port"):
        options = {"Port": str(_closed_port())}
    config = far.configure(**options)
    access(
        projects,
        "avc",
        f"via: drush, ssh: far, ssh_config: {config}, directory: {projects.avc}",
    )
    failing(projects, *words)

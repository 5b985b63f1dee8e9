"""DDEV, with the stand-in for it: what is run, and what never is."""

import json
from pathlib import Path

import pytest

from providers.carriers.ddev import Ddev
from providers.carriers.errors import Ended, ProgramMissing
from providers.carriers.local import Local
from providers.carriers.ssh import Ssh
from providers.sandbox.ddev.project import STATE, TRACE, Project, make_project
from reconciler.errors import (
    ConfigError,
    SiteUnreachable,
)
from tests.carriers.sshd import Far
from tests.carriers.test_local import PATIENT

WORDS = "in its DDEV project on this machine"


def ddev(directory: Path, silence: float = PATIENT) -> Ddev:
    return Ddev(Local("avc", str(directory)), "avc", str(directory), silence)


def run(carrier: Ddev, *arguments: str, program: bytes = b"") -> list[bytes]:
    return list(carrier.run(arguments, program, silence=PATIENT))


def edit(project: Project, **state: str) -> None:
    (project.root / STATE).write_text(json.dumps(project.state() | state), "utf-8")


def trace(project: Project) -> list[str]:
    file = project.root / TRACE
    return file.read_text("utf-8").splitlines() if file.exists() else []


def test_a_project_is_described_before_each_run(project: Project) -> None:
    """It may have been stopped since the last one. Its address is the one that was told then."""
    carrier = ddev(project.root)
    assert run(carrier, "cat", program=b"one\n") == [b"one\n"]
    assert run(carrier, "cat", program=b"two\n") == [b"two\n"]
    assert carrier.address() == "https://avc.ddev.site"
    assert trace(project) == ["describe", "exec cat", "describe", "exec cat"]


def test_a_project_that_is_stopped_between_two_runs(project: Project) -> None:
    """The second is not started, and so does not start the project."""
    carrier = ddev(project.root)
    assert run(carrier, "cat", program=b"one\n") == [b"one\n"]
    edit(project, status="stopped")
    with pytest.raises(SiteUnreachable, match="is stopped"):
        run(carrier, "cat")
    assert trace(project) == ["describe", "exec cat", "describe"]


def test_drush_of_the_project_is_found(project: Project) -> None:
    """DDEV puts the project's vendor/bin first in the search path of its container."""
    drush = project.root / "vendor" / "bin" / "drush"
    drush.parent.mkdir(parents=True)
    drush.write_text("#!/bin/sh\necho drush $*\n", "utf-8")
    drush.chmod(0o755)
    assert run(ddev(project.root), "drush", "php:script", "-") == [b"drush php:script -\n"]


@pytest.mark.parametrize("version", ["1.21.4", "1.24.6", "1.24.7", "1.25.3"])
@pytest.mark.parametrize(
    ("status", "remedy"),
    [
        ("stopped", "Run ddev start in {root}."),
        ("paused", "Run ddev start in {root}."),
        ("starting", "Wait until ddev describe in {root} says running."),
        ("unhealthy", "Run ddev describe in {root} to see why, and ddev restart to mend it."),
    ],
)
def test_nothing_is_started(project: Project, status: str, remedy: str, version: str) -> None:
    """Neither the program nor the project, whatever this release of DDEV would do."""
    edit(project, status=status, version=version)
    with pytest.raises(SiteUnreachable) as caught:
        run(ddev(project.root), "touch", "ran")
    assert str(caught.value) == (
        f"The DDEV project of site avc (on this machine) is {status}."
        f" {remedy.format(root=project.root)}"
    )
    assert trace(project) == ["describe"]
    assert project.state()["status"] == status
    assert not (project.root / "ran").exists()


def test_a_project_that_stops_between_two_runs(project: Project) -> None:
    """DDEV's own refusal, before 1.25.2, is the same sentence."""
    edit(project, version="1.24.7")
    carrier = ddev(project.root)
    run(carrier, "true")
    edit(project, status="stopped")
    with pytest.raises(SiteUnreachable, match=r"of site avc .* is stopped\. Run ddev start in"):
        run(carrier, "touch", "ran")
    assert not (project.root / "ran").exists()


def test_a_stopped_project_has_an_address(project: Project) -> None:
    """As long as DDEV tells it; an empty one is none."""
    edit(project, status="stopped", primary_url="https://avc.example.org")
    assert ddev(project.root).address() == "https://avc.example.org"
    edit(project, primary_url="")
    assert ddev(project.root).address() is None


def test_files_of_the_project(project: Project) -> None:
    """The directory is the same inside and outside: nothing is started to look."""
    assert ddev(project.root).holds(".ddev/config.yaml") is True
    assert ddev(project.root).holds("config.php") is False
    assert trace(project) == []


def test_no_project(project: Project) -> None:
    """DDEV would find the one above, and run the program in another site."""
    below = project.root / "html"
    below.mkdir()
    with pytest.raises(SiteUnreachable) as caught:
        run(ddev(below), "touch", "ran")
    assert str(caught.value) == (
        f"Site avc has no DDEV project in {below} (on this machine). Set its directory in nwp.yml"
        " to where .ddev is, or set access.carrier to local."
    )
    assert trace(project) == []


def test_no_project_at_the_far_end(far: Far, project: Project) -> None:
    """There DDEV is asked: neither one above nor none at all is the site's."""
    (far.programs / "ddev").symlink_to(project.root.parents[1] / "programs" / "ddev")
    below = project.root / "html"
    below.mkdir()
    for directory in (below, project.root.parent):
        inner = Ssh("avc", far.host, str(directory), str(far.config))
        carrier = Ddev(inner, "avc", str(directory))
        with pytest.raises(
            SiteUnreachable,
            match=f"no DDEV project in {directory} .over ssh at far.. Set",
        ):
            run(carrier, "touch", "ran")
    assert trace(project) == []


def test_no_ddev(project: Project, monkeypatch: pytest.MonkeyPatch, far: Far) -> None:
    """Here, or at the far end."""
    sentence = "ddev for site avc is not to be found {}. Install DDEV there, or set access.carrier"
    inner = Ssh("avc", far.host, str(project.root), str(far.config))
    with pytest.raises(ProgramMissing, match=sentence.format("over ssh at far")):
        run(Ddev(inner, "avc", str(project.root)), "touch", "ran")
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    with pytest.raises(ProgramMissing, match=sentence.format("on this machine")):
        run(ddev(project.root), "touch", "ran")
    assert trace(project) == []


@pytest.mark.parametrize("version", ["1.21.4", "1.24.6", "1.24.7", "1.25.3"])
def test_exit_codes_of_all_releases(project: Project, version: str) -> None:
    """Before 1.24.7 the real one is in what DDEV says of it."""
    edit(project, version=version)
    with pytest.raises(Ended) as caught:
        run(ddev(project.root), "sh", program=b"echo trouble >&2; exit 255")
    assert (caught.value.code, caught.value.said) == (255, ("trouble",))
    with pytest.raises(ProgramMissing, match="program drush for site avc is not to be found in"):
        run(ddev(project.root), "drush", "status")


@pytest.mark.parametrize(
    "arguments",
    [
        ["php", "$HOME"],
        ["php", "a;touch ran"],
        ["php", "a b"],
        ["php", "(a)"],
        ["php", "*"],
        ["php", "'a'"],
        ["php", "`a`"],
        ["php", "a\nb"],
        ["php", "~"],
        ["php", ""],
        ["php", "é"],
        ["--raw", "php"],
        ["A=b", "php"],
    ],
)
def test_arguments_that_a_shell_would_act_on(project: Project, arguments: list[str]) -> None:
    """They are refused before DDEV hears of them; so are flags of DDEV."""
    with pytest.raises(ConfigError, match=r"cannot be given to a program of site avc: DDEV hands"):
        run(ddev(project.root), *arguments)
    assert trace(project) == []


def test_a_far_project(far: Far, project: Project) -> None:
    """DDEV at the far end is asked there, for everything."""
    (far.programs / "ddev").symlink_to(project.root.parents[1] / "programs" / "ddev")
    inner = Ssh("avc", far.host, str(project.root), str(far.config))
    carrier = Ddev(inner, "avc", str(project.root))
    assert carrier.holds("config.php") is None
    assert carrier.address() == "https://avc.ddev.site"
    edit(project, status="stopped")
    with pytest.raises(SiteUnreachable, match=r"\(over ssh at far\) is stopped"):
        run(Ddev(inner, "avc", str(project.root)), "touch", "ran")
    assert trace(project) == ["describe", "describe"]


def test_two_projects(project: Project, tmp_path: Path) -> None:
    """Each is found by the directory of its site."""
    other = make_project(tmp_path / "sites" / "ss", "ss")
    assert run(ddev(other.root), "pwd") == [f"{other.root}\n".encode()]
    assert run(ddev(project.root), "pwd") == [f"{project.root}\n".encode()]


def test_a_far_machine_that_does_not_answer(far: Far, project: Project) -> None:
    """It is ssh that says so: DDEV was never reached."""
    far.process.terminate()
    far.process.wait()
    inner = Ssh("avc", far.host, str(project.root), str(far.config))
    with pytest.raises(SiteUnreachable, match=r"^Nobody answers ssh at far, for site avc"):
        run(Ddev(inner, "avc", str(project.root)), "touch", "ran")
    assert trace(project) == []

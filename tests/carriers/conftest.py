"""What carriers carry to: another machine, another user, a DDEV project."""

import os
import shutil
from pathlib import Path

import pytest

from providers.sandbox.ddev.project import Project, make_project, write_ddev
from tests.carriers.sshd import far

__all__ = ["far"]


@pytest.fixture
def other_user() -> str:
    """A user whom sudo lets us be. Fails in CI when there is none."""
    if os.geteuid() == 0 and shutil.which("sudo"):
        return "nobody"
    message = "only root with sudo may be another user here"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A running DDEV project, and the stand-in as ``ddev`` on the search path."""
    programs = tmp_path / "programs"
    programs.mkdir()
    write_ddev(programs)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    site = tmp_path / "sites" / "avc"
    site.mkdir(parents=True)
    return make_project(site, "avc", kind="drupal", docroot="html")

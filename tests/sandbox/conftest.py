"""The site that the sandbox's tests ask, and a whole sandbox."""

from pathlib import Path

import pytest

from reconciler.config.nwp import VARIABLE
from tests.sandbox.asking import RELEASES, new_site
from tests.two_sites import TwoSites

SMALL = ("--guilds", "2", "--users", "9", "--members", "8")
"""Options of a community that has a bit of everything."""


@pytest.fixture(params=RELEASES)
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A fresh site, once of each release."""
    return new_site(tmp_path / "moodle.sqlite", request.param)


@pytest.fixture
def sandbox(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> TwoSites:
    """A made-up community of two guilds and nine people, with its Moodle.

    web-development has 1, 3, 5, 6 and 9; content-team 2, 5 and 6.
    """
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(VARIABLE, raising=False)
    made = TwoSites(tmp_path, capsys)
    assert made.reconciler("sandbox", "create", ".", *SMALL).code == 0
    return made

from pathlib import Path

import pytest

from reconciler.config.nwp import VARIABLE
from tests.commands.by_command_line import by_command_line
from tests.commands.test_command_line import MEMBERS, ROLES
from tests.commands.undoing import GUARDS, Place
from tests.guards_world import guild
from tests.two_sites import TwoSites
from tests.world import account, person


@pytest.fixture
def sites(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> TwoSites:
    """An empty directory to work in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    return TwoSites(tmp_path, capsys)


@pytest.fixture(params=["ss", "ws"], ids=["command line", "web services"])
def place(request: pytest.FixtureRequest, sites: TwoSites) -> Place:
    """Guild 1 has 1 (admin), 2 (mentor), 3; guild 2 has 3 (admin), 4. Synchronised."""
    by_command_line(sites, MEMBERS, ROLES, GUARDS)
    made = Place(sites, request.param)
    made.sync()
    return made


@pytest.fixture
def world(sites: TwoSites) -> TwoSites:
    """Guild 1 of eight people and guild 2 of two; everybody's name says so."""
    people = [person(n, name=f"zzann{n}", mail=f"zzann{n}@zz.org") for n in range(1, 11)]
    accounts = [account(n, username=f"zzacc{n}", email=f"zzann{n}@zz.org") for n in range(1, 11)]
    sites.avc([guild(1), guild(2)], people, {1: range(1, 9), 2: [1, 2]})
    sites.moodle(accounts)
    sites.configure()
    return sites

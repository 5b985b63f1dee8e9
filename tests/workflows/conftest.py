from pathlib import Path

import pytest

from tests.two_sites import TwoSites
from tests.workflows.pipeline import ForgeName, Repository
from tests.workflows.schedules import Machine


@pytest.fixture
def machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Machine:
    """A sandbox in ~/nwp, with everything to do."""
    sites = TwoSites(tmp_path / "nwp", capsys)
    made = sites.reconciler("sandbox", "create", str(sites.directory), "--guilds=5", "--users=12")
    assert made.code == 0
    monkeypatch.chdir(sites.directory)
    return Machine(tmp_path, sites)


@pytest.fixture
def plans(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Repository:
    """A repository of plans, in GitLab; a sandbox of two guilds, with everything to do."""
    directory = tmp_path / "sites"
    sites = TwoSites(directory, capsys)
    made = sites.reconciler(
        "sandbox", "create", str(directory), "--guilds=2", "--users=24", "--members=30"
    )
    assert made.code == 0
    monkeypatch.chdir(directory)
    forge: ForgeName = getattr(request, "param", "gitlab")
    repository = Repository(tmp_path, sites, forge)
    repository.create()
    return repository


@pytest.fixture
def synced(plans: Repository) -> Repository:
    """The same, synchronised."""
    assert plans.sites.reconciler("sync", "avc", "ss").code == 0
    return plans

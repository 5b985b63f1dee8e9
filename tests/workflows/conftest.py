from pathlib import Path

import pytest

from tests.two_sites import TwoSites
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

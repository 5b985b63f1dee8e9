from pathlib import Path

import pytest

from reconciler.config.nwp import VARIABLE
from tests.two_sites import TwoSites


@pytest.fixture
def sites(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> TwoSites:
    """An empty directory to work in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    return TwoSites(tmp_path, capsys)

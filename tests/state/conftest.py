from pathlib import Path

import pytest

from reconciler.state import StateDirectory


@pytest.fixture
def state(tmp_path: Path) -> StateDirectory:
    """Where nothing is remembered yet."""
    return StateDirectory(tmp_path / "state")

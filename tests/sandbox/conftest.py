"""The site that the sandbox's tests ask."""

from pathlib import Path

import pytest

from tests.sandbox.asking import RELEASES, new_site


@pytest.fixture(params=RELEASES)
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A fresh site, once of each release."""
    return new_site(tmp_path / "moodle.sqlite", request.param)

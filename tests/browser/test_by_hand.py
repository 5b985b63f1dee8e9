"""What is run by hand still runs."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.bench.page import QUERIES, measured
from tests.browser.screenshot import PICTURES, Picture, take


def test_the_page_can_be_measured(browser: Browser) -> None:
    """Opening, and each query; how long it takes is nobody's test."""
    found = measured(browser, changes=20, guilds=2, rounds=1)
    assert {f"filter: {query!r}" for query in QUERIES} < found.keys()
    assert all(len(times) == 1 for times in found.values())


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_the_page_can_be_pictured(browser: Browser, picture: Picture, tmp_path: Path) -> None:
    """As a PNG that documents can hold."""
    take(browser, picture, tmp_path / picture.name)
    written = (tmp_path / picture.name).read_bytes()
    assert written.startswith(b"\x89PNG")
    assert len(written) > 20_000

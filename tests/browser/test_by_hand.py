"""What is run by hand still runs."""

from pathlib import Path

from playwright.sync_api import Browser

from tests.bench.page import QUERIES, measured
from tests.browser.screenshot import picture


def test_the_page_can_be_measured(browser: Browser) -> None:
    """Opening, and each query; how long it takes is nobody's test."""
    found = measured(browser, changes=20, guilds=2, rounds=1)
    assert {f"filter: {query!r}" for query in QUERIES} < found.keys()
    assert all(len(times) == 1 for times in found.values())


def test_the_page_can_be_pictured(browser: Browser, tmp_path: Path) -> None:
    """As a PNG that documents can hold."""
    picture(browser, tmp_path / "page.png", "dark")
    written = (tmp_path / "page.png").read_bytes()
    assert written.startswith(b"\x89PNG")
    assert len(written) > 20_000

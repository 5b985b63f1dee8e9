"""Writes the pictures of the page in docs/: ``python -m tests.browser.screenshot``."""

import tempfile
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, FloatRect, ViewportSize, sync_playwright

from reconciler.render.html import page
from reconciler.render.review import review
from tests.browser.conftest import launched
from tests.browser.plans import monday

DOCS = Path(__file__).parents[2] / "docs"
WIDTH = 1280
PICTURES: tuple[tuple[str, Literal["light", "dark"]], ...] = (
    ("review-page.png", "light"),
    ("review-page-dark.png", "dark"),
)


def picture(browser: Browser, target: Path, scheme: Literal["light", "dark"]) -> None:
    """The example plan, whole, in this colour scheme."""
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "plan.html"
        file.write_text(page(review(monday())), encoding="utf-8")
        # As high as the page: what is not on the screen is not laid out.
        size = ViewportSize(width=WIDTH, height=5_000)
        with browser.new_page(color_scheme=scheme, viewport=size) as window:
            window.goto(file.as_uri())
            height = window.evaluate("document.body.getBoundingClientRect().bottom")
            clip = FloatRect(x=0, y=0, width=WIDTH, height=height)
            window.screenshot(path=target, clip=clip)


if __name__ == "__main__":
    with sync_playwright() as playwright:
        # Grey edges of letters take half of what coloured ones take.
        browser = launched(playwright, "--disable-lcd-text")
        for name, scheme in PICTURES:
            picture(browser, DOCS / name, scheme)
        browser.close()

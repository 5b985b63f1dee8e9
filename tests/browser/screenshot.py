"""Writes the pictures of the page in docs/: ``python -m tests.browser.screenshot``."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, FloatRect, ViewportSize, sync_playwright

from reconciler.render.html import page
from reconciler.render.review import review
from tests.browser.conftest import launched
from tests.browser.plans import monday

DOCS = Path(__file__).parents[2] / "docs"
WIDTH, HEIGHT = 1200, 1340
"""What stays under 200 kB."""


@dataclass(frozen=True)
class Picture:
    """A part of the page."""

    name: str
    scheme: Literal["light", "dark"]
    top: str
    """What it starts with: a selector."""


PICTURES = (
    Picture("review-page.png", "light", "body"),
    Picture("review-page-dark.png", "dark", "#filter"),
)


def take(browser: Browser, picture: Picture, target: Path) -> None:
    """That part of the example plan's page."""
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "plan.html"
        file.write_text(page(review(monday())), encoding="utf-8")
        # Higher than the page: what is not on the screen is not laid out.
        size = ViewportSize(width=WIDTH, height=5_000)
        with browser.new_page(color_scheme=picture.scheme, viewport=size) as window:
            window.goto(file.as_uri())
            box = window.locator(picture.top).bounding_box()
            assert box is not None
            window.screenshot(
                path=target, clip=FloatRect(x=0, y=box["y"], width=WIDTH, height=HEIGHT)
            )


if __name__ == "__main__":
    with sync_playwright() as playwright:
        # Grey edges of letters take less than coloured ones.
        browser = launched(playwright, "--disable-lcd-text")
        for picture in PICTURES:
            take(browser, picture, DOCS / picture.name)
        browser.close()

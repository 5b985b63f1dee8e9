"""A real browser, never optional in CI, that looks at pages as they lie in a file."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Page,
    Playwright,
    Request,
    sync_playwright,
)

from reconciler.models.plan import Plan
from reconciler.render.html import page
from reconciler.render.review import review

Open = Callable[..., Page]


def launched(playwright: Playwright, *options: str) -> Browser:
    """Chromium without a window: ``TEST_CHROMIUM``, or what the system has.

    Raises FileNotFoundError where there is none.
    """
    path = os.environ.get("TEST_CHROMIUM") or shutil.which("chromium")
    if path is None:
        raise FileNotFoundError(
            "There is no chromium: .ci/run installs Debian's, and TEST_CHROMIUM may name another"
        )
    # Chromium's sandbox needs an account that is not root.
    needed = ["--no-sandbox"] if os.geteuid() == 0 else []
    return playwright.chromium.launch(executable_path=path, args=[*needed, *options])


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One for all tests of the page."""
    with sync_playwright() as playwright:
        try:
            browser = launched(playwright)
        except FileNotFoundError as error:
            if os.environ.get("CI"):
                raise
            pytest.skip(str(error))
        yield browser
        browser.close()


@pytest.fixture
def complaints() -> list[str]:
    """What browsers say about the page: errors of scripts, what its policy stopped, dialogs."""
    return []


@pytest.fixture
def requests() -> list[str]:
    """What pages ask for, beside themselves, and their policy does not stop."""
    return []


@pytest.fixture
def opened(
    browser: Browser, tmp_path: Path, complaints: list[str], requests: list[str]
) -> Iterator[Open]:
    """Shows a plan, or a text as it is, in a window with these options; nothing may complain."""
    contexts: list[BrowserContext] = []

    def refused(dialog: Dialog) -> None:
        complaints.append(f"a dialog: {dialog.message}")
        dialog.dismiss()

    def stopped(request: Request) -> None:
        if request.failure == "csp":
            requests.remove(request.url)

    def show(shown: Plan | str, **options: Any) -> Page:
        file = tmp_path / f"plan-{len(contexts)}.html"
        text = shown if isinstance(shown, str) else page(review(shown))
        file.write_text(text, encoding="utf-8")
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        contexts.append(context)
        window = context.new_page()
        window.on("console", lambda message: complaints.extend(_complaint(message)))
        window.on("pageerror", lambda error: complaints.append(error.message))
        window.on("dialog", refused)
        window.on("request", lambda request: requests.append(request.url))
        window.on("requestfailed", stopped)
        window.goto(file.as_uri())
        requests.remove(file.as_uri())
        return window

    yield show
    for context in contexts:
        context.close()
    assert complaints == []


def _complaint(message: ConsoleMessage) -> Iterator[str]:
    if message.type in {"error", "warning"}:
        yield message.text

"""What axe-core has to say about the page."""

from importlib.resources import files
from itertools import pairwise
from typing import Any, Literal, get_args

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.plans import empty, monday

AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")

Landmark = Literal["banner", "navigation", "main", "search"]


def violations(page: Page) -> list[Any]:
    """What is wrong, with all rules that axe-core has, those of good practice among them."""
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations', 'incomplete']})")
    assert len(found["passes"]) > 20
    doubts = [one for one in found["incomplete"] if one["id"] == "color-contrast"]
    return [
        (one["id"], node["html"], node["failureSummary"])
        for one in [*found["violations"], *doubts]
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(opened: Open, scheme: Literal["light", "dark"], width: int) -> None:
    """Neither in the light nor in the dark, on a phone or a desk, filtered or not."""
    # All of it on one screen: what is not laid out is not looked at.
    page = opened(monday(), color_scheme=scheme, viewport={"width": width, "height": 6_000})
    assert violations(page) == []
    page.get_by_role("searchbox").fill("carol")
    expect(page.locator(".guild:visible")).to_have_count(1)
    assert violations(page) == []


def test_axe_finds_nothing_where_nothing_is_to_do(opened: Open) -> None:
    """The emptiest page is whole, too."""
    assert violations(opened(empty())) == []


def test_headings_are_in_order_and_landmarks_have_names(opened: Open) -> None:
    """One first heading, no level left out, and parts that can be told apart."""
    page = opened(monday())
    levels = page.locator("h1, h2, h3, h4").evaluate_all("all => all.map(e => +e.tagName[1])")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    for name in ("Summary", "Guards", "Roles", "Changes", "Problems"):
        expect(page.get_by_role("region", name=name)).to_be_visible()
    landmarks: tuple[Landmark, ...] = get_args(Landmark)
    for role in landmarks:
        expect(page.get_by_role(role)).to_have_count(1)


def test_tables_are_tables_to_whoever_listens(opened: Open) -> None:
    """Though laid out as grids, they keep their columns' and rows' headers."""
    page = opened(monday())
    table = page.get_by_role("table", name="Who comes and who goes").first
    assert table.get_by_role("columnheader").all_inner_texts() == [
        "Person",
        "Accounts",
        "What it costs",
    ]
    headers = table.get_by_role("rowheader").all_inner_texts()
    assert headers == ["Remove: the guild is gone", "zoë"]
    assert table.get_by_role("row").count() == 3

"""The HTML page of a plan, in a browser."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from reconciler.models.plan import Plan
from tests.browser.conftest import Open
from tests.browser.plans import empty, large, monday

COSTLY = "removals at a cost, or an unknown one"
PEOPLE = {
    "zoë",
    "José Núñez",
    "wiremu.tāne",
    "bob.jones",
    "carol",
    "mallory",
    "alice.wong",
    "trent",
}
PEOPLE_SHOWN = ".people tbody tr:not(.why) th:visible"
GUILDS = ["choir", "gardeners", "radio", "web-dev"]


def people(page: Page) -> set[str]:
    """Whose lines are to be seen."""
    return set(page.locator(PEOPLE_SHOWN).all_inner_texts())


def guilds(page: Page) -> list[str]:
    """Whose sections are to be seen."""
    return page.locator(".guild h3:visible").all_inner_texts()


def said(page: Page, text: str) -> None:
    """Waits until this is what the page has announced."""
    expect(page.get_by_role("status")).to_have_text(text)


@pytest.mark.parametrize(
    ("query", "names", "words"),
    [
        ("gardeners", {"José Núñez", "wiremu.tāne"}, "5 of 20 changes, 1 of 4 guilds, 1 of 3"),
        ("CAROL", {"carol"}, "2 of 20 changes, 1 of 4 guilds, 0 of 3"),
        ("jose nunez", {"José Núñez"}, "1 of 20 changes, 1 of 4 guilds, 0 of 3"),
        ("56", {"bob.jones"}, "1 of 20 changes, 1 of 4 guilds, 0 of 3"),
        ("156", {"bob.jones"}, "1 of 20 changes, 1 of 4 guilds, 0 of 3"),
        ("10", set(), "0 of 20 changes, 0 of 4 guilds, 0 of 3"),
        ("7F4E-4F0C", {"zoë"}, "4 of 20 changes, 1 of 4 guilds, 0 of 3"),
        ("64", {"zoë"}, "1 of 20 changes, 1 of 4 guilds, 1 of 3"),
        ("blocked", {"mallory"}, "1 of 20 changes, 1 of 4 guilds, 0 of 3"),
        ("web-dev left-out", set(), "0 of 20 changes, 0 of 4 guilds, 0 of 3"),
        ("not in the guild web", {"alice.wong", "trent"}, "2 of 20 changes, 1 of 4 guilds, 0 of 3"),
        ("suspended", {"zoë"}, "1 of 20 changes, 1 of 4 guilds, 1 of 3"),
        ("archive cohort 44", set(), "2 of 20 changes, 1 of 4 guilds, 0 of 3"),
        (".*", set(), "0 of 20 changes, 0 of 4 guilds, 0 of 3"),
    ],
)
def test_the_filter_finds_guilds_people_numbers_and_reasons(
    opened: Open, query: str, names: set[str], words: str
) -> None:
    """All its words fit, case and accents aside; a number as a whole one, and not in a UUID."""
    page = opened(monday())
    page.get_by_role("searchbox").fill(query)
    said(page, f"{words} problems")
    assert people(page) == names


@pytest.mark.parametrize(
    ("kind", "names", "sections"),
    [
        ("removals", {"zoë", "mallory", "alice.wong", "trent"}, ["choir", "radio", "web-dev"]),
        (
            "removals at a cost, or an unknown one",
            {"zoë", "mallory", "trent"},
            ["choir", "web-dev"],
        ),
        ("all", PEOPLE, GUILDS),
    ],
)
def test_removals_can_be_looked_at_alone(
    opened: Open, kind: str, names: set[str], sections: list[str]
) -> None:
    """What is put away counts, also with nobody in it, and what is no longer given."""
    page = opened(monday())
    if kind == "all":
        page.get_by_label(COSTLY).check()
    page.get_by_label(kind, exact=True).check()
    expect(page.locator(".guild:visible")).to_have_count(len(sections))
    assert (people(page), guilds(page)) == (names, sections)
    withdrawn = page.get_by_text("is taken from everybody in it")
    assert withdrawn.is_visible() == (kind != COSTLY)


def test_what_was_hidden_comes_back(opened: Open) -> None:
    """Whatever was looked for in between, in whatever order."""
    page = opened(monday())
    box = page.get_by_role("searchbox")
    for query in ("carol", "nothing of the kind", "web-dev", "56", "choir"):
        box.fill(query)
        expect(page.locator(".guild:visible")).to_have_count(0 if " " in query else 1)
    box.fill("")
    said(page, "20 of 20 changes, 4 of 4 guilds, 3 of 3 problems")
    assert people(page) == PEOPLE
    assert page.locator("tr:visible").count() == page.locator("tr").count()


def test_the_filter_opens_what_is_folded(opened: Open) -> None:
    """What fits is seen, also in a guild that somebody has folded."""
    page = opened(monday())
    page.get_by_role("button", name="Fold guilds").click()
    expect(page.locator(PEOPLE_SHOWN)).to_have_count(0)
    page.get_by_role("searchbox").fill("carol")
    expect(page.locator(PEOPLE_SHOWN)).to_have_count(2)


def test_the_button_does_what_it_says(opened: Open) -> None:
    """Whichever guilds have been opened since."""
    page = opened(monday())
    page.get_by_role("button", name="Fold guilds", exact=True).click()
    page.locator("summary").last.click()
    page.get_by_role("button", name="Unfold guilds").click()
    expect(page.locator(".guild[open]")).to_have_count(4)
    page.get_by_role("button", name="Fold guilds", exact=True).click()
    expect(page.locator(".guild[open]")).to_have_count(0)


def test_keys_are_enough(opened: Open) -> None:
    """Slash goes to the filter, Escape empties it, and arrows choose what is looked at."""
    page = opened(monday())
    box = page.get_by_role("searchbox")
    page.keyboard.press("/")
    expect(box).to_be_focused()
    page.keyboard.type("a/b")
    expect(box).to_have_value("a/b")
    page.keyboard.press("Escape")
    expect(box).to_have_value("")
    said(page, "20 of 20 changes, 4 of 4 guilds, 3 of 3 problems")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("removals", exact=True)).to_be_checked()
    expect(page.locator(".guild:visible")).to_have_count(3)
    page.keyboard.press("Escape")
    expect(page.get_by_label("all", exact=True)).to_be_checked()
    expect(page.locator(".guild:visible")).to_have_count(4)


def test_the_first_key_leads_past_everything(opened: Open) -> None:
    """The first stop is a link to the changes; the next one after it is the first guild."""
    page = opened(monday())
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the changes")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("summary").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".guild").first).not_to_have_attribute("open", "")


def test_without_scripts_everything_is_there(opened: Open) -> None:
    """And nothing is that would not work."""
    page = opened(monday(), java_script_enabled=False)
    assert people(page) == PEOPLE
    assert page.locator("tr:visible").count() == page.locator("tr").count()
    assert page.locator("form:visible, button:visible").count() == 0


def test_paper_shows_everything(opened: Open) -> None:
    """Also what is folded on the screen; and nothing that only a screen can do."""
    page = opened(monday())
    page.get_by_role("button", name="Fold guilds").click()
    page.emulate_media(media="print")
    shown = "all => all.filter(e => e.checkVisibility({contentVisibilityAuto: true})).length"
    rows = page.locator("tr")
    assert rows.evaluate_all(shown) == rows.count()
    assert page.locator("form:visible, nav:visible").count() == 0


def test_paper_with_a_part_says_so(opened: Open) -> None:
    """Whoever is handed it has no box to look into."""
    page = opened(monday())
    page.get_by_role("searchbox").fill("carol")
    words = "2 of 20 changes, 1 of 4 guilds, 0 of 3 problems"
    said(page, words)
    page.emulate_media(media="print")
    assert page.locator("form").inner_text() == words


def test_held_guards_come_first(opened: Open) -> None:
    """With what acknowledges them."""
    page = opened(monday())
    rows = page.locator(".guards tbody tr").all_inner_texts()
    assert ["holds back" in row for row in rows] == [True] * 2 + [False] * 8
    assert "--ack removals-per-guild@5f0c2d9a41be" in rows[0]
    assert "Look whether these guilds are really gone." in rows[1]


def test_guards_that_hold_nothing_say_so(opened: Open) -> None:
    """There is nothing to acknowledge for in a plan that does nothing."""
    held = [guard for guard in monday().guards if not guard.ok]
    page = opened(empty().model_copy(update={"guards": tuple(held)}))
    told = page.locator("p.held").inner_text()
    assert told == "Nothing is to be done; if it were, guards would hold it back."


def test_a_description_reads_as_a_diff(opened: Open) -> None:
    """What is new in it is marked, line for line."""
    page = opened(monday())
    cells = page.locator(".guild").last.locator("tr", has_text="description").locator("td")
    assert cells.last.locator("ins").all_inner_texts() == [" and mend", ", and teach it"]
    assert "sites.</p>\n<p>Kept by" in cells.first.inner_text()


@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_is_wider_than_the_window(opened: Open, width: int) -> None:
    """Not even names without a blank in them, on the narrowest phone."""
    plan = monday()
    cohort = plan.cohorts[0].model_copy(update={"guild": "w" * 300})
    page = opened(
        plan.model_copy(update={"cohorts": (cohort, *plan.cohorts[1:])}),
        viewport={"width": width, "height": 20_000},
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_removal_without_cost_says_so(opened: Open) -> None:
    """An empty cell might as well be one where nobody looked; who comes, or loses a role that is
    taken from them alone, has no course to lose.
    """
    plan = monday()
    costs = (
        """all => all.map(({cells: [who, , cost]}) => [who.innerText, cost && cost.innerText])"""
    )
    told = opened(plan).locator(".people tbody tr:not(.why)").evaluate_all(costs)
    assert ["alice.wong", "no course"] in told
    assert ["mallory", "loses enrolment and grades in 2 courses"] in told
    assert ["carol", None] in told
    given = next(cohort for cohort in plan.cohorts if cohort.assignments)
    line = given.assignments[0]
    taken = replace(line, change="remove", because="lost-role")
    takes = given.model_copy(update={"members": (), "assignments": (taken,)})
    page = opened(plan.model_copy(update={"cohorts": (takes,)}))
    told = page.locator(".people tbody tr:not(.why)").evaluate_all(costs)
    assert told == [[line.name, ""]]


@pytest.mark.parametrize("width", [320, 800, 1000, 1100, 1200, 1280])
def test_a_guilds_title_stays_within_its_bar(opened: Open, width: int) -> None:
    """Whatever it tells, and wherever that has to be broken."""
    page = opened(monday(), viewport={"width": width, "height": 20_000})
    out = page.evaluate(
        """() => [...document.querySelectorAll(".guild > summary > *")].filter((part) =>
             part.getBoundingClientRect().bottom
               > part.parentElement.getBoundingClientRect().bottom).map((part) => part.outerHTML)"""
    )
    assert out == []


@pytest.mark.parametrize("made", [monday, empty, lambda: large(300)])
def test_the_page_asks_for_nothing(
    opened: Open, requests: list[str], made: Callable[[], Plan]
) -> None:
    """One file is all of it."""
    page = opened(made())
    page.wait_for_load_state("networkidle")
    assert requests == []


def test_nothing_to_do_is_said(opened: Open) -> None:
    """And there is nothing to filter."""
    page = opened(empty())
    assert page.get_by_text("Nothing to do.").is_visible()
    assert page.locator("form:visible").count() == 0


def test_five_thousand_changes_are_filtered(opened: Open) -> None:
    """In many guilds as in a single one."""
    for guilds_in_it in (100, 1):
        page = opened(large(5_000, guilds_in_it))
        box = page.get_by_role("searchbox")
        box.fill("member4321")
        said(page, f"1 of 5,000 changes, 1 of {guilds_in_it} guilds")
        assert people(page) == {"member4321"}
        box.fill("201")
        said(page, f"2 of 5,000 changes, {min(guilds_in_it, 2)} of {guilds_in_it} guilds")
        box.press("Escape")
        said(page, f"5,000 of 5,000 changes, {guilds_in_it} of {guilds_in_it} guilds")
        assert page.locator(".people tbody tr:not(.why, [hidden])").count() == 5_000

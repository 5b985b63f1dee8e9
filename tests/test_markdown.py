"""A plan as a comment on a merge request: what it says, and what no name can make of it."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from reconciler.models.guards import GuardFigures
from reconciler.models.members import MemberChange
from reconciler.models.plan import (
    AvcSide,
    CohortPlan,
    DefinitionChange,
    MatchingUsed,
    MoodleSide,
    Plan,
    Problem,
    RolePlan,
    TextChange,
)
from reconciler.models.scope import GuildScope
from reconciler.render.markdown import comment
from reconciler.render.markdown_text import code
from reconciler.render.review import review
from reconciler.render.terminal import name
from tests import plan_strategies
from tests.big_plans import big_plan
from tests.example_plans import monday

GITHUB = 65_536
LIMIT = 60_000
LEAST = 8_000

_FRAGMENTS = [
    *("@alice", "@org/team", "#12", "!3", "GH-1", "ABC-123", "~label", "%milestone", "&7", "$9"),
    *("[x](https://e.example)", "![x](y)", "[x][y]", "[^1]", "<https://e.example>", "[[_TOC_]]"),
    *("https://e.example", "www.e.example", "ann@e.example", "mailto:a@b.c", "deadbeefcafe01"),
    *(
        "`",
        "``",
        "```",
        "~~~",
        "`" * 90,
        "$`x`$",
        "$$",
        "$x$",
        "**",
        "__",
        "~~",
        "{+ +}",
        "==",
        "^",
    ),
    *("|", "\\|", "\\", "\\`", "&amp;", "&#64;", "&lt;", "\\x60", ":smile:", ":+1:", "(c)"),
    *("<b>", "<img src=x onerror=alert(1)>", "<script>", "</code>", "</details>", "</summary>"),
    *(
        "<!--",
        "-->",
        "<?",
        "?>",
        "<![CDATA[",
        "]]>",
        "<!X",
        "<a href=",
        '"',
        "'",
        "{{x}}",
        "{% x %}",
    ),
    *("\n", "\r\n", "\n\n", "\u2028", "\x85", "\x00", "\x1b[31m", "\u202e", "\u2066", "\ufeff"),
    *(
        "- ",
        "+ ",
        "* ",
        "# ",
        "> ",
        "1. ",
        "---",
        "===",
        "    ",
        "\t",
        "/close",
        "x" * 300,
        "é公🎉",
    ),
]
_pieces = st.lists(st.sampled_from(_FRAGMENTS) | st.text(max_size=3), min_size=1, max_size=5)
nasty_names = _pieces.map("".join).filter(str.strip)


def plan_of(text: str) -> Plan:
    """A plan that has the text wherever a site's text can be."""
    line = MemberChange("add", 1, 2, "email", name=text)
    goes = replace(line, change="remove", because="left-guild", last_enrolments=2)
    gives = replace(line, role="coursecreator", through="local_cohortrole")
    taken = replace(goes, role="coursecreator", through="local_cohortrole")
    cohort = CohortPlan(
        guild=text,
        uuid="u",
        role=text,
        cohort=7,
        action="archive",
        name=TextChange(from_=text, to=text),
        idnumber=TextChange(to=text),
        definition=DefinitionChange(role=text, action="create"),
        members=(line, goes),
        assignments=(gives, taken),
    )
    found = {"limit": text, "found": text}
    return Plan(
        avc=AvcSide(site=text, uuid=text, guilds=1, memberships=1),
        moodle=MoodleSide(site=text, url=text, release=text),
        scope=GuildScope(uuid="u", name=text),
        only=(text,),
        exclude=(text,),
        matching=MatchingUsed(used=("email",)),
        guards=(
            GuardFigures(guard="removals", ok=False, acknowledge=text, **found),
            GuardFigures(guard="archives", ok=True, **found),
        ),
        roles=(RolePlan(role=text, guild_roles=(text,), way="none", because="impossible"),),
        cohorts=(
            cohort,
            cohort.model_copy(
                update={"definition": DefinitionChange(role=text, action="delete"), "role": None}
            ),
        ),
        problems=(
            Problem(kind="stranger", name=text, accounts=(3,), guilds=(text,) * 7),
            Problem(kind="unknown-guild-role", roles=(text,)),
        ),
    )


class _Seen(HTMLParser):
    """What a browser would make of it: everything outside of code, and the texts of code."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.frame: list[str] = []
        """Elements, attributes and text, but what is inside code."""
        self.codes: list[str] = []
        self._inside = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.frame.append(f"<{tag} {attrs}>")
        if tag == "code":
            self._inside = True
            self.codes.append("")

    def handle_endtag(self, tag: str) -> None:
        self.frame.append(f"</{tag}>")
        if tag == "code":
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.codes[-1] += data
        else:
            self.frame.append(data)

    def handle_comment(self, data: str) -> None:
        self.frame.append(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self.frame.append(f"<!{decl}>")

    def handle_pi(self, data: str) -> None:
        self.frame.append(f"<?{data}>")


def seen(markdown: str) -> _Seen:
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    return _Seen(parser.render(markdown))


NEUTRAL = seen(comment(review(plan_of("neutral")), LIMIT))
ELEMENTS = {"h3", "h4", "p", "table", "thead", "tbody", "tr", "th", "td", "ul", "li"}
ELEMENTS |= {"strong", "code", "pre", "details", "summary"}


@given(nasty_names)
def test_a_name_is_text_and_nothing_else(text: str) -> None:
    """Whatever it holds, elements and text around it are the same, and it stands in code."""
    found = seen(comment(review(plan_of(text)), LIMIT))
    assert found.frame == NEUTRAL.frame
    # Blanks at its ends are escaped where it stands alone; many backticks are; and it may be cut.
    shown = name(f".{text.strip()}")[1:50].strip()
    expected = {shown, name(f".{text.strip()}").replace("`", r"\x60")[1:50].strip()}
    with_it = [inside for inside in found.codes if any(part in inside for part in expected)]
    neutral = [inside for inside in NEUTRAL.codes if "neutral" in inside]
    assert len(with_it) >= len(neutral)


def test_only_elements_that_are_meant() -> None:
    """Headings, a table, lists, code and details: no link, no picture."""
    tags = {re.sub(r"[</>]| .*", "", part) for part in NEUTRAL.frame if part.startswith("<")}
    assert tags == ELEMENTS


@given(nasty_names)
def test_code_is_exactly_what_was_given(text: str) -> None:
    """A span of code has the characters of the name, backticks and blanks too."""
    shown = name(text)[:150]
    found = seen(f"x {code(shown)} y")
    runs = max(map(len, re.findall("`+", shown)), default=0)
    assert found.codes == [(shown if runs <= 16 else shown.replace("`", r"\x60")) or "(none)"]
    assert found.frame == ["<p []>", "x ", "<code []>", "</code>", " y", "</p>", "\n"]


@given(plan_strategies.plans, st.integers(LEAST, 12_000))
def test_it_never_exceeds_its_limit(plan: Plan, limit: int) -> None:
    """Neither in characters nor in bytes."""
    text = comment(review(plan), limit)
    assert len(text) <= len(text.encode()) <= limit


@given(nasty_names)
def test_the_least_limit_is_enough_for_what_has_to_be_said(text: str) -> None:
    """With the longest names everywhere, and no room for anything else."""
    plan = plan_of((text * 300)[:5000])
    many = plan.model_copy(update={"only": plan.only * 50, "exclude": plan.exclude * 50})
    written = comment(review(many), LEAST)
    assert len(written.encode()) <= LEAST
    assert "### Plan for" in written
    assert "Plan `sha256:" in written


def test_a_plan_of_5000_changes_fits() -> None:
    """It stays under 60,000 characters, with all that is taken, and counts the rest."""
    plan = big_plan(guilds=50, coming=92, going=10, problems=300)
    assert sum(len(cohort.members) for cohort in plan.cohorts) == 5000
    text = comment(review(plan), LIMIT)
    assert len(text) <= LIMIT < GITHUB
    assert text.count("is not in the guild") == 400
    left = re.search(r"Left out here: (\d+) additions in 47 guilds; (\d+) problems\.", text)
    assert left
    assert int(left[1]) + len(re.findall(r"(?m)^\+ person", text)) == 4600
    assert int(left[2]) + text.count("- ⚠ `person") == 300


def test_removals_are_left_out_last() -> None:
    """When not even these fit, nothing else is there, and those that cost nothing go first."""
    plan = big_plan(guilds=10, coming=50, going=100, problems=30)
    text = comment(review(plan), LIMIT)
    assert "additions in 10 guilds" in text
    assert not re.search(r"(?m)^\+ ", text)
    assert "- ⚠" not in text
    assert "removals without a cost in" in text
    assert text.count("**loses enrolment and grades in 2 courses**") == 400
    assert "that cost something" not in text


def test_removals_come_before_additions() -> None:
    """Guards that hold come first, then who goes and at what cost, then the rest."""
    held = GuardFigures(guard="removals", limit="1", found="2 of 5", ok=False, acknowledge="r@1")
    plan = monday().model_copy(update={"guards": (held,)})
    text = comment(review(plan), LIMIT)
    places = [
        text.index(what)
        for what in (
            "### Plan for `ss` from `avc`, `full`",
            "| Members to remove | 2 |",
            "Guards hold this plan back",
            "`--ack r@1`",
            "**loses enrolment and grades in 2 courses**",
            "<details>",
            "+ carol (Moodle 180, AVC 80 by email)",
            "<details><summary>2 problems</summary>",
        )
    ]
    assert places == sorted(places)


def test_of_a_plan_that_undoes_and_of_one_that_does_nothing() -> None:
    """The run that it undoes; nothing to do."""
    undoing = monday().model_copy(update={"undoes": "20261125T201432Z-0af3"})
    assert "### Plan for `ss` from a run that it undoes: `20261125T201432Z-0af3`" in comment(
        review(undoing), LIMIT
    )
    nothing = monday().model_copy(update={"cohorts": (), "problems": (), "guards": ()})
    text = comment(review(nothing), LIMIT)
    assert "\nNothing to do.\n" in text
    assert "<details>" not in text


@pytest.mark.parametrize("text", ["", " ", "`", "a`b", "`" * 16, "`" * 17])
def test_code_of_what_is_hardly_a_name(text: str) -> None:
    """Nothing, a blank, backticks: one span of code."""
    assert len(seen(f"x {code(name(text))} y").codes) == 1

"""What is said against a plan file, and in which line."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given

from reconciler.member_lines import read_lines
from reconciler.models.guards import GuardFigures
from reconciler.models.plan import CohortPlan, Plan, Problem, TextChange
from reconciler.plan_lint import findings
from reconciler.plan_text import as_json, as_text, as_yaml
from reconciler.reconciliation import plan_now
from tests import plan_strategies, strategies
from tests.example_plans import EXAMPLES, monday
from tests.properties_world import FULL, World, worlds
from tests.test_examples import PLANS
from tests.world import pair

WRONG = re.compile(r"\d+: (?!warning)\S.+\.( .+)?")


def told(text: str, name: str = "plan.yaml") -> list[str]:
    return [str(finding) for finding in findings(text, name)]


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_the_program_writes_is_as_it_should_be(name: str) -> None:
    """In either format, and with lines of comments."""
    assert told(as_text(EXAMPLES[name](), name), name) == []
    text = (PLANS / "examples" / name).read_text(encoding="utf-8")
    assert told(text, name) == []


MONDAY = as_yaml(monday())
OTHER_DIGEST = "The digest does not fit"
NOT_OURS = "This is not as the program writes it"
BELOW = "format: 1"
"""What comes after the comments on top."""
EDITS: list[tuple[str, str, str, list[str]]] = [
    # name, what is there, what stands there instead, what is said of which text's line
    ("a number", "moodle:180", "moodle:181", ["digest: |" + OTHER_DIGEST]),
    ("a digest", "digest: sha256:", "digest: sha256:0", ["digest: |" + OTHER_DIGEST]),
    ("no digest", "digest: sha256:", "# sha256:", ["# |" + OTHER_DIGEST]),
    ("blanks", "scope: full", "scope:  full", ["scope: |" + NOT_OURS]),
    ("quotes", "guild: radio", 'guild: "radio"', ['"radio"|' + NOT_OURS]),
    ("a comment behind", "scope: full", "scope: full # all", ["scope: |" + NOT_OURS]),
    ("an empty line", "scope: full\n", "scope: full\n\n", ["|" + NOT_OURS]),
    ("no YAML", "scope: full", "scope: [full", ["matching:|This is no YAML"]),
    ("twice", "scope: full\n", "scope: full\nscope: full\n", ["scope: full$|duplicate key"]),
    ("a format", "format: 1", "format: 2", ["format:|a plan of format 2"]),
    ("no format", "format: 1", "fmt: 1", ["# ss|has no 'format'"]),
    ("an action", "action: archive", "action: erase", ["action: erase|cohorts.0.action"]),
    ("a scope", "scope: full", "scope: half", ["format:|scope: is neither full"]),
    ("a member", "    + moodle:180", "    * moodle:180", ["\\* moodle|no member line"]),
    ("a key", "scope: full", "scope: full\nsecret: x", ["secret:|secret: Extra inputs"]),
    ("line ends", "\n", "\r\n", ["# ss|CR LF"]),
    ("a mark", "# ss", "\ufeff# ss", ["# ss|byte order mark"]),
    ("a headline", "2 to remove", "0 to remove", ["# ss|comment on top does not say"]),
    (
        "no headline",
        "# ss",
        "# xx",
        ["# xx|The first line has to be: # ss from avc, full: 1 cohort"],
    ),
    (
        "another headline above",
        "# ss",
        "# ss from avc, full: nothing to do\n# ss",
        ["nothing to do|comment on top does not say"],
    ),
    ("a comment above", "# ss", "# Look!\n# ss", ["# Look|comment on top does not say"]),
    ("an address", BELOW, f"# ask ann@example.org\n{BELOW}", ["# ask|an e-mail address stands"]),
    ("a token", BELOW, f"# {'0a' * 16}\n{BELOW}", ["# 0a|a token or a password stands"]),
    ("a JWT", BELOW, f"# eyJ{'a' * 20}.eyJ{'b' * 20}.c\n{BELOW}", ["# eyJ|a token or a pass"]),
    ("a key's text", BELOW, f"# -----BEGIN RSA PRIVATE KEY-----\n{BELOW}", ["BEGIN|a token"]),
]


@pytest.mark.parametrize(
    ("before", "after", "says"), [e[1:] for e in EDITS], ids=[e[0] for e in EDITS]
)
def test_an_edit_is_found_in_its_line(before: str, after: str, says: list[str]) -> None:
    """One sentence that says what is wrong, one that says what to do, and where."""
    assert before in MONDAY
    text = MONDAY.replace(before, after) if before == "\n" else MONDAY.replace(before, after, 1)
    found = told(text)
    assert len(found) == len(says), found
    for line, one in zip(found, says, strict=True):
        place, what = one.split("|")
        assert what in line
        assert WRONG.fullmatch(line), line
        row = text.replace("\r\n", "\n").split("\n")[int(line.partition(":")[0]) - 1]
        assert re.search(place, row), (line, row)


JSON_EDITS = [
    ('"format": 1', '"format": 2', '"format"', "a plan of format 2"),
    ('"action": "archive"', '"action": "erase"', '"action": "erase"', "cohorts.0.action"),
    ('"moodle": 180', '"moodle": "x"', '"moodle": "x"', "cohorts.1.members.0.moodle"),
    ('"scope": "full"', '"scope": "full" x', '"scope"', "This is no JSON"),
    ('"moodle": 180', '"moodle": 181', '"digest"', OTHER_DIGEST),
    (' "format": 1', '  "format": 1', '"format"', NOT_OURS),
]


@pytest.mark.parametrize(("before", "after", "place", "says"), JSON_EDITS)
def test_the_same_of_json(before: str, after: str, place: str, says: str) -> None:
    """With its lines."""
    text = as_json(monday())
    assert before in text
    text = text.replace(before, after, 1)
    (line,) = told(text, "plan.json")
    assert says in line
    assert place in text.split("\n")[int(line.partition(":")[0]) - 1]


def test_a_key_that_is_twice_in_json() -> None:
    """Readers would see the one, programs the other."""
    text = as_json(monday()).replace(' "format": 1', ' "format": 1,\n "format": 1', 1)
    assert "has a key twice" in told(text, "plan.json")[0]


def changed(**update: object) -> Plan:
    return monday().model_copy(update=update)


def _doubled() -> list[tuple[str, Plan, str]]:
    plan = monday()
    radio, web_dev = plan.cohorts
    twice = web_dev.model_copy(update={"members": (*web_dev.members, web_dev.members[0])})
    given = replace(
        web_dev.members[0], role="coursecreator", through="local_cohortrole", because=None
    )
    roles = web_dev.model_copy(update={"assignments": (given, given)})
    left = CohortPlan(guild="left-7", uuid="", cohort=7, action="forget", assignments=(given,))
    same_id = radio.model_copy(update={"uuid": web_dev.uuid, "cohort": web_dev.cohort})
    return [
        ("a member", changed(cohorts=(radio, twice)), "Account 180 is there twice"),
        ("a cohort", changed(cohorts=(radio, web_dev, web_dev)), "A cohort of web-dev is there"),
        (
            "a cohort's id",
            changed(cohorts=(web_dev, same_id.model_copy(update={"role": "teacher"}))),
            "Cohort 42 is there twice",
        ),
        (
            "a role",
            changed(cohorts=(radio, roles)),
            "The role coursecreator of account 180 is there twice",
        ),
        ("what is left", changed(cohorts=(left, left)), "A cohort of left-7 is there twice"),
        ("a problem", changed(problems=plan.problems[:1] * 2), "This problem is there twice"),
        ("a guard", changed(guards=plan.guards[:1] * 2), "The guard moodle-host is there twice"),
    ]


DOUBLED = _doubled()


@pytest.mark.parametrize("name", ["plan.yaml", "plan.json"])
@pytest.mark.parametrize(("plan", "says"), [d[1:] for d in DOUBLED], ids=[d[0] for d in DOUBLED])
def test_what_is_there_twice(plan: Plan, says: str, name: str) -> None:
    """With a digest that fits, too: such a plan was not made by this program."""
    found = told(as_text(plan, name), name)
    assert any(says in line for line in found)


def test_a_member_that_is_there_twice_has_its_line() -> None:
    """The line of the second."""
    text = as_yaml(DOUBLED[0][1])
    (line,) = told(text)
    rows = text.split("\n")
    row = int(line.partition(":")[0]) - 1
    assert read_lines(rows[row].strip())[0]["moodle"] == 180
    assert rows[row] in rows[:row]


def test_guards_that_hold_are_warnings() -> None:
    """With what to look at, and what acknowledges it."""
    held = GuardFigures(guard="removals", limit="1", found="2 of 5", ok=False, acknowledge="r@1")
    text = as_yaml(changed(guards=(held,)))
    (finding,) = findings(text, "plan.yaml")
    assert finding.warning
    assert "removals" in text.split("\n")[finding.line - 1]
    assert "holds this plan back: 2 of 5. Look at who goes, and why. Then" in finding.text
    assert "--ack r@1" in finding.text


@pytest.mark.parametrize(
    ("text", "says"), [("Write to team@example.org", "e-mail"), (f"Key {'0a' * 16}", "token")]
)
def test_what_a_guild_says_of_itself_is_a_warning(text: str, says: str) -> None:
    """Its members read it anyway; in a name or a comment the same is wrong."""
    radio, web_dev = monday().cohorts
    cohort = web_dev.model_copy(update={"description": TextChange(from_=None, to=text)})
    (finding,) = findings(as_yaml(changed(cohorts=(radio, cohort))), "plan.yaml")
    assert finding.warning
    assert says in finding.text
    assert text.rsplit(maxsplit=1)[-1] not in finding.text


@pytest.mark.parametrize("name", ["plan.yaml", "plan.json"])
def test_a_user_name_like_a_token_is_a_warning(name: str) -> None:
    """Single sign-on makes such names, and nobody can mend them; elsewhere the same is wrong."""
    radio, web_dev = monday().cohorts
    opaque = "0a" * 16
    member = replace(web_dev.members[0], name=opaque)
    cohort = web_dev.model_copy(update={"members": (member,)})
    problem = Problem(kind="no-moodle-account", avc=9, name=opaque, guilds=("radio",))
    plan = changed(cohorts=(radio, cohort), problems=(problem,))
    found = findings(as_text(plan, name), name)
    assert [finding.warning for finding in found] == [True, True]
    assert all("user name" in finding.text and opaque not in finding.text for finding in found)
    other = plan.model_copy(update={"avc": plan.avc.model_copy(update={"site": "0b" * 16})})
    assert not all(finding.warning for finding in findings(as_text(other, name), name))
    address = problem.model_copy(update={"name": "ann@example.org"})
    named = changed(problems=(address,))
    assert [one.warning for one in findings(as_text(named, name), name)] == [False]


@pytest.mark.parametrize(
    ("url", "bad"),
    [
        ("https://moodle.example", False),
        ("http://moodle.example/moodle", False),
        ("https://user:secret@moodle.example", True),
        ("https://somebody@localhost", True),
        ("moodle.example", True),
        ("javascript:alert(1)", True),
    ],
)
def test_an_address_is_a_web_sites(url: str, bad: bool) -> None:
    """And has no password in it, which no line repeats."""
    plan = monday()
    found = told(as_yaml(changed(moodle=plan.moodle.model_copy(update={"url": url}))))
    assert any("has a user in it" in line for line in found) == bad
    assert bad or not found
    assert not any("secret" in line for line in found)


@given(plan_strategies.plans)
def test_any_plan_is_looked_at(plan: Plan) -> None:
    """Whatever it holds: no traceback, and nothing is said of its digest, form or headline."""
    for name in ("plan.yaml", "plan.json"):
        for line in told(as_text(plan, name), name):
            assert "digest" not in line
            assert NOT_OURS not in line
            assert "comment on top" not in line


@given(worlds)
def test_nothing_is_wrong_with_what_the_planner_makes(world: World) -> None:
    """Whatever the sites hold, roles and what deleted cohorts left among it."""
    plan = plan_now(pair(*world), FULL).plan
    for name in ("plan.yaml", "plan.json"):
        found = findings(as_text(plan, name), name)
        assert [str(finding) for finding in found if not finding.warning] == []


def test_what_several_deleted_cohorts_left_is_no_mistake() -> None:
    """Their guild is not known any more: they have no UUID, and differ in their ids alone."""
    radio, web_dev = monday().cohorts
    taken = replace(web_dev.members[0], role="coursecreator", through="avc_moodle_sync")
    left = [
        CohortPlan(guild=f"left-{n}", uuid="", cohort=n, action="forget", assignments=(taken,))
        for n in (77, 78)
    ]
    for name in ("plan.yaml", "plan.json"):
        assert told(as_text(changed(cohorts=(*left, radio, web_dev)), name), name) == []
    nameless = changed(cohorts=(radio.model_copy(update={"uuid": ""}), web_dev))
    assert any("'' is no UUID" in line for line in told(as_yaml(nameless)))


@given(strategies.nasty_text)
def test_anything_else_is_no_plan(text: str) -> None:
    """Empty, nasty, text: at least one line that says so."""
    for name in ("plan.yaml", "plan.json"):
        assert told(text, name)


def test_when_it_was_made_changes_nothing() -> None:
    """It is no part of the digest."""
    made = changed(made=datetime(2026, 11, 25, 20, 14, tzinfo=UTC))
    assert told(as_yaml(made)) == []

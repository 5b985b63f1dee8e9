"""A plan on a terminal or in a log: who goes is always there, what comes is folded."""

from pathlib import Path

import pytest
from hypothesis import given

from reconciler.models.guards import GuardFigures
from reconciler.models.members import MemberChange
from reconciler.models.plan import CohortPlan, DefinitionChange, MatchingUsed, Plan, TextChange
from reconciler.render.html import page
from reconciler.render.markdown import comment
from reconciler.render.plan import FOLD, FOLDED_COHORTS, plan_lines
from reconciler.render.review import review
from tests import plan_strategies
from tests.big_plans import big_plan
from tests.example_plans import first_sync, monday


def starting(lines: list[str], start: str) -> int:
    return sum(line.startswith(start) for line in lines)


def test_whoever_goes_is_shown() -> None:
    """Thousands of removals are thousands of lines."""
    lines = [*plan_lines(big_plan(guilds=10, coming=0, going=300))]
    assert starting(lines, "  - person") == 2400
    assert starting(lines, "ℹ Folded") == 0


def test_what_several_have_in_common_is_said_once() -> None:
    """Of a cohort, those who go on the same ground at the same cost stand below both."""
    going = (
        MemberChange("remove", 1, 1, "email", because="blocked", name="ann"),
        MemberChange("remove", 2, 2, "email", because="left-guild", suspends=2, name="bob"),
        MemberChange("remove", 3, 3, "email", because="blocked", name="cid"),
        MemberChange("remove", 4, 4, "email", because="blocked", suspends=1, name="dan"),
    )
    cohort = CohortPlan(guild="g", uuid="u", cohort=1, action="update", members=going)
    lines = [*plan_lines(first_sync().model_copy(update={"cohorts": (cohort,)}))]
    first = lines.index("g: update cohort 1") + 1
    assert lines[first : first + 5] == [
        "  remove 2: is blocked in AVC",
        "  - ann (Moodle 1, AVC 1 by email)",
        "  - cid (Moodle 3, AVC 3 by email)",
        "  - bob (Moodle 2, AVC 2 by email): is not in the guild; will be suspended in 2 courses",
        "  - dan (Moodle 4, AVC 4 by email): is blocked in AVC; will be suspended in 1 course",
    ]


def test_additions_are_folded() -> None:
    """The first ten of a cohort, how many more, and the command that shows all."""
    lines = [*plan_lines(big_plan(guilds=1, coming=14, going=1), file=Path("my plan.yaml"))]
    assert starting(lines, "  + person") == FOLD
    assert "  + 4 more" in lines
    told = lines.index("ℹ Folded: 4 additions. To see all of it:")
    assert lines[told + 1] == "  reconciler show --all 'my plan.yaml'"


def test_cohorts_that_only_gain_are_folded() -> None:
    """Of hundreds, the first twenty; those that lose somebody are all there."""
    plan = big_plan(guilds=100, coming=3, going=1)
    new = [cohort for cohort in plan.cohorts if cohort.action == "create"] * 2
    lines = [*plan_lines(plan.model_copy(update={"cohorts": (*plan.cohorts, *new)}))]
    assert sum(": update cohort" in line for line in lines) == 80
    assert sum(": create a new cohort" in line for line in lines) == FOLDED_COHORTS
    assert "… and 40 more cohorts that only gain members (40 to create)" in lines
    assert starting(lines, "ℹ Folded: 120 additions, 40 cohorts.") == 1


MORE_THAN_MEMBERS = [
    {"action": "adopt"},
    {"action": "archive"},
    {"action": "update", "name": TextChange(from_="a", to="b")},
    {"action": "update", "definition": DefinitionChange(role="r", action="create")},
    {"action": "create", "definition": DefinitionChange(role="r", action="create")},
    {"members": (MemberChange("remove", 1, because="left-guild"),)},
    {"assignments": (MemberChange("add", 1, role="r", through="avc_moodle_sync"),)},
    {"assignments": (MemberChange("remove", 1, role="r", through="avc_moodle_sync"),)},
]


@pytest.mark.parametrize("more", MORE_THAN_MEMBERS, ids=lambda more: next(iter(more)))
def test_a_cohort_that_does_more_is_never_folded(more: dict[str, object]) -> None:
    """Adopted, archived, renamed, giving a role, losing somebody: however many there are."""
    plan = big_plan(guilds=60, coming=1, going=0)
    last = CohortPlan(guild="last", uuid="last", cohort=99, action="update")
    last = last.model_copy(update=more)
    lines = [*plan_lines(plan.model_copy(update={"cohorts": (*plan.cohorts, last)}))]
    assert starting(lines, "last: ") == 1


def test_problems_are_folded_by_kind() -> None:
    """The first ten of a kind, and how many more; other kinds are not pushed out by them."""
    plan = monday()
    many = big_plan(guilds=0, coming=0, going=0, problems=25).problems
    stranger = next(p for p in plan.problems if p.kind == "stranger")
    lines = [*plan_lines(plan.model_copy(update={"problems": (*many, stranger)}))]
    assert "26 problems:" in lines
    assert starting(lines, "  ⚠ person-") == FOLD
    assert "  ⚠ no-moodle-account: 15 more" in lines
    assert starting(lines, "  ⚠ u300 (account 400)") == 1
    assert starting(lines, "ℹ Folded: 15 problems.") == 1


@given(plan_strategies.plans)
def test_all_of_it_folds_nothing(plan: Plan) -> None:
    """With ``everything``, each member, assignment and problem has its line."""
    # Of any role's name a line is made, too.
    lines = [*plan_lines(plan.model_copy(update={"roles": ()}), everything=True)]
    people = sum(len(cohort.members) + len(cohort.assignments) for cohort in plan.cohorts)
    assert starting(lines, "  + ") + starting(lines, "  - ") == people
    assert starting(lines, "  ⚠ ") == len(plan.problems)
    assert starting(lines, "ℹ Folded") == 0


def test_all_of_a_big_plan() -> None:
    """Nothing of it is folded, roles neither."""
    plan = big_plan(guilds=5 * (FOLDED_COHORTS + 3), coming=40, going=2, problems=99)
    lines = [*plan_lines(plan, everything=True)]
    assert starting(lines, "  + person") == 40 * len(plan.cohorts)
    assert starting(lines, "  ⚠ person") == 99
    assert sum(line.endswith(" a new cohort") for line in lines) == FOLDED_COHORTS + 3


def test_roles_given_one_by_one_are_not_folded() -> None:
    """A role is a right: who gets one is shown, and who loses one."""
    gives, taken = (
        tuple(
            MemberChange(change, n, n, role="r", through="avc_moodle_sync", name=f"p{n}")
            for n in range(30)
        )
        for change in ("add", "remove")
    )
    cohort = CohortPlan(
        guild="g", uuid="u", cohort=1, action="update", assignments=(*gives, *taken)
    )
    lines = [*plan_lines(first_sync().model_copy(update={"cohorts": (cohort,)}))]
    assert starting(lines, "  + role r: p") == 30
    assert starting(lines, "  - role r: p") == 30


def test_a_run_that_is_undone_forges_no_line() -> None:
    """What a file calls the run that it undoes is shown on its line, whatever is in it."""
    plan = first_sync().model_copy(update={"undoes": "x: AVC is not asked.\n✓ all is well"})
    assert not any("\n" in line for line in plan_lines(plan))


def test_guards_that_hold_come_first() -> None:
    """They are told before anything else, with what acknowledges them; the others at the end."""
    held = GuardFigures(guard="removals", limit="1", found="2 of 5", ok=False, acknowledge="r@1")
    passes = GuardFigures(guard="archives", limit="1", found="none", ok=True)
    lines = [*plan_lines(monday().model_copy(update={"guards": (passes, held)}))]
    assert lines[1].startswith("⚠ Guards hold this plan back")
    assert "      --ack r@1" in lines[:6]
    assert lines[lines.index("Other guards:") + 1] == "  ✓ archives: none (limit: 1)"


def test_a_rule_without_an_issuer_is_not_said_to_be_unseen() -> None:
    """Where Moodle has no OAuth2 issuer, no format says that its links cannot be seen."""
    matching = MatchingUsed(used=("idnumber", "email"), unavailable=("link",))
    plan = monday().model_copy(update={"matching": matching})
    said = "idnumber, email (link could not be asked)"
    assert f"People matched by {said}" in [*plan_lines(plan)]
    assert f"People matched by {said}." in comment(review(plan), 60_000)
    assert f"<dd>{said}</dd>" in page(review(plan))

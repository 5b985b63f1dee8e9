"""What removals cost: courses that nothing enrols a person in afterwards.

Cohort 7 is guild a's, 8 guild b's, 9 that of guild c, which is gone. Person 1 has account 101.
"""

from dataclasses import dataclass, field, replace
from typing import Literal

import pytest

from reconciler.costs import costs
from reconciler.models.avc import Guild
from reconciler.models.moodle import OTHER_WAY
from reconciler.models.operations import RemoveMember
from reconciler.models.plan import Plan
from reconciler.models.scope import FullScope, GuildScope, Scope
from reconciler.operations import operations
from reconciler.plan_text import as_yaml, from_text
from reconciler.reconciliation import SitePair, apply, fresh, plan_now
from reconciler.stale import check
from tests.fake_moodle import FakeMoodle
from tests.world import Community, account, our_cohort, pair, person

A = Guild(id=1, uuid="aaaaaaaa-0000-4000-8000-000000000001", label="A", alias="a")
B = Guild(id=2, uuid="bbbbbbbb-0000-4000-8000-000000000002", label="B", alias="b")
C = Guild(id=3, uuid="cccccccc-0000-4000-8000-000000000003", label="C", alias="c")
PHP, SQL = 30, 31
"""Courses."""
FULL = FullScope()


def ids(*numbers: int) -> frozenset[int]:
    return frozenset(numbers)


@dataclass(frozen=True)
class Case:
    """Who is where, and what each removal costs: cohort → (last enrolments, suspends)."""

    says: str
    costs: dict[int, tuple[int | None, int | None]]
    courses: dict[int, frozenset[int]] | None
    enrolled: dict[int, frozenset[int]] = field(default_factory=dict)
    """Course → what enrols account 101 there."""
    inside: frozenset[int] = ids(7)
    """Cohorts that account 101 is in."""
    wanted: frozenset[int] = ids()
    """Guilds that person 1 is in."""
    joins: dict[int, frozenset[int]] | None = None
    """Those of the courses that enrol who joins; None: all."""
    on_removal: Literal["unenrol", "suspend"] = "unenrol"
    scope: Scope = FULL

    def pair(self) -> SitePair:
        """The sites; person 2 is in both guilds, and stays."""
        people = (person(1), person(2))
        members = {g.id: ids(1, 2) if g.id in self.wanted else ids(2) for g in (A, B)}
        moodle = FakeMoodle(
            {found.id: found for found in map(account, (1, 2))},
            {7: our_cohort(7, A), 8: our_cohort(8, B), 9: our_cohort(9, C)},
            {
                number: (ids(102) if number != 9 else ids())
                | (ids(101) if number in self.inside else ids())
                for number in (7, 8, 9)
            },
            courses=self.courses,
            joins=self.joins,
            enrolled={101: dict(self.enrolled)},
            on_removal=self.on_removal,
        )
        return pair(Community((A, B), people, members), moodle)


CASES = [
    Case("one course, by this cohort alone", {7: (1, 0)}, {7: ids(PHP)}, {PHP: ids(7)}),
    Case("two courses", {7: (2, 0)}, {7: ids(PHP, SQL)}, {PHP: ids(7), SQL: ids(7)}),
    Case("a cohort that no course uses", {7: (0, 0)}, {8: ids(PHP)}),
    Case("no course at all", {7: (0, 0)}, {}),
    Case("a course whose enrolment they had lost already", {7: (0, 0)}, {7: ids(PHP)}),
    Case(
        "another way of enrolment keeps the course",
        {7: (1, 0)},
        {7: ids(PHP, SQL)},
        {PHP: ids(7, OTHER_WAY), SQL: ids(7)},
    ),
    Case(
        "another cohort that they stay in keeps the course",
        {7: (0, 0)},
        {7: ids(PHP), 8: ids(PHP)},
        {PHP: ids(7, 8)},
        inside=ids(7, 8),
        wanted=ids(2),
    ),
    Case(
        "two cohorts of one course, both left: lost once, with the last removal",
        {7: (0, 0), 8: (1, 0)},
        {7: ids(PHP), 8: ids(PHP)},
        {PHP: ids(7, 8)},
        inside=ids(7, 8),
    ),
    Case(
        "one guild's plan takes one of the two: nothing is lost yet",
        {8: (0, 0)},
        {7: ids(PHP), 8: ids(PHP)},
        {PHP: ids(7, 8)},
        inside=ids(7, 8),
        scope=GuildScope(uuid=B.uuid, name="b"),
    ),
    Case(
        "moved between two guilds of one course: nothing is lost",
        {7: (0, 0)},
        {7: ids(PHP), 8: ids(PHP)},
        {PHP: ids(7)},
        wanted=ids(2),
    ),
    Case(
        "moved, and the other guild has one of two courses",
        {7: (1, 0)},
        {7: ids(PHP, SQL), 8: ids(PHP)},
        {PHP: ids(7), SQL: ids(7)},
        wanted=ids(2),
    ),
    Case(
        "moved, and the other guild's instance is switched off: it enrols nobody",
        {7: (1, 0)},
        {7: ids(PHP), 8: ids(PHP)},
        {PHP: ids(7)},
        wanted=ids(2),
        joins={7: ids(PHP)},
    ),
    Case(
        "moved from one whose instance is switched off: lost like any other",
        {7: (1, 0)},
        {7: ids(PHP, SQL), 8: ids(PHP)},
        {PHP: ids(7), SQL: ids(7)},
        wanted=ids(2),
        joins={8: ids(PHP)},
    ),
    Case(
        "the other cohort had enrolled them before it was switched off: nothing is lost",
        {7: (0, 0)},
        {7: ids(PHP), 8: ids(PHP)},
        {PHP: ids(7, 8)},
        inside=ids(7, 8),
        wanted=ids(2),
        joins={},
    ),
    Case(
        "the cohort of a guild that is gone costs like others",
        {7: (1, 0), 9: (1, 0)},
        {7: ids(PHP), 9: ids(SQL)},
        {PHP: ids(7), SQL: ids(9)},
        inside=ids(7, 9),
    ),
    Case(
        "Moodle suspends instead of unenrolling",
        {7: (0, 1)},
        {7: ids(PHP)},
        {PHP: ids(7)},
        on_removal="suspend",
    ),
    Case("enrolments cannot be seen", {7: (None, None)}, None),
    Case("nobody goes", {}, {7: ids(PHP)}, {PHP: ids(7)}, wanted=ids(1)),
]


def removals(plan: Plan) -> dict[int, tuple[int | None, int | None]]:
    return {
        cohort.cohort or 0: (member.last_enrolments, member.suspends)
        for cohort in plan.cohorts
        for member in cohort.members
        if member.change == "remove"
    }


@pytest.mark.parametrize("case", CASES, ids=[case.says for case in CASES])
def test_costs(case: Case) -> None:
    """Each removal says what it costs; the plan file and the operations say it, too."""
    plan = plan_now(case.pair(), case.scope).plan
    assert removals(plan) == case.costs
    assert from_text(as_yaml(plan), "plan.yaml") == plan
    found = [op for op in operations(plan) if isinstance(op, RemoveMember)]
    assert {op.cohort: (op.last_enrolments, op.suspends) for op in found} == case.costs
    dear = [price for price in case.costs.values() if price != (0, 0)]
    assert [(m.last_enrolments, m.suspends) for m in costs(plan)] == dear


@pytest.mark.parametrize("case", CASES, ids=[case.says for case in CASES])
def test_what_was_planned_is_what_is_lost(case: Case) -> None:
    """A Moodle that keeps count of courses lost comes to the same figures."""
    sites = case.pair()
    moodle = sites.moodle
    assert isinstance(moodle, FakeMoodle)
    made = plan_now(sites, case.scope)
    apply(fresh(made), sites)
    found = {
        cohort: price if case.on_removal == "unenrol" else suspended
        for cohort, (price, suspended) in case.costs.items()
    }
    assert +moodle.lost == {(cohort, 101): price for cohort, price in found.items() if price}


def test_enrolments_are_asked_only_where_they_matter() -> None:
    """Of those who go, in the courses of the cohorts that they leave."""
    asked: list[tuple[frozenset[int], frozenset[int]]] = []

    class Asked(FakeMoodle):
        def enrolments(
            self, accounts: frozenset[int], courses: frozenset[int]
        ) -> dict[int, dict[int, frozenset[int]]]:
            asked.append((accounts, courses))
            return {}

    moodle = CASES[0].pair().moodle
    assert isinstance(moodle, FakeMoodle)
    moodle.__class__ = Asked
    moodle.courses = {7: ids(PHP), 8: ids(SQL)}
    plan_now(replace(CASES[0].pair(), moodle=moodle), FullScope())
    assert asked == [(ids(101), ids(PHP))]
    moodle.courses = {8: ids(SQL)}
    plan_now(replace(CASES[0].pair(), moodle=moodle), FullScope())
    assert len(asked) == 1


STALE: list[tuple[str, str, str, str]] = [
    ("as it was", "one course, by this cohort alone", "one course, by this cohort alone", "to do"),
    ("cheaper", "two courses", "one course, by this cohort alone", "to do"),
    ("dearer", "one course, by this cohort alone", "two courses", "stale"),
    ("it was free", "a cohort that no course uses", "two courses", "stale"),
    ("unknown before", "enrolments cannot be seen", "two courses", "to do"),
    ("unknown now", "two courses", "enrolments cannot be seen", "stale"),
    ("free, and unknown now", "no course at all", "enrolments cannot be seen", "stale"),
    (
        "it suspended, and unenrols now",
        "Moodle suspends instead of unenrolling",
        "one course, by this cohort alone",
        "stale",
    ),
    (
        "it unenrolled, and suspends now",
        "one course, by this cohort alone",
        "Moodle suspends instead of unenrolling",
        "stale",
    ),
]


@pytest.mark.parametrize(
    ("planned", "found", "state"), [case[1:] for case in STALE], ids=[case[0] for case in STALE]
)
def test_a_removal_that_costs_more_than_planned_is_stale(
    planned: str, found: str, state: str
) -> None:
    """Whoever reviewed the plan agreed to its cost, and to no other."""
    by_name = {case.says: case for case in CASES}
    saved = plan_now(by_name[planned].pair(), FullScope()).plan
    now = plan_now(by_name[found].pair(), FullScope())
    (checked,) = [item for item in check(saved, now) if isinstance(item.operation, RemoveMember)]
    assert checked.state == state
    assert bool(checked.why) is (state == "stale")

"""Members judged by Moodle alone: who comes, who goes, and what leaving costs by now."""

from typing import Any

import pytest

from reconciler.models.moodle import OTHER_WAY
from reconciler.reconciliation_alone import saved_alone
from tests.preconditions_world import (
    CREATE,
    UNMARK,
    UNMARKED,
    Case,
    comes,
    goes,
    judged,
    own,
    plan,
    shown,
    with_own,
)
from tests.roles_world import BESIDE, COMMUNITY, IN_STEP, OWN, Site
from tests.roles_world import without as left
from tests.world import account, pair

GONE, LOST = "cohort 7 is gone", "cohort 7 no longer bears the mark of this guild"
MEMBERS = [
    Case("a member to add", plan(own(**comes(103))), IN_STEP, ("to do",)),
    Case("a member who is in", plan(own(**comes(101))), IN_STEP, ("done",)),
    Case("a member for a cohort that is gone", plan(own(**comes(103))), Site(left(7)), (GONE,)),
    Case("for one that is not ours any more", plan(own(**comes(103))), with_own(UNMARKED), (LOST,)),
    Case(
        "for one that cannot be created",
        plan(CREATE.model_copy(update=comes(103))),
        Site(
            (
                BESIDE.model_copy(update={"description": "", "idnumber": "A--COURSECREATOR"}),
                *left(8),
            )
        ),
        ("cohort 8 has the idnumber 'a--coursecreator' now", "its cohort is gone"),
    ),
    Case(
        "for one of two with one mark",
        plan(CREATE.model_copy(update=comes(103))),
        Site((OWN, BESIDE, BESIDE.model_copy(update={"id": 9}), *left(7, 8, 9))),
        ("done", "cohorts 8, 9 all bear its mark"),
    ),
    Case(
        "an account that is not there any more",
        plan(own(**comes(188))),
        shown(),
        ("there is no such account any more",),
    ),
    Case("an account that is perhaps not shown", plan(own(**comes(188))), IN_STEP, ("to do",)),
    Case(
        "an account that is not confirmed",
        plan(own(**comes(109))),
        shown(account(9, confirmed=False)),
        ("the account is not confirmed",),
    ),
    Case(
        "the guest",
        plan(own(**comes(109))),
        shown(account(9, username="guest")),
        ("the account is the guest's",),
    ),
    Case("a member to remove", plan(own(**goes(101))), IN_STEP, ("to do",)),
    Case("a member who is out", plan(own(**goes(103))), IN_STEP, ("done",)),
    Case("a member of a cohort that is gone", plan(own(**goes(101))), Site(left(7)), (GONE,)),
    Case("of one that is not ours any more", plan(own(**goes(101))), with_own(UNMARKED), (LOST,)),
    Case(
        "who is out of what this plan let go",
        plan(UNMARK.model_copy(update=goes(103))),
        with_own(UNMARKED),
        ("done", "done"),
    ),
]


@pytest.mark.parametrize("case", MEMBERS, ids=lambda case: case.says)
def test_a_membership_is_judged_by_moodle_alone(case: Case) -> None:
    """It comes or goes as long as its cohort bears its mark, and who comes has a living account."""
    assert judged(case) == case.found


COURSE = {"courses": {7: frozenset({30})}, "enrolled": {101: {30: frozenset({7})}}}
PRICES = [
    ("as planned", {"last_enrolments": 1}, COURSE, ""),
    ("cheaper than planned", {"last_enrolments": 2}, COURSE, ""),
    (
        "dearer",
        {"last_enrolments": 0},
        COURSE,
        "it would cost them their last enrolment in 1 courses now; planned was 0",
    ),
    ("unknown when it was planned", {"last_enrolments": None, "suspends": None}, COURSE, ""),
    (
        "unknown now",
        {"last_enrolments": 1},
        {},
        "what it costs cannot be seen this way; planned was 1 courses",
    ),
    (
        "suspends now",
        {"last_enrolments": 1},
        {**COURSE, "on_removal": "suspend"},
        "it would suspend them in 1 courses now; planned was 0",
    ),
    (
        "enrolled otherwise, too",
        {"last_enrolments": 0},
        {**COURSE, "enrolled": {101: {30: frozenset({7, OTHER_WAY})}}},
        "",
    ),
]


@pytest.mark.parametrize(
    ("planned", "site", "why"), [case[1:] for case in PRICES], ids=[case[0] for case in PRICES]
)
def test_a_removal_that_costs_more_than_the_plan_said_is_stale(
    planned: dict[str, Any], site: dict[str, Any], why: str
) -> None:
    """Its price is worked out from what enrols people now."""
    sites = pair(COMMUNITY, Site(more=site).moodle())
    (found,) = saved_alone(
        plan(own(**goes(101, **{"last_enrolments": 0, "suspends": 0} | planned))), sites
    ).checked
    assert (found.state, found.why.partition(": ")[2]) == ("stale" if why else "to do", why)

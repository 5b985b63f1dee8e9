"""What gives roles: definitions and assignments, one case after the other."""

import pytest

from reconciler.models.moodle import COMPONENT, PLUGIN
from tests.roles_world import (
    BY_HAND,
    DEFINED,
    DEMOTED,
    LEFT,
    OURS,
    Case,
    Site,
    assert_plans,
    without,
)
from tests.world import CREATOR, LIBRARIAN

CASES = [
    Case("nothing is to do", []),
    Case(
        "a role cohort and its definition are made; then joining gives the role",
        [
            "create cohort a--coursecreator",
            "create cohort b--coursecreator",
            "define that a (coursecreator) gives the role coursecreator",
            "define that b (coursecreator) gives the role coursecreator",
            "add account 101 to a (coursecreator)",
        ],
        Site(without(8, 10), definitions=frozenset(), assigned={}),
    ),
    Case(
        "without the plugin each member is assigned the role",
        [
            "create cohort a--coursecreator",
            "create cohort b--coursecreator",
            "add account 101 to a (coursecreator)",
            f"give account 101 in a (coursecreator) the role coursecreator ({COMPONENT})",
        ],
        Site(without(8, 10), definitions=None, assigned={}),
    ),
    Case(
        "a definition that is missing is made; who is in gets the role with it",
        ["define that a (coursecreator) gives the role coursecreator"],
        Site(definitions=DEFINED - {(8, CREATOR.id)}, assigned={}),
    ),
    Case(
        "a member whom the plugin left out is assigned the role, as the plugin would",
        [f"give account 101 in a (coursecreator) the role coursecreator ({PLUGIN})"],
        Site(assigned={}),
    ),
    Case(
        "somebody else's definition, on the same cohort, stays",
        [],
        Site(definitions=DEFINED | {(8, LIBRARIAN.id)}),
    ),
    Case(
        "somebody loses the role, and with it the place in its cohort",
        ["remove account 101 from a (coursecreator)"],
        community=DEMOTED,
        settings={},
    ),
    Case(
        "who loses the role loses what we assigned",
        [
            f"take from account 101 in a (coursecreator) the role coursecreator ({COMPONENT})",
            "remove account 101 from a (coursecreator)",
        ],
        Site(definitions=None, assigned={OURS: {101}}),
        DEMOTED,
    ),
    Case(
        "an assignment of ours to somebody who is not in the cohort any more is taken",
        [f"take from account 102 in a (coursecreator) the role coursecreator ({COMPONENT})"],
        Site(definitions=None, assigned={OURS: {101, 102}}),
    ),
    Case(
        "one to somebody whom AVC does not know stays, as in the cohort",
        [],
        Site(inside={8: {101, 104}}, definitions=None, assigned={OURS: {101, 104}}),
    ),
    Case(
        "who moves to another guild gets there first, and is then taken from all cohorts",
        [
            "add account 101 to b",
            "remove account 101 from a",
            "remove account 101 from a (coursecreator)",
        ],
        community=LEFT,
    ),
    Case(
        "from assignments to definitions: defined first, then taken",
        [
            "define that a (coursecreator) gives the role coursecreator",
            f"take from account 101 in a (coursecreator) the role coursecreator ({COMPONENT})",
        ],
        Site(definitions=DEFINED - {(8, CREATOR.id)}, assigned={OURS: {101}}),
    ),
    Case(
        "from definitions to assignments: given first, then defined no longer",
        [
            f"give account 101 in a (coursecreator) the role coursecreator ({COMPONENT})",
            "define no longer that a (coursecreator) gives the role coursecreator",
        ],
        Site(definitions=DEFINED - {(10, CREATOR.id)}),
        settings=BY_HAND,
    ),
    Case(
        "from assignments to courses",
        [f"take from account 101 in a (coursecreator) the role coursecreator ({COMPONENT})"],
        Site(definitions=None, assigned={OURS: {101}}),
        settings={"roles_by": {"coursecreator": "course-enrolment"}},
    ),
    Case(
        "from assignments to nothing",
        [f"take from account 101 in a (coursecreator) the role coursecreator ({COMPONENT})"],
        Site(definitions=None, assigned={OURS: {101}}),
        settings={"roles_by": {"coursecreator": "none"}},
    ),
    Case(
        "from definitions to courses",
        [
            "define no longer that a (coursecreator) gives the role coursecreator",
            "define no longer that b (coursecreator) gives the role coursecreator",
        ],
        settings={"roles_by": {"coursecreator": "course-enrolment"}},
    ),
    Case(
        "from assignments to definitions, before there is the plugin: they stay",
        [],
        Site(definitions=None, assigned={OURS: {101}}),
        settings={"roles_by": {"coursecreator": "definition"}},
    ),
]


@pytest.mark.parametrize("case", CASES, ids=[case.says for case in CASES])
def test_a_full_plan(case: Case) -> None:
    """What the case says."""
    assert_plans(case)

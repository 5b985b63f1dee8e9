"""Whether somebody is given the Moodle roles that their guild roles stand for, and why."""

from typing import get_args

import pytest

from reconciler.models.explained_people import Doubt
from reconciler.models.explanation import RoleWhy
from tests.explain_roles_given_cases import GIVEN
from tests.explain_roles_withheld_cases import WITHHELD
from tests.explain_roles_world import due
from tests.explain_world import asked, person_text, planned

CASES = GIVEN | WITHHELD


def test_a_guild_that_is_left_alone_is_told_with_its_problem_once() -> None:
    """By the guild's own cohort, and not by each role again."""
    sites = CASES["a guild that is left alone"].sites
    plan = planned(sites)
    assert person_text(asked(plan, sites, "1"), plan).count("cohort 1 has its idnumber") == 1


@pytest.mark.parametrize("name", CASES)
def test_whether_a_role_is_given(name: str) -> None:
    """The role, the guild roles that stand for it, the way, and why it is given or not."""
    case = CASES[name]
    plan = planned(case.sites, case.scope, case.selection)
    found = asked(plan, case.sites, "1")
    assert due(found).why == case.why
    assert (due(found).why is None) == bool(due(found).operations)
    assert case.says in person_text(found, plan)


def test_every_reason_has_a_case() -> None:
    """Those of people in doubt are alike, and two of them are here."""
    names = {name for part in get_args(RoleWhy) for name in get_args(part) or (part,)}
    told = {case.why for case in CASES.values()} | {None, "changed"}
    assert told | {*get_args(Doubt)} == names | {None}

"""Why definitions of roles go, and cohorts are put away: by the sites, and by the file alone."""

from dataclasses import replace

import pytest

from reconciler.models.operations import UndefineRole
from reconciler.models.plan import Plan
from reconciler.operations import operations
from tests.explain_grounds_world import (
    EVERYBODYS,
    GONE,
    GROUNDS,
    RULED,
    UNMAPPED,
    WITHDRAWN,
    alone,
    librarians,
)
from tests.explain_world import asked_of_guild, guild_text, planned


def definition(plan: Plan, role: str) -> str:
    """How the operation begins."""
    (one,) = (op for op in operations(plan) if isinstance(op, UndefineRole))
    assert one.role == role
    return f"Plan: define no longer that g1 ({role}) gives the role {role}, because"


@pytest.mark.parametrize("name", GROUNDS)
def test_why_a_definition_goes(name: str) -> None:
    """It is told by the sites, and by the file in so far as that shows it; the mapping is not
    named where it has not changed.
    """
    case = GROUNDS[name]
    plan = planned(case.sites)
    begins = definition(plan, "manager" if "rules the site" in name else "librarian")
    told = guild_text(asked_of_guild(plan, case.sites, "g1"), plan)
    assert f"{begins} {case.because}.\n" in f"{told}\n"
    assert f"{begins} {case.alone or case.because}.\n" in f"{alone(plan)}\n"


PUTTING_AWAY = {
    "the guild is gone": ("because the guild is gone from AVC: hidden", True),
    "the guild is gone, whose own cohort was gone before": (
        "because the guild is gone from AVC: hidden",
        False,
    ),
    "the role is not mapped any more": (
        "because role_mapping no longer has the role: hidden",
        True,
    ),
    "the role is not mapped any more, and nobody was in the cohort": (
        "because role_mapping no longer has the role: hidden",
        False,
    ),
    "the role is everybody's now": (
        f"because {EVERYBODYS.removeprefix('role-gone: ')}: hidden",
        True,
    ),
}
EITHER = "because the guild is gone from AVC, or role_mapping no longer has the role: hidden"


@pytest.mark.parametrize("name", PUTTING_AWAY)
def test_why_a_roles_cohort_is_put_away(name: str) -> None:
    """Of two reasons the one that is so; both only by a file that does not tell which."""
    plan = planned(GROUNDS[name].sites)
    says, known = PUTTING_AWAY[name]
    told = guild_text(asked_of_guild(plan, GROUNDS[name].sites, "g1"), plan)
    assert f"archive cohort 9 (g1), {says}" in told
    assert EITHER not in told
    assert (says if known else EITHER) in alone(plan)


def test_the_plans_own_reason_is_told_also_when_the_sites_have_another_by_now() -> None:
    """The role was mapped no more, and the guild is gone since."""
    case = GROUNDS["the role is not mapped any more"]
    plan = planned(case.sites)
    after = replace(case.sites, avc={2: [2]}, inside={1: (1,), 2: (2,), 9: (1,)})
    text = guild_text(asked_of_guild(plan, after, "g1"), plan)
    assert f"{definition(plan, 'librarian')} {UNMAPPED}.\n" in text


def test_a_part_of_a_plan_is_explained_by_the_sites() -> None:
    """What is left of the guild in the file does not tell why."""
    sites = GROUNDS["the guild is gone"].sites
    plan = planned(sites)
    only = plan.model_copy(
        update={
            "cohorts": tuple(
                cohort.model_copy(update={"members": (), "action": "update"})
                for cohort in plan.cohorts
                if cohort.role
            )
        }
    )
    assert f"because {GONE}.\n" in guild_text(asked_of_guild(only, sites, "g1"), only)


def test_a_file_without_its_problems_is_explained_by_the_sites() -> None:
    """That the role is not allowed is not in it; nwp.yml says so still."""
    plan = planned(RULED).model_copy(update={"problems": ()})
    assert f"because {WITHDRAWN}.\n" in guild_text(asked_of_guild(plan, RULED, "g1"), plan)


def test_a_guild_that_is_gone_is_so_also_where_its_cohorts_are_left_alone_by_now() -> None:
    """Another cohort bears the mark by now, so neither is the guild's."""
    sites = GROUNDS["the guild is gone, whose own cohort was gone before"].sites
    plan = planned(sites)
    two = (*sites.cohorts, librarians().model_copy(update={"id": 11, "idnumber": "g1-other"}))
    after = replace(sites, cohorts=two, inside={**sites.inside, 11: ()})
    text = guild_text(asked_of_guild(plan, after, "g1"), plan)
    assert f"because {GONE}.\n" in text

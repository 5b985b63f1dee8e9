"""Why definitions of roles go, and cohorts are put away: by the sites, and by the file alone."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from reconciler.explain_file import guild_alone
from reconciler.explain_names import guild_named
from reconciler.machine_names import archived_idnumber
from reconciler.models.moodle import COMPONENT, PLUGIN, Cohort, Grant
from reconciler.models.operations import (
    UndefineRole,
)
from reconciler.models.plan import Plan
from reconciler.operations import operations
from tests.explain_world import Sites, asked_of_guild, guild_text, planned
from tests.guards_world import guild
from tests.test_explain_roles import ABLE, MAPPED, ONLY_HER
from tests.world import CREATOR, LIBRARIAN, MANAGER, our_cohort

GONE = "guild-gone: the guild is gone from AVC, and its cohort is put away"
UNMAPPED = "role-gone: role_mapping no longer has the role that this cohort is for"
EVERYBODYS = (
    "role-gone: role_mapping gives the role to every member now, and the guild's own cohort does"
)
WITHDRAWN = "withdrawn: the role rules the site, and nwp.yml does not allow it"
WAY = "way: the role is given in another way from now on"
PUT_AWAY: dict[str, Any] = {
    "name": "AVC - G1 (librarian) (archived)",
    "idnumber": archived_idnumber("g1", "librarian", 9),
    "visible": False,
}


def librarians(role: str = "librarian", **fields: Any) -> Cohort:
    """Guild 1's cohort for a role, which is cohort 9."""
    return our_cohort(9, guild(1), role, **fields)


def defined(role: int = LIBRARIAN.id, **more: Any) -> dict[str, Any]:
    """A Moodle where local_cohortrole gives cohort 9's one member the role; no course is lost."""
    its = Grant(cohort=9, role=role, component=PLUGIN)
    base = {"definitions": {(9, role)}, "assigned": {its: ONLY_HER}, "courses": {}}
    return ABLE | base | more


def mapped(*roles: str, **more: Any) -> dict[str, Any]:
    """Guild roles that stand for these, one each."""
    names = ("guild_mentor", "guild_admin")
    return {"role_sync": True, "role_mapping": dict(zip(names, roles, strict=False))} | more


@dataclass(frozen=True)
class Ground:
    """A guild, what it was that its definition goes for, and whether the file alone tells."""

    sites: Sites
    because: str
    alone: str = ""
    """What the file alone says; empty: the same."""


IS_GONE = Sites({2: [2]}, {1: [1], 2: [2], 9: [1]}, cohorts=(librarians(),))
IS_THERE = Sites({1: [1]}, {1: [1], 9: [1]}, cohorts=(librarians(),))
RULED = replace(
    IS_THERE,
    cohorts=(librarians("manager"),),
    roles={1: {"guild-mentor": frozenset({1})}},
    settings=mapped("manager"),
    moodle=defined(MANAGER.id),
)
EMPTY: Mapping[int, tuple[int, ...]] = {2: (2,), 9: ()}
GROUNDS = {
    "the guild is gone": Ground(
        replace(IS_GONE, settings=MAPPED, moodle=defined()),
        GONE,
    ),
    "the guild is gone, and nobody was in the cohort": Ground(
        replace(
            IS_GONE, inside={1: (), 2: (2,), 9: ()}, settings=MAPPED, moodle=defined(assigned={})
        ),
        GONE,
    ),
    "the guild is gone, and its cohorts are put away already": Ground(
        replace(
            IS_GONE,
            inside=EMPTY,
            cohorts=(librarians(**PUT_AWAY),),
            settings=MAPPED,
            moodle=defined(assigned={}),
        ),
        GONE,
    ),
    "the guild is gone, whose own cohort was gone before": Ground(
        replace(
            IS_GONE, inside=EMPTY, settings=mapped("coursecreator"), moodle=defined(assigned={})
        ),
        GONE,
        f"{GONE}, or {UNMAPPED}",
    ),
    "the guild is gone, whose roles are given in another way": Ground(
        replace(
            IS_GONE,
            inside=EMPTY,
            settings=mapped("librarian", roles_by={"librarian": "course-enrolment"}),
            moodle=defined(assigned={}),
        ),
        GONE,
    ),
    "the guild is gone, and its role is not mapped": Ground(
        replace(
            IS_GONE,
            inside={1: (), 2: (2,), 9: ()},
            settings=mapped("coursecreator"),
            moodle=defined(assigned={}),
        ),
        GONE,
    ),
    "the guild is gone, and roles are not synchronised": Ground(
        replace(IS_GONE, settings={"role_sync": False}, moodle=defined()),
        GONE,
    ),
    "the role is not mapped any more": Ground(
        replace(IS_THERE, settings=mapped("coursecreator"), moodle=defined()),
        UNMAPPED,
    ),
    "the role is not mapped any more, and nobody was in the cohort": Ground(
        replace(
            IS_THERE,
            inside={1: (1,), 9: ()},
            settings=mapped(),
            moodle=defined(assigned={}),
        ),
        UNMAPPED,
        f"{GONE}, or {UNMAPPED}",
    ),
    "the role is not mapped any more, and the guild is named anew": Ground(
        replace(
            IS_THERE,
            inside={1: (1,), 9: ()},
            cohorts=(librarians(), our_cohort(1, guild(1), name="AVC - Old")),
            settings=mapped(),
            moodle=defined(assigned={}),
        ),
        UNMAPPED,
    ),
    "the role is everybody's, and nobody is in the cohort": Ground(
        replace(
            IS_THERE,
            inside={1: (1,), 9: ()},
            settings={"role_sync": True, "role_mapping": {"default": "librarian"}},
            moodle=defined(
                definitions={(1, LIBRARIAN.id), (9, LIBRARIAN.id)},
                assigned={Grant(cohort=1, role=LIBRARIAN.id, component=PLUGIN): ONLY_HER},
            ),
        ),
        EVERYBODYS,
        f"{GONE}, or {EVERYBODYS}",
    ),
    "the role is not mapped any more, and another one is given in another way": Ground(
        replace(
            IS_THERE,
            inside={1: (1,), 9: (), 10: (1,)},
            cohorts=(librarians(), our_cohort(10, guild(1), "coursecreator")),
            roles={1: {"guild-mentor": frozenset({1})}},
            settings=mapped("coursecreator"),
            moodle=defined(
                definitions={(9, LIBRARIAN.id), (10, CREATOR.id)},
                assigned={
                    Grant(cohort=10, role=CREATOR.id, component=one): ONLY_HER
                    for one in (COMPONENT, PLUGIN)
                },
            ),
        ),
        UNMAPPED,
        f"{GONE}, or {UNMAPPED}",
    ),
    "the role is not mapped any more, and another one is": Ground(
        replace(
            IS_THERE,
            inside={1: (1,), 9: ()},
            settings={"role_sync": True, "role_mapping": {"default": "coursecreator"}},
            moodle=defined(assigned={}),
        ),
        UNMAPPED,
    ),
    "the role is not mapped any more, and somebody comes to the guild": Ground(
        replace(
            IS_THERE,
            inside={1: (), 9: ()},
            settings=mapped(),
            moodle=defined(assigned={}),
        ),
        UNMAPPED,
    ),
    "the role is everybody's now": Ground(
        replace(
            IS_THERE,
            settings={"role_sync": True, "role_mapping": {"default": "librarian"}},
            moodle=defined(),
        ),
        EVERYBODYS,
    ),
    "the role rules the site": Ground(RULED, WITHDRAWN, f"{GONE}, or {WITHDRAWN}"),
    "the role rules the site, and was given one by one as well": Ground(
        replace(
            RULED,
            moodle=defined(
                MANAGER.id,
                assigned={Grant(cohort=9, role=MANAGER.id, component=COMPONENT): ONLY_HER},
            ),
        ),
        WITHDRAWN,
    ),
    "it is given one by one from now on": Ground(
        replace(
            IS_THERE,
            roles={1: {"guild-mentor": frozenset({1})}},
            settings=mapped("librarian", roles_by={"librarian": "assignment"}),
            moodle=defined(),
        ),
        WAY,
    ),
    "it is given in courses from now on": Ground(
        replace(
            IS_THERE,
            roles={1: {"guild-mentor": frozenset({1})}},
            settings=mapped("librarian", roles_by={"librarian": "course-enrolment"}),
            moodle=defined(),
        ),
        WAY,
        f"{GONE}, or {WAY}",
    ),
}


def alone(plan: Plan, name: str = "g1") -> str:
    """What the file alone tells of a guild."""
    return guild_text(guild_alone(plan, guild_named(name, plan, None)), plan)


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

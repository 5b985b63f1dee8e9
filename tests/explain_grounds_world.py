"""Guilds whose definitions of a role go, for each ground that there is, and what is said of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from reconciler.explain_file import guild_alone
from reconciler.explain_names import guild_named
from reconciler.machine_names import archived_idnumber
from reconciler.models.moodle import COMPONENT, PLUGIN, Cohort, Grant
from reconciler.models.plan import Plan
from tests.explain_roles_world import ABLE, BY_DEFAULT, MAPPED, ONLY_HER
from tests.explain_world import Sites, guild_text
from tests.guards_world import guild
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
            settings=BY_DEFAULT,
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
            settings=BY_DEFAULT,
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

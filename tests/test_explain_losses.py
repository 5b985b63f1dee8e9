"""What goes with a definition, or with a membership, for somebody who had a role by it."""

from dataclasses import dataclass, replace
from typing import Any

import pytest

from reconciler.explain_file import person_alone
from reconciler.explain_names import subject_named
from reconciler.models.moodle import PLUGIN, Grant
from reconciler.models.operations import UndefineRole
from reconciler.models.plan import Plan
from reconciler.operations import operations
from tests.explain_grounds_world import (
    GONE,
    GROUNDS,
    IS_THERE,
    RULED,
    UNMAPPED,
    WAY,
    WITHDRAWN,
    defined,
    librarians,
    mapped,
)
from tests.explain_roles_world import ABLE, BY_DEFAULT, ITS, MAPPED, ONLY_HER, OURS
from tests.explain_world import Sites, asked, asked_of_guild, guild_text, person_text, planned
from tests.guards_world import guild
from tests.world import LIBRARIAN, MANAGER, account, our_cohort

ROLE = "the account loses the role librarian, which it has by the definition for g1 (librarian)"
LOST = f"Cost: no course is lost by it, but {ROLE}.\n"
STAYS = f"Cost: {ROLE}.\n"
UNSEEN = "Cost: cannot be seen by this access to Moodle"
HERS = Grant(cohort=10, role=LIBRARIAN.id, component=PLUGIN)


@dataclass(frozen=True)
class Loss:
    """What there is, and what is said of her, who has account 101, and by the file alone."""

    sites: Sites
    says: tuple[str, ...]
    alone: tuple[str, ...] | None = None
    """None: the same."""


DEFINES = "Plan: define no longer that g1 (librarian) gives the role librarian, because"
LOSSES = {
    "the guild is gone": Loss(GROUNDS["the guild is gone"].sites, (LOST, f"{DEFINES} {GONE}.\n")),
    "the role is not mapped any more": Loss(
        GROUNDS["the role is not mapped any more"].sites,
        (LOST, f"{DEFINES} {UNMAPPED}.\n"),
    ),
    "she is a mentor no more": Loss(
        replace(IS_THERE, settings=MAPPED, moodle=defined()),
        ("because lost-role: ", LOST),
    ),
    "she leaves a guild whose own cohort gives a role": Loss(
        replace(
            IS_THERE,
            avc={1: [2]},
            inside={1: (1, 2)},
            settings=BY_DEFAULT,
            moodle=ABLE
            | {
                "definitions": {(1, LIBRARIAN.id)},
                "assigned": {Grant(cohort=1, role=LIBRARIAN.id, component=PLUGIN): ONLY_HER},
            },
        ),
        (f"{UNSEEN}; and {ROLE.removesuffix(' (librarian)')}.\n",),
    ),
    "she has it by another guild, too": Loss(
        replace(
            GROUNDS["the guild is gone"].sites,
            avc={2: [1]},
            inside={1: (1,), 2: (1,), 9: (1,), 10: (1,)},
            cohorts=(librarians(), our_cohort(10, guild(2), "librarian")),
            roles={2: {"guild-mentor": frozenset({1})}},
            moodle=defined(
                definitions={(9, LIBRARIAN.id), (10, LIBRARIAN.id)},
                assigned={
                    ITS: ONLY_HER,
                    HERS: ONLY_HER,
                    Grant(cohort=2, role=MANAGER.id, component=PLUGIN): ONLY_HER,
                    Grant(cohort=2, role=LIBRARIAN.id, component=PLUGIN): frozenset({102}),
                },
            ),
        ),
        (f"Cost: no course is lost by it, but {ROLE}, and has it by cohort 10, too.\n",),
        (LOST,),
    ),
    "it is given in courses from now on": Loss(
        GROUNDS["it is given in courses from now on"].sites,
        (f"{DEFINES} {WAY}.\n", STAYS, "a member already, as AVC wants it"),
        ("Nothing in the file is about them",),
    ),
    "the role rules the site": Loss(
        RULED,
        (f"the role manager, because {WITHDRAWN}.\n  • {STAYS.replace('librarian', 'manager')}",),
        ("Nothing in the file is about them",),
    ),
}


def of_her(plan: Plan, sites: Sites | None = None) -> str:
    """What is said of account 101; without sites, by the file alone."""
    if sites is None:
        found = person_alone(plan, subject_named("moodle:101", plan, None), None)
    else:
        found = asked(plan, sites, "moodle:101")
    return f"{person_text(found, plan)}\n"


@pytest.mark.parametrize("name", LOSSES)
def test_whoever_loses_a_role_with_a_definition_is_told(name: str) -> None:
    """Which, by which cohort's definition, and why that goes, or that they leave the cohort."""
    case = LOSSES[name]
    plan = planned(case.sites)
    alone = case.says if case.alone is None else case.alone
    told = {sentence: of_her(plan, case.sites) for sentence in case.says}
    by_file = {sentence: of_her(plan) for sentence in alone}
    assert [one for one, text in (*told.items(), *by_file.items()) if one not in text] == []
    assert of_her(plan, case.sites).count("loses the role") == 1


WITH_HER: dict[str, Any] = {"roles": {1: {"guild-mentor": frozenset({1})}}}
KEEPS = {
    "it is given one by one from now on": GROUNDS["it is given one by one from now on"].sites,
    "it was given one by one, too": replace(
        IS_THERE,
        **WITH_HER,
        settings=mapped("librarian", roles_by={"librarian": "assignment"}),
        moodle=defined(assigned={ITS: ONLY_HER, OURS: ONLY_HER}),
    ),
    "local_cohortrole has passed her over": replace(
        IS_THERE,
        **WITH_HER,
        settings=mapped("librarian", roles_by={"librarian": "course-enrolment"}),
        moodle=defined(assigned={}),
    ),
    "she is in another cohort of the guild": replace(
        IS_THERE, inside={1: (1,), 9: ()}, settings=mapped(), moodle=defined(assigned={})
    ),
}


@pytest.mark.parametrize("name", KEEPS)
def test_whoever_loses_none_by_it_is_told_of_none(name: str) -> None:
    """The definition goes, and she has the role all the same, or never had it by that."""
    sites = KEEPS[name]
    plan = planned(sites)
    assert any(isinstance(op, UndefineRole) for op in operations(plan))
    for text in (of_her(plan, sites), of_her(plan)):
        assert DEFINES not in text
        assert "Cost: " not in text


def test_a_role_that_was_given_both_ways_goes_both_ways() -> None:
    """She leaves, and both what hangs on the definition and the assignment of ours go."""
    sites = replace(
        GROUNDS["the guild is gone"].sites,
        moodle=defined(assigned={ITS: ONLY_HER, OURS: ONLY_HER}),
    )
    plan = planned(sites)
    text = of_her(plan, sites)
    assert "Plan: take from account 101 in g1 (librarian) the role librarian" in text
    assert f"{DEFINES} {GONE}.\n" in text
    assert text.count("loses the role") == 1


def test_a_guilds_removals_tell_the_roles_that_go() -> None:
    """Beside each account, as its courses are."""
    sites = LOSSES["she is a mentor no more"].sites
    plan = planned(sites)
    text = guild_text(asked_of_guild(plan, sites, "g1"), plan)
    assert f"account 101 (u1, AVC 1); cost: no course is lost by it, but {ROLE}." in text


def test_a_guild_of_several_cohorts_has_one_heading() -> None:
    """By the file alone, too: her places are one below the other."""
    sites = GROUNDS["the guild is gone"].sites
    plan = planned(sites)
    (part,) = person_alone(plan, subject_named("1", plan, None), None).guilds
    assert [one.key.role for one in part.places] == [None, "librarian"]
    assert [line for line in of_her(plan).splitlines() if line.startswith("g1")] == ["g1"]
    told = [line for line in of_her(plan, sites).splitlines() if line.startswith("g1")]
    assert told == ["g1, which AVC has no more"]


def test_what_is_taken_one_by_one_does_not_show_who_is_inside() -> None:
    """The file alone has an assignment that goes, and she may have left the cohort before."""
    sites = GROUNDS["the role rules the site, and was given one by one as well"].sites
    plan = planned(sites)
    assert "Plan: take from account 101 in g1 (manager)" in of_her(plan)
    assert "define no longer" not in of_her(plan)


def test_somebody_with_a_problem_in_the_guild_has_one_heading() -> None:
    """By the file alone: what is done there, and the problem is told above."""
    sites = Sites({1: [1]}, {1: []}, accounts=(account(1, suspended=True),))
    plan = planned(sites)
    assert any("g1" in problem.guilds for problem in plan.problems)
    assert [line for line in of_her(plan).splitlines() if line.startswith("g1")] == ["g1"]

"""Roles that a mapping misspells, that rule the site, or that it forgot: nobody loses a course."""

from dataclasses import replace
from typing import Any

import pytest

from reconciler.models.moodle import COMPONENT, Grant
from reconciler.models.plan import Problem
from tests.roles_world import (
    BESIDE,
    COMMUNITY,
    DEFINED,
    DEMOTED,
    LEFT,
    ONLY_B,
    OTHER,
    OURS,
    OWN,
    PLUGINS,
    A,
    Case,
    Site,
    assert_plans,
    plan,
    put_away,
    without,
)
from tests.world import CREATOR, LIBRARIAN, our_cohort, person

RULES = {"roles": (CREATOR.model_copy(update={"rules_site": True}), LIBRARIAN)}
KEY: dict[str, Any] = {"role_mapping": {"guild_admn": "coursecreator"}}
VALUE: dict[str, Any] = {"role_mapping": {"guild_admin": "coursecraetor"}}
BOTH_IN = Site(inside={8: {101, 102}}, definitions=None, assigned={OURS: {101, 102}})
LIBRARIANS = Site(
    without(8, 10),
    definitions=None,
    assigned={Grant(cohort=7, role=LIBRARIAN.id, component=COMPONENT): {101, 102}},
)
TWO_PEOPLE = replace(COMMUNITY, people=(*COMMUNITY.people, person(9, mail="u1@x.org")))

MISSPELT = [
    Case("the guild role is misspelt: all stays as it is", [], community=DEMOTED, settings=KEY),
    Case("the Moodle role is misspelt", [], community=DEMOTED, settings=VALUE),
    Case("what we assigned stays, the guild role misspelt", [], BOTH_IN, settings=KEY),
    Case("what we assigned stays, the Moodle role misspelt", [], BOTH_IN, settings=VALUE),
    Case(
        "another line misspelt: a role that is not mapped is not put away",
        [],
        community=DEMOTED,
        settings={"role_mapping": {"guild_mentr": "librarian"}},
    ),
    Case(
        "one of two guild roles misspelt: nobody loses the Moodle role of both",
        [],
        BOTH_IN,
        settings={"role_mapping": {"guild_admin": "coursecreator", "guild_mentr": "coursecreator"}},
    ),
    Case(
        "but who holds the other one gets it, and who leaves the guild loses it",
        [
            "add account 101 to b",
            f"take from account 101 in a (coursecreator) the role coursecreator ({COMPONENT})",
            "remove account 101 from a",
            "remove account 101 from a (coursecreator)",
        ],
        BOTH_IN,
        LEFT,
        {"role_mapping": {"guild_admin": "coursecreator", "guild_mentr": "coursecreator"}},
    ),
    Case(
        "the other lines do what they say, in full",
        ["remove account 102 from a (coursecreator)"],
        Site(inside={8: {101, 102}}),
        settings={"role_mapping": {"guild_admin": "coursecreator", "guild_mentr": "teacher"}},
    ),
    Case(
        "ordinary membership misspelt: what its members were assigned stays",
        [],
        LIBRARIANS,
        settings={"role_mapping": {"guild_membr": "librarian"}},
    ),
    Case(
        "although the default gives them another role",
        [],
        LIBRARIANS,
        settings={"role_mapping": {"guild_membr": "librarian", "default": "student"}},
    ),
    Case(
        "the ordinary members' Moodle role misspelt",
        [],
        LIBRARIANS,
        settings={"role_mapping": {"guild_member": "libarian"}},
    ),
    Case(
        "a guild that is gone is put away all the same",
        [
            f"take from account 101 in a (coursecreator) the role coursecreator ({COMPONENT})",
            f"take from account 102 in a (coursecreator) the role coursecreator ({COMPONENT})",
            "remove account 101 from a",
            "remove account 102 from a",
            "remove account 101 from a (coursecreator)",
            "remove account 102 from a (coursecreator)",
            "archive cohort 7 (a)",
            "archive cohort 8 (a)",
        ],
        BOTH_IN,
        ONLY_B,
        KEY,
    ),
]
WITHDRAWN = [
    Case(
        "a role that rules the site is defined no longer; its cohorts and members stay",
        [
            "define no longer that a (coursecreator) gives the role coursecreator",
            "define no longer that b (coursecreator) gives the role coursecreator",
        ],
        Site(more=RULES),
    ),
    Case(
        "and is taken where we assigned it, in the cohort or not",
        [
            f"take from account 101 in a (coursecreator) the role coursecreator ({COMPONENT})",
            f"take from account 103 in a (coursecreator) the role coursecreator ({COMPONENT})",
        ],
        Site(definitions=None, assigned={OURS: {101, 103}}, more=RULES),
    ),
    Case(
        "although another line of the mapping is misspelt",
        [f"take from account 101 in a (coursecreator) the role coursecreator ({COMPONENT})"],
        Site(definitions=None, assigned={OURS: {101}}, more=RULES),
        settings={"role_mapping": {"guild_admin": "coursecreator", "guild_mentr": "librarian"}},
    ),
    Case(
        "who left the guild stays in that cohort, which nobody keeps in step",
        ["add account 101 to b", "remove account 101 from a"],
        Site(definitions=frozenset(), assigned={}, more=RULES),
        LEFT,
    ),
    Case(
        "an account that may be two people's keeps what we assigned",
        [],
        Site(definitions=None, assigned={OURS: {101}}, more=RULES),
        TWO_PEOPLE,
    ),
    Case(
        "somebody else's definition on such a cohort stays",
        [],
        Site(without(10), definitions=frozenset({(8, LIBRARIAN.id)}), assigned={}, more=RULES),
    ),
    Case(
        "one that was put away stays so",
        [],
        Site((OWN, put_away(BESIDE), OTHER), {8: set()}, frozenset(), {}, RULES),
    ),
    Case(
        "taken out of the mapping as well, its cohorts are put away",
        ["remove account 101 from a (coursecreator)", "archive cohort 8 (a)"],
        Site(without(10), definitions=frozenset(), assigned={}, more=RULES),
        settings={"role_mapping": {"guild_member": "librarian"}, "roles_by": {"librarian": "none"}},
    ),
    Case(
        "by web services, where nothing can be taken, nothing is done",
        [],
        Site(
            (OWN, our_cohort(8, A, "manager"), OTHER),
            more={"roles": None, "abilities": frozenset()},
        ),
        settings={"role_mapping": {"guild_admin": "manager"}},
    ),
]
CASES = [*MISSPELT, *WITHDRAWN]


@pytest.mark.parametrize("case", CASES, ids=[case.says for case in CASES])
def test_a_full_plan(case: Case) -> None:
    """What the case says."""
    assert_plans(case)


def test_a_withdrawn_role_says_so() -> None:
    """In the plan, with its grounds, and no word of the cohort's own fields."""
    site = Site(definitions=None, assigned={OURS: {101}}, more=RULES)
    made = plan(site)
    (cohort,) = made.cohorts
    assert [(given.moodle, given.because) for given in cohort.assignments] == [(101, "withdrawn")]
    assert not cohort.changes_fields
    assert list(made.problems) == [Problem(kind="privileged-role", roles=("coursecreator",))]


def left(*cohorts: int) -> list[Problem]:
    return [Problem(kind="role-cohorts-left", cohorts=cohorts)] if cohorts else []


MAPPED = {"guild_admin": "coursecreator"}
LEFT_OVER: list[tuple[str, Site, dict[str, Any], list[Problem]]] = [
    ("they are mapped", Site(), {}, []),
    ("roles are not synchronised", Site(), {"role_sync": False}, left(8, 10)),
    (
        "those that are put away are none",
        Site((OWN, put_away(BESIDE), OTHER), {8: set()}),
        {"role_sync": False},
        [],
    ),
    (
        "the mapping may misspell them",
        Site(),
        VALUE,
        [*left(8, 10), Problem(kind="unknown-moodle-role", roles=("coursecraetor",))],
    ),
    (
        "a guild role is misspelt, and their role named",
        Site(),
        KEY,
        [Problem(kind="unknown-guild-role", roles=("guild_admn",))],
    ),
    (
        "another guild role is misspelt, and their role not named",
        Site(),
        {"role_mapping": {"guild_mentr": "teacher"}},
        [*left(8, 10), Problem(kind="unknown-guild-role", roles=("guild_mentr",))],
    ),
    (
        "no guild's own cohort is one",
        Site(without(8, 10), definitions=frozenset(), assigned={}),
        {"role_sync": False},
        [],
    ),
]


@pytest.mark.parametrize(
    ("site", "settings", "expected"),
    [case[1:] for case in LEFT_OVER],
    ids=[case[0] for case in LEFT_OVER],
)
def test_cohorts_that_nothing_wants_and_that_are_left_are_told(
    site: Site, settings: dict[str, Any], expected: list[Problem]
) -> None:
    """They still give their roles: what would put them away is in the sentence."""
    assert list(plan(site, **settings).problems) == expected


def test_those_of_a_guild_that_is_gone_are_not_left() -> None:
    """They are put away whatever the mapping says."""
    found = plan(Site(), ONLY_B, **VALUE)
    assert [problem for problem in found.problems if problem.kind == "role-cohorts-left"] == left(
        10
    )


def test_what_the_plugin_left_behind_is_not_given_twice() -> None:
    """Gone without taking its assignments back, it may return: until then nothing is assigned."""
    found = plan(Site(definitions=None, assigned={PLUGINS: {101}}))
    assert found.empty
    assert list(found.problems) == [Problem(kind="role-needs-plugin", roles=("coursecreator",))]


UNSEEN = Site(definitions=None, assigned={}, more={"roles": None, "abilities": frozenset[str]()})
"""By web services: neither roles nor assignments."""


@pytest.mark.parametrize(
    ("role", "roles_by", "goes"),
    [
        ("coursecraetor", {}, False),
        ("mentor", {}, False),
        ("mentor", {"mentor": "course-enrolment"}, True),
        ("mentor", {"coursecreator": "course-enrolment"}, False),
        ("teacher", {}, True),
    ],
)
def test_what_no_look_at_moodle_confirms_may_be_misspelt(
    role: str, roles_by: dict[str, Any], *, goes: bool
) -> None:
    """Where Moodle shows no roles, a role that it does not have from the start, and that roles_by
    does not name, may be another one's name with a typing error: nobody loses a course by it.
    """
    mapping = {"guild_admin": role}
    made = plan(UNSEEN, DEMOTED, role_mapping=mapping, roles_by=roles_by)
    assert (("archive", "coursecreator") in {(c.action, c.role) for c in made.cohorts}) is goes
    assert any(m.change == "remove" for c in made.cohorts for m in c.members) is goes
    left = {problem.kind for problem in made.problems} & {"role-unseen", "role-cohorts-left"}
    assert left == (set() if goes else {"role-unseen", "role-cohorts-left"})


def test_a_mapping_that_is_mended_puts_away_what_it_does_not_name() -> None:
    """Only while it may misspell a role are that role's cohorts left."""
    site = Site(without(10), definitions=DEFINED, assigned={PLUGINS: {101}})
    made = plan(site, role_mapping={"guild_mentor": "teacher"})
    assert ("archive", "coursecreator") in {(c.action, c.role) for c in made.cohorts}

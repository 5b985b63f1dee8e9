"""The cohorts for roles: put away, found again, left alone; and who rules the site."""

from dataclasses import replace

import pytest

from reconciler.models.moodle import COMPONENT, PLUGIN, Cohort, Grant
from tests.roles_world import (
    BESIDE,
    BESIDE_B,
    COMMUNITY,
    DEFINED,
    DEMOTED,
    LEFT,
    ONLY_B,
    OTHER,
    OURS,
    OWN,
    PLUGINS,
    Case,
    Site,
    assert_plans,
    put_away,
    without,
)
from tests.world import CREATOR, LIBRARIAN, person

CASES = [
    Case(
        "a role that is no longer mapped: its cohorts are put away, their definitions last",
        [
            "remove account 101 from a (coursecreator)",
            "define no longer that a (coursecreator) gives the role coursecreator",
            "define no longer that b (coursecreator) gives the role coursecreator",
            "archive cohort 8 (a)",
            "archive cohort 10 (b)",
        ],
        settings={"role_mapping": {}},
    ),
    Case(
        "a definition of somebody's on such a cohort stays",
        [
            "remove account 101 from a (coursecreator)",
            "define no longer that a (coursecreator) gives the role coursecreator",
            "archive cohort 8 (a)",
        ],
        Site(without(10), definitions=frozenset({(8, CREATOR.id), (8, LIBRARIAN.id)})),
        settings={"role_mapping": {}},
    ),
    Case(
        "no longer mapped, and assigned",
        [
            f"take from account 101 in a (coursecreator) the role coursecreator ({COMPONENT})",
            "remove account 101 from a (coursecreator)",
            "archive cohort 8 (a)",
        ],
        Site(without(10), definitions=None, assigned={OURS: {101}}),
        settings={"role_mapping": {}},
    ),
    Case(
        "a role that ordinary members have by now: its cohorts are put away",
        [
            f"give account 101 in a the role coursecreator ({COMPONENT})",
            f"give account 102 in a the role coursecreator ({COMPONENT})",
            f"give account 103 in b the role coursecreator ({COMPONENT})",
            f"take from account 101 in a (coursecreator) the role coursecreator ({COMPONENT})",
            "remove account 101 from a (coursecreator)",
            "archive cohort 8 (a)",
        ],
        Site(without(10), definitions=None, assigned={OURS: {101}}),
        settings={"role_mapping": {"guild_member": "coursecreator"}},
    ),
    Case(
        "an account that may be two people's keeps what it has, wherever it is",
        ["archive cohort 8 (a)"],
        Site(without(10), definitions=None, assigned={OURS: {101}}),
        replace(COMMUNITY, people=(*COMMUNITY.people, person(9, mail="u1@x.org"))),
        {"role_mapping": {}},
    ),
    Case(
        "a definition on a guild's own cohort stays, although its role is assigned",
        [
            f"give account 101 in a the role librarian ({COMPONENT})",
            f"give account 102 in a the role librarian ({COMPONENT})",
            f"give account 103 in b the role librarian ({COMPONENT})",
        ],
        Site(without(8, 10), definitions=frozenset({(7, LIBRARIAN.id)}), assigned={}),
        settings={
            "role_mapping": {"guild_member": "librarian"},
            "roles_by": {"librarian": "assignment"},
        },
    ),
    Case(
        "a guild that is gone: both its cohorts are put away",
        [
            "remove account 101 from a",
            "remove account 102 from a",
            "remove account 101 from a (coursecreator)",
            "define no longer that a (coursecreator) gives the role coursecreator",
            "archive cohort 7 (a)",
            "archive cohort 8 (a)",
        ],
        community=ONLY_B,
    ),
    Case(
        "a definition on a gone guild's own cohort is left to those who made it",
        [
            "remove account 101 from a",
            "remove account 102 from a",
            "archive cohort 7 (a)",
        ],
        Site(without(8, 10), definitions=frozenset({(7, CREATOR.id)}), assigned={}),
        ONLY_B,
        {"role_mapping": {}},
    ),
    Case(
        "an assignment of ours that outlived its member goes, although the cohort is put away",
        [f"take from account 101 in a (coursecreator) the role coursecreator ({COMPONENT})"],
        Site(
            (OWN, put_away(BESIDE), OTHER),
            {8: set()},
            None,
            {OURS: {101}},
        ),
        settings={"role_mapping": {}},
    ),
    Case(
        "a role that is mapped again finds its cohort",
        [
            "restore cohort 8 (a)",
            "define that a (coursecreator) gives the role coursecreator",
            "add account 101 to a (coursecreator)",
        ],
        Site(
            (OWN, put_away(BESIDE), OTHER, BESIDE_B),
            {8: set()},
            DEFINED - {(8, CREATOR.id)},
            {},
        ),
    ),
    Case(
        "a cohort that looks as if it were for the role is adopted, and its members stay",
        [
            "adopt cohort 8 (a)",
            "add account 101 to a (coursecreator)",
        ],
        Site(
            (OWN, BESIDE.model_copy(update={"description": ""}), OTHER, BESIDE_B),
            {8: {102}},
            assigned={PLUGINS: {102}},
        ),
    ),
    Case(
        "roles are no longer synchronised: their cohorts are left",
        [],
        community=DEMOTED,
        settings={"role_sync": False},
    ),
    Case(
        "a site administrator is in the guild's cohort, and in none for a role",
        [],
        Site(inside={8: set()}, assigned={}, more={"administrators": frozenset({101})}),
    ),
    Case(
        "who became a site administrator is left where they are",
        [],
        Site(more={"administrators": frozenset({101})}),
    ),
    Case(
        "who became a site administrator and left the guild goes like others",
        [
            "add account 101 to b",
            "remove account 101 from a",
            "remove account 101 from a (coursecreator)",
        ],
        Site(more={"administrators": frozenset({101})}),
        LEFT,
    ),
    Case(
        "the role of ordinary members is given by the guild's own cohort",
        ["define that a gives the role librarian", "define that b gives the role librarian"],
        settings={"role_mapping": {"guild_admin": "coursecreator", "guild_member": "librarian"}},
    ),
    Case(
        "it is assigned to members, and to no site administrator",
        [
            f"give account 102 in a the role librarian ({COMPONENT})",
            f"give account 103 in b the role librarian ({COMPONENT})",
        ],
        Site(
            without(8, 10), definitions=None, assigned={}, more={"administrators": frozenset({101})}
        ),
        settings={"role_mapping": {"default": "librarian"}},
    ),
    Case(
        "nor repaired for a site administrator",
        [],
        Site(
            without(8, 10),
            definitions=frozenset({(7, LIBRARIAN.id), (9, LIBRARIAN.id)}),
            assigned={
                Grant(cohort=7, role=LIBRARIAN.id, component=PLUGIN): {102},
                Grant(cohort=9, role=LIBRARIAN.id, component=PLUGIN): {103},
            },
            more={"administrators": frozenset({101})},
        ),
        settings={"role_mapping": {"default": "librarian"}},
    ),
    Case(
        "a definition on a guild's own cohort is never deleted, mapped or not",
        [],
        Site(without(8, 10), definitions=frozenset({(7, LIBRARIAN.id)}), assigned={}),
        settings={"role_mapping": {}},
    ),
    Case(
        "but what we assigned there goes when ordinary members have no role any more",
        [f"take from account 102 in a the role librarian ({COMPONENT})"],
        Site(
            without(8, 10),
            definitions=None,
            assigned={Grant(cohort=7, role=LIBRARIAN.id, component=COMPONENT): {102}},
        ),
        settings={"role_mapping": {}},
    ),
    Case(
        "or another one",
        [
            f"give account 101 in a the role coursecreator ({COMPONENT})",
            f"give account 102 in a the role coursecreator ({COMPONENT})",
            f"give account 103 in b the role coursecreator ({COMPONENT})",
            f"take from account 102 in a the role librarian ({COMPONENT})",
        ],
        Site(
            without(8, 10),
            definitions=None,
            assigned={Grant(cohort=7, role=LIBRARIAN.id, component=COMPONENT): {102}},
        ),
        settings={"role_mapping": {"guild_member": "coursecreator"}},
    ),
    Case(
        "assignments stay while the definition that is to replace them cannot be made",
        [],
        Site(
            definitions=frozenset(),
            assigned={OURS: {101}},
            more={"abilities": frozenset({"assign-roles"})},
        ),
    ),
    Case(
        "by web services role cohorts are kept in step, and nothing else",
        ["add account 101 to a (coursecreator)"],
        Site(inside={8: set()}, more={"roles": None, "abilities": frozenset()}),
    ),
    Case(
        "a role that Moodle lost: its cohorts are left alone",
        [],
        Site(assigned={}, definitions=frozenset(), more={"roles": (LIBRARIAN,)}),
        DEMOTED,
    ),
    Case(
        "a cohort of a category that wears the idnumber is in the way, and the guild is not",
        [],
        Site(
            (
                OWN,
                Cohort(
                    id=8,
                    name="x",
                    idnumber="A--coursecreator",
                    description="",
                    visible=True,
                    system=False,
                ),
                OTHER,
                BESIDE_B,
            ),
            assigned={},
        ),
    ),
    Case(
        "a role cohort that another part of Moodle keeps is left alone",
        [],
        Site((OWN, BESIDE.model_copy(update={"component": "local_x"}), OTHER, BESIDE_B)),
        DEMOTED,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=[case.says for case in CASES])
def test_a_full_plan(case: Case) -> None:
    """What the case says."""
    assert_plans(case)

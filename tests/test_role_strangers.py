"""Nobody gets a role by being found: adopted cohorts, strangers, and what people defined."""

from typing import Any

import pytest

from reconciler.models.moodle import COMPONENT, PLUGIN, Grant
from reconciler.models.operations import DefineRole
from reconciler.models.plan import Problem
from reconciler.models.scope import FullScope
from reconciler.models.settings import SyncSettings
from reconciler.operations import operations, words
from reconciler.reconciliation import apply, fresh, plan_now
from tests.roles_world import (
    BESIDE,
    BESIDE_B,
    BY_HAND,
    COHORTS,
    COMMUNITY,
    DEFINED,
    OTHER,
    OURS,
    OWN,
    PLUGINS,
    Case,
    Site,
    assert_plans,
    plan,
    without,
)
from tests.test_role_mistakes import TWO_PEOPLE
from tests.world import CREATOR, LIBRARIAN, pair

UNMARKED = {"description": ""}
FOUND = (OWN.model_copy(update=UNMARKED), OTHER)
FOUND_BESIDE = (OWN, BESIDE.model_copy(update=UNMARKED), OTHER, BESIDE_B)
LIBRARIANS: dict[str, Any] = {"role_mapping": {"guild_member": "librarian"}}
NOT_A = DEFINED - {(8, CREATOR.id)}
DEFINE = "define that a (coursecreator) gives the role coursecreator"

CASES = [
    Case(
        "an adopted cohort is not defined to give its role",
        ["adopt cohort 7 (a)", "define that b gives the role librarian"],
        Site(FOUND, definitions=frozenset(), assigned={}),
        settings=LIBRARIANS,
    ),
    Case(
        "nor is its role assigned, to those who are there or to those who come",
        [
            "adopt cohort 7 (a)",
            "add account 102 to a",
            f"give account 103 in b the role librarian ({COMPONENT})",
        ],
        Site(FOUND, {7: {101}}, definitions=None, assigned={}),
        settings=LIBRARIANS,
    ),
    Case(
        "what people defined for it stays, in whatever way its role is given",
        ["adopt cohort 8 (a)"],
        Site(FOUND_BESIDE, definitions=frozenset({(8, CREATOR.id)})),
        settings=BY_HAND,
    ),
    Case(
        "what we assigned before it was let go stays, too",
        ["adopt cohort 8 (a)"],
        Site(FOUND_BESIDE, assigned={PLUGINS: {101}, OURS: {101}}),
    ),
    Case(
        "a definition is not made while a stranger would get the role by it",
        [],
        Site(inside={8: {101, 104}}, definitions=NOT_A, assigned={}),
    ),
    Case(
        "and what we assigned to others stays until then",
        [],
        Site(inside={8: {101, 104}}, definitions=NOT_A, assigned={OURS: {101}}),
    ),
    Case(
        "a stranger in a cohort that has its definition keeps nobody from anything",
        [f"give account 101 in a (coursecreator) the role coursecreator ({PLUGIN})"],
        Site(inside={8: {101, 104}}, assigned={PLUGINS: {104}}),
    ),
    Case(
        "nor one where each is assigned the role: the stranger is not",
        [f"give account 101 in a (coursecreator) the role coursecreator ({COMPONENT})"],
        Site(inside={8: {101, 104}}, definitions=None, assigned={}),
    ),
    Case(
        "an account that may be two people's keeps what we assigned, given otherwise by now",
        [DEFINE],
        Site(definitions=NOT_A, assigned={OURS: {101}}),
        TWO_PEOPLE,
    ),
    Case(
        "and what the plugin gave: its definition stays, although the role is assigned by now",
        ["define no longer that b (coursecreator) gives the role coursecreator"],
        Site(),
        TWO_PEOPLE,
        BY_HAND,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=[case.says for case in CASES])
def test_a_full_plan(case: Case) -> None:
    """What the case says."""
    assert_plans(case)


def test_the_plan_after_an_adoption_gives_the_role() -> None:
    """By then everybody in the cohort was looked at, and is there for being in the guild."""
    moodle = Site(FOUND, definitions=frozenset(), assigned={}).moodle()
    settings = SyncSettings(role_sync=True, **LIBRARIANS)
    sites = pair(COMMUNITY, moodle, settings)
    adopting = plan_now(sites, FullScope())
    assert apply(fresh(adopting), sites).residue == ()
    assert moodle.assigned == {
        Grant(cohort=9, role=LIBRARIAN.id, component=PLUGIN): frozenset({103})
    }
    found = operations(plan_now(sites, FullScope()).plan)
    assert [words(operation) for operation in found] == ["define that a gives the role librarian"]


WAITS = Problem(kind="definition-waits", roles=("coursecreator",), guilds=("a--coursecreator",))
STRANGER = Problem(kind="stranger", name="u4", guilds=("a",), accounts=(104,))


def test_a_definition_that_waits_for_strangers_is_told() -> None:
    """With the cohort's idnumber, and beside the strangers; once they are gone it is made."""
    waiting = Site(inside={8: {101, 104}}, definitions=NOT_A, assigned={})
    assert list(plan(waiting).problems) == [WAITS, STRANGER]
    made = plan(Site(definitions=NOT_A, assigned={}))
    assert list(made.problems) == []
    assert any(isinstance(operation, DefineRole) for operation in operations(made))


LEFT = "definition-left"
LEFT_CASES: list[tuple[str, set[tuple[int, int]], dict[str, Any], list[Problem]]] = [
    (
        "a guild's own cohort gives what is not mapped",
        {(7, LIBRARIAN.id), (9, LIBRARIAN.id), (7, CREATOR.id)},
        {},
        [
            Problem(kind=LEFT, roles=("coursecreator",), cohorts=(7,)),
            Problem(kind=LEFT, roles=("librarian",), cohorts=(7, 9)),
        ],
    ),
    ("it gives the ordinary members' role", {(7, LIBRARIAN.id), (9, LIBRARIAN.id)}, LIBRARIANS, []),
    ("a cohort for a role gives it", set(DEFINED), {}, []),
    ("a cohort that is not ours gives something", {(20, LIBRARIAN.id)}, {}, []),
    ("roles are not synchronised", {(7, LIBRARIAN.id)}, {"role_sync": False}, []),
    ("Moodle lost the role", {(7, 99)}, {}, []),
]


@pytest.mark.parametrize(
    ("definitions", "settings", "expected"),
    [case[1:] for case in LEFT_CASES],
    ids=[case[0] for case in LEFT_CASES],
)
def test_what_a_guilds_own_cohort_gives_unmapped_is_told(
    definitions: set[tuple[int, int]], settings: dict[str, Any], expected: list[Problem]
) -> None:
    """It may be left of another mapping, or meant: people say which."""
    foreign = OWN.model_copy(update={"id": 20, "idnumber": "x", "description": "By hand"})
    own = settings.get("role_sync") is False or settings == LIBRARIANS
    cohorts = (*(without(8, 10) if own else COHORTS), foreign)
    defined = frozenset(definitions) | (frozenset() if own else DEFINED)
    site = Site(cohorts, {20: set()}, defined, {PLUGINS: {101}})
    assert [p for p in plan(site, **settings).problems if p.kind == LEFT] == expected

"""What plans tell of roles, what their steps need, and what one person's plan does."""

from dataclasses import replace
from typing import Any

import pytest

from reconciler.applier import steps
from reconciler.marks import Mark, described
from reconciler.models.desired import CohortKey
from reconciler.models.moodle import COMPONENT, PLUGIN, Ability, Account, Cohort, Grant
from reconciler.models.operations import UnassignRole
from reconciler.models.plan import Plan, Problem
from reconciler.models.scope import FullScope, GuildScope, UserScope
from reconciler.models.settings import SyncSettings
from reconciler.operations import operations, words
from reconciler.reconciliation import apply, fresh, plan_now
from reconciler.stale import check
from tests.roles_world import (
    BESIDE,
    BESIDE_B,
    COHORTS,
    COMMUNITY,
    DEFINED,
    ONLY_B,
    OTHER,
    OURS,
    OWN,
    PLUGINS,
    A,
    Site,
    plan,
    planned,
    put_away,
    without,
)
from tests.world import CREATOR, LIBRARIAN, OTHER_SITE, pair, person

BESIDE_KEY = CohortKey(uuid=A.uuid, role="coursecreator")


def told(made: Plan) -> list[Problem]:
    return list(made.problems)


def test_a_site_administrator_who_holds_a_role_is_told() -> None:
    """They do not need it, and do not get it."""
    site = Site(inside={8: set()}, assigned={}, more={"administrators": frozenset({101})})
    assert told(plan(site)) == [
        Problem(kind="site-administrator", avc=1, name="u1", guilds=("a",), accounts=(101,))
    ]


def test_a_site_administrator_whom_avc_blocks_is_not_told() -> None:
    """A blocked person is in no guild, and holds nothing there."""
    blocked = replace(COMMUNITY, people=(person(1, active=False), person(2), person(3)))
    site = Site(inside={7: {102}, 8: set()}, assigned={}, more={"administrators": frozenset({101})})
    site.more["gives_all"] = True
    assert told(plan(site, blocked)) == []


def test_role_cohorts_that_are_left_are_named() -> None:
    """Without role_sync nobody keeps them in step: those that are not put away are told."""
    site = Site((OWN, BESIDE, OTHER, put_away(BESIDE_B)))
    assert told(plan(site, role_sync=False)) == [Problem(kind="role-cohorts-left", cohorts=(8,))]


def test_a_definition_that_this_access_cannot_make_is_told() -> None:
    """Which cohort is to give which role: somebody defines it by hand."""
    site = Site(definitions=frozenset({(10, CREATOR.id)}), more={"abilities": frozenset()})
    assert told(plan(site)) == [
        Problem(kind="role-by-hand", roles=("coursecreator",), guilds=("a--coursecreator",))
    ]


def test_the_idnumber_of_a_role_cohort_that_is_taken_is_told() -> None:
    """The guild's own cohort is kept in step all the same."""
    taken = Cohort(
        id=8, name="Mine", idnumber="a--COURSECREATOR", description="", visible=True, system=True
    )
    found = plan(Site((OWN, taken, OTHER, BESIDE_B), {7: {101}}, assigned={}))
    assert told(found) == [Problem(kind="idnumber-taken", guilds=("a",), cohorts=(8,))]
    assert [words(op) for op in operations(found)] == ["add account 102 to a"]


def test_what_each_step_needs() -> None:
    """A change of way adds before it removes, and an addition that fails keeps the old way."""
    site = Site(inside={8: set()}, definitions=frozenset({(8, CREATOR.id)}), assigned={})
    moodle = site.moodle()
    made = planned(
        moodle,
        COMMUNITY,
        role_sync=True,
        role_mapping={"guild_admin": "coursecreator"},
        roles_by={"coursecreator": "assignment"},
    )
    todo = steps(check(made.plan, made))
    assert [(words(step.operation), step.needs) for step in todo] == [
        ("add account 101 to a (coursecreator)", ()),
        (f"give account 101 in a (coursecreator) the role coursecreator ({COMPONENT})", (0,)),
        ("define no longer that a (coursecreator) gives the role coursecreator", (1,)),
    ]


def test_an_assignment_goes_only_when_the_definition_is_made() -> None:
    """And when all that the person gains is theirs."""
    community = replace(
        COMMUNITY, members={1: frozenset({1, 2}), 2: frozenset({1, 3})}, roles=COMMUNITY.roles
    )
    site = Site(definitions=DEFINED - {(8, CREATOR.id)}, assigned={OURS: {101}})
    made = planned(
        site.moodle(),
        community,
        role_sync=True,
        role_mapping={"guild_admin": "coursecreator"},
    )
    todo = steps(check(made.plan, made))
    assert [(words(step.operation), step.needs) for step in todo] == [
        ("define that a (coursecreator) gives the role coursecreator", ()),
        ("add account 101 to b", ()),
        (
            f"take from account 101 in a (coursecreator) the role coursecreator ({COMPONENT})",
            (0, 1),
        ),
    ]


def test_roles_are_given_by_cohort() -> None:
    """Who has a role in two guilds has it twice, and keeps it when one of them goes."""
    both = replace(
        COMMUNITY,
        members={1: frozenset({1, 2}), 2: frozenset({1, 3})},
        roles={1: {"guild-admin": frozenset({1})}, 2: {"guild-admin": frozenset({1})}},
    )
    moodle = Site(definitions=None, assigned={}, inside={8: set()}).moodle()
    settings = SyncSettings(role_sync=True, role_mapping={"guild_admin": "coursecreator"})
    for community, expected in (
        (both, {8: {101}, 10: {101}}),
        (replace(both, roles={2: both.roles[2]}), {8: set[int](), 10: {101}}),
    ):
        sites = pair(community, moodle, settings)
        made = plan_now(sites, FullScope())
        apply(fresh(made), sites)
        ours = {
            g.cohort: set(ids) for g, ids in moodle.assigned.items() if g.component == COMPONENT
        }
        assert ours == expected


def test_one_person_gets_a_role_cohort_that_they_need() -> None:
    """Made with its definition; nobody else's place is touched."""
    site = Site(without(8), inside={7: {102}}, definitions=frozenset(), assigned={})
    found = plan(site, scope=UserScope(uid=1))
    assert [words(operation) for operation in operations(found)] == [
        "create cohort a--coursecreator",
        "define that a (coursecreator) gives the role coursecreator",
        "add account 101 to a",
        "add account 101 to a (coursecreator)",
    ]


def test_one_persons_plan_takes_no_role_that_nothing_gives_yet() -> None:
    """The definition that is to give it is left to a plan that sees the whole guild."""
    site = Site(definitions=DEFINED - {(8, CREATOR.id)}, assigned={OURS: {101}})
    assert plan(site, scope=UserScope(uid=1)).empty


@pytest.mark.parametrize("role_sync", [True, False])
def test_assignments_of_a_gone_guild_do_not_outlive_it(*, role_sync: bool) -> None:
    """Synchronised roles or not: what hangs on a cohort that is put away goes with its members."""
    site = Site(definitions=None, assigned={OURS: {101}})
    found = plan(site, ONLY_B, role_sync=role_sync)
    expected = f"take from account 101 in a (coursecreator) the role coursecreator ({COMPONENT})"
    assert expected in [words(operation) for operation in operations(found)]


def test_nobody_elses_assignments_are_in_a_plan() -> None:
    """Those that hang on cohorts that are not this AVC's, ours by name or the plugin's."""
    foreign = {
        Grant(cohort=76, role=CREATOR.id, component=COMPONENT): {101},
        Grant(cohort=77, role=CREATOR.id, component=PLUGIN): {102},
        Grant(cohort=8, role=LIBRARIAN.id, component=PLUGIN): {103},
        PLUGINS: {101},
    }
    another = described("", Mark(OTHER_SITE, "a", CohortKey(uuid=A.uuid)))
    theirs = OTHER.model_copy(update={"id": 76, "idnumber": "x", "description": another})
    nobodys = OTHER.model_copy(update={"id": 77, "idnumber": "y", "description": "By hand"})
    site = Site(
        (*COHORTS, theirs, nobodys),
        {76: {101}, 77: {101}},
        assigned=foreign,
        definitions=DEFINED | {(77, CREATOR.id)},
    )
    assert plan(site).empty


def test_what_is_left_of_a_cohort_that_somebody_deleted_is_taken() -> None:
    """Our assignments hang on it still; local_cohortrole takes its own back by itself."""
    left = {
        Grant(cohort=77, role=CREATOR.id, component=COMPONENT): {101, 104},
        Grant(cohort=77, role=CREATOR.id, component=PLUGIN): {102},
        PLUGINS: {101},
    }
    found = plan(Site(assigned=left))
    assert [(g.change, g.moodle, g.through) for c in found.cohorts for g in c.assignments] == [
        ("remove", 101, COMPONENT),
        ("remove", 104, COMPONENT),
    ]
    assert {
        operation.cohort for operation in operations(found) if isinstance(operation, UnassignRole)
    } == {77}


RELEASED = {"description": "", "name": "Mine"}
GOES, STAYS = [("remove", 101, "cohort-gone")], list[tuple[str, int, str]]()
HANGING: list[tuple[str, dict[str, Any], dict[str, Any], list[tuple[str, int, str]]]] = [
    ("it was released, and is no longer found", RELEASED, {}, GOES),
    ("it was released, and is adopted again", {"description": ""}, {}, STAYS),
    ("its mark is damaged", {"description": BESIDE.description + "mine"}, {}, STAYS),
    (
        "it is another AVC's by now",
        {"description": described("", Mark(OTHER_SITE, "a", BESIDE_KEY)), "name": "Mine"},
        {},
        STAYS,
    ),
    ("roles are not synchronised", RELEASED, {"role_sync": False}, STAYS),
    ("one guild is planned", RELEASED, {"scope": GuildScope(uuid=A.uuid, name="a")}, STAYS),
    ("one person is planned", RELEASED, {"scope": UserScope(uid=1)}, STAYS),
]


@pytest.mark.parametrize(
    ("fields", "more", "expected"), [case[1:] for case in HANGING], ids=[h[0] for h in HANGING]
)
def test_what_hangs_on_a_cohort_that_is_no_longer_ours(
    fields: dict[str, Any], more: dict[str, Any], expected: list[tuple[str, int, str]]
) -> None:
    """Taken, once nothing shows that the cohort may be ours, by a full plan that knows roles."""
    let_go = BESIDE.model_copy(update=fields)
    site = Site((OWN, let_go, OTHER, BESIDE_B), definitions=None, assigned={OURS: {101}})
    found = plan(site, **more)
    assert [(g.change, g.moodle, g.because) for c in found.cohorts for g in c.assignments] == (
        expected
    )


def test_what_cannot_be_taken_is_not_planned() -> None:
    """An access that cannot assign roles leaves what is left of deleted cohorts."""
    gone = {Grant(cohort=77, role=CREATOR.id, component=COMPONENT): {101}}
    abilities: frozenset[Ability] = frozenset({"define-roles", "lock-cohorts"})
    assert plan(Site(assigned=gone | {PLUGINS: {101}}, more={"abilities": abilities})).empty


def test_assignments_of_a_role_that_moodle_lost_are_left() -> None:
    """They give nothing, and no name is there to take them by; the others go."""
    gone = {Grant(cohort=77, role=role, component=COMPONENT): {101} for role in (99, LIBRARIAN.id)}
    found = plan(Site(assigned=gone | {PLUGINS: {101}}))
    assert [g.role for c in found.cohorts for g in c.assignments] == ["librarian"]


def test_a_suspended_or_unknown_account_is_described_only_where_it_is() -> None:
    """Suspended accounts are given roles like others."""
    moodle = Site(inside={8: set()}, assigned={}).moodle()
    moodle.accounts[101] = Account(101, "u1", "u1@x.org", suspended=True)
    made = planned(moodle, COMMUNITY, role_sync=True, role_mapping={"guild_admin": "coursecreator"})
    assert [words(operation) for operation in operations(made.plan)] == [
        "add account 101 to a (coursecreator)"
    ]
    assert {problem.kind for problem in made.plan.problems} == {"suspended-account"}


def test_a_guild_role_is_known_or_not_in_every_scope_alike() -> None:
    """Although somebody in another guild holds one that guilds of this site cannot have."""
    held = {1: COMMUNITY.roles[1], 2: {"guild-editor": frozenset({3})}}
    community = replace(COMMUNITY, roles=held)
    site = Site(without(8, 10), definitions=None, assigned={})
    mapping = {"guild_editor": "teacher"}
    full = plan(site, community, role_mapping=mapping)
    own = plan(site, community, GuildScope(uuid=A.uuid, name="a"), role_mapping=mapping)
    assert own.cohorts == tuple(cohort for cohort in full.cohorts if cohort.guild == "a")

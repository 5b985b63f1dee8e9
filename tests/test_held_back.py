"""What is held back, as a plan of its own, and what becomes of it when it is applied later."""

from dataclasses import replace

import pytest

from reconciler.held_back import HeldBack, refuse_held_back
from reconciler.models.plan import Plan
from reconciler.operations import operations, words
from reconciler.plan_text import as_yaml, from_text
from reconciler.reconciliation import SitePair, apply, held_alone, plan_now, saved
from tests.fake_moodle import FakeMoodle
from tests.guards_world import (
    FULL,
    SIX,
    World,
    acknowledgements,
    gone,
    leaving,
    one_shot,
    ruling_by_definition,
    work_of,
)

MANY = {"removals": 10**6, "archives": 10**6}


def kept(sites: SitePair, *acks: str) -> Plan:
    """The plan that a one-shot run keeps, before it carries the rest out."""
    work = work_of(sites)
    held = work.held_back(sites, acks)
    plan = from_text(as_yaml(held_alone(work, sites, held)), "held.yaml")
    apply(work, sites, held.positions)
    return plan


def apply_held(plan: Plan, sites: SitePair) -> list[str]:
    """Apply it with the acknowledgements that it names; what was carried out."""
    acks = [found.acknowledge for found in plan.guards if found.acknowledge]
    work = saved(plan, sites)
    held = work.held_back(sites, acks)
    refuse_held_back(held)
    assert [item.why for item in work.checked if item.state == "stale"] == []
    return [words(item.operation) for item in apply(work, sites).applied]


def moodle_of(sites: SitePair) -> FakeMoodle:
    assert isinstance(sites.moodle, FakeMoodle)
    return sites.moodle


WORLDS = {
    "removals": SIX,
    "archives": gone(2, 3, archives="1 or 5%"),
    "everything of an empty AVC": World({1: []}, {1: [1, 2]}),
    "removals of two guards": replace(SIX, guards={"removals": 3, "protected_people": ["u1"]}),
    "an addition to a cohort that the run makes": World(
        {1: [1], 2: [1, 2]}, {1: [1]}, journal={2: 150}
    ),
    "an addition to a cohort that the run makes, and who moves there": World(
        {1: [3], 2: [1, 2]}, {1: [1, 3]}, journal={1: 150}
    ),
    "a removal of somebody who leaves two guilds": World(
        {1: [*range(7, 9)], 2: [7, 8]},
        {1: range(1, 9), 2: [1, 7, 8]},
        MANY,
        moodle={"courses": {1: frozenset({30}), 2: frozenset({30})}},
    ),
}


@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)
def test_what_was_held_is_carried_out_the_next_day(world: World) -> None:
    """The kept plan, with the acknowledgements that it names, does just what was held."""
    sites = world.pair()
    moodle_of(sites).enrolled = {101: {30: frozenset({1, 2})}}
    work = work_of(sites)
    held = work.held_back(sites, ())
    waiting = [words(one) for n, one in enumerate(operations(work.plan)) if n in held.positions]
    plan = kept(sites)
    acks = [found.acknowledge for found in plan.guards if found.acknowledge]
    assert saved(plan, sites).held_back(sites, acks).idle == ()
    assert apply_held(plan, sites) == waiting
    assert apply_held(plan, sites) == []
    if "empty-avc" not in {found.guard for found in held.tripped}:
        assert work_of(sites).plan.cohorts == ()


def test_a_kept_plan_is_held_for_no_other_sites_and_no_other_people() -> None:
    """Its acknowledgement is worth nothing for the plan of the next night, when more people go."""
    sites = SIX.pair()
    plan = kept(sites)
    more = replace(SIX, avc={**SIX.avc, 1: [8]}).pair()
    acks = [found.acknowledge or "" for found in plan.guards if found.acknowledge]
    _, held, _ = one_shot(more, *acks)
    assert held.idle == tuple(acks)
    assert held.tripped


def test_acknowledging_one_of_two_guards_leaves_what_the_other_counted() -> None:
    """What both counted waits for the second; what only the first counted is carried out."""
    world = leaving(6, 8, protected_people=["u1"])
    sites = world.pair()
    acks = dict(one.split("@") for one in acknowledgements(work_of(sites)))
    plan = kept(sites, f"removals-per-guild@{acks['removals-per-guild']}")
    assert [words(one) for one in operations(plan)] == ["remove account 101 from g1"]
    assert moodle_of(sites).members[1] == {101, 107, 108}
    # One is not too many: only the guard that counted them is left to be acknowledged.
    assert [found.guard for found in plan.guards if not found.ok] == ["protected"]
    assert apply_held(plan, sites) == ["remove account 101 from g1"]


def test_a_cohort_is_not_put_away_while_its_members_wait() -> None:
    """What waits for something held is held with it, although no guard counted it."""
    sites = gone(1, 3, removals=0).pair()
    plan = kept(sites)
    assert [found.guard for found in plan.guards if not found.ok] == ["removals"]
    assert moodle_of(sites).cohorts[1].visible
    waiting = ["remove account 101 from g1", "archive cohort 1 (g1)"]
    assert apply_held(plan, sites) == waiting


def test_an_empty_avc_with_nothing_to_do_keeps_an_empty_plan() -> None:
    """It is a plan all the same: applying it does nothing."""
    sites = World({}, {}).pair()
    plan = kept(sites)
    assert plan.cohorts == ()
    assert apply_held(plan, sites) == []


def test_nothing_held_is_nothing() -> None:
    """A plan at which no guard trips holds nothing back, and says so of a stray acknowledgement."""
    sites = leaving(1, 8).pair()
    assert work_of(sites).held_back(sites, ()) == HeldBack()
    stray = "removals@123456789abc", "", "removals", "REMOVALS@123456789abc"
    assert work_of(sites).held_back(sites, stray).idle == tuple(sorted(stray))


def test_the_acknowledgement_that_began_a_plan_is_enough_to_end_it() -> None:
    """Somebody taken for another account goes to two guilds; the run is cut off between the two:
    what it has recorded does not change what its plan is asked about.
    """
    sites = World({1: [1, 2], 2: [1, 2]}, {1: [2], 2: [2]}, journal={1: 150}).pair()
    plan = plan_now(sites, FULL).plan
    acks = [found.acknowledge for found in plan.guards if found.acknowledge]
    assert len(acks) == 1
    apply(saved(plan, sites), sites, left_out={1})
    assert moodle_of(sites).members[1] == {101, 102}
    rest = saved(plan, sites)
    assert rest.held_back(sites, acks).tripped == ()
    assert rest.held_back(sites, ()).tripped[0].acknowledge == acks[0]
    apply(rest, sites)
    assert moodle_of(sites).members[2] == {101, 102}


def test_a_plan_that_is_done_needs_no_acknowledgement() -> None:
    """Applied once more, there is nothing left for a guard to hold back."""
    sites = SIX.pair()
    plan = plan_now(sites, FULL).plan
    assert not all(found.ok for found in plan.guards)
    apply(saved(plan, sites), sites)
    assert saved(plan, sites).held_back(sites, ()) == HeldBack()


def movers() -> SitePair:
    """Six people go from guild 1 to guild 2; one course enrols both cohorts."""
    courses = {1: frozenset({30}), 2: frozenset({30})}
    world = World(
        {1: [7, 8], 2: [*range(1, 7), 9]},
        {1: range(1, 9), 2: [9]},
        moodle={"courses": courses},
    )
    sites = world.pair()
    moodle_of(sites).enrolled = {100 + n: {30: frozenset({1})} for n in range(1, 9)}
    return sites


def test_a_held_removal_waits_for_an_addition_that_failed() -> None:
    """Whoever moves is not taken out by the held plan while their addition is still to come."""
    sites = movers()
    moodle_of(sites).broken = frozenset(range(101, 107))
    plan = kept(sites)
    work = saved(plan, sites)
    assert {item.state for item in work.checked} == {"stale"}
    assert all("added elsewhere first" in item.why for item in work.checked)
    moodle_of(sites).broken = frozenset()
    one_shot(sites)
    assert len(apply_held(plan, sites)) == 6
    assert sum(moodle_of(sites).lost.values()) == 0


def test_a_saved_removal_waits_for_an_addition_that_it_lacks() -> None:
    """AVC has put them into another guild since: what the removal costs hangs on that addition."""
    courses = {1: frozenset({30}), 2: frozenset({30})}
    sites = World({1: [2, 3], 2: [9]}, {1: [1, 2, 3], 2: [9]}, moodle={"courses": courses}).pair()
    moodle_of(sites).enrolled = {101: {30: frozenset({1, 999})}}
    plan = plan_now(sites, FULL).plan
    moodle_of(sites).enrolled = {101: {30: frozenset({1})}}
    since = World({1: [2, 3], 2: [9, 1]}, {}).pair().avc
    (item,) = saved(plan, replace(sites, avc=since)).checked
    assert (item.state, "added elsewhere first" in item.why) == ("stale", True)


@pytest.mark.parametrize(("then", "fits"), [(4, True), (5, False), (40, False)])
def test_a_definition_is_acknowledged_for_exactly_whom_it_gives_the_role(
    then: int, *, fits: bool
) -> None:
    """One person more in the cohort, and the acknowledgement is for others."""
    sites = ruling_by_definition(4, 0, defined=False)
    acks = acknowledgements(work_of(sites))
    later = ruling_by_definition(then, 0, defined=False)
    assert (work_of(later).held_back(later, acks).tripped == ()) is fits


def test_a_held_definition_is_acknowledged_with_those_who_joined_that_night() -> None:
    """The command that was printed fits the next day: the rest of the run was reckoned with."""
    sites = ruling_by_definition(2, 3, defined=False)
    plan = kept(sites)
    assert len(moodle_of(sites).members[8]) == 5
    assert apply_held(plan, sites) == [words(operation) for operation in operations(plan)]

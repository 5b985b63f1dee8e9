"""What an explanation says of what is done already."""

from copy import deepcopy
from dataclasses import replace

import pytest

from reconciler.explain import person_explained, who
from reconciler.explain_guild import guild_explained
from reconciler.explain_view import view
from reconciler.models.operations import UndefineRole
from reconciler.models.plan import Plan
from reconciler.operations import operations
from reconciler.reconciliation import Selection, SitePair, apply, fresh, plan_now
from tests.explain_grounds_world import (
    RULED,
    defined,
    mapped,
)
from tests.explain_roles_world import ABLE
from tests.explain_world import Sites, asked, asked_of_guild, guild_text, person_text, planned
from tests.guards_world import FULL, guild
from tests.test_explain_losses import LOSSES, LOST, of_her
from tests.world import MANAGER, ROLES


def carried_out(sites: Sites) -> tuple[Plan, SitePair]:
    """A plan of them, and the sites once it is carried out, whatever guards say."""
    there = deepcopy(sites).pair()
    now = plan_now(there, FULL)
    apply(fresh(now), there)
    return now.plan, there


def of_her_in(there: SitePair, plan: Plan) -> str:
    """What is said of account 101."""
    found = view(plan, there)
    subject, seen = who(found, "moodle:101", there)
    return f"{person_text(person_explained(found, seen, subject), plan)}\n"


@pytest.mark.parametrize("name", ["the guild is gone", "it is given in courses from now on"])
def test_what_was_lost_is_told_when_it_is_done(name: str) -> None:
    """Moodle does not show any more that she had it; the plan does."""
    plan, there = carried_out(LOSSES[name].sites)
    text = of_her_in(there, plan)
    for sentence in LOSSES[name].says:
        assert sentence in text
    assert text.count("Plan: ") - text.count("Plan: Nothing") == text.count("Now: done already")


def test_a_role_that_went_with_a_membership_is_told_when_it_is_done() -> None:
    """The definition is there still, so whoever left had the role by it."""
    plan, there = carried_out(LOSSES["she is a mentor no more"].sites)
    assert LOST in of_her_in(there, plan)


PAST = (
    "  • Guards: counted by removals-per-guild (g1 1 of 2; limit: 0), which would hold it back if"
    " it were not done already.\n"
)


def test_what_a_guard_held_and_is_done_was_not_let_through_by_it() -> None:
    """It was carried out by an acknowledgement, or by hand: the guard still is over its limit."""
    sites = Sites({1: [2]}, {1: [1, 2]}, settings={"guards": {"removals_per_guild": 0}})
    plan, there = carried_out(sites)
    assert PAST in of_her_in(there, plan)
    assert "let through, by removals (1 of 2; " in of_her_in(there, plan)
    found = view(plan, there)
    text = guild_text(guild_explained(found, guild(1).uuid), plan)
    assert (
        "Guard: removals-per-guild (g1 1 of 2; limit: 0) counts 1 operation here, and would"
        " hold it back if not done already."
    ) in text
    assert "--ack" not in text


def test_what_is_done_is_not_held_while_the_rest_is() -> None:
    """Of two removals over the limit one is done: only the other one is held back."""
    sites = Sites({1: [3]}, {1: [1, 2, 3]}, settings={"guards": {"removals_per_guild": 0}})
    plan = planned(sites)
    half = replace(sites, inside={1: [2, 3]})
    assert "which would hold it back if it were not done already" in of_her(plan, half)
    assert "held back by" not in of_her(plan, half)
    assert "held back by removals-per-guild" in person_text(asked(plan, half, "2"), plan)
    text = guild_text(asked_of_guild(plan, half, "g1"), plan)
    assert "counts 1 operation here, and would hold it back if not done" in text
    assert "(g1 2 of 3; limit: 0) holds back 1 operation here" in text


def test_whoever_comes_with_the_plan_has_lost_nothing_by_it() -> None:
    """The cohort gave the role to those who were in it before."""
    sites = replace(LOSSES["it is given in courses from now on"].sites, inside={1: (1,), 9: ()})
    plan, there = carried_out(replace(sites, moodle=defined(assigned={})))
    assert "Plan: add account 101 to g1 (librarian)" in of_her_in(there, plan)
    assert "loses the role" not in of_her_in(there, plan)


def test_whoever_is_not_inside_has_lost_nothing_by_it() -> None:
    """She is left out of the plan, and so was never in the cohort that gave the role."""
    sites = replace(LOSSES["it is given in courses from now on"].sites, inside={1: (1,), 9: ()})
    there = replace(sites, moodle=defined(assigned={})).pair()
    now = plan_now(there, FULL, Selection(exclude=("user:1",)))
    apply(fresh(now), there)
    assert any(isinstance(op, UndefineRole) for op in operations(now.plan))
    assert "loses the role" not in of_her_in(there, now.plan)


def test_what_is_done_waits_for_nothing() -> None:
    """She was to go only once she is elsewhere, which a guard holds; somebody took her out."""
    sites = Sites(
        {1: [2], 2: [1]},
        {1: [1, 2], 2: []},
        settings={"guards": {"privileged_roles": 0}},
        moodle={"roles": ROLES, "definitions": {(2, MANAGER.id)}},
    )
    plan = planned(sites)
    assert "it waits for something" in of_her(plan, sites)
    assert "it waits for something" not in of_her(plan, replace(sites, inside={1: [2], 2: []}))


def test_a_guard_that_would_hold_what_is_done_counts_it() -> None:
    """It is not said that none does."""
    sites = replace(
        RULED,
        settings=mapped(
            "manager",
            allow_privileged_roles=("manager",),
            roles_by={"manager": "assignment"},
            guards={"privileged_roles": 0},
        ),
        moodle=ABLE,
    )
    plan, there = carried_out(sites)
    assert "counted by privileged-roles (1; limit: 0 people), which would" in of_her_in(there, plan)
    assert "none counts it" not in of_her_in(there, plan)

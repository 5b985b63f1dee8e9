"""A plan that says that it undoes a run is believed only as far as the journal vouches for it."""

from dataclasses import replace

import pytest

from reconciler.errors import PlanFileError
from reconciler.models.avc import Guild
from reconciler.models.members import MemberChange
from reconciler.models.plan import Plan
from reconciler.models.scope import FullScope
from reconciler.reconciliation import SitePair, apply, fresh, plan_now
from reconciler.reconciliation_alone import require_undoing
from reconciler.undo import inverse
from tests.fake_moodle import FakeMoodle
from tests.memory_state import MemoryState
from tests.world import Community, account, our_cohort, pair, person

GUILD = Guild(id=1, uuid="aaaaaaaa-0000-4000-8000-000000000001", label="A", alias="a")


def undone() -> tuple[SitePair, Plan]:
    """Somebody left a guild and another came; and the plan that undoes that."""
    moodle = FakeMoodle(
        {n + 100: account(n) for n in (1, 2, 3)},
        {7: our_cohort(7, GUILD)},
        {7: frozenset({101, 103})},
    )
    people = (person(1), person(2), person(3))
    sites = pair(Community((GUILD,), people, {1: frozenset({2, 3})}), moodle)
    apply(fresh(plan_now(sites, FullScope())), sites)
    assert isinstance(sites.state, MemoryState)
    return sites, inverse(sites.state.runs[0])


def with_members(plan: Plan, *lines: MemberChange) -> Plan:
    (cohort,) = plan.cohorts
    return plan.model_copy(update={"cohorts": (cohort.model_copy(update={"members": lines}),)})


def test_the_whole_and_a_part_are_believed() -> None:
    """All of it, and one line of it, whatever that costs today."""
    sites, plan = undone()
    come, go = plan.cohorts[0].members
    assert (come.change, go.change) == ("add", "remove")
    for lines in ((come, go), (come,), (replace(go, last_enrolments=3),)):
        require_undoing(with_members(plan, *lines), sites)


@pytest.mark.parametrize("number", [103, 102, 999])
def test_one_line_more_is_not(number: int) -> None:
    """Nobody gets in or goes by a plan that only says that it undoes something."""
    sites, plan = undone()
    more = MemberChange("add", number) if number != 103 else MemberChange("remove", number)
    with pytest.raises(PlanFileError, match=r"does more than that.*--no-source-check"):
        require_undoing(with_members(plan, *plan.cohorts[0].members, more), sites)


def test_a_run_that_the_journal_does_not_have_is_not() -> None:
    """As on another machine: whoever vouches for it says so."""
    sites, plan = undone()
    with pytest.raises(PlanFileError, match=r"does not have.*--no-source-check"):
        require_undoing(plan.model_copy(update={"undoes": "other"}), sites)


def test_a_plan_that_undoes_nothing_needs_no_journal() -> None:
    """AVC is asked about it instead."""
    sites, plan = undone()
    require_undoing(plan.model_copy(update={"undoes": None}), replace(sites, state=MemoryState()))

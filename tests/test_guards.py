"""What each guard holds back, what it lets through, and what acknowledges it."""

from dataclasses import replace

import pytest

from reconciler.errors import GuardTripped
from reconciler.guards import judged
from reconciler.held_back import refuse_held_back
from reconciler.models.guards import GUARDS
from reconciler.models.scope import FullScope
from reconciler.operations import operations, words
from reconciler.reconciliation import plan_now, saved
from tests.fake_moodle import FakeMoodle
from tests.guard_cases import CASES, Case, at_host
from tests.guards_world import (
    SIX,
    World,
    acknowledgements,
    figures,
    held_words,
    one_shot,
    some,
    told,
    tripped,
    work_of,
)
from tests.world import OTHER_SITE

named = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


def test_every_guard_has_a_case() -> None:
    """Each of the ten guards is tried, and is in every plan in its place."""
    assert {case.guard for case in CASES.values()} == set(GUARDS)
    assert tuple(figures(work_of(at_host()))) == GUARDS


@named
def test_a_guard_trips_just_beyond_its_limit(case: Case) -> None:
    """One more than it lets through trips it, and no other guard; exactly so many do not."""
    over, under = work_of(case.over()), work_of(case.under())
    assert (tripped(over), tripped(under)) == ({case.guard}, set())
    assert told(case.over(), case.guard) == case.found
    assert told(case.under(), case.guard) == case.passed


@named
def test_a_guard_holds_back_what_it_counted_and_the_rest_is_carried_out(case: Case) -> None:
    """Just the operations that tripped wait; a plan made afterwards has these and no others."""
    sites = case.over()
    _, held, report = one_shot(sites)
    assert [found.guard for found in held.tripped] == [case.guard]
    assert held_words(work_of(case.over()), held) == set(case.holds)
    assert report.clean
    assert {words(one) for one in operations(work_of(sites).plan)} == set(case.holds)


@named
def test_an_acknowledged_guard_lets_everything_through(case: Case) -> None:
    """With exactly what the plan says after --ack, all is carried out, and nothing is left."""
    sites = case.over()
    acks = acknowledgements(work_of(sites))
    work, held, report = one_shot(sites, *acks)
    assert (held.tripped, held.positions, held.idle) == ((), frozenset(), ())
    assert [found.guard for found in held.acknowledged] == [case.guard]
    assert len(report.applied) == len(operations(work.plan))
    again = work_of(sites)
    assert (again.plan.cohorts, tripped(again) - {"empty-avc", "moodle-host"}) == ((), set())


@named
def test_a_saved_plan_that_trips_is_refused_whole(case: Case) -> None:
    """Applying a plan file carries out nothing until each guard is acknowledged."""
    sites = case.over()
    plan = plan_now(sites, FullScope()).plan
    held = saved(plan, sites).held_back(sites, ["removals@000000000000"])
    with pytest.raises(GuardTripped) as refused:
        refuse_held_back(held)
    (reason,) = refused.value.reasons
    assert reason.startswith(f"{case.guard}: {case.found}")
    (ack,) = acknowledgements(work_of(sites))
    assert reason.endswith(f"To acknowledge it: --ack {ack}")
    refuse_held_back(saved(plan, sites).held_back(sites, [ack]))


OTHERS = {
    "one person more": replace(SIX, avc={**SIX.avc, 1: [8]}),
    "one person less": replace(
        SIX, avc={**SIX.avc, 1: [6, 7, 8]}, guards={"removals_per_guild": 4}
    ),
    "another person": replace(SIX, avc={**SIX.avc, 1: [1, 8]}),
    "the same people of another guild": World(
        {1: some(8), 2: some(2, 7), 3: some(8)}, {1: some(8), 2: some(8), 3: some(8)}
    ),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_an_acknowledgement_is_for_nothing_but_what_was_counted(other: World) -> None:
    """Given for other operations it lets nothing through, and is told to do nothing."""
    (ack,) = acknowledgements(work_of(SIX.pair()))
    sites = other.pair()
    work, held, _ = one_shot(sites, ack)
    assert held.idle == (ack,)
    assert {found.guard for found in held.tripped} == {"removals-per-guild"}
    assert acknowledgements(work) != (ack,)
    assert held.positions


def test_an_acknowledgement_is_for_one_guard_one_moodle_and_one_avc() -> None:
    """The same operations at another Moodle or AVC, or held by another guard, need another."""
    here = work_of(SIX.pair())
    (ack,) = acknowledgements(here)
    name, _, digest = ack.partition("@")
    assert name == "removals-per-guild"
    both = replace(SIX, guards={"removals": 5})
    acks = dict(one.split("@") for one in acknowledgements(work_of(both.pair())))
    assert acks["removals-per-guild"] == digest
    assert acks["removals"] != digest
    held = work_of(both.pair()).held_back(both.pair(), [ack, f"removals@{digest}"])
    assert held.idle == (f"removals@{digest}",)
    assert [found.guard for found in held.tripped] == ["removals"]
    found = here.around(SIX.pair())
    for around in (replace(found, url="https://other.example"), replace(found, avc=OTHER_SITE)):
        verdicts = judged(operations(here.plan), around, SIX.sync_settings().guards)
        (other,) = (v.figures.acknowledge for v in verdicts if v.figures.acknowledge)
        assert other != ack


def test_what_a_removal_costs_is_no_part_of_what_is_acknowledged() -> None:
    """An acknowledgement holds when the same people would lose other courses by then."""
    dear = replace(SIX, moodle={"courses": {1: frozenset({30})}})
    sites = dear.pair()
    moodle = sites.moodle
    assert isinstance(moodle, FakeMoodle)
    moodle.enrolled = {101: {30: frozenset({1})}}
    work = work_of(sites)
    assert any(m.last_enrolments for c in work.plan.cohorts for m in c.members)
    assert acknowledgements(work) == acknowledgements(work_of(SIX.pair()))

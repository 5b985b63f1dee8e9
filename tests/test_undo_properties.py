"""What holds of undoing, for every community and every Moodle, however odd."""

from datetime import date

from hypothesis import event, given
from hypothesis import strategies as st

from reconciler.applier import steps
from reconciler.dependencies import falling
from reconciler.models.desired import NOBODYS
from reconciler.models.journal import RunStart
from reconciler.models.moodle import COMPONENT, PLUGIN, Cohort
from reconciler.models.operations import (
    AddMember,
    AssignRole,
    CreateCohort,
    Operation,
    Run,
    UnassignRole,
)
from reconciler.models.plan import Plan
from reconciler.operations import operations
from reconciler.plan_text import as_yaml, from_text
from reconciler.reconciliation import SitePair, Work, apply, fresh, plan_now
from reconciler.reconciliation_alone import planned_alone, saved_alone
from reconciler.undo import holds, inverse
from tests.fake_moodle import FakeMoodle
from tests.memory_state import MemoryState
from tests.properties_world import FULL, World
from tests.properties_world import worlds as all_worlds
from tests.world import SITE, pair

UNTIL = date(2026, 12, 31)


def at_once(world: World) -> World:
    """By the command line, which shows roles, every account is shown, too."""
    world[1].gives_all = world[1].roles is not None
    return world


worlds = all_worlds.map(at_once)


def memory(sites: SitePair) -> MemoryState:
    assert isinstance(sites.state, MemoryState)
    return sites.state


def carried_out(work: Work, sites: SitePair, left_out: frozenset[int] = frozenset()) -> None:
    report = apply(work, sites, left_out)
    assert all(item.outcome.status == "done" for item in report.applied)
    assert report.residue == ()


def undo_plan(sites: SitePair, number: int = -1) -> Plan:
    """The inverse of a run, priced, as its file says it."""
    found = planned_alone(inverse(memory(sites).runs[number]), sites).plan
    return from_text(as_yaml(found), "plan.yaml")


def impossible(operation: Operation, moodle: FakeMoodle) -> bool:
    """Whether this program gives no such thing: it is not it that gave it in the first place."""
    if not isinstance(operation, AddMember | AssignRole):
        return False
    account = moodle.accounts.get(operation.account)
    outside = operation.account not in moodle.members.get(operation.cohort or 0, ())
    dead = account is None or not account.confirmed or account.username == "guest"
    return dead or (isinstance(operation, AssignRole) and outside)


def undo(sites: SitePair, before: FakeMoodle) -> frozenset[Operation]:
    """Undo the last run; what of that is left out, for it cannot be given back, is the answer."""
    work = saved_alone(undo_plan(sites), sites)
    stale = {n for n, item in enumerate(work.checked) if item.state == "stale"}
    assert all(impossible(work.checked[n].operation, before) for n in stale)
    left = falling([item.operation for item in work.checked], stale)
    carried_out(work, sites, left)
    return frozenset(work.checked[n].operation for n in left)


def cohorts(moodle: FakeMoodle, without: set[int]) -> dict[int, Cohort]:
    return {number: c for number, c in moodle.cohorts.items() if number not in without}


def members(moodle: FakeMoodle, without: set[int]) -> set[tuple[int, int]]:
    """(cohort, account)."""
    return {(c, a) for c, found in moodle.members.items() for a in found if a not in without}


def roles(moodle: FakeMoodle, component: str, without: set[int]) -> set[tuple[int, int, int]]:
    """(cohort, role, account)."""
    return {
        (grant.cohort, grant.role, account)
        for grant, found in moodle.assigned.items()
        for account in found
        if grant.component == component and account not in without
    }


def implied(moodle: FakeMoodle) -> set[tuple[int, int, int]]:
    """What local_cohortrole gives members."""
    pairs = moodle.definitions or ()
    return {(c, r, account) for c, r in pairs for account in moodle.members.get(c, ())}


@given(worlds)
def test_undoing_a_run_gives_the_first_state_back(world: World) -> None:
    """Fields, members, definitions and roles; what was created is put away, and empty.

    But for what this program never gives: memberships of accounts that are dead to it, roles
    without membership, roles by cohorts that are nobody's. What local_cohortrole passed over it
    does not pass over again.
    """
    community, moodle, settings = world
    before = moodle.copy()
    sites = pair(community, moodle, settings)
    planned = plan_now(sites, FULL)
    if planned.plan.empty:
        return
    carried_out(fresh(planned), sites)
    left = undo(sites, before)
    event("all given back" if not left else "some not given back")
    whom = {account for op in left if (account := getattr(op, "account", None)) is not None}
    kept = {number for op in left if (number := getattr(op, "cohort", None)) is not None}
    made = moodle.cohorts.keys() - before.cohorts.keys()
    assert cohorts(moodle, kept | made) == cohorts(before, kept)
    assert members(moodle, whom) == members(before, whom)
    assert (moodle.definitions or set()) - {
        (c, r) for c, r in moodle.definitions or () if c in kept
    } == (before.definitions or set()) - {(c, r) for c, r in before.definitions or () if c in kept}
    lost = {
        (op.cohort, moodle.role(op.role), op.account)
        for op in operations(planned.plan)
        if isinstance(op, UnassignRole) and op.key == NOBODYS
    }
    assert roles(moodle, COMPONENT, whom) == roles(before, COMPONENT, whom) - lost
    ours = roles(moodle, PLUGIN, whom)
    assert ours >= roles(before, PLUGIN, whom)
    assert ours <= roles(before, PLUGIN, whom) | implied(moodle)
    for number in made - kept:
        assert not moodle.cohorts[number].visible
        assert moodle.cohorts[number].name.endswith("(archived)")
        assert moodle.cohorts[number].idnumber.endswith(f"--archived-{number}")
        assert not moodle.members.get(number, frozenset()) - whom


@given(worlds)
def test_with_the_holds_in_place_the_next_synchronisation_changes_nothing(world: World) -> None:
    """Full, of any guild, of any person."""
    community, moodle, settings = world
    before = moodle.copy()
    sites = pair(community, moodle, settings)
    planned = plan_now(sites, FULL)
    if planned.plan.empty:
        return
    carried_out(fresh(planned), sites)
    run = memory(sites).runs[-1]
    undo(sites, before)
    kept = tuple(item.hold for item in holds(run, UNTIL))
    held = pair(community, moodle, settings.model_copy(update={"hold": kept}))
    again = plan_now(held, FULL).plan
    assert again.cohorts == ()
    assert "unknown-hold" not in {problem.kind for problem in again.problems}


@given(worlds)
def test_an_undo_can_be_undone(world: World) -> None:
    """It gives back what the undo took: the same cohorts, and the same people in them."""
    community, moodle, settings = world
    before = moodle.copy()
    sites = pair(community, moodle, settings)
    planned = plan_now(sites, FULL)
    if planned.plan.empty:
        return
    carried_out(fresh(planned), sites)
    after = moodle.copy()
    left = undo(sites, before)
    if left or len(memory(sites).runs) == 1:
        return
    undo(sites, after)
    assert moodle.cohorts == after.cohorts
    assert members(moodle, set()) == members(after, set())
    assert moodle.definitions == after.definitions
    assert roles(moodle, COMPONENT, set()) == roles(after, COMPONENT, set())


@given(worlds)
def test_undoing_twice_does_nothing_more(world: World) -> None:
    """The plan that was carried out fits still: all of it is already so."""
    community, moodle, settings = world
    before = moodle.copy()
    sites = pair(community, moodle, settings)
    planned = plan_now(sites, FULL)
    if planned.plan.empty:
        return
    carried_out(fresh(planned), sites)
    plan = undo_plan(sites)
    if undo(sites, before):
        return
    assert {item.state for item in saved_alone(plan, sites).checked} <= {"done"}


@given(worlds, st.data())
def test_a_run_that_was_cut_off_is_undone_as_far_as_it_came(
    world: World, data: st.DataObject
) -> None:
    """What became of its operations is not recorded, but the cohorts that it created."""
    community, moodle, settings = world
    before = moodle.copy()
    sites = pair(community, moodle, settings)
    planned = plan_now(sites, FULL)
    todo = steps(fresh(planned).checked)
    if not todo:
        return
    carried_out(fresh(planned), pair(community, before.copy(), settings))
    with memory(sites).run(run_start(planned.plan), todo) as record:
        come = data.draw(st.integers(0, len(todo)))
        for outcome in moodle.write(todo[:come], Run(avc=SITE)):
            if isinstance(todo[outcome.step].operation, CreateCohort):
                record(outcome)
    left = undo(sites, before)
    whom = {account for op in left if (account := getattr(op, "account", None)) is not None}
    kept = {number for op in left if (number := getattr(op, "cohort", None)) is not None}
    made = moodle.cohorts.keys() - before.cohorts.keys()
    assert cohorts(moodle, kept | made) == cohorts(before, kept)
    assert members(moodle, whom) == members(before, whom)


@given(worlds)
def test_a_plan_alone_is_all_to_do_and_then_all_done(world: World) -> None:
    """By Moodle alone a plan fits the sites that it was made from, and then those that it made.

    But for members whom nobody could have added.
    """
    community, moodle, settings = world
    sites = pair(community, moodle, settings)
    planned = plan_now(sites, FULL)
    assert {item.state for item in saved_alone(planned.plan, sites).checked} <= {"to do"}
    carried_out(fresh(planned), sites)
    assert {item.state for item in saved_alone(planned.plan, sites).checked} <= {"done"}


def run_start(plan: Plan) -> RunStart:
    return RunStart(avc=plan.avc, moodle=plan.moodle, scope="full", digest="", by="somebody")

"""What AVC is told of a run: totals, and whose every operation holds."""

import re
from dataclasses import replace
from datetime import date

import pytest

from reconciler.applier import Applied
from reconciler.errors import GuardTripped, NotFound, NotReady, PartlyApplied, ReadError, StalePlan
from reconciler.models.avc import Guild, SyncRecord, SyncState
from reconciler.models.operations import Outcome, RemoveMember
from reconciler.models.scope import FullScope, GuildScope, Scope, UserScope
from reconciler.models.settings import Hold, SyncSettings
from reconciler.operations import operations
from reconciler.reconciliation import (
    SitePair,
    apply,
    fresh,
    located,
    plan_now,
)
from reconciler.sync_record import (
    FAILED,
    Remembered,
    failure_remembered,
    record_of,
    remember,
    state_after,
)
from tests.fake_moodle import FakeMoodle
from tests.guards_world import World, work_of
from tests.world import Community, FakeAvc, account, pair, person

A = Guild(id=1, uuid="aaaaaaaa-0000-4000-8000-000000000001", label="A", alias="a")
B = Guild(id=2, uuid="bbbbbbbb-0000-4000-8000-000000000002", label="B", alias="b")
PEOPLE = tuple(person(n) for n in range(1, 5))
MEMBERS = {1: frozenset({1, 2}), 2: frozenset({2, 3, 4})}
"""Of them, 4 has no account in Moodle."""


def moodle() -> FakeMoodle:
    return FakeMoodle({a.id: a for a in map(account, (1, 2, 3))})


def sites(members: dict[int, frozenset[int]], target: FakeMoodle) -> SitePair:
    return pair(Community((A, B), PEOPLE, members), target)


def run(both: SitePair, scope: Scope) -> SyncRecord:
    planned = plan_now(both, scope)
    report = apply(fresh(planned), both)
    return record_of(planned, report.applied)


@pytest.mark.parametrize(
    ("scope", "users", "cohorts", "people"),
    [
        (FullScope(), 3, 2, {1, 2, 3}),
        (GuildScope(uuid=A.uuid, name="a"), 2, 1, {1, 2}),
        (UserScope(uid=2), 1, 2, {2}),
        (UserScope(uid=4), 0, 0, set()),
    ],
)
def test_a_run_leaves_its_totals_and_its_people(
    scope: Scope, users: int, cohorts: int, people: set[int]
) -> None:
    """Those who are in cohorts, by their accounts; the same again when there was nothing to do."""
    both = sites(MEMBERS, moodle())
    if isinstance(scope, UserScope):
        run(both, FullScope())
    expected = SyncRecord(
        full=isinstance(scope, FullScope),
        failed=False,
        users=users,
        cohorts=cohorts,
        people=frozenset(people),
    )
    assert run(both, scope) == expected
    assert run(both, scope) == expected


def test_who_leaves_gets_the_time_of_it() -> None:
    """Somebody removed is among the people of the run, and no longer among the users."""
    target = moodle()
    run(sites(MEMBERS, target), FullScope())
    record = run(sites({1: frozenset({1}), 2: frozenset({3})}, target), FullScope())
    assert (record.users, record.people) == (2, frozenset({1, 2, 3}))


def test_who_waits_for_something_is_not_among_the_people() -> None:
    """An addition that failed keeps that person's time, and the person out of the count."""
    target = moodle()
    target.broken = frozenset({102})
    record = run(sites(MEMBERS, target), FullScope())
    assert (record.users, record.people) == (2, frozenset({1, 3}))


def test_what_a_saved_plan_left_out_is_not_counted() -> None:
    """With nothing carried out, cohorts that are not there and their members are nobody's; and
    while something is left to do, it was no full synchronisation.
    """
    planned = plan_now(sites(MEMBERS, moodle()), FullScope())
    record = record_of(planned, ())
    assert (record.users, record.cohorts, record.people) == (0, 0, frozenset())
    assert record.full is False


def test_what_a_removal_was_thought_to_cost_makes_it_no_other() -> None:
    """A saved plan may have known less: carried out, it is done."""
    target = moodle()
    run(sites(MEMBERS, target), FullScope())
    both = sites({1: frozenset({1}), 2: MEMBERS[2]}, target)
    planned = plan_now(both, FullScope())
    (gone,) = [op for op in operations(planned.plan) if isinstance(op, RemoveMember)]
    saved = Applied(replace(gone, last_enrolments=None, suspends=3), Outcome(0, "done"))
    record = record_of(planned, [saved])
    assert (record.full, record.people) == (True, frozenset({1, 2, 3}))


def test_one_persons_run_counts_their_cohorts_alone() -> None:
    """Not those of guilds that they are not in, nor any that is not there."""
    both = sites(MEMBERS, moodle())
    record = run(both, UserScope(uid=3))
    assert (record.users, record.cohorts, record.people) == (1, 1, frozenset({3}))
    run(both, FullScope())
    assert run(both, UserScope(uid=3)).cohorts == 1
    assert run(both, UserScope(uid=2)).cohorts == 2


COUNTED = [
    ReadError("down"),
    NotReady(("one is down", "so is the other")),
    GuardTripped("empty"),
    StalePlan(("changed",)),
    PartlyApplied("some", ("one",)),
]


@pytest.mark.parametrize("error", COUNTED, ids=lambda error: type(error).__name__)
def test_a_run_that_fails_is_counted(error: Exception) -> None:
    """The error stays what it was."""
    both = sites(MEMBERS, moodle())
    with pytest.raises(type(error), match=re.escape(str(error))), failure_remembered(both):
        raise error
    assert isinstance(both.avc, FakeAvc)
    assert both.avc.records == [FAILED]


def test_a_mistake_of_the_caller_is_no_failed_sync() -> None:
    """Nobody synchronised anything when a user id was misspelt."""
    both = sites(MEMBERS, moodle())
    with pytest.raises(NotFound), failure_remembered(both):
        run(both, UserScope(uid=99))
    assert isinstance(both.avc, FakeAvc)
    assert both.avc.records == []


def test_an_avc_that_cannot_be_told_is_a_warning() -> None:
    """The run was what it was: nothing is raised, and the sentence says why."""
    both = sites(MEMBERS, moodle())
    assert isinstance(both.avc, FakeAvc)
    both.avc.deaf = ReadError("Drupal of site avc is down.")
    warning = "AVC was not told of this run. Drupal of site avc is down."
    assert remember(both, FAILED) == Remembered(told=False, warning=warning)
    with pytest.raises(StalePlan), failure_remembered(both):
        raise StalePlan(("changed",))


def test_the_address_that_the_carrier_knows_serves_where_nwp_yml_has_none() -> None:
    """Configuration comes first; without it, what the way to the site tells."""
    both = sites(MEMBERS, moodle())
    found = FakeAvc(Community((A,), PEOPLE, {}), url="https://avc.ddev.site")
    both = replace(both, avc=found)
    assert located(both).avc_url == "https://avc.ddev.site"
    named = SyncSettings(avc_url="https://avc.example")
    assert located(replace(both, avc=found, settings=named)) == named


def test_what_avc_remembers_after_a_run() -> None:
    """A full run has its time and totals, a partial one its own time, a failed one is counted."""
    before = SyncState(last_sync=1, synced_users=2, synced_cohorts=3)
    done = SyncRecord(full=True, failed=False, users=5, cohorts=6)
    after = state_after(before, done, 9)
    assert after == SyncState(last_sync=9, synced_users=5, synced_cohorts=6)
    partial = done.model_copy(update={"full": False})
    assert state_after(before, partial, 9) == before.model_copy(update={"scoped_last_sync": 9})
    assert state_after(before, FAILED, 9) == before.model_copy(update={"failed_syncs": 1})
    assert state_after(None, done, 9) is None


def test_who_is_not_added_for_a_hold_is_not_synchronised() -> None:
    """Neither counted nor dated: they are in AVC's guild, and in no cohort."""
    hold = Hold(guild="g1", user=2, until=date(2099, 1, 1))
    sites = World({1: [1, 2]}, {1: [1]}, settings={"hold": (hold,)}).pair()
    work = work_of(sites)
    record = record_of(plan_now(sites, FullScope()), apply(work, sites).applied)
    assert (record.users, record.people) == (1, frozenset({1}))

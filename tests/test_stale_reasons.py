"""What is said of a plan that no longer fits."""

from dataclasses import replace

import pytest

from reconciler.errors import StalePlan
from reconciler.models.log import LoggedChange
from reconciler.models.moodle import Cohort
from reconciler.models.operations import AddMember, CreateCohort, RemoveMember
from reconciler.models.scope import FullScope
from reconciler.reconciliation import SitePair, plan_now, saved
from reconciler.stale import Checked
from reconciler.stale_reasons import reasons, refuse_stale, stale, touched
from tests.fake_moodle import FakeMoodle
from tests.guards_world import World, our_key

EDITED = LoggedChange(1, None, "updated", 2, "boss", 1_764_000_000, "web")
REMOVED = LoggedChange(1, 101, "member-removed", 3, "", 1_764_000_060, "")
OTHERS = [
    LoggedChange(2, 101, "member-added", 2, "boss", 1_764_000_120, "web"),
    LoggedChange(1, 109, "member-added", 2, "boss", 1_764_000_120, "web"),
]
WHO_EDITED = "'boss' updated the cohort (web), 2025-11-24 16:00 UTC"
WHO_REMOVED = "account 3 removed account 101, 2025-11-24 16:01 UTC"


def addition(account: int = 101, uid: int = 1) -> AddMember:
    return AddMember(our_key(1), "g1", 1, account, uid)


def checked(*items: tuple[object, str, str]) -> list[Checked]:
    return [Checked(operation, state, why) for operation, state, why in items]  # type: ignore[arg-type]


STALE = checked((addition(), "stale", "add account 101 to g1: the account is not theirs"))


@pytest.mark.parametrize("logged", [None, [], OTHERS])
def test_without_a_log_of_it_nobody_is_named(logged: list[LoggedChange] | None) -> None:
    """A log that cannot be read, is empty, or tells of others' memberships, says nothing."""
    assert reasons(STALE, logged) == ("add account 101 to g1: the account is not theirs",)


def test_whoever_changed_it_is_named() -> None:
    """With the hour, and how; an account that is gone by its number."""
    (reason,) = reasons(STALE, [*OTHERS, REMOVED, EDITED])
    assert reason == (
        "add account 101 to g1: the account is not theirs"
        f" (Moodle's log: {WHO_REMOVED}; {WHO_EDITED})"
    )


def test_three_changes_are_named_the_newest_first() -> None:
    """However often it was changed, a line stays a line."""
    logged = [replace(EDITED, by_name=f"n{number}") for number in range(50)]
    (reason,) = reasons(STALE, logged)
    assert [f"'n{number}'" in reason for number in range(5)] == [True, True, True, False, False]


def test_what_falls_with_it_is_named() -> None:
    """What waits for a stale operation, in so far as it is still to be done."""
    made = CreateCohort(our_key(1), "g1", "g1", "AVC - G1", "")
    away = [RemoveMember(our_key(2), "g2", 2, number, number) for number in (101, 102)]
    items = checked(
        (made, "stale", "create cohort g1: it is there"),
        (addition(101), "to do", ""),
        (addition(102), "done", ""),
        *((one, "to do", "") for one in away),
    )
    assert stale(items) == {0}
    assert reasons(items, None) == (
        (
            "create cohort g1: it is there; with it falls: add account 101 to g1, remove account"
            " 101 from g2, remove account 102 from g2"
        ),
    )


def test_many_that_fall_are_counted() -> None:
    """Three are named."""
    made = CreateCohort(our_key(1), "g1", "g1", "AVC - G1", "")
    items = checked(
        (made, "stale", "create cohort g1: it is there"),
        *((addition(number), "to do", "") for number in range(101, 151)),
    )
    (reason,) = reasons(items, None)
    assert reason.endswith("add account 103 to g1 and 47 more")


def test_only_cohorts_of_stale_operations_are_looked_up() -> None:
    """None for one that is yet to be made, or whose operation fits."""
    items = checked(
        (CreateCohort(our_key(1), "g1", "g1", "AVC - G1", ""), "stale", "x"),
        (addition(), "stale", "x"),
        (RemoveMember(our_key(2), "g2", 2, 101, 1), "to do", ""),
    )
    assert touched(items) == {1}
    assert touched(items[2:]) == frozenset()
    refuse_stale(items[2:], None)


def renamed(sites: SitePair) -> FakeMoodle:
    moodle = sites.moodle
    assert isinstance(moodle, FakeMoodle)
    cohort = moodle.cohorts[1]
    assert isinstance(cohort, Cohort)
    return moodle


def test_a_plan_whose_cohort_is_gone_says_all_of_it() -> None:
    """Each operation in it, what was expected and what was found, and who deleted the cohort."""
    world = World({1: [1, 2], 2: [3]}, {1: [1, 3], 2: []})
    sites = world.pair()
    plan = plan_now(sites, FullScope()).plan
    moodle = renamed(sites)
    del moodle.cohorts[1], moodle.members[1]
    moodle.log = [LoggedChange(1, None, "deleted", 2, "boss", 1_764_000_000, "web")]
    work = saved(plan, sites)
    with pytest.raises(StalePlan) as raised:
        refuse_stale(work.checked, moodle.changes(touched(work.checked)))
    first, second = raised.value.reasons
    assert first.startswith("add account 102 to g1: cohort 1 is gone or no longer its cohort")
    assert second.startswith("remove account 103 from g1: cohort 1 is gone")
    assert "'boss' deleted the cohort (web)" in first

"""When both sites were last made to agree, as the status judges and tells it."""

import pytest

from reconciler.dashboard import AHEAD, STALE_AFTER, dashboard
from reconciler.models.avc import SyncRecord, SyncState
from reconciler.sync_record import FAILED, state_after
from tests.integration_world import HOUR, NOW, avc, row, shown


@pytest.mark.parametrize(
    ("state", "words", "broken"),
    [
        (None, "unavailable", False),
        (SyncState(), "never", False),
        (SyncState(last_sync=0), "never", False),
        (SyncState(failed_syncs=2), "failed", True),
        (SyncState(last_sync=NOW), "active", False),
        (SyncState(last_sync=NOW - STALE_AFTER), "active", False),
        (SyncState(last_sync=NOW - STALE_AFTER - 1), "stale", True),
        (SyncState(last_sync=NOW - HOUR, failed_syncs=2), "active", False),
        (SyncState(last_sync=NOW + AHEAD), "active", False),
        (SyncState(last_sync=NOW + AHEAD + 1), "ahead", True),
        (SyncState(last_sync=NOW * 1000), "ahead", True),
        (SyncState(last_sync=NOW + HOUR, failed_syncs=2), "ahead", True),
    ],
)
def test_the_state_of_synchronisation(state: SyncState | None, words: str, *, broken: bool) -> None:
    """A day makes it stale; a failure is the last that happened only where nothing else did."""
    status = dashboard(avc(sync=state), NOW)
    assert status.synchronization.state == words
    assert ("synchronization" in status.broken) == broken


@pytest.mark.parametrize("state", [None, SyncState(last_sync=NOW - HOUR)])
def test_a_run_that_has_just_failed(state: SyncState | None) -> None:
    """Whoever has seen it fail says so, whatever AVC remembers."""
    status = dashboard(avc(sync=state), NOW, ended="failed")
    assert (status.synchronization.state, status.broken) == ("failed", ("synchronization",))
    assert row(avc(sync=state), "State", ended="failed") == "✗ State failed"


@pytest.mark.parametrize("state", [None, SyncState(last_sync=NOW - 30 * HOUR, failed_syncs=2)])
def test_a_run_that_a_guard_has_just_held_back_in_part(state: SyncState | None) -> None:
    """It has not failed, and nothing is broken."""
    status = dashboard(avc(sync=state), NOW, ended="held")
    assert (status.synchronization.state, status.broken) == ("held", ())
    assert row(avc(sync=state), "State", ended="held") == "⚠ State a part held back"


HELD_IN_PART = SyncRecord(full=False, failed=False, users=3, cohorts=2)
"""What AVC is told of a run that guards held back in part."""
FULL_RUN = SyncState(last_sync=NOW - 30 * HOUR)


@pytest.mark.parametrize(
    ("before", "record", "words"),
    [
        (FULL_RUN, HELD_IN_PART, "✗ State stale: the last full run is over 24 hours ago"),
        (SyncState(last_sync=NOW - HOUR), HELD_IN_PART, "✓ State active"),
        (SyncState(), HELD_IN_PART, "⚠ State never done in full"),
        (SyncState(), FAILED, "✗ State failed"),
    ],
)
def test_the_morning_after(before: SyncState, record: SyncRecord, words: str) -> None:
    """A night that was held back in part is a partial sync with its time, and no failed one."""
    seen = avc(sync=state_after(before, record, NOW - 120))
    assert row(seen, "State") == words
    assert row(seen, "Failed syncs").endswith(f"{int(record.failed)} in all")
    assert ("Last partial sync" in shown(seen)) is not record.failed


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "just now"),
        (59, "just now"),
        (60, "1 minute ago"),
        (2 * HOUR - 1, "1 hour ago"),
        (47 * HOUR, "1 day ago"),
        (480 * HOUR, "20 days ago"),
        (-60, "just now"),
        (-61, "in the future: the clocks differ"),
    ],
)
def test_how_long_ago_the_last_run_was(seconds: int, words: str) -> None:
    """In the largest unit; a clock that is behind is not taken for a fresh run."""
    found = row(avc(sync=SyncState(last_sync=NOW - seconds)), "Last sync")
    assert found.endswith(f"UTC, {words}")


def test_a_last_run_in_the_future_is_not_active() -> None:
    """A clock that is wrong, or milliseconds: said in words, broken, and in the JSON."""
    seen = avc(sync=SyncState(last_sync=NOW * 1000))
    words = "✗ State not known: the last run is in the future, so a clock or"
    assert row(seen, "State").startswith(words)
    status = dashboard(seen, NOW)
    assert status.broken == ("synchronization",)
    assert status.model_dump(mode="json")["synchronization"]["state"] == "ahead"
    assert status.actions[0] == "pl avc-moodle-test avc ss"


def test_a_time_that_is_no_date() -> None:
    """State that something else wrote does not stop the status."""
    assert "no date" in row(avc(sync=SyncState(last_sync=10**30)), "Last sync")


@pytest.mark.parametrize(
    ("state", "full", "state_row"),
    [
        (SyncState(last_sync=NOW - HOUR), "active", "✓ State active"),
        (SyncState(), "never", "⚠ State never done in full"),
        # After the partial run nobody knows which came last.
        (SyncState(failed_syncs=2), "never", "⚠ State never done in full"),
    ],
)
def test_a_partial_run_is_told_beside_the_last_full_one(
    state: SyncState, full: str, state_row: str
) -> None:
    """A run for one guild or person has its date and age; it does not make the whole fresh."""
    seen = avc(sync=state.model_copy(update={"scoped_last_sync": NOW - 120}))
    found = dashboard(seen, NOW).synchronization
    assert (found.state, found.scoped_last_sync, found.scoped_age) == (full, NOW - 120, 120)
    assert row(seen, "State") == state_row
    assert row(seen, "Last partial sync") == (
        "Last partial sync 2026-01-14 14:11 UTC, 2 minutes ago"
    )


@pytest.mark.parametrize("never", [None, 0])
def test_without_a_partial_run_none_is_told(never: int | None) -> None:
    """No line on the terminal, null in the JSON; 0 is Drupal's own word for a time that was not."""
    seen = avc(sync=SyncState(last_sync=NOW, scoped_last_sync=never))
    found = dashboard(seen, NOW).synchronization
    assert (found.scoped_last_sync, found.scoped_age) == (None, None)
    assert "partial" not in shown(seen)


def test_failures_are_counted_and_counts_may_be_unknown() -> None:
    """Failed runs are shown beside a good last one; users that AVC does not remember are not 0."""
    seen = avc(sync=SyncState(last_sync=NOW, failed_syncs=3))
    assert row(seen, "Failed syncs") == "⚠ Failed syncs 3 in all"
    assert row(seen, "Synced") == "Synced users unknown, cohorts unknown"

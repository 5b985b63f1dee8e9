"""Who changed a cohort, by the log of a real Moodle."""

import time

import pytest

from reconciler.models.log import LoggedChange
from tests.live.directory import DirectoryBackdoor
from tests.moodle.places import Place


@pytest.fixture
def place(shell_place: Place) -> Place:
    return shell_place


def test_what_is_written_by_command_line_is_the_administrators(
    place: Place, moodle: DirectoryBackdoor
) -> None:
    """Moodle logs each change with the account that it runs as, and ``cli``; the newest first."""
    before = int(time.time())
    (cohort,) = place.create("logged")
    account = place.accounts()[0]
    place.add(cohort, account)
    place.remove(cohort, account)
    found = place.site.changes(frozenset({cohort}))
    assert found is not None
    assert [(change.event, change.account) for change in found] == [
        ("member-removed", account),
        ("member-added", account),
        ("created", None),
    ]
    ((by, name),) = {(change.by, change.by_name) for change in found}
    assert name == moodle.username(by)
    assert {change.origin for change in found} == {"cli"}
    assert all(before <= change.time <= time.time() for change in found)


def test_changes_and_deletion_are_told(place: Place) -> None:
    """What is gone has a history; what nobody touched has none."""
    (cohort,) = place.create("logged")
    name = place.cohorts()[cohort].name
    place.write(place.change(cohort, name=(name, f"{name} 2")))
    place.clean()
    found: tuple[LoggedChange, ...] | None = place.site.changes(frozenset({cohort}))
    assert found is not None
    assert [change.event for change in found] == ["deleted", "updated", "created"]
    assert place.site.changes(frozenset({10**9})) == ()

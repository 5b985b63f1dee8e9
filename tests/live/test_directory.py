"""What the command line alone sees and does, on a real Moodle."""

from dataclasses import replace

import pytest

from reconciler.models.moodle import COMPONENT, Link, MoodleQuery
from reconciler.models.operations import Step
from tests.live.directory import DirectoryBackdoor
from tests.moodle.places import Place
from tests.moodle.support import RUN, UNKNOWN, statuses


@pytest.fixture
def place(shell_place: Place) -> Place:
    return shell_place


def test_the_site_itself(place: Place, moodle: DirectoryBackdoor) -> None:
    """Address, release, administrators, and what can be written there."""
    site = moodle.ask("site")
    snapshot = place.site.read(MoodleQuery())
    assert (snapshot.url, snapshot.release) == (site["url"], site["release"])
    assert snapshot.administrators == frozenset(site["administrators"])
    can = {"assign-roles", "lock-cohorts", "record-syncs"}
    assert snapshot.abilities == can | ({"define-roles"} if moodle.ask("has_cohortrole") else set())
    assert place.site.unavailable() == frozenset()


def test_everybody(place: Place) -> None:
    """All accounts at once, those that are sought for among them, described alike."""
    everybody = place.site.read(MoodleQuery(everybody=True))
    sought = place.site.read(MoodleQuery(emails=frozenset(place.emails)))
    assert (everybody.everybody, sought.everybody) == (True, False)
    assert sought.accounts.keys() == set(place.accounts())
    assert sought.accounts.items() <= everybody.accounts.items()


@pytest.mark.parametrize(
    ("fields", "status"),
    [({}, "done"), ({"suspended": 1}, "done"), ({"confirmed": 0}, "stale")],
    ids=["ordinary", "suspended", "unconfirmed"],
)
def test_who_may_be_added(
    place: Place, moodle: DirectoryBackdoor, fields: dict[str, int], status: str
) -> None:
    """Suspended accounts are treated like others; unconfirmed ones are nobody's yet."""
    (cohort,) = place.create("c")
    account = moodle.ask("create_account", f"{place.prefix}-somebody", fields)
    assert statuses(place.add(cohort, account)) == [status]
    assert place.members(cohort) == [[account] if status == "done" else []]


def test_the_deleted_and_the_guest_are_nobody(place: Place, moodle: DirectoryBackdoor) -> None:
    """Moodle's own function would take both; removing somebody deleted is done already."""
    (cohort,) = place.create("c")
    gone = moodle.ask("create_account", f"{place.prefix}-gone", {})
    place.add(cohort, gone)
    moodle.ask("delete_account", gone)
    added = place.add(cohort, gone, moodle.ask("site")["guest"])
    assert statuses(added) == ["stale", "stale"]
    assert place.members(cohort) == [[]]
    assert statuses(place.remove(cohort, gone)) == ["already"]


def test_who_is_no_account_any_more_is_no_member(place: Place, moodle: DirectoryBackdoor) -> None:
    """Moodle's own function makes members of deleted accounts, and of none: they are not read."""
    (cohort,) = place.create("c", text=f"<!-- {place.prefix} -->")
    gone = moodle.ask("create_account", f"{place.prefix}-gone", {})
    moodle.ask("delete_account", gone)
    living = place.accounts()[0]
    place.backdoor.put(cohort, [living, gone, UNKNOWN])
    assert place.members(cohort) == [[living, gone, UNKNOWN]]
    query = MoodleQuery(member_marks=frozenset({place.prefix}), describe_members=True)
    snapshot = place.site.read(query)
    assert snapshot.members == {cohort: {living}}
    assert snapshot.accounts.keys() == {living}


def test_locking_and_releasing(place: Place, moodle: DirectoryBackdoor) -> None:
    """The component is set and cleared, seen, and in nobody's way but people's."""
    (cohort,) = place.create("c", component=COMPONENT)
    assert moodle.ask("component", cohort) == COMPONENT
    assert place.cohorts()[cohort].component == COMPONENT
    account = place.accounts()[0]
    assert statuses(place.add(cohort, account)) == ["done"]
    assert statuses(place.write(place.change(cohort, component=(COMPONENT, "")))) == ["done"]
    assert moodle.ask("component", cohort) == ""
    assert place.members(cohort) == [[account]]


def test_oauth2_links(place: Place, moodle: DirectoryBackdoor) -> None:
    """Confirmed ones, and which claim they are named by; accounts are found by them."""
    issuer = moodle.ask("create_issuer", place.prefix, "sub")
    one, two, *_ = place.accounts()
    linked = f"{place.prefix}-one"
    try:
        moodle.ask("link_account", one, issuer, linked, "")
        moodle.ask("link_account", two, issuer, f"{place.prefix}-two", "to be confirmed")
        snapshot = place.site.read(MoodleQuery(links=frozenset({linked, f"{place.prefix}-two"})))
    finally:
        moodle.ask("delete_issuers", place.prefix)
    assert snapshot.issuers
    (found,) = (known for known in snapshot.issuers if known.id == issuer)
    assert (found.name, found.baseurl, found.username_claim) == (
        place.prefix,
        "https://avc.example",
        "sub",
    )
    assert snapshot.accounts.keys() == {one}
    assert snapshot.accounts[one].links == (Link(issuer, linked),)


def test_a_full_run_is_recorded(place: Place, moodle: DirectoryBackdoor) -> None:
    """What was carried out to the end, under the component's name; a failed run only counts up."""
    (cohort,) = place.create("c")
    run = replace(RUN, digest="sha256:x")
    account = place.accounts()[0]
    steps = [Step(place.addition(cohort, account))]
    list(place.site.write(steps, run))
    before = moodle.ask("recorded")
    assert before["digest"] == "sha256:x"
    assert int(before["last_sync"]) > 0
    place.backdoor.describe(cohort, "")
    stale = [Step(place.removal(cohort, account))]
    list(place.site.write(stale, replace(run, digest="sha256:y")))
    failed = int(before.get("failed_syncs", 0)) + 1
    assert moodle.ask("recorded") == before | {"failed_syncs": str(failed)}

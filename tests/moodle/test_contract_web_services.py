"""What holds of web services alone, on a sandbox and on a real Moodle."""

import pytest

from providers.moodle import calls
from providers.moodle.client import Client
from providers.moodle.site import WebServiceSite
from reconciler.errors import AccessRefused, UnexpectedAnswer
from reconciler.models.desired import CohortKey
from reconciler.models.moodle import MoodleQuery
from reconciler.models.operations import (
    AssignRole,
    DefineRole,
    Operation,
    UnassignRole,
    UndefineRole,
)
from tests.moodle.places import Place
from tests.moodle.support import statuses


def test_a_look_at_the_site_costs_two_calls(place: Place, client: Client) -> None:
    """Address, token, service and the right to write are tried on a cohort; it stays as it is."""
    (cohort,) = place.create("a")
    before = place.cohorts()[cohort]
    calls_before = client.traffic()
    facts = WebServiceSite(client).inspect()
    assert _calls(client.traffic()) - _calls(calls_before) == 2
    assert (facts.url, facts.writable, facts.release) == (client.url, True, None)
    assert place.cohorts()[cohort] == before


def _calls(traffic: str) -> int:
    return int(traffic.partition(" ")[0])


def test_a_wrong_token_is_refused(client: Client) -> None:
    """Inspecting and reading both say so."""
    site = WebServiceSite(_like(client, client.url))
    with pytest.raises(AccessRefused, match="does not accept the token"):
        site.inspect()
    with pytest.raises(AccessRefused, match="does not accept the token"):
        site.read(MoodleQuery())


def test_another_address_is_no_moodle(client: Client) -> None:
    """A path below the site, or one that is not there, is told from Moodle's own answers."""
    with pytest.raises(UnexpectedAnswer, match="not as a Moodle does"):
        WebServiceSite(_like(client, f"{client.url}/nowhere")).inspect()


def _like(client: Client, url: str) -> Client:
    """A client that goes the same way with another token."""
    other = Client(url, "0" * 32, timeout=60)
    other._http = client._http
    return other


@pytest.mark.parametrize("size", [1, 2, 1000])
def test_pages_hide_nothing(place: Place, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """Every system cohort is found to be one, on whichever page it is listed."""
    ids = place.create(*"abcd")
    category = place.create_in_category("e", "")
    monkeypatch.setattr(calls, "PAGE", size)
    found = place.cohorts()
    assert [found[cohort].system for cohort in (*ids, category)] == [True] * 4 + [False]


def test_what_web_services_do_not_show(place: Place) -> None:
    """Nothing is made up for what they cannot see: None, empty, or an error."""
    place.create("c")
    query = MoodleQuery(emails=frozenset(place.emails), everybody=True)
    snapshot = place.site.read(query)
    assert {cohort.component for cohort in snapshot.cohorts} == {None}
    assert not any(one.links or one.idnumber_locked for one in snapshot.accounts.values())
    assert not snapshot.everybody
    unseen = ("release", "administrators", "issuers", "roles", "enrolment")
    assert [getattr(snapshot, field) for field in unseen] == [None] * len(unseen)
    assert snapshot.abilities == frozenset()
    with pytest.raises(UnexpectedAnswer, match="shows no enrolments by web services"):
        place.site.enrolments(frozenset({3}), frozenset({1}))


def test_what_needs_the_command_line(place: Place) -> None:
    """Locks and roles fail with the remedy, each alone, and nothing is written for them."""
    (cohort,) = place.create("c")
    untouched, key = place.cohorts(), CohortKey(uuid="x")
    account = place.accounts()[0]
    operations: list[Operation] = [
        place.creation("locked", component="avc_moodle_sync"),
        place.change(cohort, component=("", "avc_moodle_sync"), name=("Old", "New")),
        AssignRole(key, "x", cohort, account, None, "manager", "avc_moodle_sync"),
        UnassignRole(key, "x", cohort, account, None, "manager", "avc_moodle_sync"),
        DefineRole(key, "x", cohort, "manager"),
        UndefineRole(key, "x", cohort, "manager"),
    ]
    outcomes = place.write(*operations)
    assert statuses(outcomes) == ["failed"] * 6
    assert all("needs Moodle's command line" in outcome.reason for outcome in outcomes)
    assert place.cohorts() == untouched
    shown = place.site.read_back(operations)
    assert shown == ({}, {"name": untouched[cohort].name}, {}, {}, {}, {})

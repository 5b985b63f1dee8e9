"""The port MoodleSite, reading: what holds on a sandbox holds on a real Moodle."""

import pytest

from providers.moodle import calls
from providers.moodle.client import Client
from providers.moodle.site import WebServiceSite
from reconciler.errors import AccessRefused, UnexpectedAnswer
from reconciler.models.moodle import MoodleQuery
from tests.moodle.support import UNKNOWN, Place

_NOBODY = (
    "nobody@example.org",
    "n\u00f3body@ex\u00e4mple.org",
    "a@b@c",
    "<b>@example.org",
    "without an at",
    "100%@example.org",
    " user00001@example.org",
    "user00001@example.org ",
    "user00001@example.org\n",
    "\u00a0user00001@example.org",
    "",
)
_NO_USERNAMES = (
    "",
    "Two Words",
    "o'hara",
    "a+b",
    "m\u00fcller",
    "USER00001",
    "nobody-has-this-name",
    "user00001 ",
)


def test_a_site_that_lets_us_in(place: Place) -> None:
    """Inspecting it says nothing, and costs one call."""
    place.site.inspect()
    assert place.site.traffic() == "1 web-service calls, 0.00 MiB received"


def test_a_wrong_token_is_refused(place: Place) -> None:
    """Inspecting and reading both say so."""
    http = place.client._http
    client = Client(place.client.url, "0" * 32, timeout=60)
    client._http = http
    with pytest.raises(AccessRefused, match="does not accept the token"):
        WebServiceSite(client).inspect()
    with pytest.raises(AccessRefused, match="does not accept the token"):
        WebServiceSite(client).read(MoodleQuery())


def test_another_address_is_no_moodle(place: Place) -> None:
    """A path below the site, or one that is not there, is told from Moodle's own answers."""
    client = Client(f"{place.client.url}/nowhere", "0" * 32, timeout=60)
    client._http = place.client._http
    with pytest.raises(UnexpectedAnswer, match="not as a Moodle does"):
        WebServiceSite(client).inspect()


def test_an_empty_query_reads_cohorts_only(place: Place) -> None:
    """Cohorts of every context, nobody's membership, nobody's account."""
    (system,) = place.create("s")
    category = place.create_in_category("c", "about")
    snapshot = place.site.read(MoodleQuery())
    assert (snapshot.url, snapshot.members, snapshot.accounts) == (place.client.url, {}, {})
    found = {cohort.id: cohort for cohort in snapshot.cohorts}
    assert len(found) == len(snapshot.cohorts)
    assert (found[system].system, found[category].system) == (True, False)
    assert (found[category].description, found[category].visible) == ("about", True)


def test_members_of_the_cohorts_that_are_asked_for(place: Place) -> None:
    """Marked system cohorts, and unmarked ones by their names; none of a course category."""
    marker = f"{place.prefix}-mark"
    mine, theirs = f"{marker}-mine", f"{marker}-theirs"
    marked, foreign, plain, empty = place.create("marked", "foreign", "plain", "empty")
    (elsewhere,) = place.create("elsewhere", name="Another name")
    category = place.create_in_category("category", f"<p>{mine}</p>")
    one, two, three, *_ = place.accounts()
    for cohort in (marked, foreign, plain, elsewhere, category):
        place.add(cohort, one, two)
    place.add(plain, three)
    _describe(place, {marked: f"<!-- {mine} -->", foreign: theirs, empty: f"<b>{mine}</b>"})
    marks = MoodleQuery(member_marks=frozenset({mine}), unmarked=marker)
    pair = frozenset({one, two})
    assert place.site.read(marks).members == {marked: pair, empty: frozenset()}
    both = marks.model_copy(update={"unmarked_prefix": f"{place.prefix} "})
    assert place.site.read(both).members == {
        marked: pair,
        empty: frozenset(),
        plain: pair | {three},
    }


def _describe(place: Place, descriptions: dict[int, str]) -> None:
    """Change the descriptions of cohorts."""
    stored = calls.cohorts(place.client, list(descriptions))
    for cohort, text in descriptions.items():
        row = stored[cohort]
        place.client.call(
            "core_cohort_update_cohorts",
            cohorts=[
                {
                    "id": cohort,
                    "categorytype": calls.SYSTEM,
                    "name": row.name,
                    "idnumber": row.idnumber,
                    "description": text,
                    "descriptionformat": 1,
                }
            ],
        )


def test_members_are_described_when_that_is_wanted(place: Place) -> None:
    """Then, and only then, the accounts of all members that were read are in the answer."""
    (cohort,) = place.create("c", description=f"<!-- {place.prefix} -->")
    one, two, three, *_ = place.accounts()
    place.add(cohort, one, two)
    query = MoodleQuery(member_marks=frozenset({place.prefix}), emails=frozenset(place.emails[2:3]))
    assert place.site.read(query).accounts.keys() == {three}
    described = query.model_copy(update={"describe_members": True})
    accounts = place.site.read(described).accounts
    assert accounts.keys() == {one, two, three}
    assert {account.id: account.email for account in accounts.values()} == {
        one: place.emails[0],
        two: place.emails[1],
        three: place.emails[2],
    }


@pytest.mark.parametrize("spelling", [str.lower, str.upper, str.title])
def test_accounts_are_found_in_any_spelling_of_an_address(
    place: Place, spelling: type[str]
) -> None:
    """MariaDB compares without case; Moodle's own spelling comes back."""
    one = place.accounts()[0]
    query = MoodleQuery(emails=frozenset({spelling(place.emails[0])}))
    accounts = place.site.read(query).accounts
    assert accounts.keys() == {one}
    account = accounts[one]
    assert (account.id, account.email) == (one, place.emails[0])
    assert (account.suspended, account.confirmed, account.idnumber) == (False, True, "")
    assert account.username == place.username(one)


def test_nobody_has_these_addresses(place: Place) -> None:
    """Odd addresses find nobody, and do not hide who is asked for beside them."""
    query = MoodleQuery(emails=frozenset({*_NOBODY, place.emails[0]}))
    assert place.site.read(query).accounts.keys() == {place.accounts()[0]}
    assert place.site.read(MoodleQuery(emails=frozenset(_NOBODY))).accounts == {}


def test_nobody_has_these_user_names(place: Place) -> None:
    """User names that Moodle cannot have find nobody, and do not hide the others."""
    one = place.accounts()[0]
    query = MoodleQuery(usernames=frozenset({*_NO_USERNAMES, place.username(one)}))
    assert place.site.read(query).accounts.keys() == {one}


def test_nobody_has_these_idnumbers(place: Place) -> None:
    """An account without an idnumber has none, not an empty one."""
    wanted = frozenset({"", "0f7d2c1e-ffff-4222-8333-444455556666", str(UNKNOWN)})
    assert place.site.read(MoodleQuery(idnumbers=wanted)).accounts == {}


def test_hints_are_for_addresses_that_nobody_has(place: Place) -> None:
    """The user name is looked up only when no account has the address, in whatever case."""
    one, two, *_ = place.accounts()
    known, name = place.emails[0].upper(), place.username(two)
    asked = MoodleQuery(emails=frozenset({known}), hints={known: name})
    assert place.site.read(asked).accounts.keys() == {one}
    gone = MoodleQuery(emails=frozenset({known}), hints={"gone@example.org": name, "x": "A B"})
    assert place.site.read(gone).accounts.keys() == {one, two}


@pytest.mark.parametrize("size", [1, 2, 1000])
def test_pages_hide_nothing(place: Place, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """Every system cohort is found to be one, on whichever page it is listed."""
    ids = place.create(*"abcd")
    category = place.create_in_category("e", "")
    monkeypatch.setattr(calls, "PAGE", size)
    found = place.cohorts()
    assert [found[cohort].system for cohort in (*ids, category)] == [True] * 4 + [False]

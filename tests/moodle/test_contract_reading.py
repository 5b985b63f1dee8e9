"""The port MoodleSite, reading: what holds on a sandbox holds on a real Moodle."""

import pytest

from reconciler.models.moodle import MoodleQuery, MoodleSnapshot
from tests.moodle.places import Place
from tests.moodle.support import UNKNOWN

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
    """Inspecting it says nothing."""
    place.site.inspect()


def test_an_empty_query_reads_cohorts_only(place: Place) -> None:
    """Cohorts of every context, nobody's membership, nobody's account."""
    (system,) = place.create("s")
    category = place.create_in_category("c", "about")
    snapshot = place.site.read(MoodleQuery())
    assert (snapshot.url, snapshot.members, snapshot.accounts) == (place.url, {}, {})
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
        place.backdoor.put(cohort, [one, two])
    place.backdoor.put(plain, [three])
    for cohort, text in {marked: f"<!-- {mine} -->", foreign: theirs, empty: mine}.items():
        place.backdoor.describe(cohort, text)
    marks = MoodleQuery(member_marks=frozenset({mine}), unmarked=marker)
    pair = frozenset({one, two})
    assert place.site.read(marks).members == {marked: pair, empty: frozenset()}
    both = marks.model_copy(update={"unmarked_prefix": f"{place.prefix} "})
    assert place.site.read(both).members == {
        marked: pair,
        empty: frozenset(),
        plain: pair | {three},
    }


def test_accounts_are_found_by_their_ids(place: Place) -> None:
    """Whatever cohorts they are in, or none; an id that nobody has is no error."""
    one, two, *_ = place.accounts()
    found = place.site.read(MoodleQuery(ids=frozenset({one, two, UNKNOWN}))).accounts
    assert {number: account.email for number, account in found.items()} == {
        one: place.emails[0],
        two: place.emails[1],
    }


def test_members_are_described_when_that_is_wanted(place: Place) -> None:
    """Then, and only then, the accounts of all members that were read are in the answer."""
    (cohort,) = place.create("c", text=f"<!-- {place.prefix} -->")
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


def test_memberships_of_those_who_are_sought(place: Place) -> None:
    """Only these are of use then, and sizes; what else comes is whole."""
    mark = f"<!-- {place.prefix} -->"
    first, second, empty = place.create("first", "second", "empty", text=mark)
    (other,) = place.create("other")
    one, two, three, *_ = place.accounts()
    for cohort, accounts in {first: (one, two), second: (two, three), other: (one, two)}.items():
        place.add(cohort, *accounts)
    query = MoodleQuery(
        member_marks=frozenset({place.prefix}), emails=frozenset(place.emails[:1]), only_sought=True
    )
    snapshot = place.site.read(query)
    assert snapshot.accounts.keys() == {one}
    inside = {cohort: accounts & {one} for cohort, accounts in snapshot.members.items()}
    assert inside == {first: {one}, second: frozenset(), empty: frozenset()}
    assert {cohort: snapshot.size(cohort) for cohort in inside} == {first: 2, second: 2, empty: 0}
    assert snapshot.tells_of(one)
    seen = frozenset[int]().union(*snapshot.members.values())
    assert snapshot.tells_of(two) is (two in seen) is (three in seen)


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
    assert account.username == place.backdoor.username(one)


def test_nobody_has_these_addresses(place: Place) -> None:
    """Odd addresses find nobody, and do not hide who is asked for beside them.

    As the core does, the addresses are compared again: MariaDB finds them without regard to
    accents and to blanks at the end.
    """
    one = place.accounts()[0]
    query = MoodleQuery(emails=frozenset({*_NOBODY, place.emails[0]}))
    assert _with(place.site.read(query), "email", query.emails) == {one}
    nobody = MoodleQuery(emails=frozenset(_NOBODY))
    assert _with(place.site.read(nobody), "email", nobody.emails) == set()


def test_nobody_has_these_user_names(place: Place) -> None:
    """User names that Moodle cannot have find nobody, and do not hide the others."""
    one = place.accounts()[0]
    query = MoodleQuery(usernames=frozenset({*_NO_USERNAMES, place.backdoor.username(one)}))
    assert _with(place.site.read(query), "username", query.usernames) == {one}


def _with(snapshot: MoodleSnapshot, field: str, values: frozenset[str]) -> set[int]:
    """The accounts whose field is one of the values, letter by letter."""
    return {n for n, account in snapshot.accounts.items() if getattr(account, field) in values}


def test_nobody_has_these_idnumbers(place: Place) -> None:
    """An account without an idnumber has none, not an empty one."""
    wanted = frozenset({"", "0f7d2c1e-ffff-4222-8333-444455556666", str(UNKNOWN)})
    assert place.site.read(MoodleQuery(idnumbers=wanted)).accounts == {}


def test_hints_are_for_addresses_that_nobody_has(place: Place) -> None:
    """The user name is looked up only when no account has the address, in whatever case."""
    one, two, *_ = place.accounts()
    known, name = place.emails[0].upper(), place.backdoor.username(two)
    asked = MoodleQuery(emails=frozenset({known}), hints={known: name})
    assert place.site.read(asked).accounts.keys() == {one}
    gone = MoodleQuery(emails=frozenset({known}), hints={"gone@example.org": name, "x": "A B"})
    assert place.site.read(gone).accounts.keys() == {one, two}

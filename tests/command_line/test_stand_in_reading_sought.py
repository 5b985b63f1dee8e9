"""What the program reads of those whom a query is about, on a stand-in: no more, and no less."""

import pytest

from reconciler.models.moodle import Grant, Link, MoodleQuery, MoodleSnapshot
from reconciler.ports import MoodleSite
from tests.command_line.conftest import BOTH, EVERYBODY, GIVE
from tests.sandbox.stand_in import StandIn

pytestmark = BOTH

_LINK = "INSERT INTO auth_oauth2_linked_login (userid, issuerid, username, confirmtoken) VALUES"


@pytest.mark.parametrize("query", [EVERYBODY, MoodleQuery(usernames=frozenset({"user00001"}))])
def test_links_that_are_confirmed(site: MoodleSite, stand_in: StandIn, query: MoodleQuery) -> None:
    """A login that waits for its confirmation proves nothing."""
    stand_in.edit(f"{_LINK} (3, 1, '77', ''), (3, 2, 'ann', ''), (3, 1, '78', 'abc')")
    links = site.read(query).accounts[3].links
    assert set(links) == {Link(1, "77"), Link(2, "ann")}


def test_accounts_are_found_by_their_links(site: MoodleSite, stand_in: StandIn) -> None:
    """By confirmed ones alone, and not of deleted accounts."""
    stand_in.edit(f"{_LINK} (3, 1, '77', ''), (4, 1, '78', 'abc'), (5, 1, '79', '')")
    stand_in.edit("UPDATE user SET deleted = 1 WHERE id = 5")
    query = MoodleQuery(links=frozenset({"77", "78", "79"}))
    assert site.read(query).accounts.keys() == {3}


def test_whom_a_cohort_gives_a_role_is_described(site: MoodleSite, stand_in: StandIn) -> None:
    """By us or the plugin, in the system context; of cohorts whose members are wanted."""
    stand_in.edit("INSERT INTO cohort (name, description) VALUES ('One', 'mark'), ('Two', '')")
    stand_in.edit("INSERT INTO cohort_members VALUES (1, 3)")
    stand_in.edit(f"{GIVE} (2, 1, 3, 'avc_moodle_sync', 1), (2, 1, 4, 'local_cohortrole', 1)")
    stand_in.edit(f"{GIVE} (2, 1, 5, 'avc_moodle_sync', 1), (2, 1, 6, 'avc_moodle_sync', 2)")
    stand_in.edit(f"{GIVE} (2, 1, 7, 'enrol_x', 1), (2, 3, 8, 'avc_moodle_sync', 1)")
    stand_in.edit("UPDATE user SET deleted = 1 WHERE id = 5")
    query = MoodleQuery(member_marks=frozenset({"mark"}))
    assert site.read(query).accounts == {}
    described = query.model_copy(update={"describe_members": True})
    assert site.read(described).accounts.keys() == {3, 4}


def test_memberships_of_those_who_are_sought(site: MoodleSite, stand_in: StandIn) -> None:
    """Of living accounts in cohorts of ours; whatever the number of cohorts, and of accounts."""
    stand_in.edit(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1300)"
        " INSERT INTO cohort (name, idnumber, description)"
        " SELECT i, i, CASE i WHEN 1300 THEN '' ELSE 'mark' END FROM n"
    )
    stand_in.edit("INSERT INTO cohort_members SELECT id, 3 FROM cohort WHERE id <> 7")
    stand_in.edit("INSERT INTO cohort_members VALUES (9, 4), (9, 5), (9, 6), (1299, 4), (1299, 99)")
    stand_in.edit("UPDATE user SET deleted = 1 WHERE id = 6")
    emails = frozenset(f"nobody{number}@example.org" for number in range(600))
    query = MoodleQuery(
        member_marks=frozenset({"mark"}),
        emails=emails | {"user00001@example.org", "user00003@example.org"},
        only_sought=True,
    )
    snapshot = site.read(query)
    assert snapshot.accounts.keys() == {3, 5}
    mine = frozenset({3})
    found = {**dict.fromkeys(range(1, 1300), mine), 7: frozenset(), 9: mine | {5}}
    assert snapshot.members == found
    assert snapshot.sizes == {**dict.fromkeys(range(1, 1300), 1), 7: 0, 9: 3, 1299: 2}
    nobody = site.read(MoodleQuery(member_marks=frozenset({"mark"}), only_sought=True))
    assert (set(nobody.members.values()), nobody.sizes) == ({frozenset()}, snapshot.sizes)
    everybody = site.read(query.model_copy(update={"everybody": True}))
    assert (everybody.sizes, everybody.members[9]) == (None, frozenset({3, 4, 5}))


def test_roles_of_those_who_are_sought(site: MoodleSite, stand_in: StandIn) -> None:
    """As far as cohorts of ours give them; without ``only_sought``, of everybody in these."""
    stand_in.edit("INSERT INTO cohort (name, description) VALUES ('One', 'mark'), ('Two', '')")
    stand_in.edit(f"{GIVE} (2, 1, 3, 'avc_moodle_sync', 1), (2, 1, 4, 'avc_moodle_sync', 1)")
    stand_in.edit(f"{GIVE} (2, 1, 3, 'local_cohortrole', 1), (2, 1, 3, 'avc_moodle_sync', 2)")
    query = MoodleQuery(
        member_marks=frozenset({"mark"}), usernames=frozenset({"user00001"}), only_sought=True
    )
    ours, theirs, other = (
        Grant(cohort=cohort, role=2, component=component)
        for cohort, component in (
            (1, "avc_moodle_sync"),
            (1, "local_cohortrole"),
            (2, "avc_moodle_sync"),
        )
    )
    mine = site.read(query).roles
    assert mine
    assert mine.assignments == {ours: {3}, theirs: {3}}
    of_cohorts = site.read(query.model_copy(update={"only_sought": False})).roles
    assert of_cohorts
    assert of_cohorts.assignments == {ours: {3, 4}, theirs: {3}}
    of_all = site.read(EVERYBODY).roles
    assert of_all
    assert of_all.assignments == {ours: {3, 4}, theirs: {3}, other: {3}}


def test_a_query_may_be_large(site: MoodleSite) -> None:
    """20,000 addresses are sought at once."""
    emails = frozenset(f"nobody{number}@example.org" for number in range(20_000))
    query = MoodleQuery(emails=emails | {"USER00001@example.org"})
    snapshot: MoodleSnapshot = site.read(query)
    assert snapshot.accounts.keys() == {3}

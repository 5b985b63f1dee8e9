"""What the program reads of a Moodle: every field of its cohorts and accounts, on a stand-in."""

import pytest

from reconciler.models.moodle import Account, Cohort, Issuer, MoodleQuery
from reconciler.ports import MoodleSite
from tests.command_line.conftest import BOTH, EVERYBODY
from tests.sandbox.stand_in import StandIn

pytestmark = BOTH

_COHORT = "INSERT INTO cohort (contextid, name, idnumber, description, visible, component) VALUES"


def test_the_site_itself(site: MoodleSite, stand_in: StandIn) -> None:
    """Address, release, administrators, and what can be written there."""
    stand_in.edit("UPDATE config SET value = '2,7' WHERE name = 'siteadmins'")
    snapshot = site.read(MoodleQuery())
    ((release,),) = stand_in.rows("SELECT value FROM config WHERE name = 'release'")
    assert (snapshot.url, snapshot.release) == ("https://moodle.example", release)
    assert snapshot.administrators == frozenset({2, 7})
    assert snapshot.abilities == {"define-roles", "assign-roles", "lock-cohorts", "record-syncs"}
    assert (snapshot.accounts, snapshot.members, snapshot.everybody) == ({}, {}, False)
    assert site.unavailable() == frozenset()


def test_cohorts_of_every_context(site: MoodleSite, stand_in: StandIn) -> None:
    """With their component; what the database leaves empty is the empty text."""
    stand_in.edit(f"{_COHORT} (1, 'One', 'one', '<p>Raw &amp; <!-- x --></p>', 1, 'enrol_x')")
    stand_in.edit(f"{_COHORT} (3, 'Two', NULL, NULL, 0, '')")
    one, two = site.read(MoodleQuery()).cohorts
    assert one == Cohort(
        id=1,
        name="One",
        idnumber="one",
        description="<p>Raw &amp; <!-- x --></p>",
        visible=True,
        system=True,
        component="enrol_x",
    )
    assert two == Cohort(
        id=2, name="Two", idnumber="", description="", visible=False, system=False, component=""
    )


def test_everybody_but_the_deleted(site: MoodleSite, stand_in: StandIn) -> None:
    """All accounts with all their columns, when everybody is of use."""
    stand_in.edit("UPDATE user SET deleted = 1 WHERE id = 3")
    stand_in.edit("UPDATE user SET suspended = 1, idnumber = 'x-1' WHERE id = 4")
    stand_in.edit("UPDATE user SET confirmed = 0, auth = 'email' WHERE id = 5")
    snapshot = site.read(EVERYBODY)
    assert snapshot.everybody
    assert snapshot.accounts.keys() == {1, 2, *range(4, 13)}
    assert snapshot.accounts[4] == Account(
        id=4,
        username="user00002",
        email="user00002@example.org",
        auth="oauth2",
        idnumber="x-1",
        suspended=True,
    )
    five = snapshot.accounts[5]
    assert (five.auth, five.confirmed, five.suspended) == ("email", False, False)


@pytest.mark.parametrize(
    ("value", "locked"), [("locked", True), ("unlocked", False), ("unlockedifempty", False)]
)
def test_whether_an_idnumber_is_locked(
    site: MoodleSite, stand_in: StandIn, value: str, locked: object
) -> None:
    """By the setting of the account's own auth plugin; one without that setting locks nothing."""
    name = "name = 'field_lock_idnumber'"
    stand_in.edit(
        f"UPDATE config_plugins SET value = ? WHERE plugin = 'auth_oauth2' AND {name}", value
    )
    stand_in.edit("UPDATE user SET auth = 'nologin' WHERE id = 4")
    accounts = site.read(EVERYBODY).accounts
    assert [accounts[account].idnumber_locked for account in (2, 3, 4)] == [False, locked, False]


def test_issuers_that_are_enabled(site: MoodleSite, stand_in: StandIn) -> None:
    """With the claim that is the user name, or none; other fields' claims do not matter."""
    stand_in.edit(
        "INSERT INTO oauth2_issuer (name, baseurl, enabled)"
        " VALUES ('AVC', 'https://avc.example', 1), ('Old', '', 0), ('Other', 'https://o', 1)"
    )
    stand_in.edit(
        "INSERT INTO oauth2_user_field_mapping (issuerid, externalfield, internalfield)"
        " VALUES (1, 'sub', 'username'), (1, 'mail', 'email'), (3, 'mail', 'email')"
    )
    assert site.read(MoodleQuery()).issuers == (
        Issuer(1, "AVC", "https://avc.example", "sub"),
        Issuer(3, "Other", "https://o", ""),
    )


def test_one_process_reads(site: MoodleSite, stand_in: StandIn) -> None:
    """However much there is: 1,300 cohorts with a member each, and everybody."""
    stand_in.edit(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1300)"
        " INSERT INTO cohort (name, idnumber, description) SELECT i, i, 'mark' FROM n"
    )
    stand_in.edit("INSERT INTO cohort_members SELECT id, 3 FROM cohort")
    query = EVERYBODY.model_copy(update={"member_marks": frozenset({"mark"})})
    snapshot = site.read(query)
    assert len(snapshot.cohorts) == 1300
    assert snapshot.members == dict.fromkeys(range(1, 1301), frozenset({3}))
    assert site.traffic().startswith("ss: 1 PHP processes")


def test_who_is_no_account_any_more_is_no_member(site: MoodleSite, stand_in: StandIn) -> None:
    """Rows that others left behind, of deleted accounts and of none, are not read or counted."""
    stand_in.edit("INSERT INTO cohort (name, description) VALUES ('One', 'mark'), ('Two', 'mark')")
    stand_in.edit("INSERT INTO cohort_members VALUES (1, 3), (1, 4), (1, 5), (2, 5)")
    stand_in.edit("UPDATE user SET deleted = 1 WHERE id = 4")
    stand_in.edit("DELETE FROM user WHERE id = 5")
    query = MoodleQuery(member_marks=frozenset({"mark"}), describe_members=True)
    snapshot = site.read(query)
    assert snapshot.members == {1: frozenset({3}), 2: frozenset()}
    assert snapshot.accounts.keys() == {3}
    assert site.read(query.model_copy(update={"everybody": True})).members == snapshot.members

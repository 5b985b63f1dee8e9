"""What the program reads of a Moodle: every field, on a stand-in."""

import pytest

from reconciler.models.moodle import (
    OTHER_WAY,
    Account,
    Cohort,
    Enrolment,
    Grant,
    Issuer,
    Link,
    MoodleQuery,
    MoodleRole,
    MoodleSnapshot,
)
from reconciler.ports import MoodleSite
from tests.command_line.conftest import BOTH
from tests.sandbox.stand_in import StandIn

pytestmark = BOTH

EVERYBODY = MoodleQuery(everybody=True)
_COHORT = "INSERT INTO cohort (contextid, name, idnumber, description, visible, component) VALUES"
_ENROL = "INSERT INTO enrol (enrol, status, courseid, customint1) VALUES"
_LINK = "INSERT INTO auth_oauth2_linked_login (userid, issuerid, username, confirmtoken) VALUES"
_ROLE = "INSERT INTO role_assignments (roleid, contextid, userid, component, itemid) VALUES"


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


def test_roles_of_a_new_site(site: MoodleSite) -> None:
    """Two may be given in the system context; managers rule it, as does who may give roles."""
    roles = site.read(MoodleQuery()).roles
    assert roles
    assert {role.shortname: (role.system, role.rules_site) for role in roles.roles} == {
        "manager": (True, True),
        "coursecreator": (True, False),
        "editingteacher": (False, True),
        "teacher": (False, False),
        "student": (False, False),
        "guest": (False, False),
        "user": (False, False),
        "frontpage": (False, False),
    }


@pytest.mark.parametrize(
    ("archetype", "capability", "rules"),
    [
        ("manager", None, True),
        ("", ("moodle/site:config", 1, 1), True),
        ("", ("moodle/role:assign", 1, 1), True),
        ("", ("moodle/site:config", 1, -1), False),
        ("", ("moodle/site:config", 3, 1), False),
        ("", ("moodle/course:view", 1, 1), False),
    ],
)
def test_a_role_that_rules_the_site(
    site: MoodleSite,
    stand_in: StandIn,
    archetype: str,
    capability: tuple[str, int, int] | None,
    rules: object,
) -> None:
    """By archetype, or by what it allows in the system context; not what it forbids there."""
    role = stand_in.edit("INSERT INTO role (shortname, archetype) VALUES ('own', ?)", archetype)
    if capability:
        stand_in.edit(
            "INSERT INTO role_capabilities (roleid, capability, contextid, permission)"
            " VALUES (?, ?, ?, ?)",
            role,
            *capability,
        )
    roles = site.read(MoodleQuery()).roles
    assert roles
    assert roles.roles[-1] == MoodleRole(id=9, shortname="own", system=False, rules_site=rules)


def test_definitions_and_assignments(site: MoodleSite, stand_in: StandIn) -> None:
    """Ours and the plugin's, in the system context; nobody else's, and no more than is asked."""
    stand_in.edit("INSERT INTO local_cohortrole (cohortid, roleid) VALUES (1, 2), (4, 1)")
    stand_in.edit(f"{_ROLE} (2, 1, 3, 'local_cohortrole', 1), (2, 1, 4, 'local_cohortrole', 1)")
    stand_in.edit(f"{_ROLE} (2, 1, 3, 'avc_moodle_sync', 4), (2, 1, 3, '', 0)")
    stand_in.edit(f"{_ROLE} (2, 3, 3, 'avc_moodle_sync', 4), (2, 1, 3, 'enrol_cohort', 5)")
    bare = site.read(MoodleQuery()).roles
    assert bare
    assert (bare.assignments, bare.by_plugin) == ({}, True)
    roles = site.read(EVERYBODY).roles
    assert roles
    assert roles.definitions == bare.definitions == frozenset({(1, 2), (4, 1)})
    assert roles.assignments == {
        Grant(cohort=1, role=2, component="local_cohortrole"): {3, 4},
        Grant(cohort=4, role=2, component="avc_moodle_sync"): {3},
    }


def test_a_site_without_the_plugin(site: MoodleSite, stand_in: StandIn) -> None:
    """No definitions is not the same as none of them; the other abilities stay."""
    stand_in.without_cohortrole()
    stand_in.edit(f"{_ROLE} (2, 3, 3, 'local_cohortrole', 1), (2, 1, 3, 'avc_moodle_sync', 1)")
    snapshot = site.read(MoodleQuery())
    assert snapshot.roles
    assert (snapshot.roles.definitions, snapshot.roles.by_plugin) == (None, False)
    assert snapshot.abilities == {"assign-roles", "lock-cohorts", "record-syncs"}


@pytest.mark.parametrize(
    ("change", "on_removal"),
    [
        ("UPDATE config_plugins SET value = '0' WHERE name = 'unenrolaction'", "unenrol"),
        ("UPDATE config_plugins SET value = '2' WHERE name = 'unenrolaction'", "suspend"),
        ("UPDATE config_plugins SET value = '3' WHERE name = 'unenrolaction'", "suspend"),
        ("DELETE FROM config_plugins WHERE name = 'unenrolaction'", "unenrol"),
    ],
)
def test_courses_by_cohort(
    site: MoodleSite, stand_in: StandIn, change: str, on_removal: object
) -> None:
    """Instances that are switched off, too: they enrol nobody, and unenrol whom they once did."""
    _instances(stand_in)
    stand_in.edit(change)
    enrolment = site.read(MoodleQuery()).enrolment
    assert enrolment == Enrolment.model_validate(
        {
            "courses": {1: {7, 8}, 2: {7, 8}, 3: {9}},
            "joins": {1: {7}, 2: {7, 8}},
            "on_removal": on_removal,
        }
    )


def _instances(stand_in: StandIn) -> None:
    """Of cohort 1 one is switched off, of cohort 2 one of two in a course, of 3 the only one."""
    stand_in.edit(f"{_ENROL} ('cohort', 0, 7, 1), ('cohort', 1, 8, 1), ('cohort', 0, 7, 2)")
    stand_in.edit(f"{_ENROL} ('cohort', 1, 8, 2), ('cohort', 0, 8, 2), ('cohort', 1, 9, 3)")
    stand_in.edit(f"{_ENROL} ('manual', 0, 9, NULL), ('self', 0, 9, 1)")


@pytest.mark.parametrize("enabled", ["", "manual,self", "manual,cohort2"])
def test_a_plugin_that_is_switched_off_enrols_nobody(
    site: MoodleSite, stand_in: StandIn, enabled: str
) -> None:
    """Who leaves is unenrolled all the same, so the courses stay."""
    _instances(stand_in)
    stand_in.edit("UPDATE config SET value = ? WHERE name = 'enrol_plugins_enabled'", enabled)
    enrolment = site.read(MoodleQuery()).enrolment
    assert enrolment
    assert not enrolment.joins
    assert enrolment.courses.keys() == {1, 2, 3}


def test_what_enrols_people(site: MoodleSite, stand_in: StandIn) -> None:
    """Suspended enrolments count; another plugin's ``customint1`` is no cohort."""
    stand_in.edit(f"{_ENROL} ('cohort', 0, 7, 1), ('cohort', 0, 7, 2), ('meta', 0, 7, 2)")
    stand_in.edit(f"{_ENROL} ('cohort', 0, 8, 1)")
    stand_in.edit(
        "INSERT INTO user_enrolments (enrolid, userid, status)"
        " VALUES (1, 3, 0), (2, 3, 1), (3, 4, 0), (4, 3, 0), (1, 5, 0)"
    )
    enrolled = site.enrolments(frozenset({3, 4, 6}), frozenset({7}))
    assert {account: dict(courses) for account, courses in enrolled.items()} == {
        3: {7: {1, 2}},
        4: {7: {OTHER_WAY}},
    }


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


def test_whom_a_cohort_gives_a_role_is_described(site: MoodleSite, stand_in: StandIn) -> None:
    """By us or the plugin, in the system context; of cohorts whose members are wanted."""
    stand_in.edit("INSERT INTO cohort (name, description) VALUES ('One', 'mark'), ('Two', '')")
    stand_in.edit("INSERT INTO cohort_members VALUES (1, 3)")
    stand_in.edit(f"{_ROLE} (2, 1, 3, 'avc_moodle_sync', 1), (2, 1, 4, 'local_cohortrole', 1)")
    stand_in.edit(f"{_ROLE} (2, 1, 5, 'avc_moodle_sync', 1), (2, 1, 6, 'avc_moodle_sync', 2)")
    stand_in.edit(f"{_ROLE} (2, 1, 7, 'enrol_x', 1), (2, 3, 8, 'avc_moodle_sync', 1)")
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
    stand_in.edit(f"{_ROLE} (2, 1, 3, 'avc_moodle_sync', 1), (2, 1, 4, 'avc_moodle_sync', 1)")
    stand_in.edit(f"{_ROLE} (2, 1, 3, 'local_cohortrole', 1), (2, 1, 3, 'avc_moodle_sync', 2)")
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

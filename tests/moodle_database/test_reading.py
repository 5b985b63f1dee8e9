"""What the tables of a Moodle hold is read whole, and as Moodle means it."""

import pytest

from reconciler.models.moodle import Grant, MoodleQuery
from tests.moodle_database.snapshot import WHOLE
from tests.moodle_database.support import (
    CATEGORY,
    CREATOR,
    EVERYBODY,
    MARKED,
    SYSTEM,
    read,
    reading,
    small_site,
)
from tests.moodle_database.tables import execute, load


def test_a_moodle_is_read_whole(moodle: str) -> None:
    """Every field of the snapshot; nothing of deleted accounts, other contexts, other owners."""
    assert read(moodle) == WHOLE


@pytest.mark.parametrize("prefix", ["", "m2_", "mdl_mdl_"])
def test_prefix(empty: str, prefix: str) -> None:
    """Any table prefix, and none: then a table is called ``user``, which is a word of SQL."""
    load(empty, small_site(), prefix)
    assert read(empty, prefix=prefix) == WHOLE


def test_another_moodle_in_the_same_database(moodle: str) -> None:
    """Tables under another prefix are another site's."""
    rows = small_site()
    rows["cohort"] = rows["cohort"][:1]
    rows["user"] = rows["user"][:2]
    load(moodle, rows, "other_")
    assert read(moodle) == WHOLE
    assert read(moodle, prefix="other_").accounts.keys() == {1, 2}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (MoodleQuery(), set()),
        (MoodleQuery(emails=frozenset({"ALICE@Example.org", "", "nobody@example.org"})), {3}),
        (MoodleQuery(usernames=frozenset({"bob", "", "m\u00fcller"})), {4}),
        (MoodleQuery(idnumbers=frozenset({"UUID-Alice", ""})), {3}),
        (MoodleQuery(links=frozenset({"77", "78", "79"})), {3}),
        (MoodleQuery(hints={"bob@example.org": "alice", "x@example.org": "suspended"}), {3, 7}),
        (
            MoodleQuery(emails=frozenset({"Bob@example.org"}), hints={"BOB@example.org": "alice"}),
            {4},
        ),
        (MoodleQuery(emails=frozenset({"0123456789abcdef"})), set()),
        (MARKED, set()),
        (MARKED.model_copy(update={"describe_members": True}), {3, 4}),
    ],
)
def test_only_who_is_sought(moodle: str, query: MoodleQuery, found: set[int]) -> None:
    """Accounts come as the query asks for them, with all that is known of each."""
    snapshot = read(moodle, query)
    assert not snapshot.everybody
    assert snapshot.accounts == {number: WHOLE.accounts[number] for number in found}


@pytest.mark.parametrize("sought", ["alice@example.org", "ALICE@EXAMPLE.ORG", "Alice@Example.org"])
def test_addresses_are_found_in_any_spelling(moodle: str, sought: str) -> None:
    """PostgreSQL compares letter by letter, and Moodle keeps the spelling that it was given."""
    execute(moodle, "UPDATE mdl_user SET email = 'Alice@Example.org' WHERE id = 3")
    found = read(moodle, MoodleQuery(emails=frozenset({sought}))).accounts
    assert [(number, one.email) for number, one in found.items()] == [(3, "Alice@Example.org")]


def test_other_accents_come_along_where_the_database_holds_them_equal(moodle: str) -> None:
    """MariaDB finds ``\u00e1lice`` for ``alice``: which of them is meant, the core decides."""
    execute(moodle, "UPDATE mdl_user SET email = '\u00e1lice@example.org' WHERE id = 4")
    found = read(moodle, MoodleQuery(emails=frozenset({"alice@example.org"}))).accounts
    assert found.keys() == ({3, 4} if moodle.startswith("mysql") else {3})
    assert read(moodle).accounts[4].email == "\u00e1lice@example.org"


def test_members_of_unmarked_cohorts_by_their_names(moodle: str) -> None:
    """As the query says, and never of a cohort in a course category."""
    query = MARKED.model_copy(update={"unmarked_prefix": "AVC - "})
    assert read(moodle, query).members == {**WHOLE.members, 3: frozenset({7})}


def _in_ours() -> dict[Grant, frozenset[int]]:
    """The assignments that hang on a marked cohort."""
    assert WHOLE.roles
    given = WHOLE.roles.assignments
    return {grant: accounts for grant, accounts in given.items() if grant.cohort == 1}


@pytest.mark.parametrize(("size", "names"), [(1, {"alice"}), (5000, {"bob"}), (5000, set())])
def test_memberships_of_those_who_are_sought(
    moodle: str, monkeypatch: pytest.MonkeyPatch, size: int, names: set[str]
) -> None:
    """With their roles, of living accounts in cohorts of ours; of others, how many they are."""
    monkeypatch.setattr("providers.moodle.database.source.CHUNK", size)
    execute(
        moodle,
        "INSERT INTO mdl_cohort_members (id, cohortid, userid)"
        " VALUES (90, 3, 4), (91, 1, 5), (92, 1, 999), (93, 1, 7)",
    )
    query = MARKED.model_copy(update={"only_sought": True, "usernames": frozenset(names)})
    snapshot = read(moodle, query)
    mine = frozenset({"alice": 3, "bob": 4}[name] for name in names)
    assert snapshot.accounts.keys() == mine
    assert snapshot.members == {1: mine, 4: frozenset()}
    assert snapshot.sizes == {1: 3, 4: 0}
    assert snapshot.roles
    assert snapshot.roles.assignments == {
        grant: accounts & mine for grant, accounts in _in_ours().items() if accounts & mine
    }
    whole = read(moodle, query.model_copy(update={"everybody": True}))
    assert (whole.sizes, whole.members[1]) == (None, frozenset({3, 4, 7}))


@pytest.mark.parametrize(("component", "found"), [("local_cohortrole", True), ("x", False)])
def test_what_a_plugin_gave_that_is_gone(moodle: str, component: str, *, found: bool) -> None:
    """It is seen in every read, whoever is sought; and not what it gave below the site level."""
    execute(
        moodle,
        "DELETE FROM mdl_config_plugins WHERE plugin = 'local_cohortrole'",
        f"UPDATE mdl_role_assignments SET component = '{component}', itemid = 77"
        f" WHERE component = 'local_cohortrole' AND contextid = {SYSTEM}",
        f"UPDATE mdl_role_assignments SET component = 'local_cohortrole'"
        f" WHERE contextid = {CATEGORY}",
    )
    roles = read(moodle, MoodleQuery()).roles
    assert roles
    assert (roles.definitions, roles.assignments, roles.by_plugin) == (None, {}, found)


@pytest.mark.parametrize(
    ("value", "becomes"), [("0", "unenrol"), ("1", "suspend"), ("2", "suspend"), ("3", "suspend")]
)
def test_what_becomes_of_who_leaves(moodle: str, value: str, becomes: str) -> None:
    """Moodle unenrols for one value of the setting only."""
    execute(
        moodle,
        "INSERT INTO mdl_config_plugins (id, plugin, name, value)"
        f" VALUES (90, 'enrol_cohort', 'unenrolaction', '{value}')",
    )
    enrolment = read(moodle).enrolment
    assert enrolment
    assert enrolment.on_removal == becomes


@pytest.mark.parametrize("enabled", ["", "manual,self", "manual,cohort2"])
def test_a_plugin_that_is_switched_off_enrols_nobody(moodle: str, enabled: str) -> None:
    """Who leaves is unenrolled all the same, so the courses stay."""
    execute(
        moodle,
        f"UPDATE mdl_config SET value = '{enabled}' WHERE name = 'enrol_plugins_enabled'",
    )
    assert WHOLE.enrolment
    switched_off = WHOLE.enrolment.model_copy(update={"joins": {}})
    assert read(moodle).enrolment == switched_off


def test_who_is_no_account_any_more_is_no_member(moodle: str) -> None:
    """Rows that others left behind, of deleted accounts and of none, are not members."""
    execute(
        moodle,
        "INSERT INTO mdl_cohort_members (id, cohortid, userid)"
        " VALUES (90, 1, 5), (91, 1, 999), (92, 4, 5)",
    )
    assert read(moodle) == WHOLE
    described = MARKED.model_copy(update={"describe_members": True})
    assert read(moodle, described).accounts.keys() == {3, 4}


def test_whom_a_cohort_gives_a_role_is_described(moodle: str) -> None:
    """By us or the plugin, in the system context; of cohorts whose members are wanted."""
    given = "INSERT INTO mdl_role_assignments (id, roleid, contextid, userid, component, itemid)"
    execute(
        moodle,
        f"{given} VALUES (90, {CREATOR}, {SYSTEM}, 6, 'avc_moodle_sync', 4),"
        f" (91, {CREATOR}, {SYSTEM}, 7, 'local_cohortrole', 1),"
        f" (92, {CREATOR}, {SYSTEM}, 5, 'local_cohortrole', 1),"
        f" (93, {CREATOR}, {SYSTEM}, 1, 'avc_moodle_sync', 3),"
        f" (94, {CREATOR}, {CATEGORY}, 2, 'avc_moodle_sync', 1)",
    )
    assert read(moodle, MARKED).accounts == {}
    described = MARKED.model_copy(update={"describe_members": True})
    assert read(moodle, described).accounts.keys() == {3, 4, 6, 7}


@pytest.mark.parametrize(
    ("plugin", "table"),
    [("local_cohortrole", "local_cohortrole"), ("auth_oauth2", "auth_oauth2_linked_login")],
)
def test_a_plugin_that_is_not_installed(moodle: str, plugin: str, table: str) -> None:
    """It has no tables then, and no links or definitions are anywhere."""
    execute(
        moodle,
        f"DROP TABLE mdl_{table}",
        f"DELETE FROM mdl_config_plugins WHERE plugin = '{plugin}' AND name = 'version'",
    )
    snapshot = read(moodle)
    assert snapshot.roles
    assert (snapshot.roles.definitions is None) == (plugin == "local_cohortrole")
    assert any(one.links for one in snapshot.accounts.values()) == (plugin != "auth_oauth2")
    sought = read(moodle, MoodleQuery(links=frozenset({"77"})))
    assert bool(sought.accounts) == (plugin != "auth_oauth2")


def test_a_plugin_without_rows(moodle: str) -> None:
    """No definition is not the same as no plugin."""
    execute(moodle, "DELETE FROM mdl_local_cohortrole")
    roles = read(moodle).roles
    assert roles
    assert roles.definitions == frozenset()


def test_enrolments(moodle: str) -> None:
    """Whatever their status and their instance's: Moodle counts all when somebody leaves."""
    everyone, courses = frozenset({3, 4, 7}), frozenset({20, 21, 22})
    site = reading(moodle)
    assert site.enrolments(everyone, courses) == {
        3: {20: frozenset({0, 1})},
        4: {21: frozenset({1, 3}), 22: frozenset({0})},
    }
    assert site.enrolments(frozenset({4}), frozenset({21})) == {4: {21: frozenset({1, 3})}}
    assert site.enrolments(frozenset(), courses) == {}
    assert site.enrolments(everyone, frozenset()) == {}


@pytest.mark.parametrize("size", [1, 2, 3])
def test_long_lists_are_asked_for_in_parts(
    moodle: str, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    """However long a condition may be, the same is found."""
    monkeypatch.setattr("providers.moodle.database.source.CHUNK", size)
    query = EVERYBODY.model_copy(update={"everybody": False, "describe_members": True})
    query = query.model_copy(
        update={"emails": frozenset(one.email for one in WHOLE.accounts.values())}
    )
    assert WHOLE.roles
    roles = WHOLE.roles.model_copy(update={"assignments": _in_ours()})
    whole = WHOLE.model_copy(update={"everybody": False, "roles": roles})
    assert read(moodle, query) == whole
    everyone = frozenset({3, 4, 7})
    assert len(reading(moodle).enrolments(everyone, frozenset({20, 21, 22}))) == 2


def test_more_names_than_fit_in_one_condition(moodle: str) -> None:
    """PostgreSQL takes 65,535 values in a statement."""
    emails = frozenset(f"nobody{number}@example.org" for number in range(66_000))
    query = MoodleQuery(emails=emails | {"alice@example.org"})
    assert read(moodle, query).accounts.keys() == {3}

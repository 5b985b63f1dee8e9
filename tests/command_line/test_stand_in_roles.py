"""Roles and enrolments that hang on cohorts: what the program does about them, on a stand-in."""

from dataclasses import replace

import pytest

from reconciler.models.desired import NOBODYS
from reconciler.models.operations import (
    AddMember,
    AssignRole,
    DefineRole,
    Operation,
    Outcome,
    RemoveMember,
    Step,
    UnassignRole,
    UndefineRole,
    facts_after,
)
from reconciler.ports import MoodleSite
from tests.command_line.conftest import BOTH
from tests.moodle.support import KEY, MARKED, RUN, UNKNOWN, statuses
from tests.sandbox.stand_in import StandIn

pytestmark = BOTH

_ONE, _TWO = 3, 4
_CREATOR = 2
_BY_HAND = (
    "INSERT INTO role_assignments (roleid, contextid, userid, component, itemid) VALUES"
    " (2, 1, 3, '', 0), (2, 1, 3, 'enrol_cohort', 1), (2, 1, 3, 'avc_moodle_sync', 99)"
)


@pytest.fixture
def cohort(stand_in: StandIn) -> int:
    """A cohort that bears the mark of KEY, with two members."""
    made = stand_in.edit(
        "INSERT INTO cohort (name, idnumber, description) VALUES ('Old', 'old', ?)", MARKED
    )
    for account in (_ONE, _TWO):
        stand_in.edit("INSERT INTO cohort_members VALUES (?, ?)", made, account)
    return made


def _written(site: MoodleSite, *operations: Operation) -> list[Outcome]:
    return list(site.write([Step(operation) for operation in operations], RUN))


def _assign(cohort: int, account: int = _ONE, role: str = "coursecreator") -> AssignRole:
    return AssignRole(KEY, "guild", cohort, account, None, role, "avc_moodle_sync")


def _unassign(cohort: int, account: int = _ONE, role: str = "coursecreator") -> UnassignRole:
    return UnassignRole(KEY, "guild", cohort, account, None, role, "avc_moodle_sync")


def _given(stand_in: StandIn) -> list[tuple[int, int, str, int]]:
    """Role, account, component and cohort of each assignment in the system context."""
    return stand_in.rows(
        "SELECT roleid, userid, component, itemid FROM role_assignments WHERE contextid = 1"
        " ORDER BY component, userid, itemid"
    )


def test_a_role_is_given_and_taken(site: MoodleSite, stand_in: StandIn, cohort: int) -> None:
    """By our component, hanging on the cohort; everybody else's assignments stay."""
    stand_in.edit(_BY_HAND)
    others = _given(stand_in)
    ours = (_CREATOR, _ONE, "avc_moodle_sync", cohort)
    for operation, expected in (
        (_assign(cohort), sorted([*others, ours], key=lambda row: (row[2], row[1], row[3]))),
        (_unassign(cohort), others),
    ):
        assert statuses(_written(site, operation)) == ["done"]
        assert site.read_back([operation]) == (facts_after(operation),)
        assert _given(stand_in) == expected
        assert statuses(_written(site, operation)) == ["already"]


@pytest.mark.parametrize(
    ("meanwhile", "reason"),
    [
        ("DELETE FROM cohort_members WHERE userid = 3", "is no member"),
        ("UPDATE user SET deleted = 1 WHERE id = 3", "was deleted"),
        ("UPDATE user SET confirmed = 0 WHERE id = 3", "is not confirmed"),
        ("UPDATE cohort SET description = ''", "bore our mark"),
        ("DELETE FROM role WHERE shortname = 'coursecreator'", "no role 'coursecreator'"),
    ],
)
def test_a_role_that_cannot_be_given_any_more(
    site: MoodleSite, stand_in: StandIn, cohort: int, meanwhile: str, reason: str
) -> None:
    """Its precondition is gone: stale, and nothing is written."""
    stand_in.edit(meanwhile)
    (stale,) = _written(site, _assign(cohort))
    assert stale.status == "stale"
    assert reason in stale.reason
    assert _given(stand_in) == []


def test_a_role_is_taken_from_who_left(site: MoodleSite, stand_in: StandIn, cohort: int) -> None:
    """Also from somebody who is no member, or unconfirmed: taking needs only the mark."""
    _written(site, _assign(cohort), _assign(cohort, _TWO))
    stand_in.edit("DELETE FROM cohort_members")
    stand_in.edit("UPDATE user SET confirmed = 0 WHERE id = 4")
    outcomes = _written(site, _unassign(cohort), _unassign(cohort, _TWO))
    assert statuses(outcomes) == ["done", "done"]
    assert _given(stand_in) == []


@pytest.mark.parametrize(
    ("meanwhile", "reason"),
    [
        ("DELETE FROM cohort", None),
        ("UPDATE cohort SET description = NULL", None),
        ("UPDATE cohort SET description = '<p>Ours alone</p>', contextid = 3", None),
        ("UPDATE cohort SET name = 'As it was'", "its description has one"),
        (
            "UPDATE cohort SET description = 'Kept by avc-moodle-sync for another'",
            "its description has one",
        ),
    ],
)
def test_what_a_cohort_left_behind_is_taken_back(
    site: MoodleSite, stand_in: StandIn, cohort: int, meanwhile: str, reason: str | None
) -> None:
    """Of one that is deleted, or bears no mark any more; whoever's mark it bears, it is theirs."""
    _written(site, _assign(cohort), _assign(cohort, _TWO))
    before = _given(stand_in)
    stand_in.edit(meanwhile)
    (outcome,) = _written(site, replace(_unassign(cohort), key=NOBODYS))
    if reason is None:
        assert outcome.status == "done"
        assert _given(stand_in) == before[1:]
    else:
        assert (outcome.status, reason in outcome.reason) == ("stale", True)
        assert _given(stand_in) == before


def test_only_what_is_left_over_belongs_to_nobody(
    site: MoodleSite, stand_in: StandIn, cohort: int
) -> None:
    """To a cohort without a mark nothing is given, and from one nobody is removed."""
    stand_in.edit("UPDATE cohort SET description = ''")
    outcomes = _written(
        site,
        replace(_assign(cohort), key=NOBODYS),
        RemoveMember(NOBODYS, "guild", cohort, _ONE, None),
    )
    assert statuses(outcomes) == ["stale", "stale"]


def test_a_definition_works_on_members_of_now_and_later(
    site: MoodleSite, stand_in: StandIn, cohort: int
) -> None:
    """Who comes gets the role, who goes loses it, by the plugin; taken back, all lose it."""
    define = DefineRole(KEY, "guild", cohort, "coursecreator")
    stand_in.edit(_BY_HAND)
    by_hand = _given(stand_in)
    assert statuses(_written(site, define)) == ["done"]
    assert site.read_back([define]) == ({"defined": True},)
    plugins = [(_CREATOR, account, "local_cohortrole", cohort) for account in (_ONE, _TWO)]
    assert _given(stand_in) == by_hand + plugins
    _written(site, AddMember(KEY, "guild", cohort, 5, None))
    _written(site, RemoveMember(KEY, "guild", cohort, _ONE, None))
    assert [row[1] for row in _given(stand_in) if row[2] == "local_cohortrole"] == [_TWO, 5]
    assert statuses(_written(site, define)) == ["already"]
    undefine = UndefineRole(KEY, "guild", cohort, "coursecreator")
    assert statuses(_written(site, undefine)) == ["done"]
    assert site.read_back([undefine]) == ({"defined": False},)
    assert _given(stand_in) == by_hand
    assert stand_in.rows("SELECT * FROM local_cohortrole") == []
    assert statuses(_written(site, undefine)) == ["already"]


def test_a_definition_that_reaches_not_everybody_is_mended(
    site: MoodleSite, stand_in: StandIn, cohort: int
) -> None:
    """Somebody took the role from a member: defining it again gives it back, once."""
    define = DefineRole(KEY, "guild", cohort, "coursecreator")
    _written(site, define)
    stand_in.edit("DELETE FROM role_assignments WHERE userid = 3")
    assert statuses(_written(site, define)) == ["done"]
    assert len(_given(stand_in)) == 2
    assert stand_in.rows("SELECT cohortid, roleid FROM local_cohortrole") == [(cohort, _CREATOR)]


def test_what_a_lost_definition_left_behind_is_taken_back(
    site: MoodleSite, stand_in: StandIn, cohort: int
) -> None:
    """The definition went without its assignments: taking it back is still to be done."""
    _written(site, DefineRole(KEY, "guild", cohort, "coursecreator"))
    stand_in.edit("DELETE FROM local_cohortrole")
    undefine = UndefineRole(KEY, "guild", cohort, "coursecreator")
    assert statuses(_written(site, undefine)) == ["done"]
    assert _given(stand_in) == []


def test_a_role_in_another_context_is_another_role(
    site: MoodleSite, stand_in: StandIn, cohort: int
) -> None:
    """Ours in a course category, whoever put it there, is not the one in the system context."""
    elsewhere = "(2, 3, 3, 'avc_moodle_sync', ?)"
    stand_in.edit(f"{_BY_HAND.partition('VALUES')[0]} VALUES {elsewhere}", cohort)
    assert statuses(_written(site, _assign(cohort))) == ["done"]
    assert _given(stand_in) == [(_CREATOR, _ONE, "avc_moodle_sync", cohort)]
    assert statuses(_written(site, _unassign(cohort))) == ["done"]
    assert stand_in.rows("SELECT contextid FROM role_assignments") == [(3,)]


def test_a_definition_needs_the_plugin(site: MoodleSite, stand_in: StandIn, cohort: int) -> None:
    """And a role that there is, and a cohort that is ours."""
    define = DefineRole(KEY, "guild", cohort, "coursecreator")
    wanted = [replace(define, role="nobody"), replace(define, cohort=UNKNOWN)]
    outcomes = _written(site, *wanted)
    assert statuses(outcomes) == ["stale", "stale"]
    stand_in.without_cohortrole()
    (stale,) = _written(site, define)
    assert (stale.status, stale.reason) == ("stale", "local_cohortrole is not installed")


def test_who_moves_keeps_the_enrolment(site: MoodleSite, stand_in: StandIn, cohort: int) -> None:
    """Added to the other cohort first, then removed: never out of the course between."""
    other = stand_in.edit(
        "INSERT INTO cohort (name, idnumber, description) VALUES ('Other', 'other', ?)", MARKED
    )
    for number in (cohort, other):
        stand_in.edit(
            "INSERT INTO enrol (enrol, courseid, roleid, customint1) VALUES ('cohort', 7, 5, ?)",
            number,
        )
    stand_in.edit("INSERT INTO user_enrolments (enrolid, userid) VALUES (1, 3)")
    stand_in.edit(
        "CREATE TRIGGER out AFTER DELETE ON user_enrolments WHEN NOT EXISTS (SELECT 1 FROM"
        " user_enrolments WHERE userid = old.userid) BEGIN SELECT raise(ABORT, 'out'); END"
    )
    steps = [
        Step(AddMember(KEY, "guild", other, _ONE, None)),
        Step(RemoveMember(KEY, "guild", cohort, _ONE, None), needs=(0,)),
    ]
    assert statuses(list(site.write(steps, RUN))) == ["done", "done"]
    assert stand_in.rows("SELECT enrolid, userid FROM user_enrolments") == [(2, _ONE)]

"""Roles, proved by the rows of a real Moodle with local_cohortrole."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from reconciler.models.desired import NOBODYS
from reconciler.models.members import Component
from reconciler.models.moodle import COMPONENT, PLUGIN, Grant, MoodleQuery, RoleState
from reconciler.models.operations import (
    AddMember,
    AssignRole,
    DefineRole,
    Operation,
    Step,
    UnassignRole,
    UndefineRole,
    facts_after,
)
from tests.live.directory import DirectoryBackdoor
from tests.moodle.places import Place
from tests.moodle.support import statuses

ROLE = "coursecreator"


@pytest.fixture
def place(shell_place: Place) -> Place:
    return shell_place


def _define(place: Place, cohort: int) -> DefineRole:
    return DefineRole(place.keys[cohort], "guild", cohort, ROLE)


def _undefine(place: Place, cohort: int) -> UndefineRole:
    return UndefineRole(place.keys[cohort], "guild", cohort, ROLE)


def _assign(
    place: Place, cohort: int, account: int, component: Component = COMPONENT
) -> AssignRole:
    return AssignRole(place.keys[cohort], "guild", cohort, account, None, ROLE, component)


def _unassign(
    place: Place, cohort: int, account: int, component: Component = COMPONENT
) -> UnassignRole:
    return UnassignRole(place.keys[cohort], "guild", cohort, account, None, ROLE, component)


def _roles(place: Place) -> RoleState:
    roles = place.site.read(MoodleQuery(everybody=True)).roles
    assert roles
    return roles


def test_a_definition_gives_members_the_role(place: Place, moodle: DirectoryBackdoor) -> None:
    """Those who are members already, and those who come; it goes with the membership."""
    (cohort,) = place.create("c")
    one, two, three, *_ = place.accounts()
    place.add(cohort, one, two)
    assert statuses(place.write(_define(place, cohort))) == ["done"]
    place.add(cohort, three)
    given = [[ROLE, PLUGIN, cohort]]
    assert [moodle.ask("assignments", who) for who in (one, two, three)] == [given] * 3
    place.remove(cohort, one)
    assert [moodle.ask("assignments", who) for who in (one, two, three)] == [[], given, given]
    assert moodle.ask("definitions", cohort) == [ROLE]


def test_a_definition_is_made_once(place: Place, moodle: DirectoryBackdoor) -> None:
    """Moodle's database would refuse a second one; what it implies and is missing is repaired."""
    (cohort,) = place.create("c")
    account = place.accounts()[0]
    place.add(cohort, account)
    assert statuses(place.write(_define(place, cohort), _define(place, cohort))) == [
        "done",
        "already",
    ]
    moodle.ask("unassign_all", account, PLUGIN)
    assert statuses(place.write(_define(place, cohort))) == ["done"]
    assert moodle.ask("assignments", account) == [[ROLE, PLUGIN, cohort]]
    assert moodle.ask("definitions", cohort) == [ROLE]


def test_a_definition_taken_back_takes_its_roles(place: Place, moodle: DirectoryBackdoor) -> None:
    """All of that cohort, none of another that gives the same role."""
    first, second = place.create("first", "second")
    account = place.accounts()[0]
    for cohort in (first, second):
        place.add(cohort, account)
        place.write(_define(place, cohort))
    assert moodle.ask("assignments", account) == [[ROLE, PLUGIN, first], [ROLE, PLUGIN, second]]
    assert statuses(place.write(_undefine(place, first))) == ["done"]
    assert moodle.ask("assignments", account) == [[ROLE, PLUGIN, second]]
    assert [moodle.ask("definitions", cohort) for cohort in (first, second)] == [[], [ROLE]]
    assert statuses(place.write(_undefine(place, first))) == ["already"]


@pytest.mark.parametrize("way", ["definition", "assignment"])
def test_what_somebody_gave_by_hand_stays(
    place: Place, moodle: DirectoryBackdoor, way: str
) -> None:
    """A role that was given in Moodle's pages before outlives joining and leaving the guild."""
    (cohort,) = place.create("c")
    account = place.accounts()[0]
    moodle.ask("assign_by_hand", account, ROLE)
    try:
        if way == "definition":
            place.write(_define(place, cohort))
        place.add(cohort, account)
        if way == "assignment":
            place.write(_assign(place, cohort, account))
        component = PLUGIN if way == "definition" else COMPONENT
        assert moodle.ask("assignments", account) == [[ROLE, "", 0], [ROLE, component, cohort]]
        if way == "assignment":
            place.write(_unassign(place, cohort, account))
        place.remove(cohort, account)
        assert moodle.ask("assignments", account) == [[ROLE, "", 0]]
    finally:
        moodle.ask("unassign_all", account, "")


def test_an_assignment_hangs_on_its_cohort(place: Place, moodle: DirectoryBackdoor) -> None:
    """A role that two guilds give stays until the second membership goes."""
    first, second = place.create("first", "second")
    account = place.accounts()[0]
    for cohort in (first, second):
        place.add(cohort, account)
        assert statuses(place.write(_assign(place, cohort, account))) == ["done"]
    rows = [[ROLE, COMPONENT, first], [ROLE, COMPONENT, second]]
    assert moodle.ask("assignments", account) == rows
    assert statuses(place.write(_unassign(place, first, account))) == ["done"]
    assert moodle.ask("assignments", account) == rows[1:]
    assert statuses(place.write(_unassign(place, second, account))) == ["done"]
    assert moodle.ask("assignments", account) == []


def test_assigning_twice_is_assigning_once(place: Place, moodle: DirectoryBackdoor) -> None:
    """So is taking it away."""
    (cohort,) = place.create("c")
    account = place.accounts()[0]
    place.add(cohort, account)
    given = [_assign(place, cohort, account)] * 2
    assert statuses(place.write(*given)) == ["done", "already"]
    assert moodle.ask("assignments", account) == [[ROLE, COMPONENT, cohort]]
    taken = [_unassign(place, cohort, account)] * 2
    assert statuses(place.write(*taken)) == ["done", "already"]


def test_only_members_are_given_roles(place: Place, moodle: DirectoryBackdoor) -> None:
    """Who left the cohort meanwhile is given nothing: that is stale."""
    (cohort,) = place.create("c")
    account = place.accounts()[0]
    assert statuses(place.write(_assign(place, cohort, account))) == ["stale"]
    assert moodle.ask("assignments", account) == []


@pytest.mark.parametrize("operation", [_define, _undefine])
def test_a_cohort_that_lost_its_mark_gives_no_roles(
    place: Place,
    moodle: DirectoryBackdoor,
    operation: Callable[[Place, int], Operation],
) -> None:
    """Its definition is neither made nor taken back."""
    (cohort,) = place.create("c")
    if operation is _undefine:
        place.write(_define(place, cohort))
    before = moodle.ask("definitions", cohort)
    place.backdoor.describe(cohort, "<p>Ours alone</p>")
    assert statuses(place.write(operation(place, cohort))) == ["stale"]
    assert moodle.ask("definitions", cohort) == before


def test_roles_that_change_their_way_never_lapse(place: Place, moodle: DirectoryBackdoor) -> None:
    """From our assignments to a definition and back, what comes is written before what goes."""
    (cohort,) = place.create("c")
    account = place.accounts()[0]
    place.add(cohort, account)
    place.write(_assign(place, cohort, account))
    there = [
        Step(_define(place, cohort)),
        Step(_unassign(place, cohort, account), needs=(0,)),
    ]
    assert statuses(place.carry_out(there)) == ["done", "done"]
    assert moodle.ask("assignments", account) == [[ROLE, PLUGIN, cohort]]
    back = [
        Step(_assign(place, cohort, account)),
        Step(_undefine(place, cohort), needs=(0,)),
    ]
    assert statuses(place.carry_out(back)) == ["done", "done"]
    assert moodle.ask("assignments", account) == [[ROLE, COMPONENT, cohort]]


def test_a_new_cohort_gets_members_and_role_in_one_go(
    place: Place, moodle: DirectoryBackdoor
) -> None:
    """Steps may name a cohort that a step before them makes; all of it is read back."""
    key = place.key("new")
    account = place.accounts()[0]
    operations: list[Operation] = [
        place.creation("new"),
        AddMember(key, "new", None, account, None),
        DefineRole(key, "new", None, ROLE),
        AssignRole(key, "new", None, account, None, ROLE, COMPONENT),
    ]
    needs: list[tuple[int, ...]] = [(), (0,), (0,), (0, 1)]
    outcomes = place.carry_out([Step(*one) for one in zip(operations, needs, strict=True)])
    assert statuses(outcomes) == ["done"] * 4
    cohort = outcomes[0].cohort
    assert moodle.ask("assignments", account) == [
        [ROLE, COMPONENT, cohort],
        [ROLE, PLUGIN, cohort],
    ]
    assert place.site.read_back(operations) == tuple(map(facts_after, operations))


def test_what_is_read_of_roles(place: Place, moodle: DirectoryBackdoor) -> None:
    """Definitions, our assignments and the plugin's, by cohort; nothing that people gave."""
    (cohort,) = place.create("c")
    one, two, *_ = place.accounts()
    place.add(cohort, one, two)
    place.write(_define(place, cohort), _assign(place, cohort, one))
    moodle.ask("assign_by_hand", two, ROLE)
    try:
        roles = _roles(place)
    finally:
        moodle.ask("unassign_all", two, "")
    (role,) = (role for role in roles.roles if role.shortname == ROLE)
    assert roles.definitions
    assert (cohort, role.id) in roles.definitions
    assert {grant: who for grant, who in roles.assignments.items() if grant.cohort == cohort} == {
        Grant(cohort=cohort, role=role.id, component=PLUGIN): {one, two},
        Grant(cohort=cohort, role=role.id, component=COMPONENT): {one},
    }


def test_who_has_a_role_is_described(place: Place) -> None:
    """Whoever left a cohort and still has a role from it, as its members are."""
    (cohort,) = place.create("c", text=f"<!-- {place.prefix} -->")
    one, two, *_ = place.accounts()
    place.add(cohort, one, two)
    place.write(_assign(place, cohort, two))
    place.remove(cohort, two)
    query = MoodleQuery(member_marks=frozenset({place.prefix}), describe_members=True)
    snapshot = place.site.read(query)
    assert snapshot.members == {cohort: {one}}
    assert snapshot.accounts.keys() == {one, two}


@pytest.mark.parametrize(("marked", "status"), [(True, "stale"), (False, "done")])
def test_what_a_released_cohort_left_behind(
    place: Place, moodle: DirectoryBackdoor, *, marked: bool, status: str
) -> None:
    """It is taken back once the cohort bears no mark, and not before."""
    (cohort,) = place.create("c")
    account = place.accounts()[0]
    place.add(cohort, account)
    place.write(_assign(place, cohort, account))
    if not marked:
        place.backdoor.describe(cohort, "<p>Ours alone</p>")
    outcome = place.write(replace(_unassign(place, cohort, account), key=NOBODYS))
    assert statuses(outcome) == [status]
    given = [[ROLE, COMPONENT, cohort]]
    assert moodle.ask("assignments", account) == (given if marked else [])


def test_which_roles_may_be_given_where(place: Place) -> None:
    """Of Moodle's own roles two may be given at system level; two allow ``moodle/role:assign``."""
    known = {role.shortname: (role.system, role.rules_site) for role in _roles(place).roles}
    expected = {
        "manager": (True, True),
        "coursecreator": (True, False),
        "editingteacher": (False, True),
        "teacher": (False, False),
        "student": (False, False),
    }
    assert {name: known[name] for name in expected} == expected


def test_a_lost_cohort_leaves_our_assignments(place: Place, moodle: DirectoryBackdoor) -> None:
    """Moodle takes back what the plugin gave, and not what we gave; we see what is left."""
    (cohort,) = place.create("c")
    account = place.accounts()[0]
    place.add(cohort, account)
    place.write(_define(place, cohort), _assign(place, cohort, account))
    moodle.ask("delete_cohort_as_people_do", cohort)
    try:
        assert moodle.ask("assignments", account) == [[ROLE, COMPONENT, cohort]]
        left = [grant for grant in _roles(place).assignments if grant.cohort == cohort]
        assert [grant.component for grant in left] == [COMPONENT]
    finally:
        moodle.ask("unassign_all", account, COMPONENT)

"""Whom roles are due to, how the giving stands now, and how it is told."""

from dataclasses import replace
from typing import Any, Literal

import pytest

from reconciler.explain_file import person_alone
from reconciler.explain_names import subject_named
from reconciler.models.desired import CohortKey
from reconciler.models.explanation import PlannedOperation, RoleDue
from reconciler.models.moodle import COMPONENT, Grant
from reconciler.models.operations import AddMember, DefineRole, Operation
from reconciler.models.settings import Hold
from reconciler.render.explain_roles import role_lines
from tests.explain_roles_world import (
    ABLE,
    BY_DEFAULT,
    DEFINED,
    IN,
    LIBRARIANS,
    MAPPED,
    MENTORS,
    NOT,
    ONE_BY_ONE,
    ONLY_HER,
    OURS,
    OUT,
    PLUGGED,
    due,
    mentor,
)
from tests.explain_world import ADOPTABLE, UNTIL, Sites, asked, person_text, place, planned, undo_of
from tests.guards_world import guild
from tests.world import LIBRARIAN, MANAGER, account, our_cohort, person


def test_what_has_changed_since_is_said_of_a_role() -> None:
    """She is a mentor since: the plan has nothing for it, and a new one would."""
    before = mentor(IN, MAPPED, ABLE, roles={}, inside={1: [1], 9: []})
    plan = planned(before)
    after = replace(before, roles=MENTORS)
    found = asked(plan, after, "1")
    assert due(found).why == "changed"
    assert f"{ONE_BY_ONE} {NOT} a plan made now would. Plan again." in person_text(found, plan)


@pytest.mark.parametrize("moodle", [ABLE, PLUGGED], ids=["one by one", "defined"])
def test_what_gave_another_role_does_not_give_this_one(moodle: dict[str, Any]) -> None:
    """Membership stands for another role than when the plan was made."""

    def sites(role: str) -> Sites:
        settings = {"role_sync": True, "role_mapping": {"default": role}}
        return Sites({1: [1]}, {1: [1]}, settings=settings, moodle=moodle)

    plan = planned(sites("librarian"))
    found = asked(plan, sites("coursecreator"), "1")
    assert (due(found).role, due(found).why) == ("coursecreator", "changed")


@pytest.mark.parametrize("way", ["course-enrolment", "none"])
def test_a_definition_that_goes_gives_nothing(way: str) -> None:
    """They join, and the same plan deletes what would have given them the role."""
    settings = MAPPED | {"roles_by": {"librarian": way}}
    sites = mentor(OUT, settings, ABLE | {"definitions": {(9, LIBRARIAN.id)}})
    plan = planned(sites)
    said = person_text(asked(plan, sites, "1"), plan)
    assert "Role: librarian" in said
    assert "The plan gives it" not in said


def test_the_file_alone_knows_whom_it_gives_a_role() -> None:
    """Somebody of whom it has no other line; whether others are due, it does not know."""
    plan = planned(mentor(IN, MAPPED, ABLE))
    found = person_alone(plan, subject_named("1", plan, None), None)
    text = person_text(found, plan)
    assert "  • Plan: give account 101 in g1 (librarian) the role librarian" in text
    assert "Role: " not in text


def test_a_reason_is_that_of_the_guilds_own_cohort() -> None:
    """In one guild another's hold keeps the definition back, in the other strangers do."""
    sites = mentor(
        IN,
        MAPPED | {"hold": (Hold(guild="g1", user=2, until=UNTIL),)},
        PLUGGED,
        avc={1: [1, 2], 2: [1]},
        inside={1: [1, 2], 2: [1], 9: [1, 2], 10: [1, 300]},
        roles={1: {"guild-mentor": frozenset({1, 2})}, 2: {"guild-mentor": frozenset({1})}},
        cohorts=(LIBRARIANS, our_cohort(10, guild(2), "librarian")),
        accounts=(account(3, id=300, username="x", email="x@y.org"),),
    )
    found = asked(planned(sites), sites, "1")
    assert [due(found, name).why for name in ("g1", "g2")] == ["on-hold", "definition-waits"]


def test_what_becomes_of_another_guilds_cohort_adopts_none() -> None:
    """One is renamed; the other is to be adopted, and that is on hold."""
    sites = Sites(
        {1: [1], 2: [1]},
        {1: [1], 2: [1]},
        cohorts=(ADOPTABLE, our_cohort(2, guild(2), name="AVC - Old")),
        settings=BY_DEFAULT | {"hold": (Hold(guild="g1", until=UNTIL),)},
        moodle=ABLE,
    )
    plan = planned(sites)
    assert [cohort.action for cohort in plan.cohorts] == ["update"]
    assert due(asked(plan, sites, "1")).why == "on-hold"


State = Literal["to do", "done", "stale"]
KEY = CohortKey(guild(1).uuid, "librarian")
MIXED: dict[str, tuple[tuple[State, ...], bool, str]] = {
    "all is to be done": (("to do", "to do"), False, "."),
    "all is done": (("done", "done"), False, ", and that is done."),
    "half is done": (("done", "to do"), False, "."),
    "half fits no longer": (("to do", "stale"), False, ", but that no longer fits."),
    "what waits for a guard": (
        ("to do", "to do"),
        True,
        ", but that waits for something that a guard holds back.",
    ),
}


@pytest.mark.parametrize("name", MIXED)
def test_joining_and_defining_are_told_as_one(name: str) -> None:
    """Done when both are, and hindered when one is."""
    states, falls, says = MIXED[name]
    both: tuple[Operation, ...] = (
        AddMember(KEY, "g1", 9, 101, 1),
        DefineRole(KEY, "g1", 9, "librarian"),
    )
    done = tuple(
        PlannedOperation(operation, state, falls=falls)
        for operation, state in zip(both, states, strict=True)
    )
    plan = planned(mentor(OUT, MAPPED, PLUGGED))
    given = RoleDue("librarian", ("guild_mentor",), "definition", done)
    (line,) = role_lines((given,), plan)
    assert line == f"  • {DEFINED} The plan gives it, by defining it for the cohort{says}"


STATES = {
    "done": (
        mentor(IN, MAPPED, ABLE | {"assigned": {OURS: ONLY_HER}}),
        f"{ONE_BY_ONE} The plan gives it, and that is done.",
    ),
    "stale": (
        mentor(IN, MAPPED | {"role_mapping": {"guild_mentor": "librarian"}}, PLUGGED),
        "The plan gives it, but that no longer fits.",
    ),
}


@pytest.mark.parametrize("state", STATES)
def test_how_the_giving_stands_now_is_said(state: str) -> None:
    """Done, or no longer called for in that way."""
    plan = planned(mentor(IN, MAPPED, ABLE))
    sites, says = STATES[state]
    assert says in person_text(asked(plan, sites, "1"), plan)


NOBODY = {
    "holds no role": mentor(IN, MAPPED, ABLE, roles={}),
    "holds no role, and another does": mentor(
        OUT, MAPPED, ABLE, avc={1: [1, 2]}, roles={1: {"guild-mentor": frozenset({2})}}
    ),
    "is blocked": mentor(IN, MAPPED, ABLE, people=(person(1, active=False),)),
    "has left the guild": mentor(IN, MAPPED, ABLE, avc={1: [2]}, roles={}),
    "is a member where roles are not synchronised": Sites(
        {1: [1]},
        {1: [1]},
        settings={"role_sync": False, "role_mapping": {"default": "librarian"}},
        moodle=ABLE,
    ),
    "holds an unmapped role where roles are not synchronised": mentor(
        IN, {"role_mapping": {}}, ABLE
    ),
}


@pytest.mark.parametrize("who", NOBODY)
def test_whoever_is_to_have_no_role_is_told_of_none(who: str) -> None:
    """Where they hold nothing that stands for a role, or are in no guild."""
    sites = NOBODY[who]
    plan = planned(sites)
    assert "Role: " not in person_text(asked(plan, sites, "1"), plan)


def test_an_account_without_a_person_is_told_of_no_role() -> None:
    """AVC wants nothing of whom it does not know."""
    sites = mentor(
        IN,
        MAPPED,
        ABLE,
        inside={1: [1, 300]},
        accounts=(account(3, id=300, username="x", email="x@y.org"),),
    )
    plan = planned(sites)
    assert "Role: " not in person_text(asked(plan, sites, "moodle:300"), plan)


def test_a_plan_that_undoes_a_run_is_told_by_its_operations_alone() -> None:
    """AVC has no say in it: whatever she holds there, nothing is due."""
    base = planned(mentor(IN, MAPPED, ABLE, avc={1: [2]}, roles={}))
    plan = undo_of(base)
    assert "Role: " not in person_text(asked(plan, mentor(IN, MAPPED, ABLE), "1"), plan)


def test_a_roles_cohort_that_is_left_alone_is_told_with_its_problem() -> None:
    """The guild's own is as it should be, and that is said, too."""
    worn = ADOPTABLE.model_copy(update={"id": 9, "name": "Friends", "idnumber": "g1--librarian"})
    other = ADOPTABLE.model_copy(update={"id": 2, "name": "Friends", "idnumber": "g2"})
    sites = mentor(
        OUT, MAPPED, ABLE, avc={1: [1], 2: [2]}, inside={1: [1, 2]}, cohorts=(worn, other)
    )
    plan = planned(sites)
    found = asked(plan, sites, "1")
    assert (place(found).why, place(found).inside, place(found).problems) == ("already", True, ())
    assert (
        f"{ONE_BY_ONE} {NOT} its cohort is left alone for a problem.\n"
        "  • Problem: Guild g1 is left alone: cohort 9 has its idnumber."
    ) in person_text(found, plan)
    assert len(plan.problems) == 2
    assert len(due(found).problems) == 1


def test_two_roles_are_two_lines() -> None:
    """Each by itself, in the order of their names; what is not mapped comes last."""
    held = {1: {role: frozenset({1}) for role in ("guild-mentor", "guild-admin", "guild-x")}}
    mapping = {"guild_mentor": "librarian", "guild_admin": "manager"}
    sites = mentor(IN, MAPPED | {"role_mapping": mapping}, ABLE, roles=held)
    plan = planned(sites)
    text = person_text(asked(plan, sites, "1"), plan)
    told = [line.split(" ")[4] for line in text.split("\n") if "Role: " in line]
    assert told == ["librarian,", "manager,", "none"]


def test_many_guilds_with_one_role_are_told_at_once() -> None:
    """Six of them, alike in all; where it is not alike a guild stands by itself."""
    members = dict.fromkeys(range(1, 8), (1,))
    grants = {
        Grant(cohort=n, role=LIBRARIAN.id, component=COMPONENT): ONLY_HER for n in range(1, 7)
    }
    sites = Sites(
        members,
        members,
        settings=BY_DEFAULT,
        moodle=ABLE | {"assigned": grants},
    )
    plan = planned(sites)
    text = person_text(asked(plan, sites, "1"), plan)
    assert text.count("They have it already") == 1
    assert text.count("The plan gives it") == 1
    assert "in each of these 6 guilds" in text


def test_what_the_sites_and_the_configuration_call_roles_is_escaped() -> None:
    """A guild role and a Moodle role with a control character."""
    odd = MANAGER.model_copy(update={"shortname": "l\x1b[2J", "rules_site": False})
    sites = mentor(
        OUT,
        {"role_sync": True, "role_mapping": {"guild_mentor": "l\x1b[2J"}},
        ABLE | {"roles": (odd,)},
        inside={1: [1]},
    )
    plan = planned(sites)
    text = person_text(asked(plan, sites, "1"), plan)
    assert "Role: l\\x1b[2J, for guild_mentor" in text
    assert "\x1b" not in text

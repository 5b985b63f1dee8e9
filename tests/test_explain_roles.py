"""Whether somebody is given the Moodle roles that their guild roles stand for, and why."""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, get_args

import pytest

from reconciler.models.explanation import (
    Doubt,
    PersonExplained,
    RoleDue,
    RoleWhy,
)
from reconciler.models.moodle import COMPONENT, PLUGIN, Cohort, Grant
from reconciler.models.scope import GuildScope, Scope, UserScope
from reconciler.models.settings import Hold
from reconciler.reconciliation import Selection
from tests.explain_world import Sites, asked, person_text, planned
from tests.guards_world import FULL, WHOLE, guild
from tests.world import LIBRARIAN, ROLES, account, our_cohort

UNTIL = date(2999, 12, 31)
ONE_BY_ONE = "Role: librarian, for guild_mentor; given to the cohort's members one by one."
DEFINED = "Role: librarian, for guild_mentor; given to the cohort's members by local_cohortrole."
NOT = "The plan does not give it:"
MENTORS = {1: {"guild-mentor": frozenset({1})}}
MAPPED: dict[str, Any] = {"role_sync": True, "role_mapping": {"guild_mentor": "librarian"}}
MANAGERS: dict[str, Any] = {"role_sync": True, "role_mapping": {"guild_mentor": "manager"}}
ALLOWED = MANAGERS | {"allow_privileged_roles": ("manager",)}
ABLE: dict[str, Any] = {"roles": ROLES, "abilities": frozenset({"assign-roles", "define-roles"})}
PLUGGED = ABLE | {"definitions": set()}
IS_DEFINED = ABLE | {"definitions": {(9, LIBRARIAN.id)}}
OURS = Grant(cohort=9, role=LIBRARIAN.id, component=COMPONENT)
ITS = Grant(cohort=9, role=LIBRARIAN.id, component=PLUGIN)
IN, OUT = (1,), tuple[int, ...]()
ONLY_HER = frozenset({101})
LIBRARIANS = our_cohort(9, guild(1), "librarian")
ADOPTABLE = Cohort(id=1, name="AVC - G1", idnumber="g1", description="", visible=True, system=True)
HELD = {"hold": (Hold(guild="g1", user=1, until=UNTIL),)}


def mentor(
    members: tuple[int, ...], settings: dict[str, Any], moodle: dict[str, Any], **other: Any
) -> Sites:
    """She, who has account 101, is a mentor in guild 1; the cohort for the role is 9."""
    base = Sites(
        {1: [1]},
        {1: [1], 9: members},
        cohorts=(LIBRARIANS,),
        roles=MENTORS,
        settings=settings,
        moodle=moodle,
    )
    return replace(base, **other)


@dataclass(frozen=True)
class Case:
    """What there is, what is planned, and the line about the role."""

    why: RoleWhy | None
    says: str
    sites: Sites
    scope: Scope = FULL
    selection: Selection = field(default=WHOLE)


CASES = {
    "one by one": Case(None, f"{ONE_BY_ONE} The plan gives it.", mentor(IN, MAPPED, ABLE)),
    "one by one, where the cohort is yet to be made": Case(
        None,
        f"{ONE_BY_ONE} The plan gives it.",
        Sites({1: [1]}, {1: [1]}, roles=MENTORS, settings=MAPPED, moodle=ABLE),
    ),
    "by joining where it is defined": Case(
        None, f"{DEFINED} The plan gives it.", mentor(OUT, MAPPED, IS_DEFINED)
    ),
    "by a definition": Case(
        None,
        f"{DEFINED} The plan gives it, by defining it for the cohort.",
        mentor(IN, MAPPED, PLUGGED),
    ),
    "by joining and a definition": Case(
        None,
        f"{DEFINED} The plan gives it, by defining it for the cohort.",
        Sites({1: [1]}, {1: [1]}, roles=MENTORS, settings=MAPPED, moodle=PLUGGED),
    ),
    "whom the plugin passed over": Case(
        None, f"{DEFINED} The plan gives it.", mentor(IN, MAPPED, IS_DEFINED)
    ),
    "for membership": Case(
        None,
        "Role: librarian, for default; given to the cohort's members one by one. The plan gives",
        Sites(
            {1: [1]},
            {1: [1]},
            settings={"role_sync": True, "role_mapping": {"default": "librarian"}},
            moodle=ABLE,
        ),
    ),
    "for membership, which has two names": Case(
        None,
        "Role: librarian, for guild_member; given to the cohort's members one by one. The plan",
        Sites(
            {1: [1]},
            {1: [1]},
            settings={
                "role_sync": True,
                "role_mapping": {"guild_member": "librarian", "default": "coursecreator"},
            },
            moodle=ABLE,
        ),
    ),
    "a guild role that AVC has no more": Case(
        "not-mapped",
        "Role: none for guild_x. role_mapping in nwp.yml names none for that.",
        mentor(
            OUT,
            MAPPED | {"role_mapping": {"guild_x": "librarian"}},
            ABLE,
            roles={1: {"guild-x": frozenset({1})}},
        ),
    ),
    "for membership and a role": Case(
        None,
        "Role: librarian, for guild_member, guild_mentor; given",
        Sites(
            {1: [1]},
            {1: [1]},
            roles=MENTORS,
            settings=MAPPED
            | {"role_mapping": {"guild_mentor": "librarian", "guild_member": "librarian"}},
            moodle=ABLE,
        ),
    ),
    "a guard holds the assignment": Case(
        None,
        "The plan gives it, but privileged-roles holds that back.",
        mentor(
            IN,
            ALLOWED | {"guards": {"privileged_roles": 0}},
            ABLE,
            cohorts=(our_cohort(9, guild(1), "manager"),),
        ),
    ),
    "a guard holds the definition": Case(
        None,
        "The plan gives it, by defining it for the cohort, but privileged-roles holds that back.",
        mentor(
            IN,
            ALLOWED | {"guards": {"privileged_roles": 0}},
            PLUGGED,
            cohorts=(our_cohort(9, guild(1), "manager"),),
        ),
    ),
    "has it one by one": Case(
        "already",
        f"{ONE_BY_ONE} They have it already.",
        mentor(IN, MAPPED, ABLE | {"assigned": {OURS: ONLY_HER}}),
    ),
    "has it by the plugin": Case(
        "already",
        f"{DEFINED} They have it already.",
        mentor(IN, MAPPED, IS_DEFINED | {"assigned": {ITS: ONLY_HER}}),
    ),
    "passed over, and this access gives no roles": Case(
        "passed-over",
        f"{DEFINED} {NOT} local_cohortrole passed them over, and this access",
        mentor(IN, MAPPED, IS_DEFINED | {"abilities": frozenset({"define-roles"})}),
    ),
    "on hold": Case(
        "on-hold",
        f"{ONE_BY_ONE} {NOT} nwp.yml has it on hold.",
        mentor(IN, MAPPED | HELD, ABLE),
    ),
    "a definition that another's hold keeps back": Case(
        "on-hold",
        f"{DEFINED} {NOT} nwp.yml has it on hold.",
        mentor(
            IN,
            MAPPED | {"hold": (Hold(guild="g1", user=2, until=UNTIL),)},
            PLUGGED,
            avc={1: [1, 2]},
            inside={1: [1, 2], 9: [1, 2]},
            roles={1: {"guild-mentor": frozenset({1, 2})}},
        ),
    ),
    "no account": Case(
        "no-moodle-account",
        f"{ONE_BY_ONE} {NOT} no Moodle account is known to be theirs.",
        mentor(OUT, MAPPED, ABLE, without=ONLY_HER, inside={1: [], 9: []}),
    ),
    "no account, and another mentor who has one": Case(
        "no-moodle-account",
        f"{ONE_BY_ONE} {NOT} no Moodle account is known to be theirs.",
        mentor(
            OUT,
            MAPPED,
            ABLE,
            avc={1: [1, 2]},
            inside={1: [2], 9: [2]},
            without=ONLY_HER,
            roles={1: {"guild-mentor": frozenset({1, 2})}},
        ),
    ),
    "two accounts": Case(
        "several-accounts",
        f"{ONE_BY_ONE} {NOT} more than one account could be theirs, so none is touched.",
        mentor(OUT, MAPPED, ABLE, accounts=(account(1, id=300, username="x"),)),
    ),
    "a guild role that is not mapped": Case(
        "not-mapped",
        "Role: none for guild_mentor. role_mapping in nwp.yml names none for that.",
        mentor(IN, MAPPED | {"role_mapping": {"guild_admin": "librarian"}}, ABLE, inside={1: [1]}),
    ),
    "roles are not synchronised": Case(
        "no-role-sync",
        f"Role: librarian, for guild_mentor. {NOT} role_sync is off in nwp.yml.",
        mentor(IN, MAPPED | {"role_sync": False}, ABLE),
    ),
    "a role that rules the site": Case(
        "privileged-role",
        f"Role: manager, for guild_mentor. {NOT} it rules the whole site, and"
        " allow_privileged_roles in nwp.yml does not name it.",
        mentor(IN, MANAGERS, ABLE, inside={1: [1]}),
    ),
    "a role that there is not": Case(
        "unknown-moodle-role",
        f"Role: wizard, for guild_mentor. {NOT} Moodle has no role with that short name.",
        mentor(IN, MAPPED | {"role_mapping": {"guild_mentor": "wizard"}}, ABLE, inside={1: [1]}),
    ),
    "a role that is not for the site": Case(
        "role-not-assignable",
        f"Role: teacher, for guild_mentor. {NOT} Moodle does not give it at site level, as"
        " roles_by in nwp.yml wants.",
        mentor(
            IN,
            {
                "role_sync": True,
                "role_mapping": {"guild_mentor": "teacher"},
                "roles_by": {"teacher": "assignment"},
            },
            ABLE,
            cohorts=(our_cohort(9, guild(1), "teacher"),),
        ),
    ),
    "nothing to give it with": Case(
        "role-needs-plugin",
        f"Role: librarian, for guild_mentor. {NOT} local_cohortrole is not installed, and",
        mentor(IN, MAPPED, {"roles": ROLES}),
    ),
    "by web services": Case(
        "role-unseen",
        f"Role: librarian, for guild_mentor. {NOT} this access to Moodle neither shows nor gives",
        mentor(IN, MAPPED, {}),
    ),
    "a definition by hand": Case(
        "role-by-hand",
        f"{DEFINED} {NOT} it is to be defined for the cohort by hand, as this access cannot.",
        mentor(IN, MAPPED, PLUGGED | {"abilities": frozenset({"assign-roles"})}),
    ),
    "a definition by hand, where they join": Case(
        "role-by-hand",
        f"{DEFINED} {NOT} it is to be defined for the cohort by hand, as this access cannot.",
        mentor(OUT, MAPPED, PLUGGED | {"abilities": frozenset({"assign-roles"})}),
    ),
    "joining is on hold, where this access gives no roles": Case(
        "on-hold",
        f"{DEFINED} {NOT} nwp.yml has it on hold.",
        mentor(OUT, MAPPED | HELD, IS_DEFINED | {"abilities": frozenset({"define-roles"})}),
    ),
    "mending what the plugin passed over is on hold": Case(
        "on-hold",
        f"{DEFINED} {NOT} nwp.yml has it on hold.",
        mentor(IN, MAPPED | HELD, IS_DEFINED),
    ),
    "a definition that strangers would gain by": Case(
        "definition-waits",
        f"{DEFINED} {NOT} strangers in the cohort would get it, too.",
        mentor(
            IN,
            MAPPED,
            PLUGGED,
            inside={1: [1], 9: [1, 300]},
            accounts=(account(3, id=300, username="x", email="x@y.org"),),
        ),
    ),
    "one person's plan defines nothing": Case(
        "not-defined",
        f"{DEFINED} {NOT} one person's plan defines no role for a cohort that is there. Plan the",
        mentor(IN, MAPPED, PLUGGED),
        UserScope(uid=1),
    ),
    "one person's plan of a cohort that is on hold": Case(
        "on-hold",
        f"{DEFINED} {NOT} nwp.yml has it on hold.",
        Sites({1: [1]}, {1: [1]}, roles=MENTORS, settings=MAPPED | HELD, moodle=PLUGGED),
        UserScope(uid=1),
    ),
    "a site administrator": Case(
        "site-administrator",
        f"{ONE_BY_ONE} {NOT} they administer the Moodle site.",
        mentor(OUT, MAPPED, ABLE | {"administrators": ONLY_HER}),
    ),
    "a site administrator, where the plan defines the role": Case(
        "site-administrator",
        f"{DEFINED} {NOT} they administer the Moodle site.",
        mentor(
            OUT,
            MAPPED,
            PLUGGED | {"administrators": ONLY_HER},
            avc={1: [1, 2]},
            inside={1: [1, 2], 9: [2]},
            roles={1: {"guild-mentor": frozenset({1, 2})}},
        ),
    ),
    "in courses": Case(
        "in-courses",
        "Role: teacher, for guild_mentor; given in courses that enrol the cohort. The plan does"
        " not give it: courses do.",
        mentor(
            IN,
            {"role_sync": True, "role_mapping": {"guild_mentor": "teacher"}},
            ABLE,
            cohorts=(our_cohort(9, guild(1), "teacher"),),
        ),
    ),
    "not at all": Case(
        "no-way",
        f"Role: librarian, for guild_mentor. {NOT} roles_by in nwp.yml says so.",
        mentor(IN, MAPPED | {"roles_by": {"librarian": "none"}}, ABLE),
    ),
    "excluded": Case(
        "left-out",
        f"{ONE_BY_ONE} {NOT} it was made with --exclude user:1.",
        mentor(IN, MAPPED, ABLE),
        selection=Selection(exclude=("user:1",)),
    ),
    "a definition that goes with another who is excluded": Case(
        "left-out",
        f"{DEFINED} {NOT} it was made with --exclude user:2.",
        mentor(
            IN,
            MAPPED,
            PLUGGED,
            avc={1: [1, 2]},
            inside={1: [1, 2], 9: [1, 2]},
            roles={1: {"guild-mentor": frozenset({1, 2})}},
        ),
        selection=Selection(exclude=("user:2",)),
    ),
    "another guild's plan": Case(
        "out-of-scope",
        f"{ONE_BY_ONE} {NOT} it is about guild g2, and nothing else.",
        mentor(IN, MAPPED, ABLE, avc={1: [1], 2: [2]}),
        GuildScope(uuid=guild(2).uuid, name="g2"),
    ),
    "another person's plan": Case(
        "out-of-scope",
        f"{ONE_BY_ONE} {NOT} it is about user 2, and nothing else.",
        mentor(IN, MAPPED, ABLE, avc={1: [1, 2]}),
        UserScope(uid=2),
    ),
    "a guild that is left alone": Case(
        "left-alone",
        f"{ONE_BY_ONE} {NOT} its cohort is left alone for a problem.",
        mentor(
            OUT,
            MAPPED,
            ABLE,
            inside={1: [1]},
            cohorts=(ADOPTABLE.model_copy(update={"name": "Old friends"}),),
        ),
    ),
    "a cohort that is adopted": Case(
        "adopting",
        "Role: librarian, for default; given to the cohort's members one by one. The plan does not"
        " give it: it adopts the cohort, and the next plan gives what there is to give.",
        Sites(
            {1: [1]},
            {1: [1]},
            cohorts=(ADOPTABLE,),
            settings={"role_sync": True, "role_mapping": {"default": "librarian"}},
            moodle=ABLE,
        ),
    ),
    "one person's plan adopts nothing": Case(
        "not-adopted",
        f"{NOT} the guild's cohort has to be adopted first, which a plan of one person never does",
        Sites(
            {1: [1]},
            {1: [1]},
            cohorts=(ADOPTABLE,),
            settings={"role_sync": True, "role_mapping": {"default": "librarian"}},
            moodle=ABLE,
        ),
        UserScope(uid=1),
    ),
    "a cohort whose adoption is on hold": Case(
        "on-hold",
        f"{NOT} nwp.yml has it on hold.",
        Sites(
            {1: [1]},
            {1: [1]},
            cohorts=(ADOPTABLE,),
            settings={
                "role_sync": True,
                "role_mapping": {"default": "librarian"},
                "hold": (Hold(guild="g1", until=UNTIL),),
            },
            moodle=ABLE,
        ),
    ),
    "a cohort whose adoption is left out": Case(
        "left-out",
        f"{NOT} it was made with --exclude guild:g1.",
        Sites(
            {1: [1]},
            {1: [1]},
            cohorts=(ADOPTABLE,),
            settings={"role_sync": True, "role_mapping": {"default": "librarian"}},
            moodle=ABLE,
        ),
        selection=Selection(exclude=("guild:g1",)),
    ),
}


def test_a_guild_that_is_left_alone_is_told_with_its_problem_once() -> None:
    """By the guild's own cohort, and not by each role again."""
    sites = CASES["a guild that is left alone"].sites
    plan = planned(sites)
    assert person_text(asked(plan, sites, "1"), plan).count("cohort 1 has its idnumber") == 1


def due(found: PersonExplained, name: str = "g1") -> RoleDue:
    """The only role that somebody is to have in a guild."""
    (part,) = (part for part in found.guilds if part.guild.name == name)
    (only,) = part.roles
    return only


@pytest.mark.parametrize("name", CASES)
def test_whether_a_role_is_given(name: str) -> None:
    """The role, the guild roles that stand for it, the way, and why it is given or not."""
    case = CASES[name]
    plan = planned(case.sites, case.scope, case.selection)
    found = asked(plan, case.sites, "1")
    assert due(found).why == case.why
    assert (due(found).why is None) == bool(due(found).operations)
    assert case.says in person_text(found, plan)


def test_every_reason_has_a_case() -> None:
    """Those of people in doubt are alike, and two of them are here."""
    names = {name for part in get_args(RoleWhy) for name in get_args(part) or (part,)}
    told = {case.why for case in CASES.values()} | {None, "changed"}
    assert told | {*get_args(Doubt)} == names | {None}

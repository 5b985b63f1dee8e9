"""Where the plan does not give somebody a role: sites, and the line that says why."""

from dataclasses import replace

from reconciler.models.scope import GuildScope, UserScope
from reconciler.models.settings import Hold
from reconciler.reconciliation import Selection
from tests.explain_roles_world import (
    ABLE,
    BY_DEFAULT,
    DEFINED,
    HELD,
    IN,
    IS_DEFINED,
    MANAGERS,
    MAPPED,
    MENTORS,
    NOT,
    ONE_BY_ONE,
    ONLY_HER,
    OUT,
    PLUGGED,
    Case,
    mentor,
)
from tests.explain_world import ADOPTABLE, UNTIL, Sites
from tests.guards_world import guild
from tests.world import ROLES, account, our_cohort

ADOPTS = Sites({1: [1]}, {1: [1]}, cohorts=(ADOPTABLE,), settings=BY_DEFAULT, moodle=ABLE)
WITHHELD = {
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
        ADOPTS,
    ),
    "one person's plan adopts nothing": Case(
        "not-adopted",
        f"{NOT} the guild's cohort has to be adopted first, which a plan of one person never does",
        ADOPTS,
        UserScope(uid=1),
    ),
    "a cohort whose adoption is on hold": Case(
        "on-hold",
        f"{NOT} nwp.yml has it on hold.",
        replace(ADOPTS, settings=BY_DEFAULT | {"hold": (Hold(guild="g1", until=UNTIL),)}),
    ),
    "a cohort whose adoption is left out": Case(
        "left-out",
        f"{NOT} it was made with --exclude guild:g1.",
        ADOPTS,
        selection=Selection(exclude=("guild:g1",)),
    ),
}

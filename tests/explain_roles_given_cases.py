"""Where the plan gives somebody a role, or they have it already: sites, and the line about it."""

from tests.explain_roles_world import (
    ABLE,
    ALLOWED,
    BY_DEFAULT,
    DEFINED,
    IN,
    IS_DEFINED,
    ITS,
    MAPPED,
    MENTORS,
    ONE_BY_ONE,
    ONLY_HER,
    OURS,
    OUT,
    PLUGGED,
    Case,
    mentor,
)
from tests.explain_world import Sites
from tests.guards_world import guild
from tests.world import our_cohort

GIVEN = {
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
            settings=BY_DEFAULT,
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
}

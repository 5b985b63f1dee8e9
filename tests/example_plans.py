"""The sites that the example plans in plans/examples are made from.

``python -m tests.example_plans`` prints them as they have to be, without the comments.
"""

import sys

from reconciler.models.avc import Guild
from reconciler.models.moodle import COMPONENT, OTHER_WAY, PLUGIN, Grant, Issuer, Link
from reconciler.models.plan import Plan
from reconciler.models.scope import FullScope, UserScope
from reconciler.models.settings import SyncSettings
from reconciler.plan_text import as_text
from reconciler.reconciliation import plan_now
from tests.fake_moodle import FakeMoodle
from tests.world import CREATOR, ROLES, Community, account, our_cohort, pair, person

WEB_DEV = Guild(
    id=1,
    uuid="2aaf2f3d-e1c7-4f50-a6f2-a498aceb1ddc",
    label="Web Development",
    alias="web-dev",
    description="We build & mend the community's sites.",
)
CONTENT = Guild(
    id=2, uuid="3758152e-d10a-4001-83ab-86bd5b651b19", label="Content Team", alias="content-team"
)
RADIO = Guild(id=3, uuid="187c455a-c237-4378-a519-c46a8f8ab8cd", label="Radio", alias="radio")
PEOPLE = (
    person(56, name="bob.jones"),
    person(77, name="alice.wong"),
    person(80, name="carol"),
    person(91, name="dave"),
    person(95, name="erin@example.org"),
)
ACCOUNTS = {a.id: a for a in map(account, (56, 77, 80, 95, 300))}
ISSUERS = (Issuer(1, "Community", "https://avc.example", "sub"),)
COMMUNITY = Community(
    (WEB_DEV, CONTENT),
    PEOPLE,
    {1: frozenset({77, 80, 91}), 2: frozenset({95})},
    {
        1: {"guild-admin": frozenset({77}), "guild-mentor": frozenset({80})},
        2: {"guild-admin": frozenset({95})},
    },
)


def first_sync() -> Plan:
    """An empty Moodle."""
    return plan_now(pair(COMMUNITY, FakeMoodle(ACCOUNTS)), FullScope()).plan


def monday() -> Plan:
    """A guild renamed, one gone, people who came and went, somebody added by hand."""
    moodle = FakeMoodle(
        ACCOUNTS,
        {
            42: our_cohort(42, WEB_DEV, name="AVC - Web Dev"),
            43: our_cohort(43, CONTENT),
            44: our_cohort(44, RADIO),
        },
        {42: frozenset({156, 177}), 43: frozenset({195, 400}), 44: frozenset({156})},
        blind=frozenset(),
        issuers=ISSUERS,
        courses={42: frozenset({3, 4}), 44: frozenset({4, 5})},
        enrolled={156: {3: frozenset({42}), 4: frozenset({42, 44}), 5: frozenset({44, OTHER_WAY})}},
    )
    settings = SyncSettings(avc_url="https://avc.example")
    return plan_now(pair(COMMUNITY, moodle, settings), FullScope()).plan


def one_user() -> Plan:
    """Somebody who was let into a guild a minute ago."""
    moodle = FakeMoodle(
        ACCOUNTS, {42: our_cohort(42, WEB_DEV, component=None)}, {42: frozenset({177})}
    )
    return plan_now(pair(COMMUNITY, moodle), UserScope(uid=80)).plan


def roles() -> Plan:
    """Guild admins become course creators, mentors teachers; by Moodle's command line."""
    moodle = FakeMoodle(
        ACCOUNTS | {177: account(77, links=(Link(1, "77"),))},
        {
            42: our_cohort(42, WEB_DEV, component=COMPONENT),
            43: our_cohort(43, CONTENT),
            45: our_cohort(45, WEB_DEV, "coursecreator", component=COMPONENT),
        },
        {42: frozenset({177, 180}), 43: frozenset({195}), 45: frozenset({177, 180})},
        blind=frozenset(),
        administrators=frozenset({195}),
        issuers=ISSUERS,
        roles=ROLES,
        definitions={(45, CREATOR.id)},
        assigned={Grant(cohort=45, role=CREATOR.id, component=PLUGIN): frozenset({180})},
        courses={42: frozenset({3})},
        abilities=frozenset({"define-roles", "assign-roles", "lock-cohorts"}),
    )
    settings = SyncSettings(
        role_sync=True,
        role_mapping={
            "guild_admin": "coursecreator",
            "guild_mentor": "teacher",
            "guild_member": "librarian",
        },
        roles_by={"librarian": "assignment"},
        lock_cohorts=True,
        avc_url="https://avc.example",
    )
    return plan_now(pair(COMMUNITY, moodle, settings), FullScope()).plan


EXAMPLES = {
    "first-sync.yaml": first_sync,
    "monday.yaml": monday,
    "one-user.json": one_user,
    "roles.yaml": roles,
}

if __name__ == "__main__":
    for name, made in EXAMPLES.items():
        sys.stdout.write(f"=== {name}\n{as_text(made(), name)}")

"""The sites that the example plans in plans/examples are made from.

``python -m tests.example_plans`` prints them as they have to be, without the comments.
"""

import sys

from reconciler.marks import Mark, described
from reconciler.models.avc import Guild
from reconciler.models.desired import CohortKey
from reconciler.models.moodle import Cohort
from reconciler.models.plan import Plan
from reconciler.models.scope import FullScope, UserScope
from reconciler.plan_text import as_text
from reconciler.reconciliation import plan_now
from tests.world import SITE, Community, FakeMoodle, account, pair, person

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
COMMUNITY = Community((WEB_DEV, CONTENT), PEOPLE, {1: frozenset({77, 80, 91}), 2: frozenset({95})})


def bearing(number: int, guild: Guild, name: str) -> Cohort:
    """A cohort of ours, as it was when it had this name."""
    mark = Mark(SITE, str(guild.alias), CohortKey(uuid=guild.uuid))
    return Cohort(
        id=number,
        name=name,
        idnumber=str(guild.alias),
        description=described(guild.description, mark),
        visible=True,
        system=True,
    )


def first_sync() -> Plan:
    """An empty Moodle."""
    return plan_now(pair(COMMUNITY, FakeMoodle(ACCOUNTS)), FullScope()).plan


def monday() -> Plan:
    """A guild renamed, one gone, people who came and went, somebody added by hand."""
    moodle = FakeMoodle(
        ACCOUNTS,
        {
            42: bearing(42, WEB_DEV, "AVC - Web Dev"),
            43: bearing(43, CONTENT, "AVC - Content Team"),
            44: bearing(44, RADIO, "AVC - Radio"),
        },
        {42: frozenset({156, 177}), 43: frozenset({195, 400}), 44: frozenset({156})},
    )
    return plan_now(pair(COMMUNITY, moodle), FullScope()).plan


def one_user() -> Plan:
    """Somebody who was let into a guild a minute ago."""
    moodle = FakeMoodle(
        ACCOUNTS, {42: bearing(42, WEB_DEV, "AVC - Web Development")}, {42: frozenset({177})}
    )
    return plan_now(pair(COMMUNITY, moodle), UserScope(uid=80)).plan


EXAMPLES = {"first-sync.yaml": first_sync, "monday.yaml": monday, "one-user.json": one_user}

if __name__ == "__main__":
    for name, made in EXAMPLES.items():
        sys.stdout.write(f"=== {name}\n{as_text(made(), name)}")

"""Plans of any size."""

from reconciler.models.members import MemberChange
from reconciler.models.plan import AvcSide, CohortPlan, MatchingUsed, MoodleSide, Plan
from reconciler.models.scope import FullScope
from tests.world import SITE


def a_plan(members: int, guilds: int = 100) -> Plan:
    """One that adds so many members to cohorts that are there."""
    return _plan_with(_lines(members, guilds))


def _lines(number: int, guilds: int) -> list[list[MemberChange]]:
    """So many lines, by cohort."""
    each = number // guilds
    return [
        [
            MemberChange("add", moodle=uid + 100, avc=uid, by="email", name=f"member{uid}")
            for uid in range(guild * each, (guild + 1) * each)
        ]
        for guild in range(guilds)
    ]


def _plan_with(members: list[list[MemberChange]]) -> Plan:
    return Plan(
        avc=AvcSide(site="avc", uuid=SITE, guilds=len(members), memberships=0),
        moodle=MoodleSide(site="ss", url="https://ss.example"),
        scope=FullScope(),
        matching=MatchingUsed(used=("email",)),
        cohorts=tuple(
            CohortPlan(
                guild=f"guild-{number}",
                uuid=f"{number:08x}-0000-4000-8000-000000000000",
                cohort=number + 1,
                action="update",
                members=tuple(found),
            )
            for number, found in enumerate(members)
        ),
    )

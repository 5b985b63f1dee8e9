"""Plans of many changes, made in no time: for what is shown of them."""

from reconciler.models.members import MemberChange
from reconciler.models.plan import (
    AvcSide,
    CohortPlan,
    MatchingUsed,
    MoodleSide,
    Plan,
    Problem,
    TextChange,
)
from reconciler.models.scope import FullScope


def big_plan(guilds: int, coming: int, going: int, problems: int = 0, name: str = "person") -> Plan:
    """So many guilds, each with so many people who come and go; every fifth is a new one.

    Of those who go, every second loses two courses.
    """
    return Plan(
        avc=AvcSide(site="avc", uuid="u", guilds=guilds, memberships=guilds * coming),
        moodle=MoodleSide(site="ss", url="https://moodle.example"),
        scope=FullScope(),
        matching=MatchingUsed(used=("email",)),
        cohorts=tuple(_cohort(number, coming, going, name) for number in range(guilds)),
        problems=tuple(
            Problem(kind="no-moodle-account", avc=uid, name=f"{name}-{uid}", guilds=("guild-1",))
            for uid in range(problems)
        ),
    )


def _cohort(number: int, coming: int, going: int, name: str) -> CohortPlan:
    new = number % 5 == 4
    return CohortPlan(
        guild=f"guild-{number}",
        uuid=f"{number:08x}-0000-4000-8000-000000000000",
        cohort=None if new else number + 1,
        action="create" if new else "update",
        name=TextChange(to=f"AVC - Guild {number}") if new else None,
        members=(
            *(_member(number * 10_000 + place, "add", name) for place in range(coming)),
            *(
                _member(number * 10_000 + 5_000 + place, "remove", name)
                for place in range(0 if new else going)
            ),
        ),
    )


def _member(account: int, change: str, name: str) -> MemberChange:
    if change == "add":
        return MemberChange("add", account, account, "email", name=f"{name}-{account}")
    lost = 2 * (account % 2)
    return MemberChange(
        "remove",
        account,
        account,
        "email",
        because="left-guild",
        last_enrolments=lost,
        name=f"{name}-{account}",
    )

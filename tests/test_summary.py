"""A plan in one line."""

from typing import Any

import pytest

from reconciler.models.members import MemberChange
from reconciler.models.plan import (
    Action,
    AvcSide,
    CohortPlan,
    DefinitionChange,
    MatchingUsed,
    MoodleSide,
    Plan,
    TextChange,
)
from reconciler.models.scope import FullScope, Scope, UserScope
from reconciler.summary import headline

RENAME = TextChange(from_="a", to="b")
ADD, REMOVE = MemberChange("add", 1), MemberChange("remove", 2)


def cohort(
    action: Action, *members: MemberChange, name: TextChange | None = None, **fields: Any
) -> CohortPlan:
    return CohortPlan(guild="g", uuid="u", action=action, name=name, members=members, **fields)


CASES: list[tuple[list[CohortPlan], Scope, str]] = [
    ([], FullScope(), "full: nothing to do"),
    ([], UserScope(uid=7), "user 7: nothing to do"),
    (
        [cohort("create", ADD, name=RENAME)] * 2,
        FullScope(),
        "full: 2 cohorts to create, 1 as it is; 2 members to add, 0 to remove",
    ),
    (
        [cohort("update", ADD, REMOVE)],
        FullScope(),
        "full: 1 cohort with other members, 2 as they are; 1 member to add, 1 to remove",
    ),
    (
        [
            cohort("update", name=RENAME),
            cohort("adopt", description=RENAME),
            cohort("archive", REMOVE, name=RENAME),
        ],
        FullScope(),
        (
            "full: 1 cohort to rename, 1 to change, 1 to archive, 1 as it is;"
            " 0 members to add, 1 to remove"
        ),
    ),
    (
        [
            cohort("restore", ADD, name=RENAME, description=RENAME),
            cohort("restore", description=RENAME),
            cohort("update", name=RENAME),
        ],
        FullScope(),
        "full: 1 cohort to rename, 2 to restore; 1 member to add, 0 to remove",
    ),
    (
        [
            cohort("update", definition=DefinitionChange(action="create", role="teacher")),
            cohort("update", definition=DefinitionChange(action="delete", role="teacher")),
        ],
        UserScope(uid=7),
        (
            "user 7: 2 cohorts to change; 0 members to add, 0 to remove;"
            " 1 definition to make, 1 to delete"
        ),
    ),
    (
        [
            cohort(
                "update",
                MemberChange("remove", 3, last_enrolments=2),
                MemberChange("remove", 4, suspends=1, last_enrolments=0),
                MemberChange("remove", 5, last_enrolments=None),
            )
        ],
        UserScope(uid=7),
        (
            "user 7: 1 cohort with other members; 0 members to add, 3 to remove"
            " (2 enrolments lost, 1 enrolment suspended, 1 removal at a cost that cannot be seen)"
        ),
    ),
    (
        [cohort("update", *[MemberChange("remove", n, last_enrolments=None) for n in (3, 4)])],
        UserScope(uid=7),
        (
            "user 7: 1 cohort with other members; 0 members to add,"
            " 2 to remove, at a cost that cannot be seen"
        ),
    ),
    (
        [cohort("update", ADD)],
        UserScope(uid=7),
        "user 7: 1 cohort with other members; 1 member to add, 0 to remove",
    ),
]


@pytest.mark.parametrize(("cohorts", "scope", "expected"), CASES)
def test_headline(cohorts: list[CohortPlan], scope: Scope, expected: str) -> None:
    """Figures add up, and nouns agree with them."""
    plan = Plan(
        avc=AvcSide(site="avc", uuid="u", guilds=3, memberships=9),
        moodle=MoodleSide(site="ss", url="https://ss"),
        scope=scope,
        matching=MatchingUsed(used=("email",)),
        cohorts=tuple(cohorts),
    )
    assert headline(plan) == f"ss from avc, {expected}"


def test_guilds_have_cohorts_beside_their_own() -> None:
    """Where roles have cohorts, it is the guilds' own ones that are said to stay as they are."""
    beside = cohort("update", ADD).model_copy(update={"role": "teacher"})
    plan = Plan(
        avc=AvcSide(site="avc", uuid="u", guilds=3, memberships=9),
        moodle=MoodleSide(site="ss", url="https://ss"),
        scope=FullScope(),
        matching=MatchingUsed(used=("email",)),
        cohorts=(beside,),
    )
    said = "1 cohort with other members, the own ones of 3 guilds as they are"
    assert headline(plan) == f"ss from avc, full: {said}; 1 member to add, 0 to remove"
    two = plan.model_copy(update={"cohorts": (beside, *[cohort("update", name=RENAME)] * 2)})
    assert "1 with other members, the own one of 1 guild as it is; " in headline(two)

"""What a plan says of roles that go with a membership, and of guards that could not look."""

from dataclasses import replace

import pytest

from reconciler.models.guards import GuardFigures
from reconciler.models.members import MemberChange
from reconciler.models.plan import CohortPlan, DefinitionChange, Plan, RolePlan
from reconciler.render.markdown import comment
from reconciler.render.plan import plan_lines
from reconciler.render.review import review
from reconciler.roles import lost_by_leaving
from reconciler.summary import figures, summarise
from tests.example_plans import monday

GIVEN = RolePlan(
    role="coursecreator", guild_roles=("guild_admin",), way="definition", because="plugin-installed"
)
OWN = GIVEN.model_copy(update={"guild_roles": ("guild_member",)})
# Of the two names of ordinary membership, the first counts: the other's role has a cohort beside.
DEFAULTS_TOO = (
    GIVEN.model_copy(update={"guild_roles": ("default",)}),
    OWN.model_copy(update={"role": "librarian"}),
)
LEAVES = MemberChange(
    "remove", moodle=180, avc=80, by="email", because="lost-role", name="carol", last_enrolments=0
)
ADMINS = CohortPlan(
    guild="web-dev",
    uuid="2aaf2f3d-e1c7-4f50-a6f2-a498aceb1ddc",
    role="coursecreator",
    cohort=45,
    action="update",
    members=(LEAVES,),
)
GUILDS_OWN = ADMINS.model_copy(update={"role": None})
LOSES = "loses the role coursecreator, unless another cohort gives it"


def deleted(action: str) -> CohortPlan:
    """With what becomes of the definition itself."""
    change = DefinitionChange.model_validate({"role": "coursecreator", "action": action})
    return ADMINS.model_copy(update={"definition": change})


def plan_of(cohort: CohortPlan, *roles: RolePlan) -> Plan:
    return monday().model_copy(update={"cohorts": (cohort,), "roles": roles})


@pytest.mark.parametrize(
    ("cohort", "roles", "role"),
    [
        (ADMINS, (GIVEN,), "coursecreator"),
        (GUILDS_OWN, (OWN,), "coursecreator"),
        (ADMINS, (OWN,), None),
        (GUILDS_OWN, (GIVEN,), None),
        (ADMINS, DEFAULTS_TOO, "coursecreator"),
        (GUILDS_OWN, DEFAULTS_TOO, "librarian"),
        (ADMINS, (), None),
        (ADMINS, (GIVEN.model_copy(update={"way": "assignment"}),), None),
        (ADMINS, (GIVEN.model_copy(update={"way": "course-enrolment"}),), None),
        (deleted("delete"), (GIVEN,), None),
        (deleted("create"), (GIVEN,), None),
        (ADMINS.model_copy(update={"action": "archive"}), (GIVEN,), None),
    ],
)
def test_a_definition_that_stays_takes_its_role_from_whoever_leaves(
    cohort: CohortPlan, roles: tuple[RolePlan, ...], role: str | None
) -> None:
    """And no other: what has an operation of its own is told there."""
    assert lost_by_leaving(cohort, roles) == role


def test_a_lost_role_is_a_cost_in_every_format() -> None:
    """Of somebody who loses no course, too; and the headline counts it."""
    plan = plan_of(ADMINS, GIVEN)
    assert summarise(plan).roles_lost == 1
    assert "1 to remove (1 role lost with a membership)" in figures(plan)
    assert f"has not got the role; {LOSES}" in "\n".join(plan_lines(plan))
    assert f"; **{LOSES}**" in comment(review(plan), 60_000)
    assert review(plan).guilds[0].cohorts[0].going[0].cost == LOSES


def test_a_lost_role_is_told_beside_what_cannot_be_seen() -> None:
    """One does not hide the other, in the headline neither."""
    unseen = replace(LEAVES, last_enrolments=None, suspends=None)
    plan = plan_of(ADMINS.model_copy(update={"members": (unseen,)}), GIVEN)
    told = "what it costs them cannot be seen; " + LOSES
    assert review(plan).guilds[0].cohorts[0].going[0].cost == told
    costs = "(1 role lost with a membership, 1 removal at a cost that cannot be seen)"
    assert costs in figures(plan)


def test_what_is_not_checked_has_no_tick() -> None:
    """It is let through as what passes is, and nobody has looked."""
    guard = GuardFigures(
        guard="changed-matches", limit="none allowed", found="not checked: no journal", ok=True
    )
    passes = guard.model_copy(update={"found": "none"})
    for found, sign in ((guard, "–"), (passes, "✓")):
        plan = monday().model_copy(update={"guards": (found,)})
        assert f"  {sign} changed-matches: {found.found}" in "\n".join(plan_lines(plan))
        open_part = comment(review(plan), 60_000).partition("<details>")[0]
        assert ("changed-matches" in open_part) == (sign == "–")


def test_guards_that_hold_nothing_say_so() -> None:
    """There is nothing to acknowledge for in a plan that does nothing."""
    held = GuardFigures(
        guard="empty-avc", limit="1", found="0", ok=False, acknowledge="empty-avc@1"
    )
    plan = monday().model_copy(update={"cohorts": (), "guards": (held,)})
    idle = "Nothing is to be done; if it were, guards would hold it back"
    assert f"⚠ {idle}:" in list(plan_lines(plan))
    assert f"#### ✗ {idle}\n" in comment(review(plan), 60_000)

"""Roles judged by Moodle alone: given, taken, defined, and left of a cohort that is gone."""

from typing import Any

import pytest

from reconciler.models.moodle import COMPONENT, PLUGIN, Grant
from reconciler.models.plan import CohortPlan, Plan
from reconciler.reconciliation_alone import saved_alone
from tests.preconditions_world import (
    NO_BESIDE,
    UNSEEN,
    Case,
    beside,
    comes,
    defines,
    judged,
    plan,
    role,
)
from tests.roles_world import COMMUNITY, DEFINED, IN_STEP, OURS, PLUGINS, Site
from tests.world import CREATOR, pair

ROLES = [
    Case(
        "a role to give",
        plan(beside(**role("add", 101))),
        Site(definitions=None, assigned={}),
        ("to do",),
    ),
    Case(
        "a role that is given",
        plan(beside(**role("add", 101))),
        Site(definitions=None, assigned={OURS: {101}}),
        ("done",),
    ),
    Case(
        "a role for who is no member",
        plan(beside(**role("add", 102))),
        IN_STEP,
        ("the account is no member of the cohort",),
    ),
    Case(
        "for who becomes one",
        plan(beside(**comes(102), **role("add", 102))),
        IN_STEP,
        ("to do", "to do"),
    ),
    Case(
        "a role that there is not",
        plan(beside(**role("add", 101, name="none"))),
        IN_STEP,
        ("there is no role 'none'",),
    ),
    Case("a role to take", plan(beside(**role("remove", 101, PLUGIN))), IN_STEP, ("to do",)),
    Case("a role that is taken", plan(beside(**role("remove", 101))), IN_STEP, ("done",)),
    Case(
        "a role of a cohort that is gone",
        plan(beside(**role("remove", 101))),
        NO_BESIDE,
        ("cohort 8 is gone",),
    ),
    Case(
        "roles that cannot be seen",
        plan(beside(**role("remove", 101))),
        Site(more=UNSEEN),
        ("whether it is so cannot be seen this way",),
    ),
    Case(
        "a definition to make",
        plan(beside(**defines("create"))),
        Site(definitions=frozenset(), assigned={}),
        ("to do",),
    ),
    Case("one that is made", plan(beside(**defines("create"))), IN_STEP, ("done",)),
    Case("one to delete", plan(beside(**defines("delete"))), IN_STEP, ("to do",)),
    Case(
        "one that is deleted",
        plan(beside(**defines("delete"))),
        Site(definitions=frozenset(), assigned={}),
        ("done",),
    ),
    Case(
        "one where the plugin is not installed",
        plan(beside(**defines("create"))),
        Site(definitions=None, assigned={}),
        ("whether it is so cannot be seen this way",),
    ),
    Case(
        "one of a role that there is not",
        plan(beside(**defines("create", "none"))),
        IN_STEP,
        ("there is no role 'none'",),
    ),
]
LEFT_OVER = Grant(cohort=77, role=CREATOR.id, component=COMPONENT)


def forget(cohort: int, change: Any = "remove") -> Plan:
    gone = CohortPlan(guild=f"left-{cohort}", uuid="", cohort=cohort, action="forget")
    return plan(gone.model_copy(update=role(change, 101)))


LEFT = [
    Case(
        "what is left of a cohort that is gone",
        forget(77),
        Site(assigned={LEFT_OVER: {101}}),
        ("to do",),
    ),
    Case("what was left of one", forget(77), IN_STEP, ("done",)),
    Case(
        "what is left of one that is somebody's again",
        forget(8),
        Site(assigned={OURS: {101}}),
        ("cohort 8 bears a mark again",),
    ),
    Case(
        "what was left of one, to give back",
        forget(77, "add"),
        IN_STEP,
        ("cohort 77 is not ours any more",),
    ),
    Case(
        "where that cannot be seen",
        forget(77),
        Site(more=UNSEEN),
        ("whether it is so cannot be seen this way",),
    ),
]


@pytest.mark.parametrize("case", [*ROLES, *LEFT], ids=lambda case: case.says)
def test_a_role_is_judged_by_moodle_alone(case: Case) -> None:
    """Given to members, one by one or by a definition, and taken where it can be seen."""
    assert judged(case) == case.found


def test_defined_and_given_are_two_things() -> None:
    """What local_cohortrole gives is not what this program gives."""
    sites = pair(COMMUNITY, Site(definitions=DEFINED, assigned={PLUGINS: {101}}).moodle())
    (found,) = saved_alone(plan(beside(**role("remove", 101))), sites).checked
    assert found.state == "done"

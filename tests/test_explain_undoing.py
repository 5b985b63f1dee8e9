"""What a plan that undoes a run is said to do things for: the run, and nothing of AVC."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from reconciler.explain_losses import grounds
from reconciler.models.desired import CohortKey
from reconciler.models.members import MemberChange
from reconciler.models.operations import (
    AddMember,
    AssignRole,
    DefineRole,
    RemoveMember,
    UnassignRole,
    UndefineRole,
)
from reconciler.models.plan import Action, CohortPlan, DefinitionChange, Plan, TextChange
from reconciler.operations import operations
from tests.explain_grounds_world import alone
from tests.explain_world import Sites, planned
from tests.guards_world import guild

UNDONE = {
    "come": (AddMember, "the plan undoes the run that took them out"),
    "go": (RemoveMember, "undone: the plan undoes the run that brought them there"),
    "give": (AssignRole, "the plan undoes the run that took it"),
    "take": (UnassignRole, "undone: the plan undoes the run that gave it"),
    "define": (DefineRole, "the plan undoes the run that deleted this definition"),
    "undefine": (UndefineRole, "undone: the plan undoes the run that made this definition"),
}
KEY = CohortKey(guild(1).uuid, "librarian")


def undone(*cohorts: CohortPlan) -> Plan:
    """A plan that undoes a run."""
    base = planned(Sites({1: [1]}, {1: [1]}))
    return base.model_copy(update={"undoes": "20261125T210310Z", "cohorts": cohorts})


@pytest.mark.parametrize("name", UNDONE)
def test_what_undoes_a_run_is_not_said_to_be_what_the_mapping_says(name: str) -> None:
    """Nor what AVC has: its ground is the run."""
    kind, says = UNDONE[name]
    given = MemberChange("add", 101, 1, role="librarian", through="avc_moodle_sync")
    taken = replace(given, change="remove", because="undone")
    cohort = CohortPlan(guild="g1", uuid=KEY.uuid, role="librarian", cohort=9, action="update")
    changed: Mapping[str, dict[str, Any]] = {
        "come": {"members": (MemberChange("add", 101, 1),)},
        "go": {"members": (MemberChange("remove", 101, 1, because="undone"),)},
        "give": {"assignments": (given,)},
        "take": {"assignments": (taken,)},
        "define": {"definition": DefinitionChange(role="librarian", action="create")},
        "undefine": {"definition": DefinitionChange(role="librarian", action="delete")},
    }
    plan = undone(cohort.model_copy(update=changed[name]))
    (operation,) = operations(plan)
    assert grounds(operation, plan) == ()
    assert isinstance(operation, kind)
    assert f", because {says}.\n" in f"{alone(plan)}\n"


@pytest.mark.parametrize("action", ["archive", "restore", "adopt", "release", "update"])
def test_a_cohort_that_is_put_back_as_it_was_is_so_for_the_run(action: Action) -> None:
    """Whatever the opposite of what was done is called, the guild is not said to be gone or back,
    nor what the fields stand for.
    """
    name = TextChange(from_="AVC - G1", to="AVC - Old")
    plan = undone(
        CohortPlan(guild="g1", uuid=KEY.uuid, role=None, cohort=1, action=action, name=name)
    )
    assert (
        f"Plan: {action} cohort 1 (g1), because the plan undoes a run: name 'AVC - G1' → 'AVC -"
        " Old'.\n"
    ) in f"{alone(plan)}\n"

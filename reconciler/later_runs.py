"""What of a run that was cut off is a later run's work, and not its own."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from reconciler.models.desired import CohortKey
from reconciler.models.journal import RunRecord, RunStep
from reconciler.models.operations import (
    AddMember,
    AssignRole,
    ChangeCohort,
    CreateCohort,
    Operation,
    RemoveMember,
    UnassignRole,
)
from reconciler.operations import free_of_costs


def without_later(run: RunRecord, later: Iterable[RunRecord]) -> RunRecord:
    """The run without operations whose outcome it did not record, and that a later run carried out.

    A later run carries out only what is not so, so Moodle is as it is by that one. ``later`` are
    the runs of the same Moodle after it; they are looked at only where an outcome is missing.
    """
    places = created(run)
    lost = {_effect(step, places) for step in run.steps if step.status is None}
    if not lost:
        return run
    done = {effect for other in later for effect in _done(other) if effect in lost}
    kept = (s for s in run.steps if s.status is not None or _effect(s, places) not in done)
    return replace(run, steps=tuple(kept))


def created(run: RunRecord) -> dict[CohortKey, int]:
    """The cohorts that were made in a run, or were found made, where that was recorded."""
    return {
        step.operation.key: step.cohort
        for step in run.steps
        if isinstance(step.operation, CreateCohort) and step.cohort is not None
    }


def place(step: RunStep, made: Mapping[CohortKey, int]) -> int | None:
    """The cohort of an operation, given those that its run made; None where it is not known."""
    number = None if isinstance(step.operation, CreateCohort) else step.operation.cohort
    return made.get(step.operation.key) if number is None else number


def _done(run: RunRecord) -> Iterable[Operation]:
    places = created(run)
    return (_effect(step, places) for step in run.steps if step.status == "done")


def _effect(step: RunStep, made: Mapping[CohortKey, int]) -> Operation:
    """What an operation does to Moodle, whatever called for it and whatever the guild was called.

    A guild has one cohort for itself, and one for a role: a second creation is of the same.
    """
    operation = free_of_costs(replace(step.operation, guild=""))
    match operation:
        case CreateCohort():
            return replace(operation, idnumber="", name="", description="", component="")
        case ChangeCohort():
            return operation
        case RemoveMember() | UnassignRole():
            operation = replace(operation, uid=None, because=None)
        case AddMember() | AssignRole():
            operation = replace(operation, uid=None)
    return replace(operation, cohort=place(step, made))

"""A plan as the list of single steps that it stands for."""

from collections.abc import Iterator

from reconciler.models.operations import (
    AddMember,
    ChangeCohort,
    CreateCohort,
    Operation,
    RemoveMember,
)
from reconciler.models.plan import CohortPlan, MemberChange, Plan

_BEFORE_MEMBERS = ("create", "adopt", "restore", "update")


def operations(plan: Plan) -> tuple[Operation, ...]:
    """Every operation of a plan, in the order in which they are carried out.

    Cohorts are made and changed first, then everybody is added, then people are removed, and
    cohorts are put away last: nobody who moves is without both for a moment.
    """
    return (
        *_cohort_operations(plan, *_BEFORE_MEMBERS),
        *(_addition(c, member) for c in plan.cohorts for member in c.members if _comes(member)),
        *(_removal(c, member) for c in plan.cohorts for member in c.members if not _comes(member)),
        *_cohort_operations(plan, "archive"),
    )


def _cohort_operations(plan: Plan, *actions: str) -> Iterator[Operation]:
    for action in actions:
        for cohort in plan.cohorts:
            if cohort.action == action:
                yield from _cohort_operation(cohort)


def _cohort_operation(cohort: CohortPlan) -> Iterator[Operation]:
    if cohort.cohort is None or cohort.action == "create":
        yield CreateCohort(
            key=cohort.key,
            guild=cohort.guild,
            idnumber=cohort.idnumber.to if cohort.idnumber else cohort.guild,
            name=cohort.name.to if cohort.name else "",
            description=cohort.description.to if cohort.description else "",
        )
    elif cohort.changes_fields:
        yield ChangeCohort(
            key=cohort.key,
            guild=cohort.guild,
            action=cohort.action,
            cohort=cohort.cohort,
            idnumber=cohort.idnumber,
            name=cohort.name,
            description=cohort.description,
            visible=cohort.visible,
        )


def _comes(member: MemberChange) -> bool:
    return member.change == "add"


def _addition(cohort: CohortPlan, member: MemberChange) -> AddMember:
    return AddMember(cohort.key, cohort.guild, cohort.cohort, member.moodle, member.avc)


def _removal(cohort: CohortPlan, member: MemberChange) -> RemoveMember:
    return RemoveMember(
        cohort.key, cohort.guild, cohort.cohort, member.moodle, member.avc, member.because
    )

"""A plan as the list of single steps that it stands for."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from reconciler.machine_names import cohort_idnumber
from reconciler.models.members import MemberChange
from reconciler.models.operations import (
    AddMember,
    AssignRole,
    ChangeCohort,
    CreateCohort,
    DefineRole,
    Operation,
    RemoveMember,
    UnassignRole,
    UndefineRole,
)
from reconciler.models.plan import CohortPlan, Plan

_BEFORE_MEMBERS = ("create", "adopt", "restore", "update")


def operations(plan: Plan) -> tuple[Operation, ...]:
    """Every operation of a plan, in the order in which they are carried out.

    Cohorts are made and changed first, and their roles defined; then everybody is added and given
    roles; then roles are taken and people removed; what defined roles goes, and cohorts are put
    away last: nobody who moves is without both for a moment.
    """
    return (
        *_cohort_operations(plan, *_BEFORE_MEMBERS),
        *_each(plan, _definitions("create")),
        *_each(plan, lambda c: memberships(c, (m for m in c.members if _comes(m)))),
        *_each(plan, lambda c: givings(c, (m for m in c.assignments if _comes(m)))),
        *_each(plan, lambda c: givings(c, (m for m in c.assignments if not _comes(m)))),
        *_each(plan, lambda c: memberships(c, (m for m in c.members if not _comes(m)))),
        *_each(plan, _definitions("delete")),
        *_cohort_operations(plan, "archive", "release"),
    )


def words(operation: Operation) -> str:  # noqa: PLR0911 - one branch a kind of operation
    """An operation in a few words."""
    match operation:
        case CreateCohort():
            return f"create cohort {operation.idnumber}"
        case ChangeCohort():
            return f"{operation.action} cohort {operation.cohort} ({operation.guild})"
        case AddMember():
            return f"add account {operation.account} to {cohort_of(operation)}"
        case RemoveMember():
            return f"remove account {operation.account} from {cohort_of(operation)}"
        case AssignRole():
            who = f"account {operation.account} in {cohort_of(operation)}"
            return f"give {who} the role {operation.role} ({operation.component})"
        case UnassignRole():
            who = f"account {operation.account} in {cohort_of(operation)}"
            return f"take from {who} the role {operation.role} ({operation.component})"
        case DefineRole():
            return f"define that {cohort_of(operation)} gives the role {operation.role}"
        case UndefineRole():
            return f"define no longer that {cohort_of(operation)} gives the role {operation.role}"


def free_of_costs(operation: Operation) -> Operation:
    """The operation without what it was thought to cost: that may be seen otherwise each time."""
    if isinstance(operation, RemoveMember):
        return replace(operation, last_enrolments=0, suspends=0)
    return operation


def cohort_of(operation: Operation) -> str:
    """Which cohort it is about: the guild, and the role that the cohort is for, if any."""
    role = operation.key.role
    return f"{operation.guild} ({role})" if role else operation.guild


def _each(plan: Plan, of: Callable[[CohortPlan], Iterator[Operation]]) -> Iterator[Operation]:
    for cohort in plan.cohorts:
        yield from of(cohort)


def _cohort_operations(plan: Plan, *actions: str) -> Iterator[Operation]:
    for action in actions:
        for cohort in plan.cohorts:
            operation = cohort_operation(cohort) if cohort.action == action else None
            if operation is not None:
                yield operation


def cohort_operation(cohort: CohortPlan) -> CreateCohort | ChangeCohort | None:
    """What happens to the cohort itself; None when only its members change."""
    if cohort.cohort is None or cohort.action == "create":
        idnumber = cohort_idnumber(cohort.guild, cohort.role)
        return CreateCohort(
            key=cohort.key,
            guild=cohort.guild,
            idnumber=cohort.idnumber.to if cohort.idnumber else idnumber,
            name=cohort.name.to if cohort.name else "",
            description=cohort.description.to if cohort.description else "",
            component=cohort.component.to if cohort.component else "",
        )
    if not cohort.changes_fields or cohort.action == "forget":
        return None
    return ChangeCohort(
        key=cohort.key,
        guild=cohort.guild,
        action=cohort.action,
        cohort=cohort.cohort,
        idnumber=cohort.idnumber,
        name=cohort.name,
        description=cohort.description,
        component=cohort.component,
        visible=cohort.visible,
    )


def definition_operation(cohort: CohortPlan) -> DefineRole | UndefineRole | None:
    """What becomes of the definition that gives the cohort's members a role."""
    if cohort.definition is None:
        return None
    kind = DefineRole if cohort.definition.action == "create" else UndefineRole
    return kind(cohort.key, cohort.guild, cohort.cohort, cohort.definition.role)


def _definitions(action: str) -> Callable[[CohortPlan], Iterator[Operation]]:
    def of(cohort: CohortPlan) -> Iterator[Operation]:
        operation = definition_operation(cohort)
        if operation is not None and cohort.definition and cohort.definition.action == action:
            yield operation

    return of


def _comes(member: MemberChange) -> bool:
    return member.change == "add"


def memberships(
    cohort: CohortPlan, lines: Iterable[MemberChange]
) -> Iterator[AddMember | RemoveMember]:
    """What lines of a cohort's members stand for."""
    # One key for all of them: there may be a million.
    key, guild, number = cohort.key, cohort.guild, cohort.cohort
    for line in lines:
        if _comes(line):
            yield AddMember(key, guild, number, line.moodle, line.avc)
        else:
            yield RemoveMember(
                key=key,
                guild=guild,
                cohort=number,
                account=line.moodle,
                uid=line.avc,
                because=line.because,
                last_enrolments=line.last_enrolments,
                suspends=line.suspends,
            )


def givings(
    cohort: CohortPlan, lines: Iterable[MemberChange]
) -> Iterator[AssignRole | UnassignRole]:
    """What lines of a cohort's role assignments stand for; raises ValueError without a role."""
    key, guild, number = cohort.key, cohort.guild, cohort.cohort
    for line in lines:
        if line.role is None or line.through is None:
            raise ValueError(f"assignments of {guild}: moodle:{line.moodle} names no role")
        place = (key, guild, number, line.moodle, line.avc)
        if _comes(line):
            yield AssignRole(*place, line.role, line.through)
        else:
            yield UnassignRole(*place, line.role, line.through, line.because)

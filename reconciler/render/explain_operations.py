"""What a plan does, in sentences: on what ground, at what cost, and what guards say of it."""

from collections.abc import Iterable, Iterator, Mapping

from reconciler.models.explanation import PlannedOperation
from reconciler.models.guards import GuardFigures
from reconciler.models.members import Reason
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
from reconciler.models.plan import FlagChange, Plan, TextChange
from reconciler.operations import cohort_of, words
from reconciler.render.explain_why import EVERYBODYS, GROUNDS
from reconciler.render.terminal import name
from reconciler.wording import number

_ACTIONS = {
    "adopt": "it has the guild's idnumber, a name that starts with 'AVC - ', and no mark yet",
    "restore": "the guild, or the role, is back",
}
_LOST: Mapping[Reason, str] = {
    "guild-gone": "the guild is gone from AVC",
    "role-gone": "role_mapping no longer has the role",
}
"""Why a cohort is put away."""
_UNDOES: Mapping[type[Operation], str] = {
    AddMember: "the plan undoes the run that took them out",
    RemoveMember: f"undone: {GROUNDS['undone']}",
    AssignRole: "the plan undoes the run that took it",
    UnassignRole: "undone: the plan undoes the run that gave it",
    DefineRole: "the plan undoes the run that deleted this definition",
    UndefineRole: "undone: the plan undoes the run that made this definition",
}
"""Why, in a plan that undoes a run."""
_FIELDS = {
    "name": "named after the guild, as AVC has it",
    "idnumber": "the guild's machine name",
    "description": "the guild's text, and our mark",
    "component": "lock_cohorts in nwp.yml",
    "visible": "what is put away is hidden",
}
CHANGED = (
    "the sites or nwp.yml have changed since it was made, or it is the part of a plan that a guard"
    " held back"
)


def doing_lines(item: PlannedOperation, plan: Plan, *, alone: bool) -> Iterator[str]:
    """All there is to say of one operation; ``alone``: from the file, the sites were not asked."""
    yield f"  • Plan: {planned_words(item, plan)}."
    if isinstance(item.operation, RemoveMember) or item.takes:
        yield f"  • Cost: {cost(item)}."
    if not alone:
        yield from _guards(item)
        yield f"  {going_on(item, undoes=plan.undoes is not None)}"


def planned_words(item: PlannedOperation, plan: Plan) -> str:
    """What is done, and on what ground; of a stale one, on what it was."""
    told = operation_words(item, plan)
    then = item.state == "stale"
    return told.replace(", because ", ", because (as it was then) ", 1) if then else told


def operation_words(item: PlannedOperation, plan: Plan) -> str:
    """What is done, and on what ground."""
    operation = item.operation
    told = name(words(operation))
    match operation:
        case AddMember(cohort=None):
            told += ", whose cohort the plan makes first"
        case CreateCohort():
            told += f" '{name(operation.name)}', because the guild has none yet"
        case ChangeCohort():
            told += _changes(operation, item, plan)
        case _:
            pass
    because = ground(item, plan)
    return f"{told}, because {because}" if because else told


def ground(item: PlannedOperation, plan: Plan) -> str:
    """Why somebody comes or goes, or a role is given or taken; empty for a cohort."""
    operation = item.operation
    if plan.undoes is not None:
        return _UNDOES.get(type(operation), "")
    match operation:
        case AddMember():
            role = operation.key.role
            where = f"a guild role for {name(role)} there" if role else "the guild"
            return f"AVC has them in {where}, and the account is theirs"
        case RemoveMember() | UnassignRole():
            because = operation.because
            return _because(because, operation, plan) if because else ""
        case UndefineRole():
            return ", or ".join(_because(reason, operation, plan) for reason in item.grounds)
        case AssignRole() | DefineRole():
            return "role_mapping in nwp.yml says so"
        case _:
            return ""


def _because(reason: Reason, operation: Operation, plan: Plan) -> str:
    return f"{reason}: {_everybodys(reason, operation, plan) or GROUNDS[reason]}"


def _everybodys(reason: Reason, operation: Operation, plan: Plan) -> str:
    """Of a role that is mapped all the same: what has become of it."""
    mapped = any(given.role == operation.key.role for given in plan.roles)
    return EVERYBODYS if reason == "role-gone" and mapped else ""


def going_on(item: PlannedOperation, *, undoes: bool) -> str:
    """How an operation stands now."""
    match item.state:
        case "done":
            return "✓ Now: done already, Moodle is as the plan wants it."
        case "stale" if item.on_hold:
            return f"⚠ Now: {name(item.found)}. A plan made now leaves it out."
        case "stale":
            return (
                "⚠ Now: the sites have changed since the plan was made, and this no longer fits:"
                f" {name(item.found)}. Plan again."
            )
        case _:
            same = "" if undoes else ", and a plan made now would do the same"
            return f"✓ Now: still to be done{same}."


def fresh_line(fresh: Iterable[Operation]) -> Iterator[str]:
    """What a plan made now would do besides."""
    found = "; ".join(name(words(operation)) for operation in fresh)
    if found:
        yield f"  ⚠ Now: a plan made now would also {found}: {CHANGED}. Plan again."


def guard_words(guard: GuardFigures) -> str:
    """A guard with its figures."""
    return f"{guard.guard} ({name(guard.found)}; limit: {name(guard.limit)})"


def _guards(item: PlannedOperation) -> Iterator[str]:
    for guard in item.held:
        yield (
            f"  ✗ Guard: held back by {guard_words(guard)}. If it is meant:"
            f" --ack {guard.acknowledge}"
        )
    for guard in item.past:
        yield (
            f"  • Guards: counted by {guard_words(guard)}, which would hold it back if it were not"
            " done already."
        )
    if item.falls:
        yield "  ✗ Guard: it waits for something that a guard holds back, and is held with it."
    if item.counted:
        yield (
            f"  • Guards: counted, and let through, by {', '.join(map(guard_words, item.counted))}."
        )
    elif not item.held and not item.past and not item.falls:
        yield "  • Guards: none counts it."


def cost(item: PlannedOperation) -> str:
    """What a removal costs, or a definition that goes."""
    operation, roles = item.operation, ", and ".join(_taken(item))
    if not isinstance(operation, RemoveMember):
        return roles
    if roles and operation.last_enrolments == operation.suspends == 0:
        return f"no course is lost by it, but {roles}"
    courses = _in_courses(operation)
    return f"{courses}; and {roles}" if roles else courses


def _taken(item: PlannedOperation) -> Iterator[str]:
    """The roles that go, and what gives them."""
    operation = item.operation
    for taken in item.takes:
        noun = "cohort" if len(taken.elsewhere) == 1 else "cohorts"
        others = ", ".join(map(str, taken.elsewhere))
        still = f", and has it by {noun} {others}, too" if others else ""
        by = f"by the definition for {name(cohort_of(operation))}"
        yield f"the account loses the role {name(taken.role)}, which it has {by}{still}"


def _in_courses(operation: RemoveMember) -> str:
    if operation.last_enrolments is None or operation.suspends is None:
        return "cannot be seen by this access to Moodle"
    if operation.last_enrolments:
        courses = number(operation.last_enrolments, "course")
        return f"their last enrolment in {courses}, and with it grades and groups there"
    if operation.suspends:
        return f"they are suspended in {number(operation.suspends, 'course')}"
    return "none, no course is lost by it"


def _changes(operation: ChangeCohort, item: PlannedOperation, plan: Plan) -> str:
    changes = operation.changes().items()
    if plan.undoes is not None:
        told = "; ".join(_field(field, change) for field, change in changes)
        return f", because the plan undoes a run: {told}"
    if operation.action == "archive":
        why = ", or ".join(
            _everybodys(reason, operation, plan) or _LOST.get(reason, GROUNDS[reason])
            for reason in item.grounds
        )
        because = f", because {why}" if why else ""
        return f"{because}: hidden, renamed, and its idnumber freed"
    told = "; ".join(f"{_field(field, change)} ({_FIELDS[field]})" for field, change in changes)
    why = _ACTIONS.get(operation.action, "")
    return f", because {why}: {told}" if why else f": {told}"


def _field(field: str, change: TextChange | FlagChange) -> str:
    return field if field == "description" else f"{field} {_before_and_after(change)}"


def _before_and_after(change: TextChange | FlagChange) -> str:
    if isinstance(change, FlagChange):
        return "yes" if change.to else "no"
    return f"'{name(change.from_ or '')}' → '{name(change.to)}'"

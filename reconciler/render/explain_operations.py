"""What a plan does, in sentences: on what ground, at what cost, and what guards say of it."""

from collections.abc import Iterable, Iterator

from reconciler.models.explanation import PlannedOperation
from reconciler.models.guards import GuardFigures
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
from reconciler.models.plan import FlagChange, TextChange
from reconciler.operations import words
from reconciler.render.explain_why import GROUNDS
from reconciler.render.terminal import name
from reconciler.wording import number

_ACTIONS = {
    "adopt": "it has the guild's idnumber, a name that starts with 'AVC - ', and no mark yet",
    "archive": "the guild is gone from AVC",
    "restore": "the guild, or the role, is back",
}
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


def doing_lines(item: PlannedOperation, *, undoes: bool, alone: bool) -> Iterator[str]:
    """All there is to say of one operation; ``alone``: from the file, the sites were not asked."""
    yield f"  • Plan: {planned_words(item, undoes=undoes)}."
    if isinstance(item.operation, RemoveMember):
        yield f"  • Cost: {cost(item.operation)}."
    if not alone:
        yield from _guards(item)
        yield f"  {going_on(item, undoes=undoes)}"


def planned_words(item: PlannedOperation, *, undoes: bool) -> str:
    """What is done, and on what ground; of a stale one, on what it was."""
    told = operation_words(item.operation, undoes=undoes)
    then = item.state == "stale"
    return told.replace(", because ", ", because (as it was then) ", 1) if then else told


def operation_words(operation: Operation, *, undoes: bool) -> str:
    """What is done, and on what ground."""
    told = name(words(operation))
    match operation:
        case AddMember(cohort=None):
            told += ", whose cohort the plan makes first"
        case CreateCohort():
            told += f" '{name(operation.name)}', because the guild has none yet"
        case ChangeCohort():
            told += _changes(operation)
        case _:
            pass
    because = ground(operation, undoes=undoes)
    return f"{told}, because {because}" if because else told


def ground(operation: Operation, *, undoes: bool) -> str:
    """Why somebody comes or goes, or a role is given or taken; empty for a cohort."""
    match operation:
        case AddMember() if undoes:
            return "the plan undoes the run that took them out"
        case AddMember():
            role = operation.key.role
            where = f"a guild role for {name(role)} there" if role else "the guild"
            return f"AVC has them in {where}, and the account is theirs"
        case RemoveMember() | UnassignRole():
            because = operation.because
            return f"{because}: {GROUNDS[because]}" if because else ""
        case AssignRole() | DefineRole() | UndefineRole():
            return "role_mapping in nwp.yml says so"
        case _:
            return ""


def going_on(item: PlannedOperation, *, undoes: bool) -> str:
    """How an operation stands now."""
    match item.state:
        case "done":
            return "✓ Now: done already, Moodle is as the plan wants it."
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
    if item.falls:
        yield "  ✗ Guard: it waits for something that a guard holds back, and is held with it."
    if item.counted:
        yield (
            f"  • Guards: counted, and let through, by {', '.join(map(guard_words, item.counted))}."
        )
    elif not item.held and not item.falls:
        yield "  • Guards: none counts it."


def cost(operation: RemoveMember) -> str:
    """What a removal costs."""
    if operation.last_enrolments is None or operation.suspends is None:
        return "cannot be seen by this access to Moodle"
    if operation.last_enrolments:
        courses = number(operation.last_enrolments, "course")
        return f"their last enrolment in {courses}, and with it grades and groups there"
    if operation.suspends:
        return f"they are suspended in {number(operation.suspends, 'course')}"
    return "none, no course is lost by it"


def _changes(operation: ChangeCohort) -> str:
    told = "; ".join(
        f"{_field(field, change)} ({_FIELDS[field]})"
        for field, change in operation.changes().items()
    )
    why = _ACTIONS.get(operation.action)
    if operation.action == "archive":
        lost = ", or role_mapping has lost the role" if operation.key.role else ""
        return f", because {why}{lost}: hidden, renamed, and its idnumber freed"
    return f", because {why}: {told}" if why else f": {told}"


def _field(field: str, change: TextChange | FlagChange) -> str:
    return field if field == "description" else f"{field} {_before_and_after(change)}"


def _before_and_after(change: TextChange | FlagChange) -> str:
    if isinstance(change, FlagChange):
        return "yes" if change.to else "no"
    return f"'{name(change.from_ or '')}' → '{name(change.to)}'"

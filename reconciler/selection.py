"""A part of a plan: what is left of it when some of its operations are left out."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from reconciler.dependencies import falling, needs
from reconciler.errors import ConfigError, NotFound
from reconciler.models.members import MemberChange
from reconciler.models.operations import AddMember, AssignRole, DefineRole, Operation, UndefineRole
from reconciler.models.plan import CohortPlan, Plan
from reconciler.operations import (
    cohort_operation,
    definition_operation,
    givings,
    memberships,
    operations,
)

_NOTHING = {"idnumber": None, "name": None, "description": None, "component": None, "visible": None}
_WORD = re.compile(r"(?P<kind>guild|user):(?P<name>.+)", re.DOTALL)
_UID = re.compile(r"[0-9]{1,19}")


def restricted(plan: Plan, keep: Collection[Operation]) -> Plan:
    """The plan with those of its operations that are in ``keep``, and no others."""
    parts = (_restricted(cohort, keep.__contains__) for cohort in plan.cohorts)
    return plan.model_copy(update={"cohorts": tuple(part for part in parts if part is not None)})


@dataclass(frozen=True, slots=True)
class There:
    """What words may name."""

    guilds: Collection[str]
    """Machine names."""
    users: Collection[int]
    """AVC uids."""
    accounts: Mapping[int, int]
    """uid → Moodle account."""
    members: Mapping[int, frozenset[int]]
    """Cohort → accounts."""


def selected(plan: Plan, only: Collection[str], exclude: Collection[str], there: There) -> Plan:
    """The plan with what the words name, or without it: ``guild:NAME``, ``user:ID``.

    A definition gives its role to everybody in its cohort, or takes it: it is left out with any of
    them. Cohorts come along that have to be made, or become ours again, for somebody who is named.
    What waits for something that is left out is left out, too: whoever moves is not removed before
    they are added. Raises ConfigError for a word that is neither, NotFound for what there is not.
    """
    if not only and not exclude:
        return plan
    _refuse_unknown(
        (*only, *exclude), {*there.guilds, *(c.guild for c in plan.cohorts)}, there.users
    )
    found = operations(plan)
    barred = {
        number
        for number, op in enumerate(found)
        if any(_names(word, op) or _concerns(word, op, there) for word in exclude)
    }
    wanted = {n for n, op in enumerate(found) if not only or any(_names(w, op) for w in only)}
    wanted -= barred
    for number, waits in enumerate(needs(found)):
        if number in wanted and isinstance(found[number], AddMember | AssignRole):
            wanted.update(waits)
    left = falling(found, set(range(len(found))) - (wanted - barred))
    part = restricted(plan, {op for number, op in enumerate(found) if number not in left})
    return part.model_copy(update={"only": tuple(only), "exclude": tuple(exclude)})


def _refuse_unknown(words: Iterable[str], guilds: Collection[str], users: Collection[int]) -> None:
    for word in words:
        found = _WORD.fullmatch(word)
        if found is None or (found["kind"] == "user" and not _UID.fullmatch(found["name"])):
            raise ConfigError(f"'{word}' is neither guild:NAME nor user:ID (AVC's user id)")
        if found["kind"] == "guild" and found["name"] not in guilds:
            raise NotFound(f"Guild '{found['name']}' not found: give its machine name")
        if found["kind"] == "user" and int(found["name"]) not in users:
            raise NotFound(f"User ID {found['name']} not found in AVC")


def _names(word: str, operation: Operation) -> bool:
    kind, _, name = word.partition(":")
    if kind == "guild":
        return operation.guild == name
    return str(getattr(operation, "uid", None)) == str(int(name))


def _concerns(word: str, operation: Operation, there: There) -> bool:
    """Whether a definition is about the user that a word names, among others."""
    kind, _, name = word.partition(":")
    if kind != "user" or not isinstance(operation, DefineRole | UndefineRole):
        return False
    inside = there.members.get(operation.cohort or 0, frozenset())
    return there.accounts.get(int(name)) in inside


def _restricted(cohort: CohortPlan, keep: Callable[[Operation], bool]) -> CohortPlan | None:
    def kept_of(
        lines: Sequence[MemberChange],
        of: Callable[[CohortPlan, Sequence[MemberChange]], Iterable[Operation]],
    ) -> tuple[MemberChange, ...]:
        both = zip(lines, of(cohort, lines), strict=True)
        return tuple(line for line, operation in both if keep(operation))

    itself, defines = cohort_operation(cohort), definition_operation(cohort)
    part = cohort.model_copy(
        update={
            "members": kept_of(cohort.members, memberships),
            "assignments": kept_of(cohort.assignments, givings),
            "definition": cohort.definition if defines and keep(defines) else None,
        }
    )
    kept = itself is not None and keep(itself)
    if itself is not None and not kept:
        action = "forget" if cohort.action == "forget" else "update"
        part = part.model_copy(update={**_NOTHING, "action": action})
    empty = not (kept or part.members or part.assignments or part.definition)
    return None if empty else part

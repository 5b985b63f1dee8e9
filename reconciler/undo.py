"""The plan that undoes a run, and what keeps the next synchronisation from doing it again."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from reconciler.desired import archived_name
from reconciler.later_runs import created as created_in
from reconciler.later_runs import place as place_of
from reconciler.machine_names import archived_idnumber
from reconciler.models.desired import NOBODYS, CohortKey
from reconciler.models.journal import RunRecord, RunStep
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
from reconciler.models.plan import (
    Action,
    CohortPlan,
    DefinitionChange,
    FlagChange,
    MatchingUsed,
    Plan,
    Problem,
    TextChange,
)
from reconciler.models.scope import FullScope, GuildScope, Scope, UserScope
from reconciler.models.settings import Hold
from reconciler.operations import free_of_costs, operations
from reconciler.problems import in_order

_OPPOSITE: Mapping[str, Action] = {
    "adopt": "release",
    "release": "adopt",
    "archive": "restore",
    "restore": "archive",
    "update": "update",
}

_OfAccount = AddMember | RemoveMember | AssignRole | UnassignRole


def inverse(run: RunRecord) -> Plan:
    """The plan that gives back what a run changed: what it did, and what it may have done.

    An operation whose outcome was not recorded is in it: it was still to do when the run began, so
    if Moodle looks as if it was done, the run did it, unless a later one did: take that out before,
    by ``later_runs.without_later``. A cohort that was created is put away, never
    deleted. What cannot be given back is told as problems. Costs of removals are unknown in it:
    see ``costs``.
    """
    undone = undoable(run)
    created = created_in(run)
    parts: dict[tuple[CohortKey, int], _Part] = {}
    for step in undone:
        place = place_of(step, created)
        if place is not None and step.operation.key != NOBODYS:
            part = parts.setdefault((step.operation.key, place), _Part(step.operation, place))
            part.undo(step.operation)
    return Plan(
        avc=run.start.avc,
        moodle=run.start.moodle,
        scope=_scope(run.start.scope, [step.operation for step in undone]),
        matching=MatchingUsed(used=()),
        cohorts=tuple(sorted((p.plan() for p in parts.values()), key=_order)),
        problems=in_order((*_missing(run), *_problems(undone, created))),
        undoes=run.id,
    )


def undoable(run: RunRecord) -> tuple[RunStep, ...]:
    """The operations of a run that it carried out, or may have carried out."""
    return tuple(step for step in run.steps if step.status in {"done", None})


def undoes_only(plan: Plan, run: RunRecord) -> bool:
    """Whether a plan does nothing but undo this run, all of it or a part."""
    if (plan.avc.uuid, plan.moodle.url) != (run.start.avc.uuid, run.start.moodle.url):
        return False
    free = {free_of_costs(operation) for operation in operations(inverse(run))}
    return free.issuperset(map(free_of_costs, operations(plan)))


@dataclass(frozen=True, slots=True)
class NamedHold:
    """A hold by the guild's UUID, with the machine name for people."""

    guild: str
    hold: Hold


def holds(run: RunRecord, until: date) -> tuple[NamedHold, ...]:
    """What has to be left alone for the next synchronisation not to do again what is undone.

    Each person in each guild, and each guild whose cohorts themselves change.
    """
    found: dict[NamedHold, None] = {}
    for step in undoable(run):
        op = step.operation
        if isinstance(op, ChangeCohort) and op.action == "release":
            # No synchronisation lets a cohort go.
            continue
        user, account = None, None
        if isinstance(op, _OfAccount):
            user, account = op.uid, op.account if op.uid is None else None
        if op.key != NOBODYS:
            hold = Hold(guild=op.key.uuid, user=user, account=account, until=until)
            found[NamedHold(op.guild, hold)] = None
    return tuple(sorted(found, key=_hold_order))


def _hold_order(item: NamedHold) -> tuple[str, str, int, int]:
    hold = item.hold
    return item.guild.casefold(), hold.guild, hold.user or 0, hold.account or 0


@dataclass(slots=True)
class _Part:
    """What is undone of one cohort."""

    of: Operation
    cohort: int
    action: Action = "update"
    fields: dict[str, TextChange | FlagChange] = field(default_factory=dict)
    definition: DefinitionChange | None = None
    members: list[MemberChange] = field(default_factory=list)
    assignments: list[MemberChange] = field(default_factory=list)

    def undo(self, operation: Operation) -> None:
        match operation:
            case CreateCohort():
                self.action, self.fields = "archive", _put_away(operation, self.cohort)
            case ChangeCohort():
                self.action = _OPPOSITE[operation.action]
                self.fields = {k: _back(v) for k, v in operation.changes().items()}
            case AddMember() | RemoveMember():
                came = isinstance(operation, AddMember)
                self.members.append(_line("remove" if came else "add", operation))
            case AssignRole() | UnassignRole():
                given = isinstance(operation, AssignRole)
                line = _line("remove" if given else "add", operation)
                line = replace(line, role=operation.role, through=operation.component)
                # Only leaving a cohort ends enrolments.
                self.assignments.append(replace(line, last_enrolments=0, suspends=0))
            case DefineRole() | UndefineRole():
                action: Literal["create", "delete"]
                action = "delete" if isinstance(operation, DefineRole) else "create"
                self.definition = DefinitionChange(role=operation.role, action=action)

    def plan(self) -> CohortPlan:
        return CohortPlan.model_validate(
            {
                "guild": self.of.guild,
                "uuid": self.of.key.uuid,
                "role": self.of.key.role,
                "cohort": self.cohort,
                "action": self.action,
                "definition": self.definition,
                "members": tuple(sorted(self.members, key=_line_order)),
                "assignments": tuple(sorted(self.assignments, key=_line_order)),
                **self.fields,
            }
        )


def _put_away(made: CreateCohort, cohort: int) -> dict[str, TextChange | FlagChange]:
    put_away = archived_idnumber(made.guild, made.key.role, cohort)
    return {
        "idnumber": TextChange(from_=made.idnumber, to=put_away),
        "name": TextChange(from_=made.name, to=archived_name(made.name)),
        "visible": FlagChange(from_=True, to=False),
    }


def _back(change: TextChange | FlagChange) -> TextChange | FlagChange:
    if isinstance(change, FlagChange):
        return FlagChange(from_=change.to, to=change.from_)
    return TextChange(from_=change.to, to=change.from_ or "")


def _line(
    change: Literal["add", "remove"],
    operation: _OfAccount,
) -> MemberChange:
    if change == "add":
        return MemberChange("add", operation.account, operation.uid)
    return MemberChange(
        "remove",
        operation.account,
        operation.uid,
        because="undone",
        last_enrolments=None,
        suspends=None,
    )


def _line_order(line: MemberChange) -> tuple[str, int, str, str]:
    return line.change, line.moodle, line.role or "", line.through or ""


def _order(plan: CohortPlan) -> tuple[str, str, str, int]:
    return plan.guild.casefold(), plan.uuid, plan.role or "", plan.cohort or 0


def _scope(told: str, found: Sequence[Operation]) -> Scope:
    """The scope that a run names; a release is of one guild's cohort."""
    kind, _, name = told.partition(" ")
    if kind == "user" and name.isdecimal():
        return UserScope(uid=int(name))
    if kind in {"guild", "release"} and found:
        named = next((op for op in found if op.guild == name), found[0])
        return GuildScope(uuid=named.key.uuid, name=name or named.guild)
    return FullScope()


def _missing(run: RunRecord) -> Iterator[Problem]:
    if run.missing:
        yield Problem(kind="log-cut")


def _problems(undone: Iterable[RunStep], created: Mapping[CohortKey, int]) -> Iterator[Problem]:
    lost: dict[str, set[int]] = defaultdict(set)
    stays: dict[str, set[int]] = defaultdict(set)
    cut: set[str] = set()
    for step in undone:
        operation = step.operation
        if step.status is None:
            cut.add(operation.guild)
        match operation:
            case CreateCohort() if operation.key in created:
                stays[operation.guild].add(created[operation.key])
            case CreateCohort():
                yield Problem(kind="not-undone", guilds=(operation.guild,))
            case RemoveMember() if operation.last_enrolments != 0:
                lost[operation.guild].add(operation.account)
            case UnassignRole(key=CohortKey() as key) if key == NOBODYS:
                yield _nobodys(operation)
    for guild, numbers in stays.items():
        yield Problem(kind="cohort-stays", guilds=(guild,), cohorts=tuple(sorted(numbers)))
    for guild, accounts in lost.items():
        yield Problem(kind="enrolment-lost", accounts=tuple(sorted(accounts)), guilds=(guild,))
    if cut:
        yield Problem(kind="log-cut", guilds=tuple(sorted(cut)))


def _nobodys(taken: UnassignRole) -> Problem:
    """A role that hung on a cohort which was nobody's by then cannot be given again."""
    cohorts = () if taken.cohort is None else (taken.cohort,)
    return Problem(
        kind="not-undone", accounts=(taken.account,), cohorts=cohorts, roles=(taken.role,)
    )

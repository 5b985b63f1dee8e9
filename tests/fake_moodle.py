"""A Moodle in memory that keeps to the port's contract."""

from collections import Counter
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Literal

from reconciler.models.desired import CohortKey
from reconciler.models.log import LoggedChange
from reconciler.models.moodle import (
    PLUGIN,
    Ability,
    Account,
    Cohort,
    Enrolled,
    Enrolment,
    Grant,
    Issuer,
    MoodleFacts,
    MoodleQuery,
    MoodleRole,
    MoodleSnapshot,
    RoleState,
    Rule,
)
from reconciler.models.operations import (
    AddMember,
    AssignRole,
    ChangeCohort,
    CreateCohort,
    DefineRole,
    Facts,
    Operation,
    Outcome,
    RemoveMember,
    Run,
    Step,
    UnassignRole,
    UndefineRole,
    facts_after,
)
from reconciler.models.usage import Usage


@dataclass
class FakeMoodle:
    """Keeps cohorts, members and accounts, and does what it is told."""

    accounts: dict[int, Account]
    cohorts: dict[int, Cohort] = field(default_factory=dict)
    members: dict[int, frozenset[int]] = field(default_factory=dict)
    blind: frozenset[Rule] = frozenset({"link", "idnumber"})
    broken: frozenset[int] = frozenset()
    """Accounts that cannot be added anywhere."""
    tells_apart: bool = False
    """Whether it can give the memberships of some accounts, and the sizes of cohorts."""
    gives_all: bool = False
    """Whether it gives every account when every account is of use."""
    administrators: frozenset[int] | None = None
    issuers: tuple[Issuer, ...] | None = None
    roles: tuple[MoodleRole, ...] | None = None
    """None: this access shows nothing of roles."""
    definitions: set[tuple[int, int]] | None = None
    """(cohort, role) that local_cohortrole keeps in step; None: it is not installed."""
    assigned: dict[Grant, frozenset[int]] = field(default_factory=dict)
    courses: dict[int, frozenset[int]] | None = None
    """Cohort → courses that enrol its members; None: this access shows no enrolments."""
    joins: dict[int, frozenset[int]] | None = None
    """Cohort → those of them that enrol who joins; None: all."""
    enrolled: dict[int, dict[int, frozenset[int]]] = field(default_factory=dict)
    on_removal: Literal["unenrol", "suspend"] = "unenrol"
    abilities: frozenset[Ability] = frozenset()
    log: list[LoggedChange] | None = None
    """None: this access cannot read it. What is written here is not logged by itself."""
    created: dict[CohortKey, int] = field(default_factory=dict)
    lost: Counter[tuple[int, int]] = field(default_factory=Counter)
    """(cohort, account) → courses in which a removal took what was left to enrol them."""
    writes: list[Operation] = field(default_factory=list)
    reads: list[MoodleQuery] = field(default_factory=list)

    def copy(self) -> "FakeMoodle":
        return deepcopy(self)

    def inspect(self) -> MoodleFacts:
        return MoodleFacts(url="https://moodle.example")

    def unavailable(self) -> frozenset[Rule]:
        return self.blind

    def changes(self, cohorts: frozenset[int]) -> tuple[LoggedChange, ...] | None:
        if self.log is None:
            return None
        told = (change for change in self.log if change.cohort in cohorts)
        return tuple(sorted(told, key=lambda change: -change.time))

    def lock_name(self) -> str:
        return "moodle.example"

    def usage(self) -> Usage:
        return Usage()

    def traffic(self) -> str:
        return ""

    def read(self, query: MoodleQuery) -> MoodleSnapshot:
        self.reads.append(query)
        cohorts = tuple(self.cohorts.values())
        wanted = {cohort.id for cohort in cohorts if query.wants_members_of(cohort)}
        members = {cohort: self.members.get(cohort, frozenset()) for cohort in wanted}
        held = [ids for grant, ids in self.assigned.items() if grant.cohort in wanted]
        described = set().union(*members.values(), *held) if query.describe_members else set()
        sizes = {cohort: len(accounts) for cohort, accounts in members.items()}
        emails = {email.lower() for email in query.emails}
        known = {account.email.lower() for account in self.accounts.values()}
        hinted = {name for mail, name in query.hints.items() if mail.lower() not in known}
        sought = {
            account.id
            for account in self.accounts.values()
            if account.email.lower() in emails
            or account.username in query.usernames | hinted
            or account.idnumber in query.idnumbers
            or account.id in query.ids
            or any(link.username in query.links for link in account.links)
        }
        only = None
        if self.tells_apart and query.only_sought and not query.everybody:
            only = sought
            members = {cohort: accounts & only for cohort, accounts in members.items()}
        everybody = self.gives_all and query.everybody
        return MoodleSnapshot(
            url="https://moodle.example",
            cohorts=cohorts,
            members=members,
            sizes=None if only is None else sizes,
            accounts={
                i: a for i, a in self.accounts.items() if everybody or i in sought | described
            },
            everybody=everybody,
            administrators=self.administrators,
            issuers=self.issuers,
            roles=self._roles(None if query.everybody else wanted, only),
            enrolment=self._enrolment(),
            abilities=self.abilities,
        )

    def _enrolment(self) -> Enrolment | None:
        if self.courses is None:
            return None
        joins = self.courses if self.joins is None else self.joins
        return Enrolment(courses=self.courses, joins=joins, on_removal=self.on_removal)

    def _roles(self, cohorts: set[int] | None, only: set[int] | None) -> RoleState | None:
        if self.roles is None:
            return None
        given = {
            grant: accounts if only is None else accounts & only
            for grant, accounts in self.assigned.items()
            if cohorts is None or grant.cohort in cohorts
        }
        return RoleState(
            roles=self.roles,
            definitions=None if self.definitions is None else frozenset(self.definitions),
            assignments={grant: accounts for grant, accounts in given.items() if accounts},
            by_plugin=any(
                accounts and grant.component == PLUGIN for grant, accounts in self.assigned.items()
            ),
        )

    def enrolments(self, accounts: frozenset[int], courses: frozenset[int]) -> Enrolled:
        return {
            account: {course: by for course, by in found.items() if by and course in courses}
            for account, found in self.enrolled.items()
            if account in accounts
        }

    def write(self, steps: Sequence[Step], _run: Run) -> Iterator[Outcome]:
        done: set[int] = set()
        for number, step in enumerate(steps):
            operation = step.operation
            if not done.issuperset(step.needs):
                yield Outcome(number, "held", "something it depends on was not carried out")
            elif isinstance(operation, AddMember) and operation.account in self.broken:
                yield Outcome(number, "failed", "broken")
            else:
                self.writes.append(operation)
                cohort = self._carry_out(operation)
                done.add(number)
                yield Outcome(number, "done", cohort=cohort)

    def read_back(self, operations: Sequence[Operation]) -> tuple[Facts, ...]:
        return tuple(self._facts(operation) for operation in operations)

    def _facts(self, operation: Operation) -> Facts:
        number = getattr(operation, "cohort", None) or self.created.get(operation.key)
        cohort = self.cohorts.get(number or 0)
        # An assignment outlives the cohort that it hangs on.
        if cohort is None and not isinstance(operation, UnassignRole):
            return {}
        match operation:
            case CreateCohort() | ChangeCohort():
                return {field: getattr(cohort, field) for field in facts_after(operation)}
            case AddMember() | RemoveMember():
                return {"member": operation.account in self.members.get(number or 0, ())}
            case AssignRole() | UnassignRole():
                return {"assigned": operation.account in self.given(operation)}
            case DefineRole() | UndefineRole():
                defined = (number, self.role(operation.role)) in (self.definitions or ())
                return {"defined": defined}

    def role(self, shortname: str) -> int:
        return next(role.id for role in self.roles or () if role.shortname == shortname)

    def given(self, operation: AssignRole | UnassignRole) -> frozenset[int]:
        return self.assigned.get(self._grant(operation), frozenset())

    def _grant(self, operation: AssignRole | UnassignRole) -> Grant:
        cohort = operation.cohort or self.created[operation.key]
        role = self.role(operation.role)
        return Grant(cohort=cohort, role=role, component=operation.component)

    def _react(self, cohort: int, account: int, *, joins: bool) -> None:
        """What local_cohortrole and enrol_cohort do when somebody joins or leaves a cohort."""
        mine = self.enrolled.setdefault(account, {})
        switched_on = self.courses if self.joins is None else self.joins
        for course in ((switched_on if joins else self.courses) or {}).get(cohort, frozenset()):
            before = mine.get(course, frozenset())
            mine[course] = before | {cohort} if joins else before - {cohort}
            self.lost[cohort, account] += bool(before and not mine[course])
        for number, role in self.definitions or ():
            if number == cohort:
                grant = Grant(cohort=cohort, role=role, component="local_cohortrole")
                held = self.assigned.get(grant, frozenset())
                self.assigned[grant] = held | {account} if joins else held - {account}

    def _carry_out(self, operation: Operation) -> int | None:
        match operation:
            case CreateCohort():
                taken = {cohort.idnumber.casefold() for cohort in self.cohorts.values()}
                assert operation.idnumber.casefold() not in taken
                assert len(operation.name) <= 254
                assert len(operation.idnumber) <= 100
                new = max(self.cohorts, default=0) + 1
                self.cohorts[new] = Cohort(
                    id=new,
                    name=operation.name,
                    idnumber=operation.idnumber,
                    description=operation.description,
                    visible=True,
                    system=True,
                    component=operation.component,
                )
                self.created[operation.key] = new
                return new
            case ChangeCohort():
                before = self.cohorts[operation.cohort]
                changes = operation.changes()
                assert all(getattr(before, f) == change.from_ for f, change in changes.items())
                after = {f: change.to for f, change in changes.items()}
                self.cohorts[operation.cohort] = before.model_copy(update=after)
                return operation.cohort
            case AddMember():
                cohort = operation.cohort or self.created[operation.key]
                assert operation.account not in self.members.get(cohort, frozenset())
                self.members[cohort] = self.members.get(cohort, frozenset()) | {operation.account}
                self._react(cohort, operation.account, joins=True)
                return cohort
            case RemoveMember():
                assert operation.cohort is not None
                assert operation.account in self.members[operation.cohort]
                self.members[operation.cohort] -= {operation.account}
                self._react(operation.cohort, operation.account, joins=False)
                return operation.cohort
            case AssignRole() | UnassignRole():
                gives = isinstance(operation, AssignRole)
                held = self.given(operation)
                assert (operation.account in held) is not gives
                mine = frozenset({operation.account})
                self.assigned[self._grant(operation)] = held | mine if gives else held - mine
                return operation.cohort
            case DefineRole() | UndefineRole():
                cohort = operation.cohort or self.created[operation.key]
                return self._define(operation, cohort)

    def _define(self, operation: DefineRole | UndefineRole, cohort: int) -> int:
        assert self.definitions is not None
        role = self.role(operation.role)
        grant = Grant(cohort=cohort, role=role, component="local_cohortrole")
        if isinstance(operation, DefineRole):
            assert (cohort, role) not in self.definitions
            self.definitions.add((cohort, role))
            self.assigned[grant] = self.members.get(cohort, frozenset())
        else:
            self.definitions.remove((cohort, role))
            self.assigned.pop(grant, None)
        return cohort

"""What a plan file alone says of somebody, or of a guild: neither site is asked."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import get_args

from reconciler.explain_losses import Losses, grounds
from reconciler.explain_names import GuildNamed, Subject
from reconciler.models.desired import CohortKey
from reconciler.models.explained_people import AccountFacts, Doubt
from reconciler.models.explanation import (
    CohortPart,
    GuildExplained,
    GuildFacts,
    GuildPart,
    PersonExplained,
    Place,
    PlannedOperation,
    Why,
)
from reconciler.models.moodle import Rule
from reconciler.models.operations import Operation, RemoveMember
from reconciler.models.plan import CohortPlan, Plan, Problem
from reconciler.models.scope import FullScope, GuildScope, UserScope
from reconciler.operations import operations


def concerns(problem: Problem, subject: Subject) -> bool:
    """Whether a plan's problem is about somebody."""
    if subject.uid is not None and problem.avc is not None:
        return subject.uid in (problem.avc, *problem.others)
    return not set(problem.accounts).isdisjoint(subject.accounts)


def person_alone(plan: Plan, subject: Subject, guild: GuildNamed | None) -> PersonExplained:
    """Somebody, guild by guild, as far as the file goes."""
    names = {line.moodle: line.name for line in plan.lines}
    problems = tuple(p for p in plan.problems if concerns(p, subject))
    doubts = [p for p in problems if p.avc == subject.uid and p.kind in get_args(Doubt)]
    doubted = {account for problem in doubts for account in problem.accounts}
    parts = list(_parts(plan, subject, problems))
    if guild is not None:
        parts = [part for part in parts if part.guild.name == guild.name]
        parts = parts or [_nothing(plan, subject, guild)]
    return PersonExplained(
        asked=False,
        uid=subject.uid,
        person=None,
        accounts=tuple(
            AccountFacts(one, names.get(one, ""), theirs=one not in doubted)
            for one in subject.accounts
        ),
        by=_rule(plan, subject),
        guilds=tuple(parts),
        problems=problems,
    )


def guild_alone(plan: Plan, guild: GuildNamed) -> GuildExplained:
    """A guild, cohort by cohort, as far as the file goes."""
    found = [cohort for cohort in plan.cohorts if cohort.uuid == guild.uuid and guild.uuid]
    cohorts = [_cohort(plan, cohort) for cohort in found]
    nothing = CohortPart(
        CohortKey(guild.uuid), None, "", None, (), (), _why_nothing(plan, None, guild)
    )
    return GuildExplained(
        guild=_facts(guild),
        members=None,
        blocked=0,
        doubts={},
        cohorts=tuple(cohorts or [nothing]),
        names={line.moodle: line.name for line in plan.lines},
        problems=tuple(p for p in plan.problems if guild.name in p.guilds),
    )


def _rule(plan: Plan, subject: Subject) -> Rule | None:
    """The rule by which a plan takes an account for somebody's."""
    mine = (line.by for line in plan.lines if line.by and line.moodle in subject.accounts)
    return next(mine, None)


def _facts(guild: GuildNamed) -> GuildFacts:
    return GuildFacts(guild.name, guild.uuid, "", there=None)


def _cohort(plan: Plan, cohort: CohortPlan) -> CohortPart:
    alone = _Alone.of(plan)
    done = tuple(alone.item(op) for op in alone.operations if op.key == cohort.key)
    return CohortPart(cohort.key, cohort.cohort, "", None, done, (), None)


@dataclass(frozen=True, slots=True)
class _Alone:
    """A plan's operations, with what its file tells of each."""

    plan: Plan
    operations: tuple[Operation, ...]
    losses: Losses

    @classmethod
    def of(cls, plan: Plan) -> "_Alone":
        found = operations(plan)
        return cls(plan, found, Losses.of(plan, found))

    def item(self, operation: Operation) -> PlannedOperation:
        return PlannedOperation(
            operation,
            grounds=grounds(operation, self.plan),
            takes=self.losses.by_leaving(operation),
        )

    def deleted(self, account: int, mine: Sequence[PlannedOperation]) -> Iterator[PlannedOperation]:
        """The definitions that go where the account leaves, by what is done to it in a cohort."""
        keys = {item.operation.key for item in mine if isinstance(item.operation, RemoveMember)}
        for key in keys:
            for _, operation in self.losses.deleted.get(key, ()):
                found = self.losses.by_definition(self.item(operation), account, mine)
                if found is not None:
                    yield found


def _parts(plan: Plan, subject: Subject, problems: tuple[Problem, ...]) -> Iterator[GuildPart]:
    # An account that merely may be theirs may, by the plan, be somebody else's.
    alone = _Alone.of(plan)
    mine = [
        op
        for op in alone.operations
        if getattr(op, "account", None) in subject.accounts
        and (subject.uid is None or getattr(op, "uid", None) in {None, subject.uid})
    ]
    # Of several problems in a guild, the person's own is the reason.
    own_last = sorted(problems, key=lambda problem: problem.avc == subject.uid)
    told = {name: problem for problem in own_last for name in problem.guilds}
    found: dict[GuildNamed, list[Place]] = defaultdict(list)
    for cohort in plan.cohorts:
        here = [op for op in mine if op.key == cohort.key]
        if here:
            told.pop(cohort.guild, None)
            found[GuildNamed(cohort.guild, cohort.uuid)] += _places(cohort, here, alone)
    for guild, places in found.items():
        yield GuildPart(_facts(guild), None, tuple(places))
    for name, problem in sorted(told.items()):
        place = _empty(_why_problem(problem))
        yield GuildPart(_facts(GuildNamed(name, "")), None, (place,))


def _places(cohort: CohortPlan, mine: Sequence[Operation], alone: _Alone) -> Iterator[Place]:
    for account in dict.fromkeys(getattr(op, "account", 0) for op in mine):
        theirs = [alone.item(op) for op in mine if getattr(op, "account", 0) == account]
        yield Place(
            key=cohort.key,
            cohort=cohort.cohort,
            account=account,
            inside=None,
            operations=tuple(theirs),
            fresh=(),
            why=None,
            definitions=tuple(alone.deleted(account, theirs)),
        )


def _empty(why: Why) -> Place:
    return Place(CohortKey(""), None, None, None, (), (), why)


def _nothing(plan: Plan, subject: Subject, guild: GuildNamed) -> GuildPart:
    return GuildPart(_facts(guild), None, (_empty(_why_nothing(plan, subject.uid, guild)),))


def _why_problem(problem: Problem) -> Why:
    for kind in (*get_args(Doubt), "stranger", "on-hold", "site-administrator", "not-adopted"):
        if problem.kind == kind:
            found: Why = kind
            return found
    return "file-only"


def _why_nothing(plan: Plan, uid: int | None, guild: GuildNamed) -> Why:
    """What of the reasons a file shows: what the plan is about, and the words."""
    if plan.undoes is not None:
        return "undoing"
    match plan.scope:
        case UserScope(uid=asked) if uid is not None and uid != asked:
            return "out-of-scope"
        case GuildScope(uuid=uuid, name=name) if guild.uuid not in {"", uuid} or (
            not guild.uuid and guild.name != name
        ):
            return "out-of-scope"
        case FullScope() | GuildScope() | UserScope():
            pass
    excluded = {f"guild:{guild.name}", f"user:{uid}"} & {*plan.exclude}
    return "left-out" if excluded else "file-only"

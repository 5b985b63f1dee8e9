"""What the configuration says to leave alone for a while, left out of a plan."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from reconciler.dependencies import falling
from reconciler.matching import Matching
from reconciler.models.desired import CohortKey
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
from reconciler.models.plan import Plan, Problem
from reconciler.models.scope import FullScope, UserScope
from reconciler.models.settings import Hold
from reconciler.operations import operations
from reconciler.pairing import Pairing
from reconciler.problems import in_order
from reconciler.selection import restricted

_OfAccount = AddMember | RemoveMember | AssignRole | UnassignRole


def without_held(
    plan: Plan,
    holds: Sequence[Hold],
    pairing: Pairing,
    matching: Matching,
    members: Mapping[int, frozenset[int]],
) -> Plan:
    """The plan without what is on hold, nor what waits for that; each is told as a problem.

    Of a person on hold in a guild, memberships and roles there stay as they are, and so do the
    definitions of cohorts that they are in. Of a guild on hold, cohorts and definitions do; who is
    in a cohort that is not there, not ours or put away stays so with it. Whoever is to be added
    somewhere and is not, for a hold, is removed nowhere: they may be moving. ``members`` are those
    that cohorts have now.
    """
    if not holds:
        return plan
    held = _Held.of(holds, pairing, matching)
    found = operations(plan)
    chosen = {n for n, operation in enumerate(found) if held.holds(operation, members)}
    left = falling(found, chosen)
    rest = [operation for number, operation in enumerate(found) if number not in left]
    kept = restricted(plan, _without_empty(plan, rest))
    told = [*_told(plan, [found[number] for number in left], held)]
    if isinstance(plan.scope, FullScope):
        told += held.unknown
    return kept.model_copy(update={"problems": in_order((*plan.problems, *told))})


class HoldWords:
    """Which of some holds an operation is left out for, in words."""

    def __init__(
        self, holds: Sequence[Hold], plan: Plan, pairing: Pairing, matching: Matching
    ) -> None:
        """``plan`` has what the sites call for, and the names of people if plans have them."""
        self._held = [(hold, _Held.of((hold,), pairing, matching)) for hold in holds]
        self._names = {line.moodle: line.name for line in plan.lines}
        self._matching = matching

    def why(self, operation: Operation, members: Mapping[int, frozenset[int]]) -> str:
        """``nwp.yml holds u1 (AVC 1) in web-dev until 2026-12-31``."""
        for hold, held in self._held:
            if held.holds(operation, members):
                return f"nwp.yml holds {self._what(hold, operation.guild)} until {hold.until}"
        return "it depends on what nwp.yml holds"

    def _what(self, hold: Hold, guild: str) -> str:
        uid, account = hold.user, hold.account
        if uid is None and account is None:
            return f"the cohorts of {guild}"
        if account is None:
            account = self._matching.account_of.get(uid or 0)
        else:
            uid = self._matching.person_of.get(account)
        number = f"AVC {uid}" if uid is not None else f"Moodle {account}"
        known = self._names.get(account or 0)
        return f"{known} ({number}) in {guild}" if known else f"{number} in {guild}"


@dataclass(frozen=True, slots=True)
class _Held:
    """What is on hold, by guild UUID."""

    guilds: frozenset[str]
    """Those whose cohorts are left as they are."""
    accounts: Mapping[str, frozenset[int]]
    still: frozenset[CohortKey]
    """Cohorts that are not there, not ours yet, put away or wanted by nothing: they come and go
    with those who are in them."""
    unknown: tuple[Problem, ...]
    """Guilds that there are not, and people whom AVC, as far as it was read, does not have."""

    @classmethod
    def of(cls, holds: Iterable[Hold], pairing: Pairing, matching: Matching) -> "_Held":
        named: dict[str, set[str]] = defaultdict(set)
        known = [
            *pairing.names.items(),
            *((o.mark.key.uuid, o.mark.guild) for o in pairing.orphans),
        ]
        for uuid, name in known:
            named[uuid.lower()].add(uuid)
            named[name].add(uuid)
        guilds: set[str] = set()
        accounts: dict[str, set[int]] = defaultdict(set)
        unknown: list[Problem] = []
        for hold in holds:
            meant = named.get(hold.guild) or named.get(hold.guild.lower())
            if not meant:
                unknown.append(Problem(kind="unknown-hold", guilds=(hold.guild,)))
                continue
            if hold.user is not None and not _has(matching, hold.user):
                guild = pairing.names.get(min(meant), hold.guild)
                unknown.append(Problem(kind="unknown-hold", avc=hold.user, guilds=(guild,)))
            if hold.user is None and hold.account is None:
                guilds |= meant
            account = hold.account if hold.user is None else matching.account_of.get(hold.user)
            if account is not None:
                for uuid in meant:
                    accounts[uuid].add(account)
        return cls(
            guilds=frozenset(guilds),
            accounts={uuid: frozenset(found) for uuid, found in accounts.items()},
            still=frozenset(
                {p.key for p in pairing.pairs if p.cohort is None or p.adopt or p.archived}
                | {orphan.mark.key for orphan in pairing.orphans}
            ),
            unknown=tuple(unknown),
        )

    def holds(self, operation: Operation, members: Mapping[int, frozenset[int]]) -> bool:
        uuid = operation.key.uuid
        people = self.accounts.get(uuid, frozenset())
        if self.whole(operation):
            return True
        match operation:
            case CreateCohort() | ChangeCohort():
                return uuid in self.guilds
            case DefineRole() | UndefineRole():
                inside = members.get(operation.cohort or 0, frozenset())
                return uuid in self.guilds or not people.isdisjoint(inside)
            case _:
                return operation.account in people

    def whole(self, operation: Operation) -> bool:
        """Whether the cohort is left as it is, with everybody in it."""
        return operation.key.uuid in self.guilds and operation.key in self.still


def _has(matching: Matching, uid: int) -> bool:
    return uid in matching.account_of or uid in matching.unmatched


def _without_empty(plan: Plan, found: Sequence[Operation]) -> frozenset[Operation]:
    """These, but of one person's plan the cohorts that would be made for nobody."""
    if not isinstance(plan.scope, UserScope):
        return frozenset(found)
    joined = {op.key for op in found if isinstance(op, AddMember)}
    empty = {op.key for op in found if isinstance(op, CreateCohort)} - joined
    return frozenset(op for op in found if op.key not in empty)


def _told(plan: Plan, left: Iterable[Operation], held: _Held) -> Iterator[Problem]:
    names = {line.moodle: line.name for line in plan.lines}
    for operation in left:
        guilds = (operation.guild,)
        if isinstance(operation, _OfAccount) and not held.whole(operation):
            account = operation.account
            yield Problem(
                kind="on-hold",
                avc=operation.uid,
                name=names[account] or None,
                guilds=guilds,
                accounts=(account,),
            )
        else:
            yield Problem(kind="on-hold", guilds=guilds)

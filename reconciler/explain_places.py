"""Somebody in one cohort: what a plan does there, and why not more."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reconciler.desired import wanted_members
from reconciler.evidence import KEPT_STRANGER
from reconciler.explain_names import Subject
from reconciler.explain_view import View, guild_of
from reconciler.models.avc import Guild
from reconciler.models.desired import CohortKey
from reconciler.models.explanation import Place, PlannedOperation, Why
from reconciler.models.operations import Operation, RemoveMember
from reconciler.models.plan import Problem
from reconciler.models.scope import FullScope, UserScope
from reconciler.operations import operations
from reconciler.pairing import Orphan, Pair
from reconciler.planner import Planned


@dataclass(frozen=True, slots=True)
class Doings:
    """All that is done to somebody, wherever."""

    planned: tuple[PlannedOperation, ...]
    """By the plan."""
    fresh: tuple[Operation, ...]
    """By one made now, with the same words, and not by this one."""
    now: tuple[Operation, ...]
    """By one made now of everything in its scope."""

    @classmethod
    def of(cls, view: View, seen: Planned, subject: Subject) -> "Doings":
        """To somebody, or to an account that may be theirs; not what is meant for others."""

        def about(operation: Operation) -> bool:
            account, uid = getattr(operation, "account", None), getattr(operation, "uid", None)
            if account not in subject.accounts:
                return False
            return None in {uid, subject.uid} or subject.uid in {uid, view.owner(account, seen)}

        return cls(
            view.planned(about),
            view.fresh_only(about),
            tuple(op for op in operations(view.now.plan) if about(op)),
        )

    def at(self, key: CohortKey, account: int | None) -> "Doings":
        """In one cohort, to one account."""

        def about(operation: Operation) -> bool:
            return (operation.key, getattr(operation, "account", None)) == (key, account)

        return Doings(
            tuple(item for item in self.planned if about(item.operation)),
            tuple(filter(about, self.fresh)),
            tuple(filter(about, self.now)),
        )


@dataclass(frozen=True, slots=True)
class Places:
    """Where somebody is, is to be, or was, in the cohorts of one guild."""

    view: View
    seen: Planned
    """What was read about them."""
    subject: Subject
    doings: Doings
    uuid: str
    """The guild's."""

    def found(self, *, always: bool) -> Iterator[Place]:
        """Each place that they, or the plan, have to do with; ``always`` the guild's own cohort."""
        own: dict[CohortKey, Pair | Orphan | None] = {CohortKey(self.uuid): None}
        for key, thing in (own | self.view.cohorts(self.uuid, self.seen)).items():
            cohort = self._cohort(key, thing)
            touched = [
                account
                for account in self.subject.accounts
                if self._done_to(key, account)
                or (self._inside(thing, cohort, account) and not self._anothers(account))
            ]
            for account in touched:
                yield self._place(key, thing, cohort, account)
            if not touched and (self._wanted(thing) or (key.role is None and (always or self.row))):
                yield self._place(key, thing, cohort, self._theirs)

    @property
    def guild(self) -> Guild | None:
        """As AVC has it; None: it is gone."""
        return guild_of(self.seen, self.uuid)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Why the guild is left alone."""
        name = self.seen.pairing.names.get(self.uuid)
        return tuple(p for p in self.seen.pairing.problems if name in p.guilds)

    @property
    def row(self) -> bool:
        """Whether AVC has them in the guild, blocked or not."""
        guild = self.guild
        return guild is not None and self.subject.uid in self.seen.snapshots.avc.members.get(
            guild.id, ()
        )

    @property
    def _theirs(self) -> int | None:
        uid = self.subject.uid
        return None if uid is None else self.seen.matching.account_of.get(uid)

    def _anothers(self, account: int) -> bool:
        """Whether somebody else is known to own it."""
        return self.view.owner(account, self.seen) not in {None, self.subject.uid}

    def _cohort(self, key: CohortKey, thing: Pair | Orphan | None) -> int | None:
        if thing is not None:
            return thing.cohort.id if thing.cohort else None
        return next((c.cohort for c in self.view.plan.cohorts if c.key == key), None)

    def _inside(
        self, thing: Pair | Orphan | None, cohort: int | None, account: int | None
    ) -> bool | None:
        if thing is None:
            # Left alone, or the plan's cohort is gone, or by now another guild's or nobody's.
            return None
        for read in (self.seen, self.view.now):
            moodle = read.snapshots.moodle
            if cohort in moodle.members and (account is None or moodle.tells_of(account)):
                return account in moodle.members[cohort]
        return None

    def _wanted(self, thing: Pair | Orphan | None) -> bool:
        """Whether AVC wants them there; of what is left alone nothing is asked."""
        if not isinstance(thing, Pair):
            return False
        return self.subject.uid in wanted_members(thing, self.seen.wishes)

    def _done_to(self, key: CohortKey, account: int) -> bool:
        doings = self.doings.at(key, account)
        return bool(doings.planned or doings.fresh)

    def _place(
        self, key: CohortKey, thing: Pair | Orphan | None, cohort: int | None, account: int | None
    ) -> Place:
        doings = self.doings.at(key, account)
        planned, inside = doings.planned, self._inside(thing, cohort, account)
        why = None if planned else self._why(thing, account, doings, inside=bool(inside))
        return Place(
            key=key,
            cohort=cohort,
            account=account,
            inside=inside,
            operations=planned,
            fresh=doings.fresh,
            why=why,
            left_out=doings.now if why == "left-out" else (),
            problems=() if thing else self.problems,
            definitions=tuple(self._definitions(key, account, planned, inside=bool(inside))),
        )

    def _definitions(
        self,
        key: CohortKey,
        account: int | None,
        planned: Sequence[PlannedOperation],
        *,
        inside: bool,
    ) -> Iterator[PlannedOperation]:
        """Those that the plan deletes, if the account loses a role with them."""
        leaves = any(isinstance(item.operation, RemoveMember) for item in planned)
        if account is None or not (inside or leaves):
            return
        for item in self.view.deleted(key):
            found = self.view.losses.by_definition(item, account, planned)
            if found is not None:
                yield found

    def _why(  # noqa: PLR0911 - one branch a reason
        self, thing: Pair | Orphan | None, account: int | None, doings: Doings, *, inside: bool
    ) -> Why:
        """Why the plan has nothing: first for what the plan is, then for what the sites have."""
        if self.view.plan.undoes is not None:
            return "undoing"
        if doings.now:
            return "changed" if doings.fresh else "left-out"
        if not self.view.covers(self.subject.uid, self.uuid):
            return "out-of-scope"
        if isinstance(thing, Orphan) and not isinstance(self.view.plan.scope, FullScope):
            return "gone-with-scope"
        if thing is None and self.problems:
            return "left-alone"
        wanted, theirs = self._wanted(thing), account == self._theirs
        if inside and wanted and theirs:
            return "already"
        if inside and not (wanted and self._theirs is None):
            return self._kept(thing, account)
        return self._not_added(thing) if wanted else self._not_wanted()

    def _kept(self, thing: Pair | Orphan | None, account: int | None) -> Why:
        """Why a member stays whom AVC does not want there, or does not know by this account."""
        if self.view.frozen(account, self.seen):
            return "frozen"
        if isinstance(thing, Orphan) and thing.because == "withdrawn":
            return "withdrawn"
        if isinstance(thing, Pair):
            for planned in self.view.now.cohorts:
                verdict = planned.diff.members.keep.get(account or 0)
                if planned.pair.key != thing.key or verdict is None:
                    continue
                if verdict == KEPT_STRANGER:
                    return "adopting" if thing.adopt else "stranger"
                administers = account in self.seen.wishes.administrators
                return "site-administrator" if administers else "role-uncertain"
        if isinstance(self.view.plan.scope, UserScope) and account != self._theirs:
            return "out-of-scope"
        # Nothing else takes a removal out of a plan.
        return "on-hold"

    def _not_wanted(self) -> Why:
        blocked = self.row and self.subject.uid in self.seen.snapshots.avc.blocked
        return "blocked" if blocked else "not-in-guild"

    def _not_added(self, thing: Pair | Orphan | None) -> Why:
        """Why somebody does not come whom AVC wants there."""
        unmatched = self.seen.matching.unmatched.get(self.subject.uid or 0)
        if unmatched is not None:
            return unmatched.kind
        role = thing.role if isinstance(thing, Pair) else None
        if role is not None and self._theirs in self.seen.wishes.administrators:
            return "site-administrator"
        one_person = isinstance(self.view.plan.scope, UserScope)
        if one_person and isinstance(thing, Pair) and thing.adopt:
            return "not-adopted"
        return "on-hold"

"""The cohorts of a plan, put into words: diffs as the lines that a plan file holds."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from reconciler.diff import CohortDiff, MemberDiff
from reconciler.gather import Snapshots
from reconciler.grants import Giving, GrantDiff
from reconciler.matching import Matching
from reconciler.models.desired import NOBODYS, DesiredCohort
from reconciler.models.members import MemberChange, Reason
from reconciler.models.plan import CohortPlan
from reconciler.pairing import Orphan, Pair


@dataclass(frozen=True, slots=True)
class GuildPlanned:
    """What was found out about one living guild in scope."""

    pair: Pair
    desired: DesiredCohort
    diff: CohortDiff

    def header(self) -> CohortPlan:
        """The plan of its cohort, without members."""
        return self.diff.fields or CohortPlan(
            guild=self.pair.name,
            uuid=self.pair.guild.uuid,
            role=self.pair.role,
            cohort=self.pair.cohort.id if self.pair.cohort else None,
            action="update",
        )


@dataclass(frozen=True, slots=True)
class OrphanPlanned:
    """What was found out about a cohort whose guild is gone."""

    orphan: Orphan
    diff: CohortDiff

    def header(self) -> CohortPlan:
        """The plan of the cohort, without members."""
        return self.diff.fields or CohortPlan(
            guild=self.orphan.mark.guild,
            uuid=self.orphan.mark.key.uuid,
            role=self.orphan.mark.key.role,
            cohort=self.orphan.cohort.id,
            action="update",
        )


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """What is left of a cohort of ours that somebody deleted, or that was released."""

    cohort: int
    diff: CohortDiff

    def header(self) -> CohortPlan:
        """The plan of what is left, without members."""
        return CohortPlan(
            guild=f"left-{self.cohort}", uuid=NOBODYS.uuid, cohort=self.cohort, action="forget"
        )


@dataclass(frozen=True, slots=True)
class PeopleShown:
    """People and accounts as a plan names them."""

    snapshots: Snapshots
    matching: Matching
    names: bool

    def person(self, uid: int) -> str:
        """A person's user name in AVC."""
        return self._shown(self.snapshots.avc.people[uid].name)

    def account(self, account: int) -> str:
        """An account's name: its person's in AVC, else its user name in Moodle."""
        uid = self.matching.person_of.get(account)
        if uid is not None:
            return self.person(uid)
        known = self.snapshots.moodle.accounts.get(account)
        return self._shown(known.username) if known else ""

    def giving(self, given: Giving) -> MemberChange:
        """The line of a role that one account gets or loses."""
        line = self.change(given.change, given.account, given.because)
        return replace(line, role=given.role, through=given.through)

    def change(
        self, change: Literal["add", "remove"], account: int, because: Reason | None = None
    ) -> MemberChange:
        """The line of one account that comes or goes."""
        uid = self.matching.person_of.get(account)
        return MemberChange(
            change=change,
            moodle=account,
            avc=uid,
            by=self.matching.rule_of[uid] if uid is not None else None,
            because=because,
            name=self.account(account),
        )

    def _shown(self, name: str) -> str:
        return masked(name) if self.names else ""


def masked(name: str) -> str:
    """A user name as plans show it: git keeps them for ever, so without an address that it is."""
    local, at, _ = name.partition("@")
    return f"{local[:2]}…@…" if at else name


def narrowed(guild: GuildPlanned, account: int | None) -> GuildPlanned:
    """What of a guild's plan concerns one account: its membership, and a cohort to be made for it.

    Renaming and restoring are left to a plan that sees the whole guild.
    """
    members = guild.diff.members
    own = MemberDiff(
        add=members.add & {account} if account is not None else frozenset(),
        remove={k: v for k, v in members.remove.items() if k == account},
        keep={k: v for k, v in members.keep.items() if k == account},
    )
    creates = guild.pair.cohort is None and bool(own.add)
    defines = guild.diff.grants.definition
    mine = tuple(given for given in guild.diff.grants.givings if given.account == account)
    if defines and not creates:
        # Nothing else gives them the role until a plan of the whole guild has changed the way.
        mine = tuple(given for given in mine if given.because != "way")
    grants = GrantDiff(defines if creates else None, mine)
    fields = guild.diff.fields if creates else None
    return GuildPlanned(guild.pair, guild.desired, CohortDiff(fields, own, grants))


def cohort_plans(
    planned: Iterable[GuildPlanned | OrphanPlanned | LeftBehind], people: PeopleShown
) -> tuple[CohortPlan, ...]:
    """The cohorts that change, in the order of their guilds' names; nothing for the others."""
    changing = (
        item.header().model_copy(
            update={
                "definition": item.diff.grants.definition,
                "members": tuple(_lines(item.diff.members, people)),
                "assignments": tuple(people.giving(g) for g in item.diff.grants.givings),
            }
        )
        for item in planned
        if item.diff.changes
    )
    return tuple(sorted(changing, key=_place))


def _place(plan: CohortPlan) -> tuple[str, str, str]:
    return plan.guild.casefold(), plan.uuid, plan.role or ""


def _lines(members: MemberDiff, people: PeopleShown) -> Iterator[MemberChange]:
    for account in sorted(members.add):
        yield people.change("add", account)
    for account, verdict in sorted(members.remove.items()):
        yield people.change("remove", account, verdict.because)

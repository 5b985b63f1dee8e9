"""From two snapshots to a plan."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from reconciler import identity, policy
from reconciler.desired import Wishes, desired_cohort
from reconciler.diff import NOBODY, CohortDiff, guild_diff, orphan_diff
from reconciler.evidence import Evidence
from reconciler.gather import Snapshots, evidence_for
from reconciler.grants import Grants, grants_of
from reconciler.holds import without_held
from reconciler.matching import Matching, match, usable_rules
from reconciler.models.avc import AvcSnapshot
from reconciler.models.desired import SIGNATURE
from reconciler.models.moodle import COMPONENT, MoodleSnapshot, Rule
from reconciler.models.plan import AvcSide, MatchingUsed, MoodleSide, Plan
from reconciler.models.scope import FullScope, GuildScope, Scope, UserScope
from reconciler.models.settings import Hold, SyncSettings
from reconciler.pairing import Orphan, Pair, Pairing, pair_up
from reconciler.plan_cohorts import (
    GuildPlanned,
    LeftBehind,
    OrphanPlanned,
    PeopleShown,
    cohort_plans,
    narrowed,
)
from reconciler.problems import Found, find_problems
from reconciler.roles import Roles, find_roles, unknown_guild_roles


@dataclass(frozen=True, slots=True)
class Sites:
    """The two sites' names in nwp.yml."""

    avc: str
    moodle: str


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan and what it follows from."""

    plan: Plan
    snapshots: Snapshots
    matching: Matching
    pairing: Pairing
    wishes: Wishes
    cohorts: tuple[GuildPlanned, ...]
    """Those of living guilds in scope: their own, and those for roles."""
    unheld: Plan
    """What the sites call for, with what ``holds`` leave out of the plan."""
    holds: tuple[Hold, ...] = ()
    """Those that hold today."""

    @property
    def guilds(self) -> tuple[GuildPlanned, ...]:
        """The guilds' own cohorts among them."""
        return tuple(planned for planned in self.cohorts if planned.pair.role is None)


def make_plan(scope: Scope, snapshots: Snapshots, settings: SyncSettings, sites: Sites) -> Planned:
    """Plan what makes Moodle agree with AVC, within the scope.

    What removals cost is not in it yet: see ``costs``; nor what guards find: see ``guards``. The
    snapshots are those of ``gather``, which saw that AVC describes every member. Raises
    IncompleteRead rather than plan from some that cannot be trusted.
    """
    avc, moodle = snapshots.avc, snapshots.moodle
    policy.refuse_miscounted(avc)
    known = _Known.of(snapshots, settings)
    pairing = pair_up(avc.site_uuid, avc.guilds, moodle.cohorts, settings, known.roles)
    pairs, orphans = _in_scope(scope, pairing)
    lost = [orphan.cohort.id for orphan in orphans]
    policy.refuse_incomplete_moodle(moodle, [p.cohort.id for p in pairs if p.cohort] + lost)
    cohorts = [known.guild(pair) for pair in pairs]
    if not isinstance(scope, UserScope):
        # Whom AVC wants was found among the accounts described.
        others = {p.pair.cohort.id: p.diff.members.unwanted for p in cohorts if p.pair.cohort}
        policy.refuse_undescribed(moodle, others | {one: moodle.members[one] for one in lost})
    else:
        account = known.wishes.matching.account_of.get(scope.uid)
        cohorts = [narrowed(planned, account) for planned in cohorts]
    archives = [known.orphan(orphan) for orphan in orphans]
    people = PeopleShown(snapshots, known.wishes.matching, names=settings.names)
    plan = Plan(
        avc=AvcSide(
            site=sites.avc,
            uuid=avc.site_uuid,
            guilds=len(avc.guilds),
            memberships=avc.counts.memberships,
        ),
        moodle=MoodleSide(site=sites.moodle, url=moodle.url, release=moodle.release),
        scope=scope,
        matching=known.used,
        roles=known.roles.plans,
        cohorts=cohort_plans([*cohorts, *archives, *known.left_behind(scope, pairing)], people),
        problems=find_problems(
            Found(scope, pairing, cohorts, archives, people, known.roles, settings)
        ),
    )
    return Planned(
        plan=without_held(plan, settings.hold, pairing, people.matching, moodle.members),
        snapshots=snapshots,
        matching=people.matching,
        pairing=pairing,
        wishes=known.wishes,
        cohorts=tuple(cohorts),
        unheld=plan,
        holds=settings.hold,
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known about everybody and every role, before any cohort is looked at."""

    moodle: MoodleSnapshot
    used: MatchingUsed
    wishes: Wishes
    roles: Roles
    evidence: Evidence
    grants: Grants | None

    @classmethod
    def of(cls, snapshots: Snapshots, settings: SyncSettings) -> "_Known":
        avc, moodle = snapshots.avc, snapshots.moodle
        counts = evidence_for(moodle, settings)
        without: frozenset[Rule] = frozenset() if counts.issuer else frozenset({"link"})
        used, unavailable = usable_rules(settings, snapshots.unavailable | without)
        matching = match(avc.people.values(), moodle.accounts.values(), used, counts)
        roles = find_roles(settings, moodle, unknown_guild_roles(settings, avc))
        wishes = Wishes(
            avc=avc,
            matching=matching,
            roles=roles,
            administrators=moodle.administrators or frozenset(),
            component=_lock(settings, moodle),
        )
        gone = _gone(moodle, avc, counts) if "link" in used else frozenset()
        return cls(
            moodle=moodle,
            used=MatchingUsed(used=used, unavailable=unavailable),
            wishes=wishes,
            roles=roles,
            evidence=Evidence(wishes, settings, gone),
            grants=grants_of(moodle, roles),
        )

    def guild(self, pair: Pair) -> GuildPlanned:
        desired = desired_cohort(pair, self.wishes)
        members = self.moodle.members[pair.cohort.id] if pair.cohort else frozenset()
        judge = partial(self.evidence.against, pair=pair)
        return GuildPlanned(pair, desired, guild_diff(pair, desired, members, judge, self.grants))

    def orphan(self, orphan: Orphan) -> OrphanPlanned:
        members = self.moodle.members[orphan.cohort.id]
        judge = partial(self.evidence.against_orphan, orphan=orphan)
        return OrphanPlanned(orphan, orphan_diff(orphan, members, judge, self.grants))

    def left_behind(self, scope: Scope, pairing: Pairing) -> Iterator[LeftBehind]:
        there = {c.id for c in self.moodle.cohorts if SIGNATURE in c.description}
        there |= {pair.cohort.id for pair in pairing.pairs if pair.cohort}
        grants = self.grants
        if grants and grants.can_assign and self.roles.active and isinstance(scope, FullScope):
            for cohort, left in grants.left_behind(there):
                yield LeftBehind(cohort, CohortDiff(None, NOBODY, left))


def _gone(moodle: MoodleSnapshot, avc: AvcSnapshot, counts: identity.Evidence) -> frozenset[int]:
    """Accounts whose link stands for somebody whom AVC, asked, no longer has."""
    link = identity.keys(counts)["link"]
    people = {word for person in avc.people.values() for word in link.person(person)}
    return frozenset(
        account.id
        for account in moodle.accounts.values()
        if (words := link.account(account))
        and people.isdisjoint(words)
        and identity.is_of_avc(words, counts)
    )


def _lock(settings: SyncSettings, moodle: MoodleSnapshot) -> str | None:
    if "lock-cohorts" not in moodle.abilities:
        return None
    return COMPONENT if settings.lock_cohorts else ""


def _in_scope(scope: Scope, pairing: Pairing) -> tuple[tuple[Pair, ...], tuple[Orphan, ...]]:
    """What may change: only a complete full read shows that a guild is gone."""
    match scope:
        case FullScope():
            return pairing.pairs, pairing.orphans
        case GuildScope():
            return tuple(pair for pair in pairing.pairs if pair.guild.uuid == scope.uuid), ()
        case UserScope():
            return tuple(pair for pair in pairing.pairs if not pair.adopt), ()

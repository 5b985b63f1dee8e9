"""From two snapshots to a plan."""

from dataclasses import dataclass
from functools import partial

from reconciler import policy
from reconciler.desired import desired_cohort
from reconciler.diff import guild_diff, orphan_diff
from reconciler.evidence import Evidence
from reconciler.gather import Snapshots
from reconciler.matching import Matching, match, usable_rules
from reconciler.models.moodle import MoodleSnapshot
from reconciler.models.plan import AvcSide, MatchingUsed, MoodleSide, Plan
from reconciler.models.scope import FullScope, GuildScope, Scope, UserScope
from reconciler.models.settings import SyncSettings
from reconciler.pairing import Orphan, Pair, Pairing, pair_up
from reconciler.plan_cohorts import (
    GuildPlanned,
    OrphanPlanned,
    PeopleShown,
    cohort_plans,
    narrowed,
)
from reconciler.problems import find_problems


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
    guilds: tuple[GuildPlanned, ...]


def make_plan(scope: Scope, snapshots: Snapshots, settings: SyncSettings, sites: Sites) -> Planned:
    """Plan what makes Moodle agree with AVC, within the scope.

    Raises IncompleteRead and GuardTripped rather than plan from snapshots that cannot be trusted.
    """
    avc, moodle = snapshots.avc, snapshots.moodle
    policy.refuse_incomplete_avc(avc)
    policy.refuse_empty_avc(avc)
    used, unavailable = usable_rules(settings, snapshots.unavailable)
    matching = match(avc.people.values(), moodle.accounts.values(), used)
    pairing = pair_up(avc.site_uuid, avc.guilds, moodle.cohorts, settings)
    pairs, orphans = _in_scope(scope, pairing)
    policy.refuse_incomplete_moodle(
        moodle,
        [pair.cohort.id for pair in pairs if pair.cohort] + [o.cohort.id for o in orphans],
        described=not isinstance(scope, UserScope),
    )
    evidence = Evidence(avc, matching, settings)
    guilds = [_plan_guild(pair, moodle, evidence) for pair in pairs]
    if isinstance(scope, UserScope):
        guilds = [narrowed(guild, matching.account_of.get(scope.uid)) for guild in guilds]
    archives = [_plan_orphan(orphan, moodle, evidence) for orphan in orphans]
    people = PeopleShown(snapshots, matching, names=settings.names)
    return Planned(
        plan=Plan(
            avc=AvcSide(
                site=sites.avc,
                uuid=avc.site_uuid,
                guilds=len(avc.guilds),
                memberships=avc.counts.memberships,
            ),
            moodle=MoodleSide(site=sites.moodle, url=moodle.url),
            scope=scope,
            matching=MatchingUsed(used=used, unavailable=unavailable),
            cohorts=cohort_plans([*guilds, *archives], people),
            problems=find_problems(scope, pairing, guilds, archives, people),
        ),
        snapshots=snapshots,
        matching=matching,
        pairing=pairing,
        guilds=tuple(guilds),
    )


def _in_scope(scope: Scope, pairing: Pairing) -> tuple[tuple[Pair, ...], tuple[Orphan, ...]]:
    """What may change: only a complete full read shows that a guild is gone."""
    match scope:
        case FullScope():
            return pairing.pairs, pairing.orphans
        case GuildScope():
            return tuple(pair for pair in pairing.pairs if pair.guild.uuid == scope.uuid), ()
        case UserScope():
            return tuple(pair for pair in pairing.pairs if not pair.adopt), ()


def _plan_guild(pair: Pair, moodle: MoodleSnapshot, evidence: Evidence) -> GuildPlanned:
    desired = desired_cohort(pair, evidence.avc, evidence.matching)
    members = moodle.members[pair.cohort.id] if pair.cohort else frozenset()
    judge = partial(evidence.against, guild=pair.guild.id)
    return GuildPlanned(pair, desired, guild_diff(pair, desired, members, judge))


def _plan_orphan(orphan: Orphan, moodle: MoodleSnapshot, evidence: Evidence) -> OrphanPlanned:
    members = moodle.members[orphan.cohort.id]
    return OrphanPlanned(orphan, orphan_diff(orphan, members, evidence.against_orphan))

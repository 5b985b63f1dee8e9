"""Guilds and cohorts of any size, for tests of guards.

Guild ``n`` is named ``gn`` and has cohort ``n``; person ``n`` has account ``100 + n``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from reconciler.held_back import HeldBack
from reconciler.models.avc import AvcSnapshot, Claims, Guild
from reconciler.models.desired import CohortKey
from reconciler.models.guards import GuardFigures, GuardSettings
from reconciler.models.journal import RunRecord, RunStart, RunStep
from reconciler.models.moodle import PLUGIN, Grant
from reconciler.models.operations import AddMember
from reconciler.models.plan import AvcSide, MoodleSide
from reconciler.models.scope import FullScope, Scope
from reconciler.models.settings import SyncSettings
from reconciler.operations import operations, words
from reconciler.reconciliation import Report, Selection, SitePair, Work, apply, fresh, plan_now
from tests.fake_moodle import FakeMoodle
from tests.memory_state import MemoryState
from tests.world import MANAGER, ROLES, SITE, Community, FakeAvc, account, our_cohort, pair, person

URL = "https://moodle.example"
"""The address of a Moodle in memory."""
FULL = FullScope()
WHOLE = Selection()


def guild(number: int) -> Guild:
    """The guild of this number."""
    uuid = f"{number:08x}-1111-4111-8111-111111111111"
    return Guild(id=number, uuid=uuid, label=f"G{number}", alias=f"g{number}")


class Avc(FakeAvc):
    """An AVC that may have leftovers."""

    leftovers = 0

    def read(self, scope: Scope, claims: Claims) -> AvcSnapshot:
        found = super().read(scope, claims)
        counts = found.counts.model_copy(update={"leftovers": self.leftovers})
        return found.model_copy(update={"counts": counts})


@dataclass(frozen=True)
class World:
    """Who is in which guild (uids), who in which cohort (uids, too), and the settings."""

    avc: Mapping[int, Iterable[int]]
    inside: Mapping[int, Iterable[int]]
    """A guild of AVC without an entry has no cohort yet."""
    guards: Mapping[str, Any] = field(default_factory=dict)
    journal: Mapping[int, int] = field(default_factory=dict)
    """uid → account; empty: there is no journal."""
    leftovers: int = 0
    settings: Mapping[str, Any] = field(default_factory=dict)
    moodle: Mapping[str, Any] = field(default_factory=dict)

    def pair(self) -> SitePair:
        """The two sites."""
        uids = {uid for found in (self.avc, self.inside) for some in found.values() for uid in some}
        moodle = FakeMoodle(
            {uid + 100: account(uid) for uid in uids},
            {number: our_cohort(number, guild(number)) for number in self.inside},
            {n: frozenset(uid + 100 for uid in some) for n, some in self.inside.items()},
            **self.moodle,
        )
        made = pair(self.community(uids), moodle, self.sync_settings())
        avc = Avc(self.community(uids))
        avc.leftovers = self.leftovers
        state = MemoryState([remembered(self.journal)] if self.journal else [])
        return replace(made, avc=avc, state=state)

    def community(self, uids: Iterable[int]) -> Community:
        """The AVC; ``uids`` are everybody."""
        members = {number: frozenset(some) for number, some in self.avc.items()}
        roles = {
            number: {"guild-member": frozenset(some)} for number, some in members.items() if some
        }
        people = tuple(person(uid) for uid in sorted(uids))
        return Community(tuple(map(guild, self.avc)), people, members, roles)

    def sync_settings(self) -> SyncSettings:
        """The configuration."""
        return SyncSettings(guards=GuardSettings(**self.guards), **self.settings)


def remembered(journal: Mapping[int, int], avc: str = SITE) -> RunRecord:
    """A run that matched these people with these accounts."""
    start = RunStart(
        avc=AvcSide(site="avc", uuid=avc, guilds=1, memberships=1),
        moodle=MoodleSide(site="ss", url=URL),
        scope="full",
        digest="",
        by="somebody",
    )
    key = our_key(1)
    steps = tuple(
        RunStep(AddMember(key, "g1", 1, number, uid), status="done")
        for uid, number in journal.items()
    )
    return RunRecord("run", 0, start, steps, ended=0)


def our_key(number: int) -> CohortKey:
    """The key of a guild's own cohort."""
    return CohortKey(uuid=guild(number).uuid, role=None)


def work_of(sites: SitePair, scope: Scope = FULL, selection: Selection = WHOLE) -> Work:
    """What a one-shot run is about to do."""
    return fresh(plan_now(sites, scope, selection))


def figures(work: Work) -> dict[str, GuardFigures]:
    """What the plan says about each guard."""
    return {found.guard: found for found in work.plan.guards}


def tripped(work: Work) -> set[str]:
    """The guards that hold a plan back, by its file."""
    return {found.guard for found in work.plan.guards if not found.ok}


def acknowledgements(work: Work) -> tuple[str, ...]:
    """What acknowledges everything in a plan."""
    return tuple(found.acknowledge for found in work.plan.guards if found.acknowledge)


def one_shot(sites: SitePair, *acks: str) -> tuple[Work, HeldBack, Report]:
    """Plan, hold back, and carry out the rest."""
    work = work_of(sites)
    held = work.held_back(sites, acks)
    return work, held, apply(work, sites, held.positions)


def held_words(work: Work, held: HeldBack) -> set[str]:
    """What is held back, in words."""
    found = operations(work.plan)
    return {words(found[number]) for number in held.positions}


MANY = {"removals": 10**6, "removals_per_guild": 10**6, "archives": 10**6}
"""Limits of guards that a case is not about."""


def some(number: int, first: int = 1) -> range:
    """So many uids."""
    return range(first, first + number)


def leaving(number: int, of: int, **guards: object) -> World:
    """A guild that so many of its people have left; they and somebody new are in another one."""
    here = of * 2
    avc = {1: some(of - number, 1 + number), 2: [*some(of), here]}
    return World(avc, {1: some(of), 2: some(of)}, guards)


def gone(number: int, of: int, **guards: object) -> World:
    """A community of which so many guilds, of one member each, are gone."""
    inside = {n: [n] for n in some(of)}
    avc = {n: [n, n + of] for n in some(of) if n > number}
    return World(avc, inside, MANY | guards)


def ruling(number: int, **guards: object) -> SitePair:
    """A guild of so many admins who are to be managers of the Moodle by assignment."""
    uids = frozenset(some(number))
    people = Community((guild(1),), tuple(map(person, uids)), {1: uids}, {1: {"guild-admin": uids}})
    moodle = FakeMoodle(
        {uid + 100: account(uid) for uid in uids},
        roles=ROLES,
        abilities=frozenset({"assign-roles"}),
        administrators=frozenset(),
    )
    settings = SyncSettings(
        role_sync=True,
        role_mapping={"guild_admin": "manager"},
        allow_privileged_roles=("manager",),
        roles_by={"manager": "assignment"},
        guards=guards,
    )
    return pair(people, moodle, settings)


def ruling_by_definition(members: int, joining: int, *, defined: bool = True) -> SitePair:
    """A role cohort (8) of managers by local_cohortrole, which some are in, and some join."""
    sites = ruling(members + joining)
    moodle = sites.moodle
    assert isinstance(moodle, FakeMoodle)
    moodle.cohorts = {7: our_cohort(7, guild(1)), 8: our_cohort(8, guild(1), "manager")}
    inside = frozenset(some(members, 101))
    moodle.members = {7: frozenset(moodle.accounts), 8: inside}
    moodle.definitions = {(8, MANAGER.id)} if defined else set()
    moodle.abilities = frozenset({"assign-roles", "define-roles"})
    given = inside if defined else frozenset[int]()
    moodle.assigned = {Grant(cohort=8, role=MANAGER.id, component=PLUGIN): given}
    settings = sites.settings.model_copy(update={"roles_by": {"manager": "definition"}})
    return replace(sites, settings=settings)


def told(sites: SitePair, guard: str) -> str:
    """A guard's figures in the plan."""
    found = figures(work_of(sites))[guard]
    return f"{found.found} (limit: {found.limit})"


SIX = leaving(6, 8)
ONE_JOINS = World({1: [1, 2]}, {1: [1]})

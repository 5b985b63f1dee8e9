"""The only place of the fault tests that knows how the program is driven: as its commands do."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from reconciler.applier import Applied, require_success
from reconciler.dependencies import falling
from reconciler.errors import PartlyApplied, ReconcilerError, StalePlan
from reconciler.gather import guild_scope
from reconciler.held_back import HeldBack, refuse_held_back
from reconciler.models.guards import GuardSettings, Limit
from reconciler.models.operations import Operation
from reconciler.models.plan import Plan
from reconciler.models.scope import FullScope, Scope, UserScope
from reconciler.models.settings import SyncSettings
from reconciler.operations import operations
from reconciler.plan_text import as_text, from_text
from reconciler.planner import Sites
from reconciler.reconciliation import (
    SitePair,
    Work,
    apply,
    fresh,
    plan_now,
    saved,
)
from reconciler.stale_reasons import reasons, stale
from reconciler.sync_record import failure_remembered
from tests.memory_state import MemoryState
from tests.reliability import faults_state as state
from tests.reliability.faults_avc import FaultyAvc
from tests.reliability.faults_moodle import FaultyMoodle

_ANY = Limit(floor=10**6)


@dataclass
class Ended:
    """What a run said of itself."""

    plan: Plan | None = None
    error: ReconcilerError | None = None
    """None: done, as it was asked."""
    told: list[Applied] = field(default_factory=list)
    """What it said of single operations, as it went."""
    writing: bool = False
    """Whether it came as far as to write."""
    held: bool = False
    """Whether guards held something back, and the rest was carried out."""

    @property
    def code(self) -> int:
        """As a command would exit."""
        return self.error.exit_code if self.error else int(self.held)

    @property
    def operations(self) -> tuple[Operation, ...]:
        """What was to be carried out."""
        return operations(self.plan) if self.plan else ()


def pair(avc: FaultyAvc, moodle: FaultyMoodle, rules: state.Rules, kept: MemoryState) -> SitePair:
    """The two sites, as a fresh process of the program sees them."""
    limit = _ANY if rules.limit is None else Limit(floor=rules.limit)
    settings = SyncSettings(
        strangers=rules.strangers,
        trust_idnumber=rules.idnumbers,
        guards=GuardSettings(removals_per_guild=limit, removals=limit, archives=limit),
    )
    return SitePair(Sites("avc", "ss"), avc, moodle.site(), settings, kept, "somebody")


def sync(
    sites: SitePair, scope: state.Scope, between: Callable[[], None], *, acknowledge: bool
) -> Ended:
    """One-shot; ``between`` is what others do after the reading and before the writing."""
    ended = Ended()
    with _ending(ended, sites):
        planned = plan_now(sites, _scope(sites, scope))
        ended.plan = planned.plan
        work = fresh(planned)
        held = _held(work, sites, acknowledge=acknowledge)
        ended.held = bool(held.tripped)
        _carry_out(work, sites, held.positions, between, ended)
    return ended


def plan(sites: SitePair, scope: state.Scope) -> Ended:
    """To a file; what comes back is what a file holds."""
    ended = Ended()
    try:
        made = plan_now(sites, _scope(sites, scope)).plan
        ended.plan = from_text(as_text(made, "plan.yaml"), "plan.yaml")
    except ReconcilerError as error:
        ended.error = error
    return ended


def apply_later(
    sites: SitePair,
    made: Plan,
    between: Callable[[], None],
    *,
    acknowledge: bool,
    skip_stale: bool,
) -> Ended:
    """Apply a saved plan."""
    ended = Ended(made)
    with _ending(ended, sites):
        work = saved(made, sites)
        held = _held(work, sites, acknowledge=acknowledge)
        refuse_held_back(held)
        unfit = stale(work.checked)
        if unfit and not skip_stale:
            raise StalePlan(reasons(work.checked, None))
        left_out = falling(operations(made), unfit)
        _carry_out(work, sites, left_out, between, ended)
        if left_out:
            raise PartlyApplied("Some were left out.", reasons(work.checked, None))
    return ended


@contextmanager
def _ending(ended: Ended, sites: SitePair) -> Iterator[None]:
    try:
        with sites.writing(), failure_remembered(sites):
            yield
    except ReconcilerError as error:
        ended.error = error


def _held(work: Work, sites: SitePair, *, acknowledge: bool) -> HeldBack:
    """What guards hold back; somebody who acknowledges it has looked at what they found."""
    held = work.held_back(sites, ())
    if not acknowledge:
        return held
    known = [figures.acknowledge for figures in held.tripped if figures.acknowledge]
    return work.held_back(sites, known)


def _carry_out(
    work: Work,
    sites: SitePair,
    left_out: frozenset[int],
    between: Callable[[], None],
    ended: Ended,
) -> None:
    between()
    ended.writing = True
    report = apply(work, sites, left_out, ended.told.append)
    require_success(report.applied, report.residue)


def _scope(sites: SitePair, scope: state.Scope) -> Scope:
    if scope.kind == "guild":
        return guild_scope(scope.uuid, sites.avc, sites.moodle, sites.settings)
    return UserScope(uid=scope.uid) if scope.kind == "user" else FullScope()


def scope_of(made: Plan) -> state.Scope:
    """What a plan is about, as the model calls it."""
    found = made.scope
    if isinstance(found, UserScope):
        return state.Scope("user", uid=found.uid)
    return state.Scope() if isinstance(found, FullScope) else state.Scope("guild", uuid=found.uuid)

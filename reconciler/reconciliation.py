"""The whole way, for two sites: read, plan, check, carry out, read again."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace

from reconciler.applier import Applied, carry_out, failures, steps
from reconciler.costs import priced, priced_after, question
from reconciler.errors import (
    NotFound,
    PartlyApplied,
    PlanFileError,
    ReconcilerError,
    SiteLocked,
    StalePlan,
    StateError,
)
from reconciler.gather import gather
from reconciler.guard_sight import Around, after, around, before
from reconciler.guards import judged
from reconciler.held_back import HeldBack, guarded, held_back, held_plan
from reconciler.meter import Meter
from reconciler.models.journal import RunStart
from reconciler.models.moodle import Enrolled, MoodleSnapshot
from reconciler.models.operations import Operation, Outcome, RemoveMember, Run, Step
from reconciler.models.plan import Plan
from reconciler.models.scope import Scope
from reconciler.models.settings import SyncSettings
from reconciler.operations import operations
from reconciler.plan_file import digest
from reconciler.planner import Planned, Sites, make_plan
from reconciler.ports import AvcSite, MoodleSite, State
from reconciler.selection import There, restricted, selected
from reconciler.stale import Checked, check
from reconciler.verify import residue


@dataclass(frozen=True, slots=True)
class SitePair:
    """An AVC and a Moodle, and how the one is to follow the other."""

    names: Sites
    avc: AvcSite
    moodle: MoodleSite
    settings: SyncSettings
    state: State
    by: str
    """Who is at work, for others to read: ``user@host, process 123``."""
    meter: Meter = field(default_factory=Meter)
    """What counts the cost of each step, if the sites are metered."""

    def traffic(self) -> str:
        """What both sites, and each step, have cost so far, for ``--debug``: a line each."""
        sites = (self.avc.traffic(), self.moodle.traffic())
        return "\n".join((*(part for part in sites if part), *self.meter.lines()))

    def writing(self) -> AbstractContextManager[None]:
        """Keep every other writer on this machine from the Moodle while inside.

        Raises SiteLocked, StateError.
        """
        return self.state.lock(self.moodle.lock_name(), self.by)


@dataclass(frozen=True, slots=True)
class Selection:
    """What of a plan is wanted: words as ``guild:NAME`` and ``user:ID``."""

    only: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Work:
    """A plan, with each of its operations judged against the sites as they are."""

    plan: Plan
    checked: tuple[Checked, ...]
    moodle: MoodleSnapshot
    now: Planned | None
    """What would be planned now; None: AVC was not asked."""

    def around(self, pair: SitePair) -> Around:
        """What guards look at."""
        community = self.now.snapshots.avc.counts if self.now else None
        matches = self._matches(pair)
        found = around(self.plan, self.moodle, pair.settings, community, matches)
        return before(found, self.checked)

    def _matches(self, pair: SitePair) -> Mapping[int, int] | None:
        if self.plan.empty:
            # Nobody is taken for anybody: a quiet night reads no journal, however long it is.
            return {}
        # What an earlier run of this plan took for granted is what is being asked about. One that
        # is just being made has none.
        mine = digest(self.plan) if self.checked else ""
        return pair.state.matches(self.moodle.url, self.plan.avc.uuid, mine)

    def held_back(self, pair: SitePair, acknowledgements: Collection[str]) -> HeldBack:
        """What guards keep from being carried out. Raises StateError."""
        with pair.meter.step("guards"):
            verdicts = judged(operations(self.plan), self.around(pair), pair.settings.guards)
            held = held_back(verdicts, self.checked, acknowledgements)
            pair.meter.listener.held(held.tripped)
            return held


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a plan, as seen afterwards."""

    applied: tuple[Applied, ...]
    residue: tuple[str, ...]
    """What was written and is not there; one sentence each."""
    recorded: bool
    """Whether Moodle keeps a record of this run."""

    @property
    def clean(self) -> bool:
        """Whether everything was carried out, and lasted."""
        return not self.residue and all(item.outcome.fulfilled for item in self.applied)


def plan_now(pair: SitePair, scope: Scope, selection: Selection = Selection()) -> Planned:
    """Read both sites, plan, price, and let the guards look.

    Raises ReadError, NotFound, ConfigError, StateError.
    """
    settings = located(pair)
    with pair.meter.step("plan"):
        snapshots = gather(pair.avc, pair.moodle, scope, settings)
        made = make_plan(scope, snapshots, settings, pair.names)
        there = There(
            made.pairing.names.values(),
            snapshots.avc.people.keys(),
            made.matching.account_of,
            snapshots.moodle.members,
        )
        plan = selected(made.plan, selection.only, selection.exclude, there)
    plan = priced(plan, snapshots.moodle.enrolment, _enrolled(plan, snapshots.moodle, pair))
    work = Work(plan, (), snapshots.moodle, made)
    with pair.meter.step("guards"):
        plan = guarded(plan, work.around(pair), pair.settings.guards)
        pair.meter.listener.planned(plan)
    return replace(made, plan=plan)


def _enrolled(plan: Plan, moodle: MoodleSnapshot, pair: SitePair) -> Enrolled:
    """What tells the prices of a plan's removals. Raises ReadError."""
    asked = question(plan, moodle.enrolment)
    return pair.moodle.enrolments(asked.accounts, asked.courses) if asked else {}


def fresh(planned: Planned) -> Work:
    """The work of a plan that was made just now."""
    return Work(planned.plan, check(planned.plan, planned), planned.snapshots.moodle, planned)


def located(pair: SitePair) -> SyncSettings:
    """The settings, with where people find this AVC, if the way to reach it tells.

    Raises ReadError.
    """
    if pair.settings.avc_url is not None:
        return pair.settings
    return pair.settings.model_copy(update={"avc_url": pair.avc.address()})


def saved(plan: Plan, pair: SitePair) -> Work:
    """The work of a saved plan: against the sites as they are, and what would be planned now.

    Raises PlanFileError when these are not the sites that the plan was made for, StalePlan when
    the guild or person that it is about is gone.
    """
    try:
        now = plan_now(pair, plan.scope)
    except NotFound as error:
        raise StalePlan((str(error),)) from error
    for what, planned, found in (
        ("AVC", plan.avc.uuid, now.plan.avc.uuid),
        ("Moodle", plan.moodle.url, now.plan.moodle.url),
    ):
        if planned != found:
            raise PlanFileError(
                f"This plan was made for the {what} {planned}; nwp.yml leads to {found}. It is"
                " applied nowhere else: plan again for these sites."
            )
    moodle, today = now.snapshots.moodle, None
    if _removals(plan) != _removals(now.plan):
        today = priced(plan, moodle.enrolment, _enrolled(plan, moodle, pair))
    return Work(plan, check(plan, now, today), moodle, now)


def _removals(plan: Plan) -> set[tuple[int | None, int]]:
    found = (op for op in operations(plan) if isinstance(op, RemoveMember))
    return {(operation.cohort, operation.account) for operation in found}


def held_alone(work: Work, pair: SitePair, held: HeldBack) -> Plan:
    """What is held back as a plan of its own, with what it costs when the rest has been done.

    Raises ReadError, StateError.
    """
    rest = [op for n, op in enumerate(operations(work.plan)) if n not in held.positions]
    around = after(work.around(pair), rest)
    plan = held_plan(work.plan, held, around, pair.settings.guards)
    first = restricted(work.plan, set(rest))
    enrolled = _enrolled(work.plan, work.moodle, pair)
    return priced_after(plan, first, work.moodle.enrolment, enrolled)


def apply(
    work: Work,
    pair: SitePair,
    left_out: Collection[int] = (),
    progress: Callable[[Applied], None] = lambda _applied: None,
) -> Report:
    """Carry out what is to do of a plan, record it, and look once more at all that was.

    ``left_out`` are positions of what is not to be carried out, with all that depends on it. Raises
    PartlyApplied when Moodle is lost after the first write.
    """
    todo = steps(work.checked, left_out)
    if not todo:
        return Report((), (), recorded=False)
    start = _start(work, pair, left_out)
    plan = work.plan
    part = left_out or plan.only or plan.exclude or work.now is None
    scope = "part" if part else str(plan.scope)
    run = Run(avc=plan.avc.uuid, scope=scope, digest=start.digest, by=pair.by)
    applied: list[Applied] = []

    def taken(item: Applied) -> None:
        applied.append(item)
        progress(item)

    try:
        left = _recorded(start, pair, run, todo, taken)
    except SiteLocked:
        # Said before the first write.
        raise
    except ReconcilerError as error:
        if isinstance(error, StateError) and not applied:
            raise
        done = sum(item.outcome.fulfilled for item in applied)
        unknown = "" if len(applied) == len(todo) else ", others may have been written"
        raise PartlyApplied(
            f"{done} of {len(todo)} operations were carried out and read back{unknown}; then:"
            f" {error} Apply again to do the rest.",
            failures(applied),
        ) from error
    return Report(tuple(applied), left, "record-syncs" in work.moodle.abilities)


def _recorded(
    start: RunStart,
    pair: SitePair,
    run: Run,
    todo: Sequence[Step],
    taken: Callable[[Applied], None],
) -> tuple[str, ...]:
    """Carry out steps while the journal is told of each; what is not there afterwards."""
    done: list[Operation] = []
    with pair.state.run(start, todo) as record:
        try:
            for item in carry_out(todo, pair.moodle, run):
                taken(item)
                record(item.outcome)
                if item.outcome.fulfilled:
                    done.append(item.operation)
        except SiteLocked as error:
            for number in range(len(todo)):
                record(Outcome(number, "held", str(error)))
            raise
        return residue(done, pair.moodle.read_back(done))


def _start(work: Work, pair: SitePair, left_out: Collection[int]) -> RunStart:
    plan = work.plan
    states = [work.checked[number].state for number in left_out]
    waiting = len(states) - states.count("done")
    # Nobody is asked to leave out what guards hold back, and they hold back nothing stale.
    skipped = "stale" in states
    return RunStart(
        avc=plan.avc,
        moodle=plan.moodle,
        scope=str(plan.scope),
        digest=digest(plan),
        undoes=plan.undoes,
        by=pair.by,
        held_back=0 if skipped else waiting,
        left_out=waiting if skipped else 0,
    )

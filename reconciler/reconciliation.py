"""The whole way, for two sites: read, plan, check, carry out, read again."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from reconciler.applier import Applied, carry_out, failures, steps
from reconciler.costs import priced, question
from reconciler.errors import (
    GuardTripped,
    NotFound,
    NotReady,
    PartlyApplied,
    PlanFileError,
    ReadError,
    ReconcilerError,
    StalePlan,
)
from reconciler.gather import gather
from reconciler.models.avc import SyncRecord
from reconciler.models.operations import Run
from reconciler.models.plan import Plan
from reconciler.models.scope import Scope
from reconciler.models.settings import SyncSettings
from reconciler.plan_file import digest
from reconciler.planner import Planned, Sites, make_plan
from reconciler.ports import AvcSite, MoodleSite
from reconciler.stale import Checked, check
from reconciler.sync_record import FAILED
from reconciler.verify import residue


@dataclass(frozen=True, slots=True)
class SitePair:
    """An AVC and a Moodle, and how the one is to follow the other."""

    names: Sites
    avc: AvcSite
    moodle: MoodleSite
    settings: SyncSettings

    def traffic(self) -> str:
        """What both sites have cost so far, for ``--debug``: one line."""
        return "; ".join(part for part in (self.avc.traffic(), self.moodle.traffic()) if part)


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


@dataclass(frozen=True, slots=True)
class Remembered:
    """Whether AVC knows of a run."""

    told: bool
    """False, too, where the way to reach it cannot write."""
    warning: str = ""
    """What kept it from being told, for people."""


def plan_now(pair: SitePair, scope: Scope) -> Planned:
    """Read both sites, plan, and price. Raises ReadError, NotFound, GuardTripped."""
    settings = located(pair)
    snapshots = gather(pair.avc, pair.moodle, scope, settings)
    made = make_plan(scope, snapshots, settings, pair.names)
    enrolment = snapshots.moodle.enrolment
    asked = question(made.plan, enrolment)
    enrolled = pair.moodle.enrolments(asked.accounts, asked.courses) if asked else {}
    return replace(made, plan=priced(made.plan, enrolment, enrolled))


def located(pair: SitePair) -> SyncSettings:
    """The settings, with where people find this AVC, if the way to reach it tells.

    Raises ReadError.
    """
    if pair.settings.avc_url is not None:
        return pair.settings
    return pair.settings.model_copy(update={"avc_url": pair.avc.address()})


def check_saved(plan: Plan, pair: SitePair) -> tuple[Planned, tuple[Checked, ...]]:
    """A saved plan against the sites as they are now, and what they would be planned now.

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
    return now, check(plan, now)


def apply(
    plan: Plan,
    checked: Sequence[Checked],
    pair: SitePair,
    now: Planned,
    progress: Callable[[Applied], None] = lambda _applied: None,
) -> Report:
    """Carry out what is to do of a checked plan, and look once more at all that was.

    ``now`` is the plan that it was checked against. Raises StalePlan before the first write,
    PartlyApplied when Moodle is lost afterwards.
    """
    todo = steps(checked)
    if not todo:
        return Report((), (), recorded=False)
    run = Run(avc=plan.avc.uuid, scope=str(plan.scope), digest=digest(plan))
    applied: list[Applied] = []
    try:
        for item in carry_out(todo, pair.moodle, run):
            applied.append(item)
            progress(item)
        there = tuple(item.operation for item in applied if item.outcome.fulfilled)
        left = residue(there, pair.moodle.read_back(there))
    except ReconcilerError as error:
        done = sum(item.outcome.fulfilled for item in applied)
        unknown = "" if len(applied) == len(todo) else ", others may have been written"
        raise PartlyApplied(
            f"{done} of {len(todo)} operations were carried out and read back{unknown}; then:"
            f" {error} Apply again to do the rest.",
            failures(applied),
        ) from error
    return Report(tuple(applied), left, "record-syncs" in now.snapshots.moodle.abilities)


def remember(pair: SitePair, record: SyncRecord) -> Remembered:
    """Let AVC remember a run.

    That AVC does not know of a run makes nothing of it undone: this never raises for a site.
    """
    try:
        return Remembered(pair.avc.record(record))
    except ReconcilerError as error:
        return Remembered(told=False, warning=f"AVC was not told of this run. {error}")


@contextmanager
def failure_remembered(pair: SitePair) -> Iterator[None]:
    """Let AVC count a run that fails inside for what the sites are like, or for what they did."""
    try:
        yield
    except (ReadError, NotReady, GuardTripped, StalePlan, PartlyApplied):
        remember(pair, FAILED)
        raise

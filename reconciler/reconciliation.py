"""The whole way, for two sites: read, plan, check, carry out, read again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from reconciler.applier import Applied, carry_out, failures, steps
from reconciler.costs import priced, question
from reconciler.errors import (
    NotFound,
    PartlyApplied,
    PlanFileError,
    ReconcilerError,
    StalePlan,
)
from reconciler.gather import gather
from reconciler.models.operations import Run
from reconciler.models.plan import Plan
from reconciler.models.scope import Scope
from reconciler.models.settings import SyncSettings
from reconciler.plan_file import digest
from reconciler.planner import Planned, Sites, make_plan
from reconciler.ports import AvcSite, MoodleSite
from reconciler.stale import Checked, check
from reconciler.verify import residue


@dataclass(frozen=True, slots=True)
class SitePair:
    """An AVC and a Moodle, and how the one is to follow the other."""

    names: Sites
    avc: AvcSite
    moodle: MoodleSite
    settings: SyncSettings


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


def plan_now(pair: SitePair, scope: Scope) -> Planned:
    """Read both sites, plan, and price. Raises ReadError, NotFound, GuardTripped."""
    snapshots = gather(pair.avc, pair.moodle, scope, pair.settings)
    made = make_plan(scope, snapshots, pair.settings, pair.names)
    enrolment = snapshots.moodle.enrolment
    asked = question(made.plan, enrolment)
    enrolled = pair.moodle.enrolments(asked.accounts, asked.courses) if asked else {}
    return replace(made, plan=priced(made.plan, enrolment, enrolled))


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

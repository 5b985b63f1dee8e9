"""The whole way, for two sites: read, plan, check, carry out, read again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reconciler.applier import Applied, carry_out, failures, steps
from reconciler.errors import (
    NotFound,
    PartlyApplied,
    PlanFileError,
    ReconcilerError,
    StalePlan,
)
from reconciler.gather import gather
from reconciler.models.plan import Plan
from reconciler.models.scope import Scope
from reconciler.models.settings import SyncSettings
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
    after: Planned
    """What is left to do, from fresh reads."""


def plan_now(pair: SitePair, scope: Scope) -> Planned:
    """Read both sites and plan. Raises ReadError, NotFound, GuardTripped."""
    snapshots = gather(pair.avc, pair.moodle, scope, pair.settings)
    return make_plan(scope, snapshots, pair.settings, pair.names)


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
    checked: Sequence[Checked],
    pair: SitePair,
    now: Planned,
    progress: Callable[[Applied], None] = lambda _applied: None,
) -> Report:
    """Carry out what is to do of a checked plan, and read both sites again if that was anything.

    ``now`` is the plan that it was checked against. Raises StalePlan before the first write,
    PartlyApplied when a site is lost afterwards.
    """
    todo = steps(checked)
    if not todo:
        return Report((), (), now)
    applied: list[Applied] = []
    try:
        for item in carry_out(todo, pair.moodle):
            applied.append(item)
            progress(item)
        after = plan_now(pair, now.plan.scope)
    except ReconcilerError as error:
        done = sum(item.outcome.status == "done" for item in applied)
        unknown = "" if len(applied) == len(todo) else ", others may have been written"
        raise PartlyApplied(
            f"{done} of {len(todo)} operations were carried out and read back{unknown}; then:"
            f" {error} Apply again to do the rest.",
            failures(applied),
        ) from error
    return Report(tuple(applied), residue(applied, after), after)

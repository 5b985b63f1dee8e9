"""A plan against Moodle alone: what AVC calls for is not asked."""

from dataclasses import replace

from reconciler.costs import priced, question
from reconciler.errors import PlanFileError
from reconciler.held_back import guarded
from reconciler.models.moodle import Enrolled, MoodleSnapshot
from reconciler.models.plan import Plan
from reconciler.ports import MoodleSite
from reconciler.preconditions import check_alone, query_for
from reconciler.reconciliation import SitePair, Work


def saved_alone(plan: Plan, pair: SitePair) -> Work:
    """The work of a saved plan, against Moodle as it is.

    Raises PlanFileError when this is not the Moodle that the plan was made for, ReadError.
    """
    snapshot, enrolled = _read(plan, pair.moodle)
    return Work(plan, check_alone(plan, snapshot, enrolled), snapshot, None)


def planned_alone(plan: Plan, pair: SitePair) -> Work:
    """A new plan with what its removals cost today and what guards say, and whether it fits.

    Raises as ``saved_alone``, and StateError.
    """
    snapshot, enrolled = _read(plan, pair.moodle)
    found = priced(plan, snapshot.enrolment, enrolled)
    work = Work(found, check_alone(found, snapshot, enrolled), snapshot, None)
    return replace(work, plan=guarded(found, work.around(pair), pair.settings.guards))


def _read(plan: Plan, moodle: MoodleSite) -> tuple[MoodleSnapshot, Enrolled]:
    snapshot = moodle.read(query_for(plan))
    if snapshot.url != plan.moodle.url:
        raise PlanFileError(
            f"This plan was made for the Moodle {plan.moodle.url}; nwp.yml leads to"
            f" {snapshot.url}. It is applied nowhere else: plan again for these sites."
        )
    asked = question(plan, snapshot.enrolment)
    return snapshot, moodle.enrolments(asked.accounts, asked.courses) if asked else {}

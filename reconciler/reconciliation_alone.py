"""A plan against Moodle alone: what AVC calls for is not asked."""

from collections.abc import Mapping
from dataclasses import replace

from reconciler.costs import priced, question
from reconciler.errors import NotFound, PlanFileError
from reconciler.held_back import guarded
from reconciler.later_runs import without_later
from reconciler.models.members import MemberChange
from reconciler.models.moodle import Enrolled, MoodleQuery, MoodleSnapshot
from reconciler.models.plan import CohortPlan, Plan, Problem
from reconciler.plan_cohorts import masked
from reconciler.ports import MoodleSite
from reconciler.preconditions import check_alone, query_for
from reconciler.reconciliation import SitePair, Work
from reconciler.undo import undoes_only


def require_undoing(plan: Plan, pair: SitePair) -> None:
    """Raise PlanFileError unless the journal has the run that a plan undoes, and it does only that.

    AVC is not asked about such a plan: with nothing but its own word for what it is, it could put
    anybody anywhere.
    """
    if plan.undoes is None:
        return
    try:
        record = pair.state.find(plan.undoes)
    except NotFound as error:
        raise PlanFileError(
            f"The plan says that it undoes run {plan.undoes}, which the journal on this machine"
            " does not have, so nothing vouches for it. If you do: --no-source-check."
        ) from error
    if not undoes_only(plan, without_later(record, pair.state.later(record))):
        raise PlanFileError(
            f"The plan says that it undoes run {plan.undoes}, and does more than that. If it is"
            " meant: --no-source-check; else make it again: reconciler invert."
        )


def saved_alone(plan: Plan, pair: SitePair) -> Work:
    """The work of a saved plan, against Moodle as it is.

    Raises PlanFileError when this is not the Moodle that the plan was made for, ReadError.
    """
    snapshot, enrolled = _read(plan, pair.moodle, query_for(plan))
    return Work(plan, check_alone(plan, snapshot, enrolled), snapshot, None)


def planned_alone(plan: Plan, pair: SitePair) -> Work:
    """A new plan with what its removals cost today and what guards say, and whether it fits.

    Accounts get the names that Moodle has for them, where this access shows them.

    Raises as ``saved_alone``, and StateError.
    """
    query = query_for(plan)
    if pair.settings.names:
        # Who comes back is in no cohort that is read.
        query = query.model_copy(update={"ids": _people(plan)})
    snapshot, enrolled = _read(plan, pair.moodle, query)
    known = snapshot.accounts.values() if pair.settings.names else ()
    plan = _named(plan, {account.id: masked(account.username) for account in known})
    found = priced(plan, snapshot.enrolment, enrolled)
    work = Work(found, check_alone(found, snapshot, enrolled), snapshot, None)
    with pair.meter.step("guards"):
        found = guarded(found, work.around(pair), pair.settings.guards)
        pair.meter.listener.planned(found)
    return replace(work, plan=found)


def _named(plan: Plan, names: Mapping[int, str]) -> Plan:
    """The plan with these names of accounts, where it tells of them."""

    def line(member: MemberChange) -> MemberChange:
        return replace(member, name=names.get(member.moodle, ""))

    def cohort(part: CohortPlan) -> CohortPlan:
        members, given = (tuple(map(line, found)) for found in (part.members, part.assignments))
        return part.model_copy(update={"members": members, "assignments": given})

    def problem(found: Problem) -> Problem:
        if found.kind != "enrolment-lost" or names.keys().isdisjoint(found.accounts):
            return found
        who = (
            f"{names[one]} (account {one})" if one in names else f"account {one}"
            for one in found.accounts
        )
        return found.model_copy(update={"name": ", ".join(who)})

    cohorts, problems = tuple(map(cohort, plan.cohorts)), tuple(map(problem, plan.problems))
    return plan.model_copy(update={"cohorts": cohorts, "problems": problems})


def _people(plan: Plan) -> frozenset[int]:
    """The accounts that a plan tells of."""
    told = (number for problem in plan.problems for number in problem.accounts)
    return frozenset((*(line.moodle for line in plan.lines), *told))


def _read(plan: Plan, moodle: MoodleSite, query: MoodleQuery) -> tuple[MoodleSnapshot, Enrolled]:
    snapshot = moodle.read(query)
    if snapshot.url != plan.moodle.url:
        raise PlanFileError(
            f"This plan was made for the Moodle {plan.moodle.url}; nwp.yml leads to"
            f" {snapshot.url}. It is applied nowhere else: plan again for these sites."
        )
    asked = question(plan, snapshot.enrolment)
    return snapshot, moodle.enrolments(asked.accounts, asked.courses) if asked else {}

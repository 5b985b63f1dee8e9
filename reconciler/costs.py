"""What removals cost people: courses that nothing enrols them in afterwards."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from reconciler.models.members import MemberChange
from reconciler.models.moodle import Enrolled, Enrolment
from reconciler.models.plan import CohortPlan, Plan


@dataclass(frozen=True, slots=True)
class Question:
    """What has to be asked of Moodle before removals can be priced."""

    accounts: frozenset[int]
    courses: frozenset[int]


def question(plan: Plan, enrolment: Enrolment | None) -> Question | None:
    """Whose enrolments matter, in which courses; None when no removal can cost anybody any."""
    if enrolment is None:
        return None
    asked = [
        (member.moodle, enrolment.courses[cohort.cohort])
        for cohort in plan.cohorts
        if cohort.cohort in enrolment.courses
        for member in cohort.members
        if member.change == "remove"
    ]
    if not asked:
        return None
    return Question(
        accounts=frozenset(account for account, _ in asked),
        courses=frozenset().union(*(courses for _, courses in asked)),
    )


def priced(plan: Plan, enrolment: Enrolment | None, enrolled: Enrolled) -> Plan:
    """The plan with what each removal costs; ``enrolled`` answers its question.

    A course is lost by the last removal, in the order in which they are carried out, that leaves
    nothing else to enrol the person there. A cohort that they join enrols them before that: who
    moves between two guilds of one course loses nothing. Where enrolments cannot be seen, every
    removal's cost is unknown.
    """
    if not any(m.change == "remove" for cohort in plan.cohorts for m in cohort.members):
        return plan
    lost = None if enrolment is None else _lost(plan, enrolment, enrolled)
    suspends = enrolment is not None and enrolment.on_removal == "suspend"
    cohorts = tuple(_priced(cohort, lost, suspends=suspends) for cohort in plan.cohorts)
    return plan.model_copy(update={"cohorts": cohorts})


def priced_after(plan: Plan, first: Plan, enrolment: Enrolment | None, enrolled: Enrolled) -> Plan:
    """The plan as it is priced when the other one has been carried out before it.

    ``enrolled`` answers the question of both.
    """
    both = plan.model_copy(update={"cohorts": (*first.cohorts, *plan.cohorts)})
    found = priced(both, enrolment, enrolled).cohorts
    return plan.model_copy(update={"cohorts": found[len(first.cohorts) :]})


def _priced(
    cohort: CohortPlan, lost: Mapping[tuple[int, int], int] | None, *, suspends: bool
) -> CohortPlan:
    def line(member: MemberChange) -> MemberChange:
        if member.change == "add":
            return member
        if lost is None or cohort.cohort is None:
            return replace(member, last_enrolments=None, suspends=None)
        courses = lost.get((cohort.cohort, member.moodle), 0)
        return replace(
            member,
            last_enrolments=0 if suspends else courses,
            suspends=courses if suspends else 0,
        )

    return cohort.model_copy(update={"members": tuple(line(m) for m in cohort.members)})


def _lost(plan: Plan, enrolment: Enrolment, enrolled: Enrolled) -> Mapping[tuple[int, int], int]:
    """(cohort, account) → courses that this removal takes away for good."""
    left: dict[int, list[int]] = defaultdict(list)
    joined: dict[int, set[int]] = defaultdict(set)
    for cohort in plan.cohorts:
        for member in cohort.members:
            if cohort.cohort is None:
                continue
            if member.change == "remove":
                left[member.moodle].append(cohort.cohort)
            else:
                joined[member.moodle] |= enrolment.joins.get(cohort.cohort, frozenset())
    lost: dict[tuple[int, int], int] = defaultdict(int)
    for account, cohorts in left.items():
        for course, sources in enrolled.get(account, {}).items():
            if course not in joined[account] and sources and sources <= set(cohorts):
                last = max((c for c in cohorts if c in sources), key=cohorts.index)
                lost[last, account] += 1
    return lost


def costs(plan: Plan) -> Iterator[MemberChange]:
    """The removals that cost something, or may."""
    for cohort in plan.cohorts:
        for member in cohort.members:
            if member.change == "remove" and (member.last_enrolments != 0 or member.suspends != 0):
                yield member

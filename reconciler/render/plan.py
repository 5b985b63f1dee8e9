"""A plan for reading on a terminal."""

from collections.abc import Iterator

from reconciler.models.members import MemberChange
from reconciler.models.moodle import PLUGIN
from reconciler.models.plan import CohortPlan, Plan, RolePlan
from reconciler.plan_file import digest
from reconciler.render.guards import guard_lines
from reconciler.render.problems import sentence
from reconciler.render.terminal import name, number
from reconciler.summary import headline

FOLD = 10
"""Additions to a cohort that are shown one by one; removals always are."""

_WHY = {
    "left-guild": "is not in the guild",
    "lost-role": "has not got the role",
    "blocked": "is blocked in AVC",
    "person-gone": "their account in AVC is gone",
    "guild-gone": "the guild is gone",
    "role-gone": "the role is no longer mapped",
    "cohort-gone": "the cohort that gave it is deleted, or no longer ours",
    "withdrawn": "the role rules the site, and is not allowed",
    "stranger": "AVC does not know them",
    "way": "it is given in another way",
    "undone": "a run is undone",
}
_WAYS = {
    "course-enrolment": "in courses that enrol the cohort",
    "definition": "to the cohort's members by local_cohortrole",
    "assignment": "to the cohort's members one by one",
    "none": "not given",
}
_REASONS = {
    "configured": ", as nwp.yml says",
    "only-in-courses": ": Moodle gives it in courses only",
    "plugin-installed": ": the plugin is installed",
    "no-plugin": ": local_cohortrole is not installed",
    "by-hand": ": defined by hand, as this access cannot",
    "unseen": ": this access does not show roles",
    "impossible": "",
}
_YES_NO = {True: "yes", False: "no"}


def plan_lines(plan: Plan) -> Iterator[str]:
    """The plan: what it does, to whom, what it cannot settle, and what it is known by."""
    yield headline(plan)
    if plan.undoes:
        yield f"It undoes the run {plan.undoes}: AVC is not asked."
    if plan.only:
        yield f"Nothing but {', '.join(map(name, plan.only))} is in it."
    if plan.exclude:
        yield f"Left out: {', '.join(map(name, plan.exclude))}."
    if plan.roles:
        yield ""
        yield "Roles:"
        yield from (f"  {_role(role)}" for role in plan.roles)
    for cohort in plan.cohorts:
        yield ""
        yield from _cohort(cohort)
    if plan.problems:
        yield ""
        yield f"{number(len(plan.problems), 'problem')}:"
        for problem in plan.problems:
            yield f"  ⚠ {sentence(problem)}"
    if plan.guards:
        yield ""
        yield "Guards:"
        yield from guard_lines(plan.guards)
    yield ""
    unseen = ", ".join(plan.matching.unavailable)
    if plan.undoes:
        yield f"Undoes run {name(plan.undoes)}, whatever AVC calls for"
    else:
        yield f"People matched by {', '.join(plan.matching.used) or 'nothing'}" + (
            f" ({unseen} cannot be seen this way)" if unseen else ""
        )
    yield f"Plan {digest(plan)}"


def _cohort(cohort: CohortPlan) -> Iterator[str]:
    where = f"cohort {cohort.cohort}" if cohort.cohort is not None else "a new cohort"
    role = f" ({cohort.role})" if cohort.role else ""
    yield f"{name(cohort.guild)}{role}: {cohort.action} {where}"
    if cohort.name:
        before = f"{name(cohort.name.from_)} → " if cohort.name.from_ is not None else ""
        yield f"  name: {before}{name(cohort.name.to)}"
    if cohort.idnumber:
        yield f"  idnumber: {name(cohort.idnumber.from_ or '')} → {name(cohort.idnumber.to)}"
    if cohort.description and cohort.description.from_ is not None:
        yield "  description: changes (the plan file shows both)"
    if cohort.component:
        yield f"  locked: {_YES_NO[bool(cohort.component.to)]}"
    if cohort.visible:
        before, after = (_YES_NO[flag] for flag in (cohort.visible.from_, cohort.visible.to))
        yield f"  visible: {before} → {after}"
    if cohort.definition:
        verb = "is given" if cohort.definition.action == "create" else "is no longer given"
        yield f"  role: {cohort.definition.role} {verb} to its members (local_cohortrole)"
    yield from _people(cohort)


def _people(cohort: CohortPlan) -> Iterator[str]:
    coming = [member for member in cohort.members if member.change == "add"]
    for member in coming[:FOLD]:
        yield f"  + {_member(member)}"
    if len(coming) > FOLD:
        yield f"  + {len(coming) - FOLD} more"
    for member in cohort.members:
        if member.change == "remove":
            yield f"  - {_member(member)}: {_WHY.get(member.because or '', '')}{_cost(member)}"
    for given in cohort.assignments:
        yield f"  {_giving(given)}"


def _role(role: RolePlan) -> str:
    return f"{role.role} ({', '.join(role.guild_roles)}): {_WAYS[role.way]}{_REASONS[role.because]}"


def _giving(given: MemberChange) -> str:
    repairs = ", which local_cohortrole left out" if given.through == PLUGIN else ""
    if given.change == "add":
        return f"+ role {given.role}: {_member(given)}{repairs}"
    return f"- role {given.role}: {_member(given)}: {_WHY.get(given.because or '', '')}"


def _cost(member: MemberChange) -> str:
    if member.last_enrolments is None or member.suspends is None:
        return "; what it costs them cannot be seen"
    courses = member.last_enrolments or member.suspends
    if not courses:
        return ""
    what = "loses enrolment and grades in" if member.last_enrolments else "is suspended in"
    return f"; {what} {number(courses, 'course')}"


def _member(member: MemberChange) -> str:
    person = f", AVC {member.avc}" if member.avc is not None else ""
    person += f" by {member.by}" if member.by else ""
    return f"{name(member.name) or 'account'} (Moodle {member.moodle}{person})"

"""A plan for reading on a terminal."""

from collections.abc import Iterator

from reconciler.models.plan import CohortPlan, MemberChange, Plan
from reconciler.plan_file import digest
from reconciler.render.problems import sentence
from reconciler.render.terminal import name, number
from reconciler.summary import headline

FOLD = 10
"""Additions to a cohort that are shown one by one; removals always are."""

_WHY = {
    "left-guild": "is not in the guild",
    "blocked": "is blocked in AVC",
    "guild-gone": "the guild is gone",
    "stranger": "AVC does not know them",
}
_YES_NO = {True: "yes", False: "no"}


def plan_lines(plan: Plan) -> Iterator[str]:
    """The plan: what it does, to whom, what it cannot settle, and what it is known by."""
    yield headline(plan)
    for cohort in plan.cohorts:
        yield ""
        yield from _cohort(cohort)
    if plan.problems:
        yield ""
        yield f"{number(len(plan.problems), 'problem')}:"
        for problem in plan.problems:
            yield f"  ⚠ {sentence(problem)}"
    yield ""
    unseen = ", ".join(plan.matching.unavailable)
    yield f"People matched by {', '.join(plan.matching.used) or 'nothing'}" + (
        f" ({unseen} cannot be seen this way)" if unseen else ""
    )
    yield f"Plan {digest(plan)}"


def _cohort(cohort: CohortPlan) -> Iterator[str]:
    where = f"cohort {cohort.cohort}" if cohort.cohort is not None else "a new cohort"
    yield f"{name(cohort.guild)}: {cohort.action} {where}"
    if cohort.name:
        before = f"{name(cohort.name.from_)} → " if cohort.name.from_ is not None else ""
        yield f"  name: {before}{name(cohort.name.to)}"
    if cohort.idnumber:
        yield f"  idnumber: {name(cohort.idnumber.from_ or '')} → {name(cohort.idnumber.to)}"
    if cohort.description and cohort.description.from_ is not None:
        yield "  description: changes (the plan file shows both)"
    if cohort.visible:
        before, after = (_YES_NO[flag] for flag in (cohort.visible.from_, cohort.visible.to))
        yield f"  visible: {before} → {after}"
    coming = [member for member in cohort.members if member.change == "add"]
    for member in coming[:FOLD]:
        yield f"  + {_member(member)}"
    if len(coming) > FOLD:
        yield f"  + {len(coming) - FOLD} more"
    for member in cohort.members:
        if member.change == "remove":
            yield f"  - {_member(member)}: {_WHY.get(member.because or '', '')}"


def _member(member: MemberChange) -> str:
    person = f", AVC {member.avc} by {member.by}" if member.avc is not None else ""
    return f"{name(member.name) or 'account'} (Moodle {member.moodle}{person})"

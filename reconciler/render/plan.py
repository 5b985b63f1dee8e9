"""A plan for reading on a terminal."""

from collections.abc import Iterator

from reconciler.models.plan import Plan
from reconciler.models.review import (
    CohortReview,
    FieldChange,
    GuildReview,
    PersonChange,
    RoleReview,
)
from reconciler.plan_file import digest
from reconciler.render.guards import guard_lines
from reconciler.render.review import guild_reviews, problem_reviews, role_review
from reconciler.render.terminal import name, number
from reconciler.summary import headline

FOLD = 10
"""Additions to a cohort that are shown one by one; removals always are."""


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
        yield from (f"  {_role(role)}" for role in map(role_review, plan.roles))
    for guild in guild_reviews(plan):
        for cohort in guild.cohorts:
            yield ""
            yield from _cohort(guild, cohort)
    if plan.problems:
        yield ""
        yield f"{number(len(plan.problems), 'problem')}:"
        yield from (f"  ⚠ {problem.sentence}" for problem in problem_reviews(plan))
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


def _role(role: RoleReview) -> str:
    return f"{role.role} ({', '.join(role.guild_roles)}): {role.sentence}"


def _cohort(guild: GuildReview, cohort: CohortReview) -> Iterator[str]:
    yield f"{guild.guild}{f' ({cohort.role})' if cohort.role else ''}: {cohort.title}"
    yield from (f"  {line}" for line in map(_change, cohort.changes) if line)
    if cohort.definition:
        yield f"  role: {cohort.definition}"
    for person in cohort.coming[:FOLD]:
        yield f"  + {_person(person)}"
    if len(cohort.coming) > FOLD:
        yield f"  + {len(cohort.coming) - FOLD} more"
    for person in cohort.going:
        yield f"  - {_person(person)}: {person.why}{f'; {person.cost}' if person.cost else ''}"
    for person in cohort.given:
        yield f"  + role {person.role}: {_person(person)}"
    for person in cohort.taken:
        yield f"  - role {person.role}: {_person(person)}: {person.why}"


def _change(change: FieldChange) -> str:
    if change.field == "description":
        known = change.before is not None
        return "description: changes (the plan file shows both)" if known else ""
    before = f"{change.before} → " if change.before is not None else ""
    return f"{change.field}: {before}{change.after}"


def _person(person: PersonChange) -> str:
    known = f", AVC {person.avc}" if person.avc is not None else ""
    known += f" by {person.by}" if person.by else ""
    return f"{person.name or 'account'} (Moodle {person.moodle}{known})"

"""A plan for reading on a terminal, or in a log."""

import shlex
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from reconciler.models.plan import Plan
from reconciler.models.review import (
    CohortReview,
    FieldChange,
    GuildReview,
    PersonChange,
    RoleReview,
)
from reconciler.plan_file import digest
from reconciler.render.guards import guard_lines, tripped
from reconciler.render.review import guild_reviews, problem_reviews, role_review
from reconciler.render.terminal import name
from reconciler.summary import headline
from reconciler.wording import number

FOLD = 10
"""Additions to a cohort, and problems of a kind, that are shown one by one."""
FOLDED_COHORTS = 20
"""Cohorts that only gain members and are shown one by one."""


@dataclass(slots=True)
class _Folded:
    """What is not shown one by one."""

    additions: int = 0
    cohorts: Counter[str] = field(default_factory=Counter)
    """By what becomes of them: ``create``, ``update``."""
    problems: int = 0

    @property
    def parts(self) -> list[str]:
        """In words; empty where all is shown."""
        found = (
            (self.additions, "addition", ""),
            (self.cohorts.total(), "cohort", ""),
            (self.problems, "problem", ""),
        )
        return [number(*what) for what in found if what[0]]


def plan_lines(
    plan: Plan,
    *,
    everything: bool = False,
    file: Path | None = None,
    held: Iterable[str] | None = None,
) -> Iterator[str]:
    """The plan: what it does, to whom, what it cannot settle, and what it is known by.

    Who or what goes is always shown one by one; of what comes, the first few, unless
    ``everything`` is. ``file`` is where the plan is, if it is anywhere. ``held`` says what guards
    hold back of it, for a run that does the rest.
    """
    folded = _Folded()
    yield headline(plan)
    if plan.undoes:
        yield f"It undoes the run {name(plan.undoes)}: AVC is not asked."
    if plan.only:
        yield f"Nothing but {', '.join(map(name, plan.only))} is in it."
    if plan.exclude:
        yield f"Left out: {', '.join(map(name, plan.exclude))}."
    yield from tripped(plan) if held is None else held
    if plan.roles:
        yield ""
        yield "Roles:"
        yield from (f"  {_role(role)}" for role in map(role_review, plan.roles))
    yield from _cohorts(plan, folded, everything=everything)
    if plan.problems:
        yield ""
        yield f"{number(len(plan.problems), 'problem')}:"
        yield from _problems(plan, folded, everything=everything)
    if passed := [guard for guard in plan.guards if guard.ok]:
        yield ""
        yield "Guards:" if len(passed) == len(plan.guards) else "Other guards:"
        yield from guard_lines(passed)
    yield ""
    if folded.parts:
        where = shlex.quote(str(file)) if file else "FILE (a plan written with -o FILE)"
        yield f"ℹ Folded: {', '.join(folded.parts)}. To see all of it:"
        yield f"  reconciler show --all {where}"
    yield from _origin(plan)


def _origin(plan: Plan) -> Iterator[str]:
    unseen = ", ".join(plan.matching.unavailable)
    if plan.undoes:
        yield f"Undoes run {name(plan.undoes)}, whatever AVC calls for"
    else:
        yield f"People matched by {', '.join(plan.matching.used) or 'nothing'}" + (
            f" ({unseen} could not be asked)" if unseen else ""
        )
    if plan.made:
        yield f"Made on {plan.made:%Y-%m-%d %H:%M} UTC"
    yield f"Plan {digest(plan)}"


def _role(role: RoleReview) -> str:
    return f"{role.role} ({', '.join(role.guild_roles)}): {role.sentence}"


def _cohorts(plan: Plan, folded: _Folded, *, everything: bool) -> Iterator[str]:
    gaining = 0
    for guild in guild_reviews(plan):
        for cohort in guild.cohorts:
            if only_gains(cohort):
                gaining += 1
                if gaining > FOLDED_COHORTS and not everything:
                    folded.cohorts[cohort.action] += 1
                    folded.additions += len(cohort.coming)
                    continue
            yield ""
            yield from _cohort(guild, cohort, folded, everything=everything)
    if total := folded.cohorts.total():
        new = f" ({folded.cohorts['create']} to create)" if folded.cohorts["create"] else ""
        verb = "gains" if total == 1 else "gain"
        yield ""
        yield f"… and {number(total, 'more cohort')} that only {verb} members{new}"


def only_gains(cohort: CohortReview) -> bool:
    """Whether nothing is taken, given, renamed or taken over: people come, and that is all."""
    changes = cohort.changes and cohort.action != "create"
    return cohort.action in {"create", "update"} and not any(
        (changes, cohort.definition, cohort.going, cohort.given, cohort.taken)
    )


def _cohort(
    guild: GuildReview, cohort: CohortReview, folded: _Folded, *, everything: bool
) -> Iterator[str]:
    yield f"{guild.guild}{f' ({cohort.role})' if cohort.role else ''}: {cohort.title}"
    yield from (f"  {line}" for line in map(change_line, cohort.changes) if line)
    if cohort.definition:
        yield f"  role: {cohort.definition}"
    shown = None if everything else FOLD
    yield from (f"  + {person_words(person)}" for person in cohort.coming[:shown])
    more = 0 if everything else len(cohort.coming) - FOLD
    if more > 0:
        folded.additions += more
        yield f"  + {more} more"
    yield from _going(cohort.going)
    # A role is a right: who gets one is shown, as who goes is.
    for person in cohort.given:
        yield f"  + role {person.role}: {person_words(person)}"
    for person in cohort.taken:
        yield f"  - role {person.role}: {person_words(person)}: {person.why}"


def _going(people: Sequence[PersonChange]) -> Iterator[str]:
    """Everybody who goes, one by one; what several have in common is said once, above them."""
    alike: dict[tuple[str, str], list[PersonChange]] = {}
    for person in people:
        alike.setdefault((person.why, person.cost), []).append(person)
    for (why, cost), found in alike.items():
        ground = f"{why}; {cost}" if cost else why
        if len(found) == 1:
            yield f"  - {person_words(found[0])}: {ground}"
            continue
        yield f"  remove {len(found)}: {ground}"
        yield from (f"  - {person_words(person)}" for person in found)


def change_line(change: FieldChange) -> str:
    """What becomes of a cohort's field; empty for a new cohort's description."""
    if change.field == "description":
        known = change.before is not None
        return "description: changes (the plan file shows both)" if known else ""
    before = f"{change.before} → " if change.before is not None else ""
    return f"{change.field}: {before}{change.after}"


def person_words(person: PersonChange) -> str:
    """Who it is, and how that is known."""
    return f"{person.name or 'account'} ({person_ids(person)})"


def person_ids(person: PersonChange) -> str:
    """``Moodle 201, AVC 77 by link``."""
    known = f", AVC {person.avc}" if person.avc is not None else ""
    known += f" by {person.by}" if person.by else ""
    return f"Moodle {person.moodle}{known}"


def _problems(plan: Plan, folded: _Folded, *, everything: bool) -> Iterator[str]:
    """In the plan's order, which is by kind."""
    for kind, found in groupby(problem_reviews(plan), key=lambda problem: problem.kind):
        of_kind = list(found)
        shown = len(of_kind) if everything else FOLD
        yield from (f"  ⚠ {problem.sentence}" for problem in of_kind[:shown])
        more = len(of_kind) - shown
        if more > 0:
            folded.problems += more
            yield f"  ⚠ {kind}: {more} more"

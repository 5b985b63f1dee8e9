"""A plan in figures, and in one line."""

from collections import Counter
from dataclasses import dataclass

from reconciler.member_lines import escaped
from reconciler.models.plan import Plan
from reconciler.models.scope import FullScope


@dataclass(frozen=True, slots=True)
class Summary:
    """How much a plan does."""

    create: int
    rename: int
    change: int
    """Cohorts whose other fields change: adopted, updated or restored ones."""
    archive: int
    members_only: int
    """Cohorts whose members change, and nothing else."""
    same: int | None
    """Guilds whose cohort stays as it is; None where the scope does not tell."""
    add: int
    remove: int
    problems: int


def summarise(plan: Plan) -> Summary:
    """Count what a plan does."""
    actions = Counter(cohort.action for cohort in plan.cohorts)
    living = [cohort for cohort in plan.cohorts if cohort.action not in {"create", "archive"}]
    renamed = [cohort for cohort in living if cohort.name]
    unnamed = [cohort for cohort in living if not cohort.name]
    fields = [cohort for cohort in unnamed if cohort.changes_fields]
    changes = Counter(member.change for cohort in plan.cohorts for member in cohort.members)
    full = isinstance(plan.scope, FullScope)
    return Summary(
        create=actions["create"],
        rename=len(renamed),
        change=len(fields),
        archive=actions["archive"],
        members_only=len(unnamed) - len(fields),
        same=plan.avc.guilds - len(plan.cohorts) + actions["archive"] if full else None,
        add=changes["add"],
        remove=changes["remove"],
        problems=len(plan.problems),
    )


def headline(plan: Plan) -> str:
    """The plan in one line: the comment on top of its file."""
    where = escaped(f"{plan.moodle.site} from {plan.avc.site}, {plan.scope}")
    found = summarise(plan)
    if plan.empty:
        return f"{where}: nothing to do"
    cohorts = [
        f"{number} {verb}"
        for number, verb in (
            (found.create, "to create"),
            (found.rename, "to rename"),
            (found.change, "to change"),
            (found.archive, "to archive"),
            (found.members_only, "with other members"),
            (found.same or 0, "as it is" if found.same == 1 else "as they are"),
        )
        if number
    ]
    first, *rest = cohorts or ["none to change"]
    number, _, verb = first.partition(" ")
    noun = "cohort" if number == "1" else "cohorts"
    coming = "member" if found.add == 1 else "members"
    members = f"{found.add} {coming} to add, {found.remove} to remove"
    return f"{where}: " + ", ".join([f"{number} {noun} {verb}", *rest]) + f"; {members}"

"""A plan in figures, and in one line."""

from collections import Counter

from reconciler import wording
from reconciler.member_lines import escaped
from reconciler.models.plan import Plan
from reconciler.models.review import Totals
from reconciler.models.scope import FullScope
from reconciler.roles import lost_by_leaving


def summarise(plan: Plan) -> Totals:
    """Count what a plan does."""
    actions = Counter(cohort.action for cohort in plan.cohorts)
    counted = {"create", "archive", "restore"}
    living = [cohort for cohort in plan.cohorts if cohort.action not in counted]
    renamed = [cohort for cohort in living if cohort.name]
    unnamed = [cohort for cohort in living if not cohort.name]
    fields = [c for c in unnamed if c.changes_fields or c.definition or not c.members]
    members = [member for cohort in plan.cohorts for member in cohort.members]
    changes = Counter(member.change for member in members)
    roles = Counter(given.change for cohort in plan.cohorts for given in cohort.assignments)
    definitions = Counter(c.definition.action for c in plan.cohorts if c.definition)
    own = [c for c in plan.cohorts if c.role is None and c.action not in {"archive", "forget"}]
    full = isinstance(plan.scope, FullScope)
    return Totals(
        create=actions["create"],
        rename=len(renamed),
        change=len(fields),
        restore=actions["restore"],
        archive=actions["archive"],
        members_only=len(unnamed) - len(fields),
        same=plan.avc.guilds - len(own) if full and plan.undoes is None else None,
        add=changes["add"],
        remove=changes["remove"],
        lost=sum(member.last_enrolments or 0 for member in members),
        suspended=sum(member.suspends or 0 for member in members),
        unknown=sum(member.last_enrolments is None for member in members),
        roles_lost=sum(
            member.change == "remove"
            for cohort in plan.cohorts
            if lost_by_leaving(cohort, plan.roles)
            for member in cohort.members
        ),
        give=roles["add"],
        take=roles["remove"],
        define=definitions["create"],
        undefine=definitions["delete"],
        problems=len(plan.problems),
    )


def headline(plan: Plan) -> str:
    """The plan in one line: the comment on top of its file."""
    what = f"undoing run {plan.undoes}" if plan.undoes else f"from {plan.avc.site}, {plan.scope}"
    return f"{escaped(f'{plan.moodle.site} {what}')}: {figures(plan)}"


def figures(plan: Plan) -> str:
    """What a plan does, counted, in a part of a sentence."""
    found = summarise(plan)
    if plan.empty:
        return "nothing to do"
    cohorts = [
        f"{number} {verb}"
        for number, verb in (
            (found.create, "to create"),
            (found.rename, "to rename"),
            (found.change, "to change"),
            (found.restore, "to restore"),
            (found.archive, "to archive"),
            (found.members_only, "with other members"),
        )
        if number
    ]
    if found.same:
        beside = bool(plan.roles) or any(cohort.role for cohort in plan.cohorts)
        cohorts.append(_same(found.same, beside=beside))
    first, *rest = cohorts or ["none to change"]
    number, _, verb = first.partition(" ")
    noun = "cohort" if number == "1" else "cohorts"
    members = f"{wording.number(found.add, 'member')} to add, {found.remove} to remove"
    told = ", ".join([f"{number} {noun} {verb}", *rest])
    return f"{told}; {members}{_costs(found)}{_roles(found)}"


def _same(guilds: int, *, beside: bool) -> str:
    """Of guilds; ``beside``: they have cohorts for roles, too, which nobody counts."""
    whose = f" of {wording.number(guilds, 'guild')}" if beside else ""
    if guilds == 1:
        return f"the own one{whose} as it is" if beside else "1 as it is"
    return f"the own ones{whose} as they are" if beside else f"{guilds} as they are"


def _costs(found: Totals) -> str:
    if found.unknown and found.unknown == found.remove and not found.roles_lost:
        return ", at a cost that cannot be seen"
    parts = [
        f"{wording.number(count, noun)} {what}"
        for count, noun, what in (
            (found.lost, "enrolment", "lost"),
            (found.suspended, "enrolment", "suspended"),
            (found.roles_lost, "role", "lost with a membership"),
            (found.unknown, "removal", "at a cost that cannot be seen"),
        )
        if count
    ]
    return f" ({', '.join(parts)})" if parts else ""


def _roles(found: Totals) -> str:
    parts = (
        (found.give, "role", "to give", found.take, "to take"),
        (found.define, "definition", "to make", found.undefine, "to delete"),
    )
    return "".join(
        f"; {wording.number(more, noun)} {coming}, {less} {going}"
        for more, noun, coming, less, going in parts
        if more or less
    )

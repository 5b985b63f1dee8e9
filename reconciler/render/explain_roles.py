"""Whether a plan gives somebody a Moodle role, in sentences."""

from collections.abc import Iterator, Mapping, Sequence

from reconciler.models.explanation import PlannedOperation, RoleDue, RoleWhy
from reconciler.models.operations import DefineRole
from reconciler.models.plan import Plan
from reconciler.render.explain_why import why_words
from reconciler.render.problems import sentence
from reconciler.render.review import WAYS
from reconciler.render.terminal import name

_NOT: Mapping[RoleWhy, str] = {
    "changed": "a plan made now would. Plan again",
    "left-alone": "its cohort is left alone for a problem",
    "adopting": "it adopts the cohort, and the next plan gives what there is to give",
    "site-administrator": "they administer the Moodle site",
    "no-role-sync": "role_sync is off in nwp.yml",
    "unknown-moodle-role": "Moodle has no role with that short name",
    "privileged-role": (
        "it rules the whole site, and allow_privileged_roles in nwp.yml does not name it"
    ),
    "role-unseen": "this access to Moodle neither shows nor gives roles",
    "role-not-assignable": "Moodle does not give it at site level, as roles_by in nwp.yml wants",
    "role-needs-plugin": (
        "local_cohortrole is not installed, and this access to Moodle gives no roles one by one"
    ),
    "in-courses": "courses do",
    "no-way": "roles_by in nwp.yml says so",
    "role-by-hand": "it is to be defined for the cohort by hand, as this access cannot",
    "definition-waits": "strangers in the cohort would get it, too",
    "not-defined": (
        "one person's plan defines no role for a cohort that is there. Plan the guild, or"
        " everything"
    ),
    "passed-over": (
        "local_cohortrole passed them over, and this access to Moodle gives no roles one by one"
    ),
}
"""Beside what is said of memberships."""


def role_lines(roles: Sequence[RoleDue], plan: Plan) -> Iterator[str]:
    """One line a role: for what in AVC, in which way, and whether the plan gives it, or why not."""
    for due in roles:
        held = ", ".join(map(name, due.guild_roles))
        if due.role is None:
            yield f"  • Role: none for {held}. role_mapping in nwp.yml names none for that."
            continue
        way = f"; given {WAYS[due.way]}" if due.way != "none" else ""
        yield f"  • Role: {name(due.role)}, for {held}{way}. {_told(due, plan)}."
        yield from (f"  • Problem: {sentence(problem)}." for problem in due.problems)


def _told(due: RoleDue, plan: Plan) -> str:
    if due.why is None:
        defines = any(isinstance(item.operation, DefineRole) for item in due.operations)
        by = ", by defining it for the cohort" if defines else ""
        return f"The plan gives it{by}{_going_on(due.operations)}"
    if due.why == "already":
        return "They have it already"
    return f"The plan does not give it: {_reason(due.why, plan)}"


def _reason(why: RoleWhy, plan: Plan) -> str:
    match why:
        case (
            "already"
            | "left-out"
            | "out-of-scope"
            | "on-hold"
            | "not-adopted"
            | "no-moodle-account"
            | "several-accounts"
            | "shared-account"
            | "contradicting-evidence"
            | "unconfirmed-account"
        ):
            return why_words(why, plan).removeprefix("Nothing: ")
        case _:
            return _NOT[why]


def _going_on(items: Sequence[PlannedOperation]) -> str:
    """How that stands now."""
    guards = dict.fromkeys(guard.guard for item in items for guard in item.held)
    if guards:
        return f", but {', '.join(guards)} holds that back"
    if any(item.falls for item in items):
        return ", but that waits for something that a guard holds back"
    states = {item.state for item in items}
    if "stale" in states:
        return ", but that no longer fits"
    return ", and that is done" if states == {"done"} else ""

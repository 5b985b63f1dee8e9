"""A plan put into words: the one place where they are chosen, whatever the format."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from reconciler.guards import REMEDIES
from reconciler.models.guards import GuardFigures
from reconciler.models.members import MemberChange
from reconciler.models.moodle import PLUGIN
from reconciler.models.plan import CohortPlan, MoodleSide, Plan, RolePlan
from reconciler.models.review import (
    CohortReview,
    FieldChange,
    GuardReview,
    GuildReview,
    PersonChange,
    ProblemReview,
    Review,
    RoleReview,
)
from reconciler.plan_file import digest
from reconciler.render.problems import Elsewhere, pieces
from reconciler.render.terminal import name
from reconciler.roles import lost_by_leaving
from reconciler.summary import figures, headline, summarise
from reconciler.wording import number

UNSEEN = "what it costs them cannot be seen"
"""The cost of a removal that this access to Moodle does not show."""
_GOING = {
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
    "undone": "came with the run that is undone",
}
WAYS = {
    "course-enrolment": "in courses that enrol the cohort",
    "definition": "to the cohort's members by local_cohortrole",
    "assignment": "to the cohort's members one by one",
    "none": "not given",
}
"""How cohorts give a role."""
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


def review(plan: Plan) -> Review:
    """All of the plan. For a large one whose guilds are only walked through: ``guild_reviews``."""
    return Review(
        headline=headline(plan),
        figures=figures(plan),
        digest=digest(plan),
        made=plan.made,
        undoes=name(plan.undoes) if plan.undoes is not None else None,
        scope=name(str(plan.scope)),
        avc=plan.avc.model_copy(update={"site": name(plan.avc.site), "uuid": name(plan.avc.uuid)}),
        moodle=_moodle(plan.moodle),
        only=tuple(map(name, plan.only)),
        exclude=tuple(map(name, plan.exclude)),
        matching=plan.matching,
        totals=summarise(plan),
        guards=tuple(guard_reviews(plan.guards)),
        roles=tuple(map(role_review, plan.roles)),
        guilds=tuple(guild_reviews(plan)),
        problems=tuple(problem_reviews(plan)),
    )


def schema() -> dict[str, Any]:
    """The JSON schema of a review."""
    found = Review.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **found}


def guild_reviews(plan: Plan) -> Iterator[GuildReview]:
    """Guild by guild, in the plan's order, with its own cohort and those for its roles."""
    undoing = plan.undoes is not None
    for uuid, cohorts in groupby(plan.cohorts, key=lambda cohort: cohort.uuid):
        found = tuple(cohorts)
        yield GuildReview(
            guild=name(found[0].guild),
            uuid=name(uuid),
            cohorts=tuple(_cohort(cohort, plan.roles, undoing=undoing) for cohort in found),
        )


def guard_reviews(guards: Iterable[GuardFigures]) -> Iterator[GuardReview]:
    """Each guard, in the plan's order."""
    for guard in guards:
        yield GuardReview(
            guard=guard.guard,
            ok=guard.ok,
            checked=guard.checked,
            found=name(guard.found),
            limit=name(guard.limit),
            remedy="" if guard.ok else f"{REMEDIES[guard.guard]}.",
            acknowledge=name(guard.acknowledge) if guard.acknowledge is not None else None,
        )


def role_review(role: RolePlan) -> RoleReview:
    """How a role is given, and why in that way."""
    return RoleReview(
        role=name(role.role),
        guild_roles=tuple(map(name, role.guild_roles)),
        way=role.way,
        sentence=f"{WAYS[role.way]}{_REASONS[role.because]}",
    )


def problem_reviews(plan: Plan) -> Iterator[ProblemReview]:
    """Each problem, in the plan's order."""
    elsewhere = Elsewhere.of(plan)
    for problem in plan.problems:
        told = pieces(problem, elsewhere)
        yield ProblemReview(
            kind=problem.kind,
            sentence="".join(told),
            pieces=told,
            guilds=tuple(map(name, problem.guilds)),
            avc=problem.avc,
        )


def _moodle(side: MoodleSide) -> MoodleSide:
    release = name(side.release) if side.release is not None else None
    return MoodleSide(site=name(side.site), url=name(side.url), release=release)


def _cohort(cohort: CohortPlan, roles: Sequence[RolePlan], *, undoing: bool) -> CohortReview:
    lost = lost_by_leaving(cohort, roles)

    def people(lines: Sequence[MemberChange], change: str) -> tuple[PersonChange, ...]:
        return tuple(
            _person(line, cohort, lost, undoing=undoing) for line in lines if line.change == change
        )

    where = f"cohort {cohort.cohort}" if cohort.cohort is not None else "a new cohort"
    stays = " (hidden, not deleted)" if cohort.action == "archive" else ""
    return CohortReview(
        title=f"{cohort.action} {where}{stays}",
        action=cohort.action,
        cohort=cohort.cohort,
        role=name(cohort.role) if cohort.role is not None else None,
        changes=tuple(_changes(cohort)),
        definition=_definition(cohort),
        defines=cohort.definition.action if cohort.definition else None,
        coming=people(cohort.members, "add"),
        going=people(cohort.members, "remove"),
        given=people(cohort.assignments, "add"),
        taken=people(cohort.assignments, "remove"),
    )


def _changes(cohort: CohortPlan) -> Iterator[FieldChange]:
    for field, change in (
        ("name", cohort.name),
        ("idnumber", cohort.idnumber),
        ("description", cohort.description),
    ):
        if change:
            before = name(change.from_) if change.from_ is not None else None
            yield FieldChange(field=field, before=before, after=name(change.to))
    if cohort.component:
        locks = (bool(cohort.component.from_), bool(cohort.component.to))
        yield FieldChange(field="locked", before=_YES_NO[locks[0]], after=_YES_NO[locks[1]])
    if cohort.visible:
        before, after = (_YES_NO[flag] for flag in (cohort.visible.from_, cohort.visible.to))
        yield FieldChange(field="visible", before=before, after=after)


def _definition(cohort: CohortPlan) -> str:
    if not cohort.definition:
        return ""
    creates = cohort.definition.action == "create"
    verb = "is given to" if creates else "is taken from"
    return f"{name(cohort.definition.role)} {verb} everybody in it (local_cohortrole)"


def _person(
    member: MemberChange, cohort: CohortPlan, lost: str | None, *, undoing: bool
) -> PersonChange:
    return PersonChange(
        name=name(member.name),
        moodle=member.moodle,
        avc=member.avc,
        by=member.by,
        role=name(member.role) if member.role is not None else None,
        why=_why(member, cohort, undoing=undoing),
        cost="; ".join(_costs(member, lost)),
    )


def _why(member: MemberChange, cohort: CohortPlan, *, undoing: bool) -> str:
    if member.change == "remove":
        return _GOING.get(member.because or "", "")
    if undoing:
        return "went with the run that is undone"
    if member.through == PLUGIN:
        return "local_cohortrole left them out"
    if cohort.role is not None:
        return f"their role in the guild gives {name(cohort.role)}"
    return "is in the guild"


def _costs(member: MemberChange, lost: str | None) -> Iterator[str]:
    """What a removal takes; ``lost`` is the role that goes with a membership of the cohort."""
    if member.change == "add" or member.role is not None:
        return
    if member.last_enrolments is None or member.suspends is None:
        yield UNSEEN
    elif member.last_enrolments:
        yield f"loses enrolment and grades in {number(member.last_enrolments, 'course')}"
    elif member.suspends:
        yield f"will be suspended in {number(member.suspends, 'course')}"
    if lost is not None:
        yield f"loses the role {name(lost)}, unless another cohort gives it"

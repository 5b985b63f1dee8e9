"""A plan as Markdown, for a comment on a merge request of GitLab or GitHub."""

from collections.abc import Iterator
from enum import IntEnum
from itertools import groupby

from reconciler.models.review import (
    CohortReview,
    GuardReview,
    GuildReview,
    PersonChange,
    ProblemReview,
    Review,
    Totals,
)
from reconciler.render.fitting import Left, Line, Part, fitted
from reconciler.render.guards import IDLE
from reconciler.render.markdown_text import code, fenced, html_code, plain
from reconciler.render.plan import change_line, person_ids, person_words
from reconciler.wording import capital, number


class Kind(IntEnum):
    """What a line is about; where there is no room for all, the last are left out first."""

    HOLDS = 0
    ARCHIVES = 1
    COSTS = 2
    REMOVES = 3
    TAKES = 4
    GIVES = 5
    CHANGES = 6
    PROBLEM = 7
    ROLE = 8
    PASSES = 9
    ADDS = 10
    MORE_PROBLEMS = 11


_Part = Part[Kind]
_LEFT: dict[Kind, tuple[str, str]] = {
    Kind.HOLDS: ("guard that holds", "guards that hold"),
    Kind.ARCHIVES: ("archived cohort", "archived cohorts"),
    Kind.COSTS: ("removal that costs something", "removals that cost something"),
    Kind.REMOVES: ("removal without a cost", "removals without a cost"),
    Kind.TAKES: ("role that is taken", "roles that are taken"),
    Kind.GIVES: ("role that is given", "roles that are given"),
    Kind.CHANGES: ("changed field of a cohort", "changed fields of cohorts"),
    Kind.ROLE: ("role of the mapping", "roles of the mapping"),
    Kind.PASSES: ("guard that passes", "guards that pass"),
    Kind.ADDS: ("addition", "additions"),
}
_PROBLEMS = {Kind.PROBLEM, Kind.MORE_PROBLEMS}
_IN_GUILDS = {*range(Kind.ARCHIVES, Kind.PROBLEM), Kind.ADDS}
_FIRST = 10
"""Problems of a kind that matter more than additions, and guild roles that are named."""
_NAMED = 3
"""Of what a plan is narrowed to, so many are named."""
_SHORT = 80
"""Characters of what stands on top."""
_TOTALS = (
    ("create", "Cohorts to create"),
    ("rename", "Cohorts to rename"),
    ("change", "Cohorts to change otherwise"),
    ("restore", "Cohorts to restore"),
    ("archive", "Cohorts to archive"),
    ("members_only", "Cohorts with other members"),
    ("same", "Guilds whose own cohort stays as it is"),
    ("add", "Members to add"),
    ("remove", "Members to remove"),
    ("lost", "Enrolments lost, with their grades"),
    ("suspended", "Enrolments suspended"),
    ("roles_lost", "Roles lost with a membership"),
    ("unknown", "Removals at a cost that cannot be seen"),
    ("give", "Roles to give"),
    ("take", "Roles to take"),
    ("define", "Definitions to make, each giving its role to all in its cohort"),
    ("undefine", "Definitions to delete, each taking its role from all in its cohort"),
    ("problems", "Problems"),
)
_ALWAYS = {"add", "remove"}
_NOT_MEANT = (
    "Why somebody goes: `reconciler explain PLAN --user WHO`. If it is not meant, do not merge"
    " this: mend it in AVC, or put a `hold:` for them into nwp.yml, and plan again."
)


def comment(review: Review, limit: int) -> str:
    """The plan in Markdown of at most ``limit`` bytes of UTF-8, and so of characters.

    In 8,000 there is room for what has to be said in any case. What does not fit is counted on top;
    what is taken from people is left out last. Names are shown as code, in which neither GitHub nor
    GitLab finds anything to link, to mention or to draw.
    """
    root = _Part(head=f"{_top(review)}\n", foot=f"{_bottom(review)}\n")
    root.parts = [
        _holding(review),
        _removals(review),
        _unchecked([guard for guard in review.guards if not guard.checked]),
        _passing([guard for guard in review.guards if guard.ok and guard.checked]),
        _roles(review),
        *map(_guild, review.guilds),
        _problems(review),
    ]
    return fitted(root, limit, _note)


def _top(review: Review) -> str:
    what = f"{code(review.avc.site, _SHORT)}, {code(review.scope, _SHORT)}"
    if review.undoes is not None:
        what = f"a run that it undoes: {code(review.undoes, _SHORT)}"
    lines = [
        f"### Plan for {code(review.moodle.site, _SHORT)} from {what}",
        "",
        f"{plain(capital(review.figures))}.",
        *_narrowed(review),
        "",
        *_totals(review.totals),
    ]
    return "".join(f"{line}\n" for line in lines)


def _narrowed(review: Review) -> Iterator[str]:
    for words, found in (("Nothing is in it but", review.only), ("Left out:", review.exclude)):
        if found:
            more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
            named = ", ".join(code(text, _SHORT) for text in found[:_NAMED])
            yield f"{words} {named}{more}."


def _totals(totals: Totals) -> Iterator[str]:
    yield "| What | How many |"
    yield "|---|---:|"
    for field, words in _TOTALS:
        count = getattr(totals, field)
        if count or field in _ALWAYS:
            yield f"| {words} | {count} |"


def _bottom(review: Review) -> str:
    matched = ", ".join(review.matching.used) or "nothing"
    unseen = ", ".join(review.matching.unavailable)
    who = f"People matched by {matched}{f' ({unseen} could not be asked)' if unseen else ''}."
    made = f", made on {review.made:%Y-%m-%d %H:%M} UTC" if review.made else ""
    where = f"Moodle {code(review.moodle.url, _SHORT)}. " if review.moodle.url else ""
    return f"{where}{'' if review.undoes else f'{who} '}Plan {code(review.digest)}{made}."


def _note(left: Left[Kind]) -> str:
    parts = []
    for kind, found in left.items():
        if kind not in _PROBLEMS:
            where = f" in {number(found.about, 'guild')}" if kind in _IN_GUILDS else ""
            parts.append(f"{number(found.lines, *_LEFT[kind])}{where}")
    if problems := sum(found.lines for kind, found in left.items() if kind in _PROBLEMS):
        parts.append(number(problems, "problem"))
    return f"> ⚠ Too long for one comment. Left out here: {'; '.join(parts)}.\n\n"


def _holding(review: Review) -> _Part:
    head = (
        "#### ✗ Guards hold this plan back\n\n"
        "Apply takes it only with each of them acknowledged, by somebody who has looked at it:\n\n"
    )
    if not review.guilds:
        head = f"#### ✗ {IDLE}\n\n"
    part = _Part(head=head, foot="\n")
    for guard in (guard for guard in review.guards if not guard.ok):
        meant = f" If it is meant, add to apply: {code(f'--ack {guard.acknowledge}')}"
        ack = meant if guard.acknowledge else ""
        text = f"- ✗ {_guard_words(guard)}. {plain(guard.remedy)}{ack}\n"
        part.parts.append(Line(Kind.HOLDS, text, guard.guard))
    return part


def _passing(guards: list[GuardReview]) -> _Part:
    part = _folded(f"{number(len(guards), 'guard')} that {'pass' if len(guards) > 1 else 'passes'}")
    part.parts += [Line(Kind.PASSES, f"- ✓ {_guard_words(guard)}\n") for guard in guards]
    return part


def _unchecked(guards: list[GuardReview]) -> _Part:
    part = _Part(head="#### Not checked\n\n", foot="\n")
    part.parts += [Line(Kind.PASSES, f"- – {_guard_words(guard)}\n") for guard in guards]
    return part


def _guard_words(guard: GuardReview) -> str:
    return f"**{guard.guard}**: {code(guard.found)} (limit: {code(guard.limit)})"


def _folded(summary: str, foot: str = "\n</details>\n\n") -> _Part:
    return _Part(head=f"<details><summary>{summary}</summary>\n\n", foot=foot)


def _removals(review: Review) -> _Part:
    """Whatever is taken from anybody, unfolded."""
    section = _Part(head="#### Who and what goes\n\n", foot=f"{_NOT_MEANT}\n\n")
    for guild in review.guilds:
        for cohort in guild.cohorts:
            part = _Part(head=f"{_named(guild, cohort)}: {cohort.title}\n\n", foot="\n")
            part.parts += _taken(guild, cohort)
            section.parts.append(part)
    return section


def _named(guild: GuildReview, cohort: CohortReview) -> str:
    role = f", role {code(cohort.role)}" if cohort.role is not None else ""
    return f"{code(guild.guild)}{role}"


def _taken(guild: GuildReview, cohort: CohortReview) -> Iterator[Line[Kind]]:
    if cohort.action == "archive":
        text = "- The cohort is put away: hidden, its idnumber freed, and not deleted\n"
        yield Line(Kind.ARCHIVES, text, guild.uuid)
    if cohort.defines == "delete":
        yield Line(Kind.TAKES, f"- {code(cohort.definition)}\n", guild.uuid)
    for person in cohort.going:
        cost = f"; **{plain(person.cost)}**" if person.cost else ""
        kind = Kind.COSTS if person.cost else Kind.REMOVES
        yield Line(kind, f"- {_person(person)}: {plain(person.why)}{cost}\n", guild.uuid)
    for person in cohort.taken:
        role = f"role {code(person.role or '')}"
        text = f"- {role} of {_person(person)}: {plain(person.why)}\n"
        yield Line(Kind.TAKES, text, guild.uuid)


def _person(person: PersonChange) -> str:
    who = code(person.name) if person.name else "account"
    return f"{who} ({plain(person_ids(person))})"


def _roles(review: Review) -> _Part:
    part = _folded(f"How {number(len(review.roles), 'role')} of Moodle are given")
    for role in review.roles:
        become = ", ".join(map(code, role.guild_roles[:_FIRST]))
        more = len(role.guild_roles) - _FIRST
        become += f" and {more} more" if more > 0 else ""
        text = f"- {code(role.role)} ({become}): {plain(role.sentence)}\n"
        part.parts.append(Line(Kind.ROLE, text))
    return part


def _guild(guild: GuildReview) -> _Part:
    cohorts = guild.cohorts
    what = cohorts[0].title if len(cohorts) == 1 else f"{len(cohorts)} cohorts"
    part = _folded(
        "; ".join([f"{html_code(guild.guild)}: {what}", *_counts(guild)]), "</details>\n\n"
    )
    for cohort in guild.cohorts:
        role = f", for the role {code(cohort.role)}" if cohort.role is not None else ""
        head = f"{capital(cohort.title)}{role}:\n\n```diff\n"
        inside = _Part(head=head, foot="```\n\n", more="  … and {} more, left out here\n")
        inside.parts += _given(guild, cohort)
        part.parts.append(inside)
    return part


def _counts(guild: GuildReview) -> Iterator[str]:
    for field, one, several in (
        ("coming", "comes", "come"),
        ("going", "goes", "go"),
        ("given", "role given", "roles given"),
        ("taken", "role taken", "roles taken"),
    ):
        if count := sum(len(getattr(cohort, field)) for cohort in guild.cohorts):
            yield number(count, one, several)


def _given(guild: GuildReview, cohort: CohortReview) -> Iterator[Line[Kind]]:
    for change in cohort.changes:
        if text := change_line(change):
            yield Line(Kind.CHANGES, f"! {fenced(text)}\n", guild.uuid)
    if cohort.defines == "create":
        yield Line(Kind.GIVES, f"+ role: {fenced(cohort.definition)}\n", guild.uuid)
    for person in cohort.given:
        text = f"+ role {fenced(f'{person.role}: {person_words(person)}')}\n"
        yield Line(Kind.GIVES, text, guild.uuid)
    for person in cohort.coming:
        yield Line(Kind.ADDS, f"+ {fenced(person_words(person))}\n", guild.uuid)


def _problems(review: Review) -> _Part:
    part = _folded(number(len(review.problems), "problem"))
    for _, found in groupby(review.problems, key=lambda problem: problem.kind):
        for place, problem in enumerate(found):
            kind = Kind.PROBLEM if place < _FIRST else Kind.MORE_PROBLEMS
            part.parts.append(Line(kind, f"- ⚠ {_sentence(problem)}\n"))
    return part


def _sentence(problem: ProblemReview) -> str:
    return "".join(
        code(piece) if place % 2 else plain(piece) for place, piece in enumerate(problem.pieces)
    )

"""A plan as one HTML file that needs nothing else: no network, no other file, no JavaScript."""

from base64 import b64encode
from collections import Counter, defaultdict
from collections.abc import Iterator
from hashlib import sha256
from importlib.resources import files
from typing import Literal, NamedTuple

from jinja2 import Environment, FunctionLoader, StrictUndefined

from reconciler.models.review import CohortReview, GuildReview, PersonChange, Review, Totals
from reconciler.render.guards import IDLE
from reconciler.render.html.text_diff import compared
from reconciler.render.review import UNSEEN
from reconciler.wording import number

ROWS = 100
"""In a block of a long table: a browser lays out only the blocks that are on the screen."""


def page(review: Review) -> str:
    """The whole document, to be written as UTF-8; its links lead only to places within itself.

    Whatever texts of the sites hold is shown as text, and the page's policy lets no other script
    and no other style run than those that are part of this program.
    """
    style, script = _source("page.css"), _source("page.js")
    environment = Environment(
        loader=FunctionLoader(_source),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = number
    return environment.get_template("page.html").render(
        review=review,
        guards=sorted(review.guards, key=lambda guard: guard.ok),
        style=style,
        script=script,
        policy=_policy(style, script),
        compared=compared,
        takes_away=_takes_away,
        withdrawn=_withdrawn,
        held=sum(not guard.ok for guard in review.guards),
        totals=_totals(review.totals),
        tally=_tally,
        rows=_rows,
        blocks=_blocks,
        ROWS=ROWS,
        IDLE=IDLE,
    )


def _source(file: str) -> str:
    return (files(__name__) / file).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    """Content Security Policy, level 3: what is not named by its hash does not run."""
    return (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)};"
        # The empty icon, without which a browser asks the page's server for one.
        " img-src data:; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _takes_away(cohort: CohortReview) -> bool:
    return cohort.action in {"archive", "release", "forget"}


def _withdrawn(cohort: CohortReview) -> bool:
    return cohort.defines == "delete"


def _totals(totals: Totals) -> list[tuple[str, int, str]]:
    """Words, number, and what it stands for; of what there may be none of, only what there is."""
    always = [
        ("member to add", "members to add", totals.add, "plus"),
        ("member to remove", "members to remove", totals.remove, "minus"),
    ]
    others = [
        ("enrolment lost", "enrolments lost", totals.lost, "cost"),
        ("enrolment suspended", "enrolments suspended", totals.suspended, "cost"),
        (
            "role lost with a membership",
            "roles lost with a membership",
            totals.roles_lost,
            "cost",
        ),
        ("removal of unknown cost", "removals of unknown cost", totals.unknown, "cost"),
        ("role to give", "roles to give", totals.give, "plus"),
        ("role to take", "roles to take", totals.take, "minus"),
        ("definition to make", "definitions to make", totals.define, "plus"),
        ("definition to delete", "definitions to delete", totals.undefine, "minus"),
        ("cohort to create", "cohorts to create", totals.create, "plain"),
        ("cohort to rename", "cohorts to rename", totals.rename, "plain"),
        ("cohort to change", "cohorts to change", totals.change, "plain"),
        ("cohort to restore", "cohorts to restore", totals.restore, "plain"),
        ("cohort to archive", "cohorts to archive", totals.archive, "minus"),
        ("cohort with other members", "cohorts with other members", totals.members_only, "plain"),
        (
            "guild whose own cohort stays as it is",
            "guilds whose own cohort stays as it is",
            totals.same or 0,
            "plain",
        ),
        ("problem", "problems", totals.problems, "cost"),
    ]
    return [
        (one if figure == 1 else many, figure, tone)
        for one, many, figure, tone in [*always, *(other for other in others if other[2])]
    ]


def _tally(guild: GuildReview) -> list[tuple[str, str]]:
    """What it stands for, and words, of what there is: all that a folded guild tells."""
    cohorts = guild.cohorts
    going = [person for cohort in cohorts for person in cohort.going]
    touched = Counter(c.action for c in cohorts if c.action != "update" or c.changes)
    people = (
        ("plus", sum(len(cohort.coming) for cohort in cohorts), "to add"),
        ("minus", len(going), "to remove"),
        ("cost", sum(person.cost not in {"", UNSEEN} for person in going), "at a cost"),
        ("cost", sum(UNSEEN in person.cost for person in going), "at unknown cost"),
        ("plus", sum(len(cohort.given) for cohort in cohorts), "to get a role"),
        ("minus", sum(len(cohort.taken) for cohort in cohorts), "to lose a role"),
        ("minus", sum(map(_withdrawn, cohorts)), "no longer giving a role"),
    )
    return [
        *(("plain", f"{number(count, 'cohort')} to {act}") for act, count in touched.items()),
        *((tone, f"{count} {words}") for tone, count, words in people if count),
    ]


def _rows(guild: GuildReview) -> int:
    """About how many lines it takes: whoever lays out the page asks before it looks."""
    return sum(
        4 + sum(map(len, (c.changes, c.going, c.taken, c.coming, c.given))) for c in guild.cohorts
    )


class _Block(NamedTuple):
    """People to whom the same happens for the same reason."""

    way: Literal["in", "out"]
    title: str
    where: str
    """Which of all they are, if they are not all."""
    people: tuple[PersonChange, ...]


def _blocks(cohort: CohortReview) -> Iterator[_Block]:
    """Who goes, then who comes; reason by reason, and of many in blocks."""
    changes: tuple[tuple[Literal["in", "out"], str, tuple[PersonChange, ...]], ...] = (
        ("out", "Remove", cohort.going),
        ("out", "Take", cohort.taken),
        ("in", "Add", cohort.coming),
        ("in", "Give", cohort.given),
    )
    for way, verb, people in changes:
        alike: defaultdict[str, list[PersonChange]] = defaultdict(list)
        for person in people:
            what = f"{verb} the role {person.role}" if person.role is not None else verb
            alike[f"{what}: {person.why}" if person.why else what].append(person)
        for title, found in alike.items():
            for first in range(0, len(found), ROWS):
                block = tuple(found[first : first + ROWS])
                where = f" ({first + 1} to {first + len(block)} of {len(found)})"
                yield _Block(way, title, where * (len(found) > ROWS), block)

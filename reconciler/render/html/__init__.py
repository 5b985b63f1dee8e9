"""A plan as one HTML file that needs nothing else: no network, no other file, no JavaScript."""

from base64 import b64encode
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined

from reconciler.models.review import CohortReview, GuildReview, Review, Totals
from reconciler.render.html.text_diff import compared
from reconciler.render.terminal import number

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
        ROWS=ROWS,
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
    return "no longer given" in cohort.definition


def _totals(totals: Totals) -> list[tuple[str, int, str]]:
    """Label, figure, and what it stands for: nothing, what comes, what goes, what costs."""
    figures = [
        ("members to add", totals.add, "plus"),
        ("members to remove", totals.remove, "minus"),
        ("enrolments lost", totals.lost, "cost"),
        ("enrolments suspended", totals.suspended, "cost"),
        ("removals of unknown cost", totals.unknown, "cost"),
        ("roles to give", totals.give, "plus"),
        ("roles to take", totals.take, "minus"),
        ("cohorts to create", totals.create, "plain"),
        ("to rename", totals.rename, "plain"),
        ("to change", totals.change, "plain"),
        ("to archive", totals.archive, "minus"),
        ("with other members only", totals.members_only, "plain"),
    ]
    if totals.same is not None:
        figures.append(("guilds as they are", totals.same, "plain"))
    return [*figures, ("problems", totals.problems, "cost")]


def _tally(guild: GuildReview) -> list[tuple[int, str, str]]:
    """Number, what it stands for, and words, of what there is."""
    cohorts = guild.cohorts
    going = [person for cohort in cohorts for person in cohort.going]
    counts = (
        (sum(len(cohort.coming) for cohort in cohorts), "plus", "to add"),
        (len(going), "minus", "to remove"),
        (sum(bool(person.cost) for person in going), "cost", "at a cost"),
        (sum(len(cohort.given) for cohort in cohorts), "plus", "to get a role"),
        (sum(len(cohort.taken) for cohort in cohorts), "minus", "to lose a role"),
    )
    return [count for count in counts if count[0]]

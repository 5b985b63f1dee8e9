from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.commands.files import PlanFile, read_plan, write_text
from reconciler.commands.options import Debug

if TYPE_CHECKING:
    from reconciler.models.plan import Plan

LIMIT = 60_000
"""Characters of Markdown: GitHub takes comments of up to 65,536, GitLab of a million."""
LEAST = 8_000
"""As many are needed to say what a plan does, and how much is left out."""


class Format(StrEnum):
    """What a plan is shown as."""

    text = "text"
    markdown = "markdown"
    html = "html"
    json = "json"


def show(
    file: PlanFile,
    format: Annotated[  # noqa: A002 - the option's name
        Format,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="text for a terminal, markdown for a comment on a merge request, html for a"
            " browser, json for programs: plans/review.schema.json has its fields.",
        ),
    ] = Format.text,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write it to a file."),
    ] = None,
    everything: Annotated[
        bool,
        typer.Option(
            "--all", "--verbose", "-v", help="Fold nothing (text): each addition, each problem."
        ),
    ] = False,
    limit: Annotated[
        int,
        typer.Option(
            "--limit",
            metavar="CHARACTERS",
            min=LEAST,
            help="Longest Markdown, counted in bytes of UTF-8 to be safe. It says what it leaves"
            " out; what is taken from people goes last.",
        ),
    ] = LIMIT,
    debug: Debug = False,  # noqa: ARG001 - the runner looks at it
) -> int:
    """Show what a plan file does, to whom, and what it could not settle.

    No site is asked. On a terminal long lists of additions and problems are
    folded; who is removed never is.

    Examples:
      reconciler show plans/today.yaml
      reconciler show plans/today.yaml --all
      reconciler show plans/today.yaml --format html -o today.html
      reconciler show plans/today.yaml --format markdown

    Exit codes: 0 shown, 1 error.
    """
    from reconciler.render.terminal import Terminal

    plan = read_plan(file)
    if output is not None:
        document = _document(plan, format, limit, file, everything=everything)
        write_text(output, document)
    elif format is Format.text:
        from reconciler.render.plan import plan_lines

        Terminal().plan(plan_lines(plan, everything=everything, file=file))
    else:
        Terminal().document(_document(plan, format, limit, file, everything=everything))
    return 0


def _document(
    plan: "Plan",
    format: Format,  # noqa: A002 - the option's name
    limit: int,
    file: Path,
    *,
    everything: bool,
) -> str:
    from reconciler.render.review import review

    match format:
        case Format.text:
            from reconciler.member_lines import visible
            from reconciler.render.plan import plan_lines

            lines = plan_lines(plan, everything=everything, file=file)
            return "".join(f"{visible(line)}\n" for line in lines)
        case Format.markdown:
            from reconciler.render.markdown import comment

            return comment(review(plan), limit)
        case Format.html:
            from reconciler.render.html import page

            return page(review(plan))
        case Format.json:
            from reconciler.plan_text import json_text

            return json_text(review(plan).model_dump(mode="json"))

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.commands.options import Debug, refuse_older

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.plan_lint import Finding


def lint(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Plan files, YAML or JSON.")
    ],
    max_age: Annotated[
        str | None,
        typer.Option("--max-age", metavar="AGE", help="Object to a plan that is older: 12h, 7d."),
    ] = None,
    debug: Debug = False,  # noqa: ARG001 - the runner looks at it
) -> int:
    """Check plan files, without asking any site. For pre-commit and for merge requests.

    Each line that is printed is FILE:LINE: what is wrong, and what to do. A plan
    that guards hold back is a good plan until somebody has looked at it: that is
    a warning.

    Examples:
      reconciler lint plans/today.yaml undo.yaml
      reconciler lint plans/today.yaml --max-age 7d

    Exit codes: 0 nothing but warnings, 1 something is wrong.
    """
    from reconciler.render.terminal import Terminal
    from reconciler.wording import number

    terminal = Terminal()
    wrong = warnings = 0
    for file in files:
        found = [*_findings(file, max_age)]
        terminal.lines(f"{file}:{finding}" for finding in found)
        wrong += any(not finding.warning for finding in found)
        warnings += sum(finding.warning for finding in found)
    if not wrong:
        good = "as it should be" if len(files) == 1 else "as they should be"
        good = f"valid, {number(warnings, 'warning')}" if warnings else good
        terminal.line(f"✓ {number(len(files), 'plan file')}: {good}")
    return 1 if wrong else 0


def _findings(file: Path, max_age: str | None) -> "Iterator[Finding]":
    from reconciler.errors import PlanFileError
    from reconciler.plan_lint import Finding, findings, plan_of

    try:
        text = file.read_bytes().decode()
    except OSError as error:
        yield Finding(1, f"This cannot be read: {error.strerror}. Name a file that is there.")
        return
    except UnicodeDecodeError:
        yield Finding(1, "This is no UTF-8 text. Plan again, or restore the file from git.")
        return
    yield from findings(text, file.name)
    plan = plan_of(text, file.name) if max_age is not None else None
    if plan is not None:
        try:
            refuse_older(plan, max_age, time.time())
        except PlanFileError as error:
            yield Finding(1, str(error))

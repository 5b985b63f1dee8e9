from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.commands.options import (
    AvcName,
    Debug,
    Full,
    GuildName,
    MoodleName,
    UserId,
    require_one_mode,
    scope_for,
)

if TYPE_CHECKING:
    from reconciler.models.plan import Plan

CHANGES = 2
"""Exit code of ``--detailed-exitcode`` when there is something to do."""


def plan(
    avc: AvcName,
    moodle: MoodleName,
    full: Full = False,
    guild: GuildName = None,
    user: UserId = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Write the plan: JSON to *.json, else YAML."
        ),
    ] = None,
    detailed_exitcode: Annotated[
        bool, typer.Option("--detailed-exitcode", help="Exit with 2 when there is something to do.")
    ] = False,
    debug: Debug = False,
) -> int:
    """Work out what would make MOODLE agree with AVC. Writes nothing to either site."""
    require_one_mode(full=full, guild=guild, user=user)
    from reconciler.config.sites import connect_pair
    from reconciler.reconciliation import plan_now
    from reconciler.render.plan import plan_lines
    from reconciler.render.terminal import Terminal, note
    from reconciler.summary import headline

    pair = connect_pair(avc, moodle).pair
    made = plan_now(pair, scope_for(pair, guild, user)).plan
    terminal = Terminal()
    if output is None:
        terminal.lines(plan_lines(made))
    else:
        _write(output, made)
        terminal.line(headline(made))
        terminal.line(f"Written to {output}. To review it: reconciler show {output}")
    note(pair.traffic(), debug=debug)
    return CHANGES if detailed_exitcode and not made.empty else 0


def _write(file: Path, made: "Plan") -> None:
    from reconciler.errors import ConfigError
    from reconciler.plan_text import as_text

    try:
        file.write_text(as_text(made, file.name), encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"cannot be written: {error.strerror}", str(file)) from error

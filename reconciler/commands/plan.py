from pathlib import Path
from typing import Annotated

import typer

from reconciler.commands.files import write_plan
from reconciler.commands.options import (
    AvcName,
    Debug,
    Exclude,
    Full,
    GuildName,
    LogFormat,
    MoodleName,
    Only,
    UserId,
    require_one_mode,
    scope_for,
)

CHANGES = 2
"""Exit code of ``--detailed-exitcode`` when there is something to do."""


def plan(
    avc: AvcName,
    moodle: MoodleName,
    full: Full = False,
    guild: GuildName = None,
    user: UserId = None,
    only: Only = None,
    exclude: Exclude = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Write the plan: JSON to *.json, else YAML."
        ),
    ] = None,
    detailed_exitcode: Annotated[
        bool, typer.Option("--detailed-exitcode", help="Exit with 2 when there is something to do.")
    ] = False,
    log_format: LogFormat = "text",  # noqa: ARG001 - the runner looks at it
    debug: Debug = False,
) -> int:
    """Work out what would make MOODLE agree with AVC. Writes nothing to either site.

    Both sites are read whole, or as far as the scope needs. A plan that a guard
    holds back is shown and written all the same, and says so.

    Examples:
      reconciler plan avc ss
      reconciler plan avc ss -o plans/today.yaml
      reconciler plan avc ss --guild web-dev
      reconciler plan avc ss --exclude user:77 -o plans/today.yaml

    Exit codes: 0 planned, 1 error; with --detailed-exitcode 2 when there is
    something to do.
    """
    require_one_mode(full=full, guild=guild, user=user)
    from reconciler.config.sites import connect_pair
    from reconciler.reconciliation import Selection, plan_now
    from reconciler.render.guards import tripped
    from reconciler.render.log import follow
    from reconciler.render.plan import plan_lines
    from reconciler.render.terminal import Terminal, note
    from reconciler.summary import headline

    pair = connect_pair(avc, moodle).pair
    follow(pair)
    selection = Selection(tuple(only or ()), tuple(exclude or ()))
    made = plan_now(pair, scope_for(pair, guild, user), selection).plan
    terminal = Terminal()
    if output is None:
        terminal.plan(plan_lines(made))
    else:
        write_plan(output, made)
        terminal.line(headline(made))
        terminal.lines(tripped(made))
        terminal.line(f"Written to {output}. To review it: reconciler show {output}")
    note(pair.traffic(), debug=debug)
    return CHANGES if detailed_exitcode and not made.empty else 0

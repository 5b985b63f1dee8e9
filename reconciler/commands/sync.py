from typing import Annotated

import typer

from reconciler.commands.apply import apply_checked
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


def sync(
    avc: AvcName,
    moodle: MoodleName,
    full: Full = False,
    guild: GuildName = None,
    user: UserId = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the plan, and do nothing.")
    ] = False,
    debug: Debug = False,
) -> int:
    """Plan and apply in one go, without asking."""
    require_one_mode(full=full, guild=guild, user=user)
    from contextlib import nullcontext

    from reconciler.config.sites import connect_pair
    from reconciler.reconciliation import failure_remembered, plan_now
    from reconciler.render.plan import plan_lines
    from reconciler.render.terminal import Terminal, note
    from reconciler.stale import check

    pair = connect_pair(avc, moodle).pair
    terminal = Terminal()
    try:
        with nullcontext() if dry_run else failure_remembered(pair):
            now = plan_now(pair, scope_for(pair, guild, user))
            terminal.lines(plan_lines(now.plan))
            if dry_run:
                return 0
            return apply_checked(now.plan, check(now.plan, now), pair, now, terminal, ask=False)
    finally:
        note(pair.traffic(), debug=debug)

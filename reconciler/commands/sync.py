from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.commands.apply import apply_work
from reconciler.commands.options import (
    Ack,
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

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.held_back import HeldBack
    from reconciler.reconciliation import SitePair, Work
    from reconciler.render.terminal import Terminal


def sync(
    avc: AvcName,
    moodle: MoodleName,
    full: Full = False,
    guild: GuildName = None,
    user: UserId = None,
    only: Only = None,
    exclude: Exclude = None,
    ack: Ack = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the plan, and do nothing.")
    ] = False,
    log_format: LogFormat = "text",  # noqa: ARG001 - the runner looks at it
    debug: Debug = False,
) -> int:
    """Plan and apply in one go, without asking. What a guard holds back is kept as a plan.

    The rest is carried out, and the command that would do what is held back is
    printed.

    Examples:
      reconciler sync avc ss
      reconciler sync avc ss --dry-run
      reconciler sync avc ss --user 77

    Exit codes: 0 all of it is so, 1 error or something is held back, 5 partly
    carried out.
    """
    require_one_mode(full=full, guild=guild, user=user)
    from contextlib import nullcontext

    from reconciler.config.sites import connect_pair
    from reconciler.reconciliation import Selection, fresh, plan_now
    from reconciler.render.guards import acknowledged, holding_back
    from reconciler.render.log import follow
    from reconciler.render.plan import plan_lines
    from reconciler.render.terminal import Terminal, note
    from reconciler.sync_record import failure_remembered

    pair = connect_pair(avc, moodle).pair
    follow(pair)
    selection = Selection(tuple(only or ()), tuple(exclude or ()))
    terminal = Terminal()
    try:
        with (
            nullcontext() if dry_run else pair.writing(),
            nullcontext() if dry_run else failure_remembered(pair),
        ):
            planned = plan_now(pair, scope_for(pair, guild, user), selection)
            work = fresh(planned)
            held = work.held_back(pair, ack or ())
            holding = [*holding_back(held, len(work.checked), dry_run=dry_run)]
            terminal.plan(plan_lines(planned.plan, held=holding))
            terminal.lines(acknowledged(held))
            if dry_run:
                return 0
            if not held.tripped:
                return apply_work(work, pair, frozenset(), terminal, ask=False)
            lines = _without_held(work, pair, held, terminal)
        terminal.lines(lines)
        return 1
    finally:
        note(pair.traffic(), debug=debug)


def _without_held(
    work: "Work", pair: "SitePair", held: "HeldBack", terminal: "Terminal"
) -> "Iterator[str]":
    """Carry out the rest, and keep what is held back as a plan; what is said of that."""
    from reconciler.commands.held import keep
    from reconciler.errors import ReconcilerError

    lines = keep(work, pair, held)
    try:
        apply_work(work, pair, held.positions, terminal, ask=False, held=True)
    except ReconcilerError:
        # It is kept whatever became of the rest.
        terminal.lines(lines)
        raise
    return lines

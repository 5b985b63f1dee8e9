"""``pl avc-moodle-sync``: what its specification says, line for line."""

from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.commands.options import Debug, Full, require_one_mode, scope_for

if TYPE_CHECKING:
    from reconciler.config.sites import Connected
    from reconciler.planner import Planned
    from reconciler.reconciliation import Report
    from reconciler.render.terminal import Terminal

MODULE = "avc_moodle_sync"


def avc_moodle_sync(
    avc_site: Annotated[
        str, typer.Argument(metavar="avc-site", help="Name of the AVC/OpenSocial site (source)")
    ],
    moodle_site: Annotated[
        str, typer.Argument(metavar="moodle-site", help="Name of the Moodle site (destination)")
    ],
    debug: Debug = False,
    full: Full = False,
    guild: Annotated[
        str | None, typer.Option("--guild", metavar="NAME", help="Sync specific guild only")
    ] = None,
    user: Annotated[
        int | None,
        typer.Option("--user", metavar="ID", max=2**31, help="Sync specific user only"),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be synced without doing it")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Verbose output showing each operation")
    ] = False,
) -> int:
    """Synchronize guild memberships of an AVC site to cohorts of a Moodle site."""
    require_one_mode(full=full, guild=guild, user=user)
    from reconciler.config.sites import connect_pair
    from reconciler.reconciliation import plan_now
    from reconciler.render import sync as output
    from reconciler.render.sync_people import dry_run as dry_run_lines
    from reconciler.render.terminal import Terminal, note

    terminal = Terminal()
    terminal.lines(output.heading(avc_site, moodle_site, _mode(guild, user), dry_run=dry_run))
    started = monotonic()
    terminal.line("[1/5] Validating sites")
    connected = connect_pair(avc_site, moodle_site)
    pair = connected.pair
    _validate(connected, terminal)
    try:
        terminal.line("[3/5] Running synchronization" + (" (DRY RUN)" if dry_run else ""))
        terminal.line(_announcement(guild, user))
        planned = plan_now(pair, scope_for(pair, guild, user))
        report = None
        if dry_run:
            terminal.lines(dry_run_lines(planned, verbose=verbose))
        else:
            report = _synchronize(connected, planned, terminal, verbose=verbose)
        terminal.lines(output.problems(planned.plan.problems, verbose=verbose))
    finally:
        note(pair.moodle.traffic(), debug=debug)
    failed = report is not None and not report.clean
    terminal.lines(output.ending(monotonic() - started, failed=failed, dry_run=dry_run))
    if report is not None and not verbose:
        terminal.lines(output.status(planned, report))
    return int(failed)


def _mode(guild: str | None, user: int | None) -> str:
    if guild is not None:
        return f"guild ({guild})"
    return f"user ({user})" if user is not None else "full"


def _announcement(guild: str | None, user: int | None) -> str:
    if guild is not None:
        return f"  Syncing guild: {guild}"
    return f"  Syncing user: {user}" if user is not None else "  Syncing all users and guilds..."


def _validate(connected: "Connected", terminal: "Terminal") -> None:
    from reconciler.errors import ConfigError

    facts = connected.pair.avc.inspect()
    terminal.line("  ✓ AVC site validated")
    connected.pair.moodle.inspect()
    terminal.line("  ✓ Moodle site validated")
    terminal.line()
    terminal.line("[2/5] Checking sync module status")
    if facts.modules is not None and MODULE in facts.modules:
        terminal.line(f"  ✓ {MODULE} module is enabled")
    elif connected.require_module:
        raise ConfigError(
            f"{MODULE} module is not enabled\nRun: ddev drush en -y {MODULE}\n(or set"
            " moodle_integration: sync: require_module: false in nwp.yml)"
        )
    else:
        terminal.line(f"  ℹ {MODULE} module is not required (require_module: false)")
    terminal.line()


def _synchronize(
    connected: "Connected", planned: "Planned", terminal: "Terminal", *, verbose: bool
) -> "Report":
    """Carry the plan out, and tell."""
    from reconciler.reconciliation import apply
    from reconciler.render import sync as output
    from reconciler.render.sync_people import verbose as in_detail
    from reconciler.stale import check

    checked = check(planned.plan, planned)
    with terminal.progress(len(checked)) as progress:
        report = apply(planned.plan, checked, connected.pair, planned, progress)
    show = in_detail if verbose else output.standard
    terminal.lines(show(planned, report))
    terminal.lines(output.failures(report))
    return report

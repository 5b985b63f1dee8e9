"""``pl avc-moodle-sync``: what its specification says, line for line."""

from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.commands.completion import avc_sites, moodle_sites
from reconciler.commands.options import Debug, Full, require_one_mode, scope_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.config.sites import Connected
    from reconciler.models.avc import AvcFacts
    from reconciler.models.plan import Problem
    from reconciler.models.status import RunEnd
    from reconciler.planner import Planned
    from reconciler.reconciliation import Report, SitePair
    from reconciler.render.terminal import Terminal


def avc_moodle_sync(
    avc_site: Annotated[
        str,
        typer.Argument(
            metavar="avc-site",
            help="Name of the AVC/OpenSocial site (source)",
            autocompletion=avc_sites,
        ),
    ],
    moodle_site: Annotated[
        str,
        typer.Argument(
            metavar="moodle-site",
            help="Name of the Moodle site (destination)",
            autocompletion=moodle_sites,
        ),
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
    """Synchronize guild memberships of an AVC site to cohorts of a Moodle site.

    Plans and carries out in one go. What a guard holds back is not done: the
    rest is, and the command that would do it is printed.

    Examples:
      pl avc-moodle-sync avc ss --full
      pl avc-moodle-sync avc ss --full --dry-run
      pl avc-moodle-sync avc ss --guild=web-dev
      pl avc-moodle-sync avc ss --user=77 --verbose

    Exit codes: 0 all of it is so, 1 anything else.
    """
    require_one_mode(full=full, guild=guild, user=user)
    from contextlib import nullcontext

    from reconciler.config.sites import connect_pair
    from reconciler.render import sync as output
    from reconciler.render.log import follow
    from reconciler.render.terminal import Terminal, note
    from reconciler.sync_record import failure_remembered

    terminal = Terminal()
    terminal.lines(output.heading(avc_site, moodle_site, _mode(guild, user), dry_run=dry_run))
    started = monotonic()
    terminal.line("[1/5] Validating sites")
    connected = connect_pair(avc_site, moodle_site)
    pair = connected.pair
    follow(pair)
    try:
        with (
            nullcontext() if dry_run else pair.writing(),
            nullcontext() if dry_run else failure_remembered(pair),
        ):
            planned = _validated(connected, guild, user, terminal)
            terminal.line("[3/5] Running synchronization" + (" (DRY RUN)" if dry_run else ""))
            terminal.line(_announcement(guild, user))
            done = None if dry_run else _carry_out(pair, planned, terminal)
            terminal.lines(
                _would_do(pair, planned, verbose=verbose)
                if done is None
                else _told(planned, done, verbose=verbose)
            )
            terminal.lines(output.problems(planned.plan, _untold(planned), verbose=verbose))
        broken, held = done is not None and done.broken, done is not None and bool(done.held)
        seconds = monotonic() - started
        terminal.lines(output.ending(seconds, failed=broken, held=held, dry_run=dry_run))
        if done is not None and not verbose:
            terminal.lines(_status(connected, planned, done))
    finally:
        note(pair.traffic(), debug=debug)
    return int(broken or held)


def _mode(guild: str | None, user: int | None) -> str:
    if guild is not None:
        return f"guild ({guild})"
    return f"user ({user})" if user is not None else "full"


def _announcement(guild: str | None, user: int | None) -> str:
    if guild is not None:
        return f"  Syncing guild: {guild}"
    return f"  Syncing user: {user}" if user is not None else "  Syncing all users and guilds..."


def _validated(
    connected: "Connected", guild: str | None, user: int | None, terminal: "Terminal"
) -> "Planned":
    """The plan: reading both sites is what shows that they are there, and let us in.

    Raises whatever keeps the sites from being synchronised, all of it at once.
    """
    from reconciler.errors import ReadError
    from reconciler.reconciliation import located, plan_now
    from reconciler.validation import MODULE, all_that_is_missing, refuse_without_module, warnings

    pair, required = connected.pair, connected.known.require_module
    try:
        planned = plan_now(pair, scope_for(pair, guild, user))
        facts = planned.snapshots.avc.facts or pair.avc.inspect()
    except ReadError as error:
        raise all_that_is_missing(pair, error, require_module=required) from error
    terminal.line("  ✓ AVC site validated")
    terminal.line("  ✓ Moodle site validated")
    terminal.lines(f"  ⚠ {line}" for line in warnings(planned.snapshots.moodle, located(pair)))
    terminal.line()
    terminal.line("[2/5] Checking sync module status")
    if required:
        refuse_without_module(facts)
        terminal.line(f"  ✓ {MODULE} module is enabled")
    else:
        terminal.line(f"  ℹ {MODULE} module is not required (require_module: false)")
    terminal.line()
    return planned


@dataclass(frozen=True)
class _Done:
    """What a real run has come to, and AVC's facts after it."""

    report: "Report"
    avc: "AvcFacts"
    held: "tuple[str, ...]"
    """What guards held back, in lines."""
    warning: str
    """Why AVC was not told, if it should have been."""

    @property
    def broken(self) -> bool:
        """Whether something that was tried did not succeed, or did not last."""
        return not self.report.clean


def _carry_out(pair: "SitePair", planned: "Planned", terminal: "Terminal") -> _Done:
    """Carry the plan out, and let AVC remember it before anything else can go wrong."""
    import time

    from reconciler.applier import to_do
    from reconciler.commands.held import keep
    from reconciler.errors import ReconcilerError
    from reconciler.reconciliation import apply, fresh
    from reconciler.sync_record import record_of_run, remember, state_after

    work = fresh(planned)
    held = work.held_back(pair, ())
    lines = tuple(keep(work, pair, held)) if held.tripped else ()
    try:
        with terminal.progress(len(to_do(work.checked, held.positions))) as progress:
            report = apply(work, pair, held.positions, progress)
    except ReconcilerError:
        # It is kept whatever became of the rest.
        terminal.lines(f"  {line}" for line in lines)
        raise
    record = record_of_run(planned, report, held=bool(lines))
    remembered = remember(pair, record)
    facts = planned.snapshots.avc.facts or pair.avc.inspect()
    if remembered.told:
        state = state_after(facts.sync, record, int(time.time()))
        facts = facts.model_copy(update={"sync": state})
    return _Done(report, facts, lines, remembered.warning)


def _would_do(pair: "SitePair", planned: "Planned", *, verbose: bool) -> "Iterator[str]":
    """What would be done, and what guards would hold back."""
    from reconciler.reconciliation import fresh
    from reconciler.render.guards import holding_back
    from reconciler.render.sync_people import dry_run

    yield from dry_run(planned, verbose=verbose)
    if all(guard.ok for guard in planned.plan.guards):
        return
    work = fresh(planned)
    held = work.held_back(pair, ())
    yield from (f"  {line}" for line in holding_back(held, len(work.checked), dry_run=True))


def _told(planned: "Planned", done: _Done, *, verbose: bool) -> "Iterator[str]":
    """What was done."""
    from reconciler.render import sync as output
    from reconciler.render import sync_people as people

    show = people.verbose if verbose else output.standard
    yield from show(planned, done.report)
    yield from output.failures(done.report)
    yield from (f"  {line}" for line in done.held)
    if done.warning:
        yield f"  ⚠ {done.warning}"


def _untold(planned: "Planned") -> "list[Problem]":
    """The problems but for those that validation has told."""
    return [problem for problem in planned.plan.problems if problem.kind != "no-oauth2-issuer"]


def _status(connected: "Connected", planned: "Planned", done: _Done) -> "Iterator[str]":
    """The dashboard of ``pl avc-moodle-status``, from what the run has seen."""
    import time

    from reconciler.commands.avc_moodle_status import the_web
    from reconciler.dashboard import dashboard
    from reconciler.inspection import Known, seen_by_run
    from reconciler.reconciliation import located
    from reconciler.render.status import status_lines
    from reconciler.render.sync import NOT_RECORDED, ended

    known = Known(connected.known.declared, located(connected.pair), connected.known.require_module)
    seen = seen_by_run(planned, done.avc, known, the_web())
    yield ""
    yield "Updated integration status:"
    now = int(time.time())
    how: RunEnd | None = "failed" if done.broken else "held" if done.held else None
    yield from status_lines(dashboard(seen, now, ended=how))
    if done.report.applied and not done.report.recorded:
        yield f"  ℹ {NOT_RECORDED}"
    yield f"  {ended(now, failed=done.broken, held=bool(done.held))}"

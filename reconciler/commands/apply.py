from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.commands.files import PlanFile, read_plan
from reconciler.commands.options import Debug

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.models.avc import SyncRecord
    from reconciler.models.plan import Plan
    from reconciler.planner import Planned
    from reconciler.reconciliation import SitePair
    from reconciler.render.terminal import Terminal
    from reconciler.stale import Checked

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask, even on a terminal.")]


def apply(file: PlanFile, yes: Yes = False, debug: Debug = False) -> int:
    """Carry out exactly what a plan file says, or nothing when it no longer fits the sites.

    What is already so is left alone: a plan can be applied again after it was cut off.
    """
    from reconciler.config.sites import connect_pair
    from reconciler.reconciliation import check_saved, failure_remembered
    from reconciler.render.terminal import Terminal, note
    from reconciler.summary import headline

    plan = read_plan(file)
    terminal = Terminal()
    terminal.line(headline(plan))
    pair = connect_pair(plan.avc.site, plan.moodle.site).pair
    try:
        with failure_remembered(pair):
            now, checked = check_saved(plan, pair)
            return apply_checked(plan, checked, pair, now, terminal, ask=not yes)
    finally:
        note(pair.traffic(), debug=debug)


def apply_checked(
    plan: "Plan",
    checked: "Sequence[Checked]",
    pair: "SitePair",
    now: "Planned",
    terminal: "Terminal",
    *,
    ask: bool,
) -> int:
    """Apply, and say what came of it. Raises StalePlan, PartlyApplied, ReadError."""
    from reconciler.applier import require_success, steps
    from reconciler.reconciliation import apply as carry_out
    from reconciler.render.sync import NOT_RECORDED
    from reconciler.render.terminal import number
    from reconciler.sync_record import record_of

    todo = steps(checked)
    already = len(checked) - len(todo)
    if not todo:
        done = f": {number(already, 'operation')} already so" if already else ""
        terminal.line(f"✓ Nothing to do{done}.")
        terminal.lines(remembered(pair, record_of(now, ())))
        return 0
    if already:
        terminal.line(f"ℹ {number(already, 'operation')} already so, {len(todo)} to do.")
    question = f"Carry out {number(len(todo), 'operation')}?"
    if ask and terminal.interactive and not typer.confirm(question):
        terminal.line("Nothing was written.")
        return 1
    with terminal.progress(len(todo)) as progress:
        report = carry_out(plan, checked, pair, now, progress)
    require_success(report.applied, report.residue)
    # Before anything else can go wrong.
    warned = [*remembered(pair, record_of(now, report.applied))]
    terminal.line(f"✓ {number(len(report.applied), 'operation')} carried out and read back.")
    if not report.recorded:
        terminal.line(f"ℹ {NOT_RECORDED}.")
    terminal.lines(warned)
    return 0


def remembered(pair: "SitePair", record: "SyncRecord") -> "Iterator[str]":
    """Let AVC remember a run; a line if it cannot."""
    from reconciler.reconciliation import remember
    from reconciler.render.terminal import name

    if warning := remember(pair, record).warning:
        yield f"⚠ {name(warning)}"

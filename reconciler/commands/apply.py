import time
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.commands.files import PlanFile, read_plan
from reconciler.commands.options import Ack, Debug, LogFormat, refuse_older

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from reconciler.held_back import HeldBack
    from reconciler.models.log import LoggedChange
    from reconciler.models.plan import Plan
    from reconciler.reconciliation import Report, SitePair, Work
    from reconciler.render.terminal import Terminal

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask, even on a terminal.")]


def apply(
    file: PlanFile,
    yes: Yes = False,
    ack: Ack = None,
    skip_stale: Annotated[
        bool,
        typer.Option("--skip-stale", help="Carry out what still fits; exit with 5 if not all did."),
    ] = False,
    source_check: Annotated[
        bool,
        typer.Option(
            "--source-check/--no-source-check",
            help="Ask AVC whether it still calls for each operation.",
        ),
    ] = True,
    max_age: Annotated[
        str | None,
        typer.Option("--max-age", metavar="AGE", help="Refuse a plan that is older: 12h, 7d, 2w."),
    ] = None,
    log_format: LogFormat = "text",  # noqa: ARG001 - the runner looks at it
    debug: Debug = False,
) -> int:
    """Carry out exactly what a plan file says, or nothing when it no longer fits the sites.

    What is already so is left alone: a plan can be applied again after it was
    cut off. On a terminal it asks first. A guard that holds the plan back names
    the --ack that lets it through.

    Examples:
      reconciler apply plans/today.yaml
      reconciler apply plans/today.yaml --yes --max-age 7d
      reconciler apply plans/today.yaml --skip-stale

    Exit codes: 0 all of it is so, 1 error or not wanted, 3 a guard holds it
    back, 4 the sites have changed so that it no longer fits, 5 partly carried
    out.
    """
    from contextlib import nullcontext

    from reconciler.config.sites import connect_pair
    from reconciler.reconciliation_alone import require_undoing
    from reconciler.render.log import about, follow
    from reconciler.render.terminal import Terminal, note
    from reconciler.summary import headline
    from reconciler.sync_record import failure_remembered

    plan = read_plan(file)
    about(plan)
    refuse_older(plan, max_age, time.time())
    terminal = Terminal()
    terminal.line(headline(plan))
    pair = connect_pair(plan.avc.site, plan.moodle.site).pair
    follow(pair)
    alone = plan.undoes is not None or not source_check
    try:
        with pair.writing(), nullcontext() if alone else failure_remembered(pair):
            if source_check:
                require_undoing(plan, pair)
            work = _work(plan, pair, alone=alone)
            held = _acknowledged(work, pair, ack or (), terminal)
            stale = _stale(work, pair, skip=skip_stale)
            terminal.lines(_done_again(work, pair))
            return apply_work(work, pair, held.positions | stale, terminal, ask=not yes)
    finally:
        note(pair.traffic(), debug=debug)


def _done_again(work: "Work", pair: "SitePair") -> "Iterator[str]":
    """That what is undone comes back with the next run, where nwp.yml holds nothing of it."""
    from reconciler.errors import NotFound
    from reconciler.wording import few

    plan = work.plan
    if plan.undoes is None or all(item.state == "done" for item in work.checked):
        return
    try:
        # What undoes that an undoing leaves Moodle as AVC calls for.
        if pair.state.find(plan.undoes).start.undoes is not None:
            return
    except NotFound:
        pass
    held = {hold.guild.lower() for hold in pair.settings.hold}
    there = [c for c in plan.cohorts if c.guild and held.isdisjoint((c.guild, c.uuid.lower()))]
    if free := sorted({cohort.guild for cohort in there}):
        yield (
            "⚠ The next synchronisation does it again as far as AVC calls for it: nwp.yml holds"
            f" nothing in {few(free)} (reconciler invert {plan.undoes} prints the lines)"
        )


def _work(plan: "Plan", pair: "SitePair", *, alone: bool) -> "Work":
    """The plan against the sites as they are; ``alone``: against Moodle, and AVC is not asked."""
    from reconciler.reconciliation import saved
    from reconciler.reconciliation_alone import saved_alone

    return saved_alone(plan, pair) if alone else saved(plan, pair)


def _acknowledged(
    work: "Work", pair: "SitePair", acknowledgements: "Collection[str]", terminal: "Terminal"
) -> "HeldBack":
    """Raises GuardTripped, unless all that guards hold back is acknowledged."""
    from reconciler.held_back import refuse_held_back
    from reconciler.render.guards import acknowledged

    held = work.held_back(pair, acknowledgements)
    terminal.lines(acknowledged(held))
    refuse_held_back(held)
    return held


def _stale(work: "Work", pair: "SitePair", *, skip: bool) -> "frozenset[int]":
    """Positions of what is stale, and of what depends on it. Raises StalePlan unless skipped."""
    from reconciler.dependencies import falling
    from reconciler.stale_reasons import refuse_stale, stale

    found = stale(work.checked)
    if not skip:
        refuse_stale(work.checked, _logged(work, pair))
    return falling([item.operation for item in work.checked], found)


def _logged(work: "Work", pair: "SitePair") -> "Sequence[LoggedChange] | None":
    """What Moodle's log has of the cohorts that stale operations are about, if it can be read."""
    from reconciler.stale_reasons import touched

    cohorts = touched(work.checked)
    return pair.moodle.changes(cohorts) if cohorts else None


def apply_work(
    work: "Work",
    pair: "SitePair",
    left_out: "frozenset[int]",
    terminal: "Terminal",
    *,
    ask: bool,
    held: bool = False,
) -> int:
    """Apply, say what came of it, and let AVC remember it; ``held``: guards hold something back.

    Raises PartlyApplied, also where what is stale was left out, ReadError, StateError.
    """
    from reconciler.applier import require_success, to_do
    from reconciler.reconciliation import apply as carry_out
    from reconciler.wording import number

    todo = to_do(work.checked, left_out)
    already = sum(item.state == "done" for item in work.checked)
    if todo and already:
        terminal.line(f"ℹ {number(already, 'operation')} already so, {len(todo)} to do.")
    question = f"Carry out {number(len(todo), 'operation')}?"
    if todo and ask and terminal.interactive and not typer.confirm(question):
        terminal.line("Nothing was written.")
        return 1
    with terminal.progress(len(todo)) as progress:
        report = carry_out(work, pair, left_out, progress)
    require_success(report.applied, report.residue)
    if left_out:
        _require_whole(work, pair, left_out, len(report.applied))
    # Before anything else can go wrong.
    warned = [*_told(work, pair, report, held=held)]
    terminal.lines(_ending(report, already, held=bool(left_out)))
    terminal.lines(warned)
    return 0


def _require_whole(work: "Work", pair: "SitePair", left_out: "frozenset[int]", done: int) -> None:
    """Raise PartlyApplied when stale operations were left out."""
    from reconciler.errors import PartlyApplied
    from reconciler.stale_reasons import left_out_words, reasons, stale
    from reconciler.wording import number

    if not left_out.isdisjoint(stale(work.checked)):
        were = "was" if done == 1 else "were"
        raise PartlyApplied(
            f"{number(done, 'operation')} {were} carried out;"
            f" {left_out_words(work.checked, left_out)}",
            reasons(work.checked, _logged(work, pair)),
        )


def _ending(report: "Report", already: int, *, held: bool = False) -> "Iterator[str]":
    """``held``: a guard left something out, which is told after this."""
    from reconciler.render.sync import NOT_RECORDED
    from reconciler.wording import number

    done = sum(item.outcome.status == "done" for item in report.applied)
    meanwhile = len(report.applied) - done
    if not done:
        so = (
            f": {number(already + meanwhile, 'operation')} already so"
            if already + meanwhile
            else ""
        )
        yield f"ℹ Nothing to do but what is held back{so}." if held else f"✓ Nothing to do{so}."
        return
    others = f", {meanwhile} already so" if meanwhile else ""
    yield f"✓ {number(done, 'operation')} carried out and read back{others}."
    if not report.recorded:
        yield f"ℹ {NOT_RECORDED}."


def _told(work: "Work", pair: "SitePair", report: "Report", *, held: bool) -> "Iterator[str]":
    """Let AVC remember the run, if it was asked at all; a line if it cannot."""
    from reconciler.sync_record import record_of_run, remember

    if work.now is not None:
        record = record_of_run(work.now, report, held=held)
        if warning := remember(pair, record).warning:
            yield f"⚠ {warning}"

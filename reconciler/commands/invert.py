from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.commands.files import write_plan
from reconciler.commands.options import Debug, LogFormat

if TYPE_CHECKING:
    from reconciler.errors import ConfigError
    from reconciler.models.journal import RunRecord
    from reconciler.models.plan import Plan
    from reconciler.reconciliation import SitePair, Work
    from reconciler.render.terminal import Terminal
    from reconciler.stale import Checked
    from reconciler.state import StateDirectory
    from reconciler.undo import NamedHold

DAYS = 30
"""For which holds are proposed."""


def invert(
    run: Annotated[
        str,
        typer.Argument(
            metavar="RUN",
            help="The run's id, how it begins, or 'last': the newest of the Moodles that nwp.yml"
            " leads to.",
        ),
    ],
    moodle: Annotated[
        str | None,
        typer.Option(
            "--moodle", metavar="NAME", help="A run of this Moodle: as in nwp.yml, or its address."
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Write the plan: JSON to *.json, else YAML."
        ),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(
            "--until",
            metavar="DAY",
            help=f"The last day of the holds that are proposed; {DAYS} days from now without it.",
        ),
    ] = None,
    log_format: LogFormat = "text",  # noqa: ARG001 - the runner looks at it
    debug: Debug = False,
) -> int:
    """Make the plan that undoes a run of this machine, and the holds that keep it undone.

    Reads Moodle, to say what can be given back and what that costs. Writes
    nothing to it. Enrolments that Moodle ended begin anew: grades and groups do
    not come back by themselves.

    Examples:
      reconciler invert last -o undo.yaml
      reconciler invert last --moodle ss --until 2099-12-31 -o undo.yaml

    Exit codes: 0 planned, 1 error.
    """
    day = _day(until)
    from reconciler.reconciliation_alone import planned_alone
    from reconciler.render.terminal import Terminal, note
    from reconciler.undo import holds, inverse

    record, pair = _found(run, moodle)
    try:
        work = planned_alone(inverse(record), pair)
    finally:
        note(pair.traffic(), debug=debug)
    terminal = Terminal()
    _show(work, output, terminal)
    again = record.start.undoes
    if again is not None:
        terminal.plan(_undoing(again))
    if work.plan.empty:
        terminal.line(_nothing(work.plan))
        return 0
    if again is None:
        _show_holds(holds(record, day), work.plan, terminal)
    if output is not None:
        terminal.line()
        terminal.line(_next(work.plan, output))
    return 0


def _show(work: "Work", output: Path | None, terminal: "Terminal") -> None:
    """The plan, or where it is, and whether it fits. Raises PlanFileError."""
    import shlex

    from reconciler.render.guards import tripped
    from reconciler.render.plan import plan_lines
    from reconciler.render.problems import sentence
    from reconciler.summary import headline

    if output is None:
        terminal.plan(plan_lines(work.plan))
    else:
        write_plan(output, work.plan)
        terminal.plan([headline(work.plan), *tripped(work.plan)])
        terminal.plan(f"⚠ {sentence(problem)}" for problem in work.plan.problems)
    terminal.plan(_fit(work.checked))
    if output is not None and not work.plan.empty:
        shown = f"reconciler show {shlex.quote(str(output))}"
        terminal.line(f"Written to {output}. To review it: {shown}")


def _show_holds(found: "Sequence[NamedHold]", plan: "Plan", terminal: "Terminal") -> None:
    from reconciler.render.holds import before_applying, hold_lines

    if found:
        terminal.lines(["", before_applying(plan.avc.site)])
        terminal.copied(hold_lines(found, plan))


def _day(told: str | None) -> date:
    """The last day of the holds. Raises ConfigError for one that makes no sense, or is past."""
    from datetime import datetime, timedelta

    from reconciler.errors import ConfigError

    today = datetime.now().astimezone().date()
    if told is None:
        return today + timedelta(days=DAYS)
    try:
        found = date.fromisoformat(told)
    except ValueError as error:
        raise ConfigError(f"--until {told!r} is no day: write it as 2026-12-31") from error
    if found < today:
        raise ConfigError(f"--until {told} is past: nothing would be held")
    return found


def _found(run: str, moodle: str | None) -> "tuple[RunRecord, SitePair]":
    """The run, without what later ones did, and the sites that nwp.yml has under its names.

    Raises NotFound, StateError, ReadError, ConfigError while it is still at work.
    """
    from reconciler.errors import ConfigError
    from reconciler.later_runs import without_later
    from reconciler.state import LAST, state_directory

    state = state_directory()
    if run == LAST:
        record, pair = _last(state, moodle)
    else:
        record = state.find(run, moodle)
        pair = _connected(record)
    if state.running(record):
        raise ConfigError(f"run {record.id} is still at work ({record.start.by}): wait for its end")
    return without_later(record, state.later(record)), pair


def _last(state: "StateDirectory", moodle: str | None) -> "tuple[RunRecord, SitePair]":
    """The newest run that had something to do, of the Moodles that nwp.yml leads to.

    A name alone does not tell: other nwp.yml call other Moodles so, and a Moodle may move. Raises
    NotFound, StateError, ReadError, ConfigError.
    """
    from reconciler.config.nwp import find_file, site_names
    from reconciler.errors import NotFound
    from reconciler.models.moodle import MoodleQuery
    from reconciler.state import is_of

    file = find_file(Path.cwd())
    named = site_names(file)
    newest: dict[tuple[str, str, str], RunRecord] = {}
    last: dict[str, RunRecord] = {}
    for record in state.records():
        if not (record.steps or record.missing):
            continue
        place = (*_names(record), record.start.moodle.url)
        last[place[2]] = record
        if named.issuperset(place[:2]) and (moodle is None or is_of(record, moodle)):
            newest[place] = record
    seen: dict[tuple[str, str], tuple[SitePair, str]] = {}
    for place, record in sorted(newest.items(), key=lambda item: -item[1].started):
        if place[:2] not in seen:
            pair = _connected(record)
            seen[place[:2]] = pair, pair.moodle.read(MoodleQuery()).url
        pair, address = seen[place[:2]]
        if address == place[2]:
            newer = last[address]
            if newer.id != record.id:
                asked = moodle if named.issuperset(_names(newer)) else None
                raise _passed_over(record, newer, file, asked)
            return record, pair
    leads = ", ".join(f"{names[1]} is {address}" for names, (_, address) in seen.items())
    raise NotFound(
        f"In {state.path} there is no run of a Moodle that {file} leads to"
        f"{f' ({leads})' if leads else ''}; 'reconciler history' lists what there is."
    )


def _names(record: "RunRecord") -> tuple[str, str]:
    return record.start.avc.site, record.start.moodle.site


def _passed_over(
    record: "RunRecord", newest: "RunRecord", file: Path, asked: str | None
) -> "ConfigError":
    """Why the newest run of a Moodle that nwp.yml has under these names is not undone: to undo the
    one before it instead is not what anybody asked for.

    ``asked`` is the name that leaves out the newest one; None: nwp.yml does not have its names.
    """
    from reconciler.errors import ConfigError

    avc, moodle = _names(newest)
    if asked is not None:
        leaves = f"which --moodle {asked} leaves out: leave that away to undo it"
    else:
        leaves = f"and {file} does not name both: name them there to undo it"
    under = "that name" if asked is not None else "names that it has"
    return ConfigError(
        f"the last run of the Moodle at {newest.start.moodle.url} is {newest.id}, from {avc} to"
        f" {moodle}, {leaves}, or say which run is to be undone; the last one under {under} is"
        f" {record.id}"
    )


def _connected(record: "RunRecord") -> "SitePair":
    """The sites that nwp.yml has under a run's names. Raises ConfigError, ReadError."""
    from reconciler.config.sites import connect_pair
    from reconciler.render.log import follow

    pair = connect_pair(record.start.avc.site, record.start.moodle.site).pair
    follow(pair)
    return pair


def _fit(checked: "Sequence[Checked]") -> Iterator[str]:
    from reconciler.wording import number

    done = sum(item.state == "done" for item in checked)
    stale = [item.why for item in checked if item.state == "stale"]
    if done:
        yield f"ℹ {number(done, 'operation')} already so: somebody, or another run, was faster."
    if stale:
        yield (
            f"⚠ {number(len(stale), 'operation')} cannot be given back, as Moodle has changed:"
            " apply --skip-stale leaves out these, and what depends on them."
        )
        yield from (f"  - {why}" for why in stale)


def _undoing(run: str) -> Iterator[str]:
    from reconciler.render.terminal import name

    yield (
        f"ℹ That run undid run {name(run)}: take out of nwp.yml what you put under hold: for it,"
        " or the next synchronisation leaves alone what this gives back."
    )


def _nothing(plan: "Plan") -> str:
    if plan.problems:
        return "⚠ There is nothing that a plan could undo: see above."
    return "✓ There is nothing to undo."


def _next(plan: "Plan", file: Path) -> str:
    """What undoes the run, as it has to be typed."""
    from reconciler.private_files import same_state
    from reconciler.render.guards import apply_command

    return f"Then, to undo the run: {same_state()}{apply_command(plan, str(file))}"

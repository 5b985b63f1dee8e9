import re
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.commands.options import Debug

if TYPE_CHECKING:
    from reconciler.state import StateDirectory

_RUN = re.compile(r"[0-9]{8}T.*|last")
"""What is a run and no Moodle, when it stands alone."""


def history(
    moodle: Annotated[
        str | None,
        typer.Argument(metavar="[MOODLE]", help="A Moodle, as nwp.yml names it, or its address."),
    ] = None,
    run: Annotated[
        str | None,
        typer.Argument(
            metavar="[RUN]", help="A run's id, or how it begins, or 'last': shows its operations."
        ),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="So many runs at most.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
    debug: Debug = False,  # noqa: ARG001 - the runner looks at it
) -> int:
    """Show what was done to Moodles from this machine, the newest last. Asks no site.

    Examples:
      reconciler history
      reconciler history ss last
      reconciler history ss --limit 5 --json

    Exit codes: 0 shown, 1 error.
    """
    from reconciler.state import state_directory

    if run is None and moodle is not None and _RUN.fullmatch(moodle):
        moodle, run = None, moodle
    state = state_directory()
    if run is None:
        _list(state, moodle, limit, as_json=as_json)
    else:
        _show(state, moodle, run, as_json=as_json)
    return 0


def _list(state: "StateDirectory", moodle: str | None, limit: int, *, as_json: bool) -> None:
    import json
    from heapq import nlargest

    from reconciler.render.history import NOTHING, moodle_line, run_document, run_lines
    from reconciler.render.terminal import Terminal, name

    # Of each run only what is shown of it is held: there may be a million operations.
    told = (
        (
            (record.started, place),
            moodle_line(record),
            run_document(record, running=running, steps=False)
            if as_json
            else [*run_lines(record, running=running)],
        )
        for place, record in enumerate(state.records(moodle))
        for running in (state.running(record),)
    )
    newest = nlargest(limit, told, key=lambda run: run[0])[::-1]
    if as_json:
        typer.echo(json.dumps([shown for _, _, shown in newest], indent=2))
        return
    terminal = Terminal()
    if not newest:
        of = f" of {name(moodle)}" if moodle else ""
        known = ", ".join(map(name, state.known()))
        others = f" Known: {known}." if known else ""
        terminal.line(f"{NOTHING}{of} ({state.path}).{others}")
    before = ""
    for _, heading, lines in newest:
        terminal.plan(lines if heading == before else (heading, *lines))
        before = heading


def _show(state: "StateDirectory", moodle: str | None, run: str, *, as_json: bool) -> None:
    import json

    from reconciler.render.history import run_document, step_lines
    from reconciler.render.terminal import Terminal

    record = state.find(run, moodle)
    running = state.running(record)
    if as_json:
        typer.echo(json.dumps(run_document(record, running=running, steps=True), indent=2))
    else:
        Terminal().plan(step_lines(record, running=running))

"""``reconciler``: plan, show, apply, sync, release, and the sandbox."""

import sys
from typing import Annotated

import typer

from reconciler.commands.apply import apply
from reconciler.commands.demo import demo
from reconciler.commands.erase import erase
from reconciler.commands.explain import explain
from reconciler.commands.history import history
from reconciler.commands.invert import invert
from reconciler.commands.lint import lint
from reconciler.commands.plan import plan
from reconciler.commands.release import release
from reconciler.commands.sandbox import sandbox
from reconciler.commands.show import show
from reconciler.commands.sync import sync
from reconciler.running import collect_seldom, end_when_told, run

app = typer.Typer(
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (plan, show, explain, lint, apply, sync, release, history, invert, erase, demo):
    app.command()(command)
app.add_typer(sandbox, name="sandbox")


def _say_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415 - only who asks pays for it

        typer.echo(f"avc-moodle-sync {version('avc-moodle-sync')}")
        raise typer.Exit


@app.callback()
def program(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_say_version, is_eager=True, help="Say which release this is."
        ),
    ] = False,
) -> None:
    """Make a Moodle site agree with an AVC community, by plans that people can review."""


def main() -> None:
    """Entry point. Exit codes: 0 done, 1 error, 2 changes, 3 guard, 4 stale, 5 partly applied."""
    end_when_told()
    collect_seldom()
    sys.exit(run(app, sys.argv[1:]))

"""``pl``: NWP's command line, as far as it is ours."""

import sys

import typer

from reconciler.commands.avc_moodle_sync import avc_moodle_sync
from reconciler.running import run

app = typer.Typer(
    help="AVC-Moodle integration.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("avc-moodle-sync")(avc_moodle_sync)


@app.callback()
def pl() -> None:
    """AVC-Moodle integration."""


def main() -> None:
    """Entry point. Exit codes: 0 done, 1 anything else."""
    sys.exit(run(app, sys.argv[1:], highest=1))

"""``pl``: NWP's command line, as far as it is ours."""

import sys

import typer

from reconciler.commands.avc_moodle_status import avc_moodle_status
from reconciler.commands.avc_moodle_sync import avc_moodle_sync
from reconciler.commands.avc_moodle_test import avc_moodle_test
from reconciler.next_pl import VARIABLE, hand_on
from reconciler.running import collect_seldom, end_when_told, run

app = typer.Typer(
    help="AVC-Moodle integration.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("avc-moodle-sync")(avc_moodle_sync)
app.command("avc-moodle-status")(avc_moodle_status)
app.command("avc-moodle-test")(avc_moodle_test)


@app.callback()
def pl() -> None:
    """AVC-Moodle integration."""


def main() -> None:
    """Entry point. Exit codes: 0 done, 1 anything else; of NWP's commands, their own."""
    try:
        hand_on(sys.argv[1:], [str(command.name) for command in app.registered_commands])
    except OSError as error:
        sys.exit(
            f"Error: NWP's pl cannot be started ({error.filename}: {error.strerror})."
            f" Set {VARIABLE} to where it is."
        )
    end_when_told()
    collect_seldom()
    sys.exit(run(app, sys.argv[1:], highest=1))

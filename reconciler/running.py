"""From a command line to an exit code: the one place where errors end."""

import gc
import os
import re
import signal
import sys
import traceback
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, cast

import typer

from reconciler.errors import GuardTripped, NotReady, PartlyApplied, ReconcilerError, StalePlan
from reconciler.member_lines import visible

if TYPE_CHECKING:
    from reconciler.models.log_line import LoggedCommand

SHOWN_REASONS = 20
INTERRUPTED = 130
_ALLOCATIONS = 100_000
"""More objects than that have to be made before Python looks for garbage."""

LOG_FORMAT = "RECONCILER_LOG_FORMAT"
LOG_FORMATS = ("text", "json")
_OPTION = "--log-format"
_LOGGED = ("plan", "explain", "apply", "sync", "release", "invert", "avc-moodle-sync")
"""Commands that work on sites: see ``reconciler.models.log_line.LoggedCommand``."""

_DEBUG = re.compile(r"--debug|-[a-z]*d[a-z]*")


def end_when_told() -> None:
    """Let SIGTERM and SIGHUP end this program as Ctrl-C does.

    Python's own way would leave the programs running that it has started at the sites. Where SIGHUP
    is ignored, as under nohup, it stays so.
    """
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)


def collect_seldom() -> None:
    """Look for garbage in cycles seldom: there is hardly any, and communities are big.

    Python's own way walks through all people and memberships again and again while they are read.
    """
    gc.set_threshold(_ALLOCATIONS, 50, 100)


def run(app: typer.Typer, arguments: Sequence[str], *, highest: int = 5) -> int:
    """Run a command and return its exit code; ``highest`` caps those of our errors.

    People get one clear sentence on standard error; ``--debug`` adds the traceback. With
    ``--log-format json``, machines get a log there: see ``reconciler.render.log``.
    """
    form = _log_format(arguments)
    if form not in LOG_FORMATS:
        code, _ = _fail(f"{LOG_FORMAT}={form}: it has to be text or json.", arguments, 1)
        return code
    if form == "text" or not arguments or arguments[0] not in _LOGGED:
        code, _ = _ended(app, arguments, highest)
        return code
    from reconciler.render.log import logging_to_stderr  # noqa: PLC0415 - help does without

    with logging_to_stderr(cast("LoggedCommand", arguments[0])) as log:
        try:
            code, error = _ended(app, arguments, highest)
        except SystemExit:
            log.done(1, "Nobody reads standard output any more.")
            raise
        log.done(code, error)
    return code


def _log_format(arguments: Sequence[str]) -> str:
    """What the options say, else the environment; what is wrong with an option, Typer says."""
    for before, argument in reversed([*pairwise(["", *arguments])]):
        for said in (argument.partition(f"{_OPTION}=")[2], argument if before == _OPTION else ""):
            if said:
                return said if said in LOG_FORMATS else "text"
    return os.environ.get(LOG_FORMAT) or "text"


def _ended(  # noqa: PLR0911 - a return a kind of ending
    app: typer.Typer, arguments: Sequence[str], highest: int
) -> tuple[int, str]:
    """The exit code, and what a log says of an error: nothing about people."""
    command = typer.main.get_command(app)
    try:
        code = command.main(args=list(arguments), standalone_mode=False)
    except typer.TyperException as error:
        # Without any arguments there is no message: help has been shown.
        said = error.format_message().replace("Value error, ", "")
        return _fail(f"{said} (--help tells more)", arguments, 1) if said else (0, "")
    except typer.Abort:
        return _fail("Aborted; nothing was written.", arguments, 1)
    except (NotReady, GuardTripped, StalePlan, PartlyApplied) as error:
        shown = [*error.reasons[:SHOWN_REASONS]]
        if len(error.reasons) > len(shown):
            shown.append(f"… and {len(error.reasons) - len(shown)} more")
        text = "\n".join([str(error), *(f"  - {reason}" for reason in shown)])
        return _fail(text, arguments, min(error.exit_code, highest), str(error))
    except ReconcilerError as error:
        return _fail(str(error), arguments, min(error.exit_code, highest))
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return _fail(f"{where}{error.strerror or error}.", arguments, 1)
    except Exception as error:  # noqa: BLE001 - a defect of ours must not meet people as a traceback
        defect = f"this is a defect of this program: {type(error).__name__}"
        text = f"{defect}: {error}. Run it again with --debug, and report what it prints."
        return _fail(text, arguments, 1, f"{defect}.")
    if code == INTERRUPTED:
        said = "Interrupted. What was written stays; run it again to do the rest."
        return _fail(said, arguments, INTERRUPTED if highest > 1 else 1)
    return (code if isinstance(code, int) else 0), ""


def _fail(message: str, arguments: Sequence[str], code: int, logged: str = "") -> tuple[int, str]:
    """Tell people; gives back the code, and what a log says: ``logged``, else the message."""
    text = f"Error: {visible(message)}"
    if sys.stderr.isatty():
        from reconciler.render.wrapping import for_standard_error  # noqa: PLC0415 - it imports rich

        text = for_standard_error(text)
    sys.stderr.write(f"{text}\n")
    if any(_DEBUG.fullmatch(argument) for argument in arguments):
        sys.stderr.write(visible(traceback.format_exc()))
    return code, logged or message

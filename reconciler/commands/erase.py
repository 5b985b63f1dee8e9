from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.commands.options import Debug

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.state import StateDirectory


def erase(
    moodle: Annotated[
        str | None,
        typer.Argument(metavar="[MOODLE]", help="A Moodle, as nwp.yml names it, or its address."),
    ] = None,
    user: Annotated[
        int | None, typer.Option("--user", metavar="UID", help="Their user id in AVC.")
    ] = None,
    account: Annotated[
        int | None, typer.Option("--account", metavar="ID", help="Their user id in Moodle.")
    ] = None,
    debug: Debug = False,  # noqa: ARG001 - the runner looks at it
) -> int:
    """Take a person out of the journal on this machine, and delete held plans that name them.

    Neither site is asked or changed. Plan files that you keep, logs and backups
    stay as they are.

    Examples:
      reconciler erase ss --user 77
      reconciler erase ss --user 77 --account 156

    Exit codes: 0 nothing of them is left, 1 error.
    """
    import os

    from reconciler.erasure import erase as take_out
    from reconciler.errors import ConfigError
    from reconciler.render.history import NOTHING, erased_lines
    from reconciler.render.terminal import Terminal
    from reconciler.state import PLANS, state_directory

    if user is None and account is None:
        raise ConfigError("whom? Give --user UID, --account ID, or both")
    state = state_directory()
    terminal = Terminal()
    directory = _only(state, moodle)
    if directory is None:
        terminal.line(f"{NOTHING} ({state.path}).")
        return 0
    with state.writing(directory, f"reconciler erase, process {os.getpid()}"):
        erased = take_out(directory, directory / PLANS, user, account)
    terminal.lines(erased_lines(erased, user))
    return 0


def _only(state: "StateDirectory", moodle: str | None) -> "Path | None":
    """The directory of the Moodle that is meant; None where none is named, and nothing is kept.

    The same ids are other people's at other sites. Raises NotFound for one of which nothing is
    kept, ConfigError where it is not clear.
    """
    from reconciler.errors import ConfigError, NotFound

    found = state.directories() if moodle is None else state.directories_of(moodle)
    if len(found) > 1:
        raise ConfigError(
            f"several Moodles are remembered in {state.path}: {', '.join(state.known())}. Their ids"
            " are other people's: name one, by its address"
        )
    if moodle is not None and not found:
        known = ", ".join(state.known())
        others = f"; known: {known}" if known else ", nor of any other Moodle"
        raise NotFound(
            f"Nobody was erased: nothing is remembered of {moodle}{others} ({state.path})."
        )
    return found[0] if found else None

"""NWP has a program ``pl`` of its own: what ours does not know, that one gets."""

import os
import signal
import sys
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

VARIABLE = "NWP_PL"
"""Names NWP's ``pl`` where it is not on the path."""

HANDED_ON = "RECONCILER_PL_HANDED_ON"
"""The command that was handed on: should it come back, nobody knows it."""


def hand_on(arguments: Sequence[str], known: Collection[str]) -> None:
    """Become the next ``pl`` when the command is not one of ``known`` and there is one.

    Returns when the command is ours to run, or to refuse. Raises OSError, with the file's name,
    when the next ``pl`` cannot be started.
    """
    command = next(iter(arguments), "-")
    handed_on = repr(list(arguments))
    # NWP's own commands may call pl for others: those are handed on as well.
    if command.startswith("-") or command in known or os.environ.get(HANDED_ON) == handed_on:
        return
    following = next(_candidates(), None)
    if following is None:
        return
    os.environ[HANDED_ON] = handed_on
    for number in (signal.SIGPIPE, signal.SIGXFSZ):
        # Python ignores these, and what a process ignores its successor does, too.
        signal.signal(number, signal.SIG_DFL)
    try:
        os.execv(following, [str(following), *arguments])  # noqa: S606 - what this module is for
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(following)) from error


def _candidates() -> Iterator[Path]:
    named = os.environ.get(VARIABLE)
    if named:
        yield Path(named)
        return
    ours = Path(sys.argv[0]).resolve()
    for directory in os.get_exec_path():
        found = Path(directory) / "pl"
        if found.is_file() and os.access(found, os.X_OK) and found.resolve() != ours:
            yield found

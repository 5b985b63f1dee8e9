"""What can go wrong with any PHP program's answer. Each provider has the rest in its own module."""

from collections.abc import Iterable

from reconciler.errors import IncompleteRead, UnexpectedAnswer


def cut(name: str, place: str, noise: Iterable[str]) -> IncompleteRead:
    """The output ended before the last document, though PHP says that all is well."""
    said = f" The last that PHP said: {last(noise)}." if any(noise) else ""
    return IncompleteRead(
        f"The answer of {name} of site {place} is cut: nothing was concluded from it.{said} Try"
        " again, and look at PHP's log."
    )


def not_as_known(name: str, place: str, line: bytes) -> UnexpectedAnswer:
    """A document of ours that something else wrote into, or that no version of it says."""
    shown = line[:80].decode(errors="replace")
    return UnexpectedAnswer(
        f"{name} of site {place} answered what this program does not know ({shown}…): something"
        " else writes to PHP's standard output. Look at PHP's log."
    )


def miscounted(name: str, place: str, what: str, said: int, counted: int | None) -> IncompleteRead:
    """Other rows came than the site counts."""
    return IncompleteRead(
        f"{name} of site {place} gave {said} {what} and counts {counted}: it changed meanwhile, or"
        " the answer was cut. Try again."
    )


def last(lines: Iterable[str]) -> str:
    """The last of some lines, as part of a sentence."""
    return "".join([*lines][-1:])[:500].rstrip(".")

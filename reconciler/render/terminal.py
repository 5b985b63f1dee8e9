"""Lines on a terminal, or in a log: colour and progress only where somebody looks."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from rich.console import Console

from reconciler.applier import Applied
from reconciler.member_lines import escaped, visible

_STYLES = {"✓": "green", "ℹ": "cyan", "⚠": "yellow", "✗": "red"}


class Terminal:
    """Writes lines to standard output."""

    def __init__(self) -> None:
        # A C locale must not turn a tick into a traceback.
        if hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(errors="backslashreplace")
        self._console = Console(highlight=False, soft_wrap=True, emoji=False)

    @property
    def interactive(self) -> bool:
        """Whether a person sits in front of it."""
        return self._console.is_terminal and sys.stdin.isatty()

    def line(self, text: str = "") -> None:
        """One line; its mark (✓ ℹ ⚠ ✗) gives it a colour on a terminal."""
        mark = text.strip()[:1]
        # Whatever a site's text may hold: it must not move the cursor, or turn the line around.
        self._console.print(visible(text), markup=False, style=_STYLES.get(mark))

    def lines(self, texts: Iterable[str]) -> None:
        """Several lines."""
        for text in texts:
            self.line(text)

    @contextmanager
    def progress(self, total: int) -> Iterator[Callable[[Applied], None]]:
        """A bar for so many operations while they are carried out; nothing where nobody looks."""
        if not self._console.is_terminal or not total:
            yield lambda _applied: None
            return
        from rich.progress import Progress  # noqa: PLC0415 - only terminals pay for it

        with Progress(console=self._console, transient=True) as bar:
            task = bar.add_task("  Applying", total=total)
            yield lambda _applied: bar.advance(task)


def note(text: str, *, debug: bool) -> None:
    """Lines for whoever debugs, on standard error."""
    for line in text.splitlines() if debug else ():
        sys.stderr.write(f"debug: {visible(line)}\n")


def name(text: str) -> str:
    """Somebody's name, or a site's text, safe to print: controls and bidi marks are escaped."""
    return escaped(text)


def number(count: int, noun: str, plural: str = "") -> str:
    """``1 user``, ``3 users``."""
    return f"{count} {noun if count == 1 else plural or noun + 's'}"

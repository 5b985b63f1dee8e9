"""Lines on a terminal, or in a log: colour and progress only where somebody looks."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING

from reconciler.applier import Applied
from reconciler.member_lines import escaped, visible

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

_LOOKED_AT = ("FORCE_COLOR", "TTY_COMPATIBLE")
"""Variables by which rich takes for a terminal what is none."""
_STYLES = {"✓": "green", "ℹ": "cyan", "⚠": "yellow", "✗": "red"}
_OF_PLANS = {**_STYLES, "+": "green", "-": "red", "…": "dim"}
_AT_ONCE = 200
"""Lines that go to rich together: each call of it takes half a millisecond."""


class Terminal:
    """Writes lines to standard output."""

    def __init__(self) -> None:
        # A C locale must not turn a tick into a traceback.
        if hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(errors="backslashreplace")
        # Rich takes 0.05 s to load, and half a millisecond a line: only who looks pays for it.
        looked_at = sys.stdout.isatty() or any(os.environ.get(name) for name in _LOOKED_AT)
        self._console = _console() if looked_at else None

    @property
    def interactive(self) -> bool:
        """Whether a person sits in front of it."""
        return bool(self._console and self._console.is_terminal and sys.stdin.isatty())

    def line(self, text: str = "") -> None:
        """One line; its mark (✓ ℹ ⚠ ✗) gives it a colour on a terminal."""
        self.lines([text])

    def lines(self, texts: Iterable[str]) -> None:
        """Several lines: wrapped to the width of a terminal, but for commands.

        To a pipe each goes in one piece, for whoever searches in it.
        """
        self._print(texts, _STYLES)

    def plan(self, texts: Iterable[str]) -> None:
        """A plan's lines, likewise: what comes or goes is in colour, too."""
        self._print(texts, _OF_PLANS)

    def copied(self, texts: Iterable[str]) -> None:
        """Lines that somebody copies into a file: each in one piece, also on a terminal."""
        self._print(texts, {}, whole=True)

    def _print(
        self, texts: Iterable[str], styles: Mapping[str, str], *, whole: bool = False
    ) -> None:
        # Whatever a site's text may hold: it must not move the cursor, or turn the line around.
        if self._console is None:
            if written := "".join(f"{visible(text)}\n" for text in texts):
                _write(written)
            return
        wraps = not whole and sys.stdout.isatty()
        width = self._console.width if wraps else sys.maxsize
        left = iter(texts)
        while some := [*islice(left, _AT_ONCE)]:
            self._console.print(_painted(some, styles, width))

    def document(self, text: str) -> None:
        """A whole document in another format, as it is."""
        _write(text)

    @contextmanager
    def progress(self, total: int) -> Iterator[Callable[[Applied], None]]:
        """A bar for so many operations while they are carried out; nothing where nobody looks."""
        if not (self._console and self._console.is_terminal and total):
            yield lambda _applied: None
            return
        from reconciler.render.progress import bar  # noqa: PLC0415 - only terminals pay for it

        with bar(self._console) as shown:
            task = shown.add_task("  Applying", total=total)
            yield lambda _applied: shown.advance(task)


def _painted(texts: Iterable[str], styles: Mapping[str, str], width: int) -> "Text":
    from rich.text import Text  # noqa: PLC0415 - only terminals pay for it

    from reconciler.render.wrapping import wrapped_lines  # noqa: PLC0415 - it imports rich

    return Text("\n").join(
        Text(wrapped_lines(visible(text), width), styles.get(_first_word(text), ""))
        for text in texts
    )


def _first_word(text: str) -> str:
    return text.split(maxsplit=1)[0] if text.strip() else ""


def _console() -> "Console":
    from rich.console import Console  # noqa: PLC0415 - only terminals pay for it

    return Console(highlight=False, soft_wrap=True, emoji=False)


def _write(text: str) -> None:
    """To a file or a pipe, at once: somebody may be waiting at its other end."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        # Nobody is: end quietly, as rich does, and let Python's own flush find no pipe.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None


def note(text: str, *, debug: bool) -> None:
    """Lines for whoever debugs, on standard error."""
    for line in text.splitlines() if debug else ():
        sys.stderr.write(f"debug: {visible(line)}\n")


def name(text: str) -> str:
    """Somebody's name, or a site's text, safe to print: controls and bidi marks are escaped."""
    return escaped(text)

"""Text in lines of a width."""

import re
from collections.abc import Iterator

from rich.cells import cell_len

_START = re.compile(r" *(?:[-+*•→✓ℹ⚠✗$] |Error: )?")
"""What a line is indented by, with its bullet: the lines below start where its words do."""
_PIECES = re.compile(
    r"(?:^|(?<=: ))(?:cd \S+ && )?(?:[A-Z_]+=\S+ )*(?:reconciler|pl|ddev|chmod) .*"
    r"|--ack \S+|\S+"
)
"""What is never broken: a command, from its line's begin or a colon to the end, as somebody copies
it; an acknowledgement; and each word."""


def wrapped_lines(text: str, width: int) -> str:
    """A text that may have several lines, each of them ``wrapped``."""
    return "\n".join(part for line in text.split("\n") for part in wrapped(line, width))


def for_standard_error(text: str) -> str:
    """The same for standard error, which is a terminal."""
    from rich.console import Console  # noqa: PLC0415 - not everybody who wraps pays for it

    return wrapped_lines(text, Console(stderr=True).width)


def wrapped(text: str, width: int) -> Iterator[str]:
    """The text in lines of ``width`` columns, each after the first as far in as its words begin.

    What fits is left as it is: see ``hanging``.
    """
    if cell_len(text) <= width:
        yield text
        return
    found = _START.match(text)
    start = found[0] if found else ""
    yield from hanging(start, text[len(start) :], width)


def hanging(start: str, text: str, width: int) -> Iterator[str]:
    """The text behind ``start``, in lines of ``width`` columns, all of them that far in.

    ``textwrap`` counts characters, of which some take two columns. A word, as an address, or a
    command is rather too long than broken.
    """
    line, below, blank = start, " " * cell_len(start), ""
    for piece in _PIECES.findall(text):
        if blank and cell_len(line) + len(blank) + cell_len(piece) > width:
            yield line
            line, blank = below, ""
        line, blank = f"{line}{blank}{piece}", " "
    yield line

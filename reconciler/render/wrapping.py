"""Text in lines of a width."""

import re
from collections.abc import Iterator

from rich.cells import cell_len

_START = re.compile(r" *(?:[-+*•→✓ℹ⚠✗] )?")
"""What a line is indented by, its bullet too: the lines below start where its words do."""


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

    ``textwrap`` counts characters, of which some take two columns. A word, as an address or a
    command's argument, is rather too long than broken.
    """
    line, below, blank = start, " " * cell_len(start), ""
    for word in text.split():
        if blank and cell_len(line) + len(blank) + cell_len(word) > width:
            yield line
            line, blank = below, ""
        line, blank = f"{line}{blank}{word}", " "
    yield line

"""Text in lines of a width."""

import re
from collections.abc import Iterator

from rich.cells import cell_len

_START = re.compile(r" *(?:[-+*•→✓ℹ⚠✗] )?")
"""What a line is indented by, its bullet too: the lines below start where its words do."""


def wrapped(text: str, width: int) -> Iterator[str]:
    """The text in lines of ``width`` columns, each after the first as far in as its words begin.

    What fits is left as it is. ``textwrap`` counts characters, of which some take two columns. A
    word, as an address or a command's argument, is rather too long than broken.
    """
    if cell_len(text) <= width:
        yield text
        return
    start = _START.match(text)
    line = start[0] if start else ""
    below, blank = " " * cell_len(line), ""
    for word in text[len(line) :].split():
        if blank and cell_len(line) + len(blank) + cell_len(word) > width:
            yield line
            line, blank = below, ""
        line, blank = f"{line}{blank}{word}", " "
    yield line

"""Which words of a text are others than before."""

import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from itertools import groupby
from typing import NamedTuple

_WORDS = re.compile(r"\w+|\s+|[^\w\s]")
_LINE_BREAK = re.compile(r"\\(\\|x0a)")
LONGEST = 2_000
"""Words of both texts that are compared one by one: the time for it grows with their square."""
ALIKE = 0.4
"""Texts that have less than this in common are shown as wholly different: what they share then,
as articles and commas, tells nothing."""


class Piece(NamedTuple):
    """A part of a text, and whether the other text has something else there."""

    changed: bool
    text: str


class Comparison(NamedTuple):
    """Both texts, piece by piece; ``before`` is None where there was nothing."""

    before: tuple[Piece, ...] | None
    after: tuple[Piece, ...]


def compared(before: str | None, after: str) -> Comparison:
    """Two texts of a review, with their escaped line breaks as line breaks again."""
    if before is None:
        return Comparison(None, (Piece(changed=False, text=_with_breaks(after)),))
    texts = _with_breaks(before), _with_breaks(after)
    old, new = (_WORDS.findall(text) for text in texts)
    if len(old) + len(new) <= LONGEST:
        found = SequenceMatcher(None, old, new, autojunk=False)
        if found.ratio() >= ALIKE:
            codes = found.get_opcodes()
            return Comparison(
                _joined(Piece(tag != "equal", "".join(old[i:j])) for tag, i, j, _, _ in codes),
                _joined(Piece(tag != "equal", "".join(new[i:j])) for tag, _, _, i, j in codes),
            )
    return Comparison(*(_joined([Piece(changed=True, text=text)]) for text in texts))


def _with_breaks(text: str) -> str:
    return _LINE_BREAK.sub(lambda found: "\n" if found[1] == "x0a" else found[0], text)


def _joined(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    full = (piece for piece in pieces if piece.text)
    return tuple(
        Piece(changed, "".join(piece.text for piece in found))
        for changed, found in groupby(full, key=lambda piece: piece.changed)
    )

"""Figures in words."""

from collections.abc import Sequence

SHOWN = 3
"""Of several, those that are named one by one."""


def number(count: int, noun: str, plural: str = "") -> str:
    """``1 user``, ``3 users``."""
    return f"{count} {noun if count == 1 else plural or noun + 's'}"


def capital(words: str) -> str:
    """The same, to begin a sentence or a title with."""
    return words[:1].upper() + words[1:]


def few(names: Sequence[str]) -> str:
    """``a, b``; of many the first few: ``a, b, c, and 2 more``."""
    more = [f"and {len(names) - SHOWN} more"] if len(names) > SHOWN else []
    return ", ".join([*names[:SHOWN], *more])

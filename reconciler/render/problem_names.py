"""Whom and what a problem's sentence names."""

from collections.abc import Sequence

from reconciler.models.plan import Problem
from reconciler.render.terminal import name

SHOWN_GUILDS = 5
SHOWN_IDS = 20
"""So that no problem is too long for the room that all have to share."""
SEAM = "\0"
"""Around what the sites say; their own control characters are escaped."""


def names(texts: Sequence[str]) -> str:
    """Texts of the sites, the first few of many."""
    shown = ", ".join(quoted(text) for text in texts[:SHOWN_GUILDS])
    more = len(texts) - SHOWN_GUILDS
    return f"{shown} and {more} more" if more > 0 else shown


def person(problem: Problem) -> str:
    """Somebody in AVC, whom a problem is about."""
    return f"{quoted(problem.name or 'user')} (ID: {problem.avc})"


def quoted(text: str) -> str:
    """A text of the sites, safe to print, between seams."""
    return f"{SEAM}{name(text)}{SEAM}"


def ids(noun: str, numbers: Sequence[int]) -> str:
    """``account 7``, ``accounts 7, 8``, the first of many; empty for none."""
    if not numbers:
        return ""
    shown = ", ".join(map(str, numbers[:SHOWN_IDS]))
    more = len(numbers) - SHOWN_IDS
    told = f"{noun}{'s' if len(numbers) > 1 else ''} {shown}"
    return f"{told} and {more} more" if more > 0 else told

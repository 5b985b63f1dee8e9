"""Figures in words."""


def number(count: int, noun: str, plural: str = "") -> str:
    """``1 user``, ``3 users``."""
    return f"{count} {noun if count == 1 else plural or noun + 's'}"

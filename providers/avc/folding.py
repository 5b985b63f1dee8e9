"""Asking a database for text that is the same but for case.

No two databases fold case alike, and some fold by their locale. So SQL is asked for all that
may be the same, with ASCII letters folded and anything else a wildcard, and Python's ``str.lower``
decides: every row that it would accept is among those asked for.
"""

import re
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, cast, collate, func, or_
from sqlalchemy.dialects.mysql import CHAR

_PATTERN = 20
"""A pattern is held against every row; a plain text is looked up in a list."""

_KELVIN = "\u212a"
"""The one character outside ASCII whose lower case is an ASCII letter, a k."""

# "İ" is one character, and its lower case two: an i and a dot above.
_WILD = re.compile("i\u0307|[^\\x00-\\x7f]")


def may_equal(
    column: ColumnElement[Any], lowered: Sequence[str], dialect: str
) -> ColumnElement[bool]:
    """A condition that holds for every text whose ``lower()`` is in ``lowered``, and few others."""
    text = _ascii_lower(column, dialect)
    # A plain list is looked up, however long it is; patterns are tried one by one.
    plain = [each for each in lowered if each.isascii()]
    patterns = [_pattern(each) for each in lowered if not each.isascii()]
    return or_(text.in_(plain), *(text.like(each, escape="/") for each in patterns))


def cost(lowered: Collection[str]) -> int:
    """What it costs to ask for these, in plain texts that are looked up."""
    return sum(1 if each.isascii() else _PATTERN for each in lowered)


def _ascii_lower(column: ColumnElement[Any], dialect: str) -> ColumnElement[str]:
    # These collations are everywhere, and know no language: in Turkish, I is not the i's capital.
    if dialect == "postgresql":
        column = collate(column, "C")
    elif dialect == "mysql":
        column = collate(cast(column, CHAR(charset="utf8mb4")), "utf8mb4_bin")
    lowered: ColumnElement[str] = func.lower(func.replace(column, _KELVIN, "k"))
    return lowered


def _pattern(lowered: str) -> str:
    return _WILD.sub("%", re.sub(r"([/%_])", r"/\1", lowered))

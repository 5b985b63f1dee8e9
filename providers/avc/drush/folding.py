"""Python's small letters, for PHP: the two do not always know the same letters."""

from functools import cache

_END = 0x20000
"""No letter from here on has a small one."""


@cache
def small_letters() -> dict[str, str]:
    """Each character that ``str.lower`` changes, and what it makes of it.

    Alone, that is: at a word's end a capital sigma has another small one than elsewhere.
    """
    letters = map(chr, range(_END))
    return {letter: letter.lower() for letter in letters if letter != letter.lower()}

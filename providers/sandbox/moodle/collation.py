"""How MariaDB's utf8mb4_unicode_ci compares text."""

import unicodedata


def folded(text: str) -> str:
    """The form in which two texts are equal if MariaDB holds them equal.

    Letters' case and accents do not count (recorded: 4.5.6, «by e-mail: other letters, …»), nor
    do trailing spaces (the collation is PAD SPACE).
    """
    if text.isascii():
        return text.lower().rstrip(" ")
    decomposed = unicodedata.normalize("NFKD", text)
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return bare.casefold().rstrip(" ")


def compared(first: str, second: str) -> int:
    """Negative, zero or positive: the order of two texts in that collation."""
    one, other = folded(first), folded(second)
    return (one > other) - (one < other)

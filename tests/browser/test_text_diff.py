"""Which words of a text are marked as others than before."""

import pytest

from reconciler.render.html.text_diff import LONGEST, Piece, compared


def marked(pieces: tuple[Piece, ...] | None) -> str:
    """The text, with what is marked in brackets."""
    assert pieces is not None
    return "".join(f"[{piece.text}]" if piece.changed else piece.text for piece in pieces)


@pytest.mark.parametrize(
    ("before", "after", "old", "new"),
    [
        ("AVC - Web Dev", "AVC - Web Development", "AVC - Web [Dev]", "AVC - Web [Development]"),
        ("AVC - Radio", "AVC - Radio (archived)", "AVC - Radio", "AVC - Radio[ (archived)]"),
        ("no", "yes", "[no]", "[yes]"),
        ("we sing", "others paint as well", "[we sing]", "[others paint as well]"),
        ("", "something", "", "[something]"),
        ("same", "same", "same", "same"),
        ("Jose\u0301 sings", "José sings", "[Jose\u0301] sings", "[José] sings"),
    ],
)
def test_other_words_are_marked(before: str, after: str, old: str, new: str) -> None:
    """Whole words, on both sides; all of it where next to nothing is the same."""
    found = compared(before, after)
    assert (marked(found.before), marked(found.after)) == (old, new)


def test_what_there_was_not_is_not_compared() -> None:
    """Nothing before, and nothing marked after."""
    assert compared(None, "all new") == (None, (Piece(changed=False, text="all new"),))


@pytest.mark.parametrize(
    ("escaped", "shown"),
    [
        (r"one\x0atwo", "one\ntwo"),
        (r"C:\\x0a", r"C:\\x0a"),
        (r"C:\\\x0aD:", "C:\\\\\nD:"),
        (r"tab\x09, bell\x07", r"tab\x09, bell\x07"),
    ],
)
def test_line_breaks_break_lines_again(escaped: str, shown: str) -> None:
    """But not what a text spells out itself, and no other character."""
    assert marked(compared(None, escaped).after) == shown


def test_long_texts_are_marked_whole() -> None:
    """Comparing them word by word would take time by the square of their length."""
    text = "word " * LONGEST
    found = compared(text, f"{text}more")
    assert found == ((Piece(changed=True, text=text),), (Piece(changed=True, text=f"{text}more"),))

"""Lines of a width: what people read at 80 columns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from reconciler.render.wrapping import wrapped

CASES = {
    "fits": ("  two  columns", 80, ["  two  columns"]),
    "empty": ("", 80, [""]),
    "no indent": ("one two three", 7, ["one two", "three"]),
    "indent": ("  one two three", 9, ["  one two", "  three"]),
    "bullet": ("  - one two three", 11, ["  - one two", "    three"]),
    "mark": ("✗ one two three", 9, ["✗ one two", "  three"]),
    "minus sign of a number": ("-5 degrees outside", 10, ["-5 degrees", "outside"]),
    "a bullet alone": ("- ", 1, ["- "]),
    "two columns each": ("公会 公会 公会", 9, ["公会 公会", "公会"]),
    "a long word": (
        "see https://ss.example/long now",
        10,
        ["see", "https://ss.example/long", "now"],
    ),
    "a long word after a bullet": (
        "- https://ss.example now",
        8,
        ["- https://ss.example", "  now"],
    ),
    "no width at all": ("    - a b", 0, ["    - a", "      b"]),
    "exactly": ("one two", 7, ["one two"]),
    "a command at the end": (
        "Written. To review it: reconciler show 'my plan.yaml' --all",
        30,
        ["Written. To review it:", "reconciler show 'my plan.yaml' --all"],
    ),
    "a command with what it needs before it": (
        "  RECONCILER_STATE=/s reconciler apply plan.yaml --ack removals@1",
        20,
        ["  RECONCILER_STATE=/s reconciler apply plan.yaml --ack removals@1"],
    ),
    "a command in a directory": (
        "Made. Try: cd here && PATH=$PWD/bin:$PATH reconciler plan avc ss",
        20,
        ["Made. Try:", "cd here && PATH=$PWD/bin:$PATH reconciler plan avc ss"],
    ),
    "a prompt": ("$ pl avc-moodle-sync avc ss", 9, ["$ pl avc-moodle-sync avc ss"]),
    "a remedy": (
        "Others can read it. Run: chmod 600 /a/file",
        25,
        ["Others can read it. Run:", "chmod 600 /a/file"],
    ),
    "an acknowledgement": (
        "is meant: --ack removals@1234 lets it",
        24,
        ["is meant:", "--ack removals@1234 lets", "it"],
    ),
    "a command that is only named": (
        "as reconciler show has it",
        14,
        ["as reconciler", "show has it"],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_words_hang_below_words(case: str) -> None:
    """A line that is too long goes on below, as far in as its own words begin."""
    text, width, lines = CASES[case]
    assert list(wrapped(text, width)) == lines


@given(st.text(), st.integers(-1, 100))
def test_no_word_is_lost_or_broken(text: str, width: int) -> None:
    """Whatever the text and the width, its words are all there, in their order."""
    assert " ".join(wrapped(text, width)).split() == text.split()


@given(
    st.lists(st.text("abc公é", min_size=1, max_size=8), min_size=1), st.sampled_from(["", "  - "])
)
def test_only_a_word_that_is_too_long_is_wider(words: list[str], start: str) -> None:
    """Words of up to 16 columns fit into 20, behind a bullet too."""
    assert max(map(cell_len, wrapped(start + " ".join(words), 20))) <= 20

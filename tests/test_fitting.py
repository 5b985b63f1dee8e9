"""A document of at most a size: what is left out, and that it is said."""

from collections import Counter
from enum import IntEnum

from hypothesis import given
from hypothesis import strategies as st

from reconciler.render.fitting import Left, Line, Part, fitted


class Kind(IntEnum):
    """First things first."""

    FIRST = 0
    SECOND = 1
    THIRD = 2


ROOM = 150
"""Bytes for head, foot and note."""
_texts = st.text("xé公🎉", min_size=1, max_size=20)
_lines = st.builds(
    Line,
    st.sampled_from(Kind),
    _texts.map(lambda text: f"{text}\n"),
    st.sampled_from(["a", "b", "c"]),
)
_parts = st.recursive(
    _lines,
    lambda inner: st.builds(
        Part,
        head=_texts.map(lambda text: f"<{text}\n"),
        foot=st.just(">\n"),
        more=st.sampled_from(["", "and {} more\n"]),
        parts=st.lists(inner, max_size=6),
    ),
    max_leaves=40,
)
roots = st.lists(_parts, max_size=12).map(
    lambda parts: Part(head="top\n", foot="end\n", parts=parts)
)


def note(left: Left[Kind]) -> str:
    return "".join(f"left {kind.name} {what.lines} {what.about}\n" for kind, what in left.items())


def lines(part: Part[Kind]) -> list[Line[Kind]]:
    return [
        line
        for child in part.parts
        for line in (lines(child) if isinstance(child, Part) else [child])
    ]


@given(roots, st.integers(ROOM, 700))
def test_it_never_grows_beyond_its_limit(root: Part[Kind], limit: int) -> None:
    """In bytes, and so in characters, whatever it is made of."""
    assert len(fitted(root, limit, note).encode()) <= limit


@given(roots, st.integers(ROOM, 700))
def test_what_is_left_out_is_said_exactly(root: Part[Kind], limit: int) -> None:
    """What is there and what the note counts are all that there is, of each kind."""
    text = fitted(root, limit, note)
    found = lines(root)
    kept, left = ([line for line in found if line.kept is there] for there in (True, False))
    told = {kind.name: f"left {kind.name} " for kind in Kind}
    for kind in Kind:
        of_kind = [line for line in left if line.kind is kind]
        about = len({line.about for line in of_kind})
        says = f"{told[kind.name]}{len(of_kind)} {about}\n"
        assert (says in text) == bool(of_kind)
        assert (told[kind.name] in text) == bool(of_kind)
    shown = Counter(text.splitlines(keepends=True))
    assert all(shown[line.text] >= count for line, count in _counted(kept))


def _counted(found: list[Line[Kind]]) -> list[tuple[Line[Kind], int]]:
    counts = Counter(line.text for line in found)
    return [(line, counts[line.text]) for line in found]


@given(roots, st.integers(ROOM, 700))
def test_of_a_kind_the_first_stay(root: Part[Kind], limit: int) -> None:
    """No line stays behind one of its kind that does not."""
    fitted(root, limit, note)
    for kind in Kind:
        kept = [line.kept for line in lines(root) if line.kind is kind]
        assert kept == sorted(kept, reverse=True)


@given(roots)
def test_with_room_nothing_is_left_out(root: Part[Kind]) -> None:
    """Then there is no note, and no part is without a line."""
    text = fitted(root, 10_000, note)
    assert "left " not in text
    assert all(line.kept for line in lines(root))
    assert fitted(root, len(text.encode()), note) == text


def test_what_matters_more_stays() -> None:
    """Lines of a lower kind take the room, wherever they stand; the part says how many are out."""
    part = Part[Kind](head="<\n", foot=">\n", more="and {} more\n")
    part.parts = [Line(Kind.THIRD, f"third {n}\n") for n in range(20)]
    part.parts += [Line(Kind.FIRST, f"first {n}\n") for n in range(5)]
    root = Part[Kind](head="top\n", foot="end\n", parts=[part])
    assert fitted(root, 120, note) == (
        "top\nleft THIRD 17 1\n<\nthird 0\nthird 1\nthird 2\n"
        "first 0\nfirst 1\nfirst 2\nfirst 3\nfirst 4\nand 17 more\n>\nend\n"
    )

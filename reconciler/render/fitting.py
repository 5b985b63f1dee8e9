"""A document that must not grow beyond a size: what matters more stays."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Kind = TypeVar("Kind", bound=int)
"""What a line is about: of the lowest, lines are left out last."""


@dataclass(slots=True)
class Line(Generic[Kind]):
    """A line of the document, or several that only make sense together."""

    kind: Kind
    text: str
    about: str = ""
    """Whom it is about, for counting: a guild."""
    kept: bool = False


@dataclass(slots=True)
class Part(Generic[Kind]):
    """Lines between a head and a foot, which are there if any of them is."""

    head: str
    foot: str = ""
    more: str = ""
    """With ``{}`` for how many lines of its own are left out, where others are kept."""
    parts: "list[Line[Kind] | Part[Kind]]" = field(default_factory=list)
    kept: bool = False


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How much of a kind is left out."""

    lines: int
    about: int
    """Of how many guilds."""


Left = Mapping[Kind, LeftOut]


def fitted(root: Part[Kind], limit: int, note: Callable[[Left[Kind]], str]) -> str:
    """The document in at most ``limit`` bytes of UTF-8, and so of characters.

    ``note`` says in the document what is left out of it, and is told nothing when nothing is; it
    must not get longer with smaller numbers. Its place is at the end of the root's head. Of each
    kind, the first lines stay. Root, note and all must not be longer than ``limit`` alone.
    """
    found = [*_lines(root, ())]
    whole = sum(_size(line.text) for line, _ in found) + sum(
        _size(part.head) + _size(part.foot)
        for part in {id(part): part for _, above in found for part in above}.values()
    )
    room = limit
    if whole > limit:
        room -= _size(note(_left([line for line, _ in found])))
        room -= _size(root.head) + _size(root.foot)
        root.kept = True
        _keep(found, room)
    else:
        for line, above in found:
            line.kept = True
            for part in above:
                part.kept = True
        root.kept = True
    left = _left([line for line, _ in found if not line.kept])
    root.head += note(left) if left else ""
    return "".join(_written(root))


def _lines(
    part: Part[Kind], above: tuple[Part[Kind], ...]
) -> Iterator[tuple[Line[Kind], tuple[Part[Kind], ...]]]:
    inside = (*above, part)
    for child in part.parts:
        if isinstance(child, Part):
            yield from _lines(child, inside)
        else:
            yield child, inside


def _keep(found: list[tuple[Line[Kind], tuple[Part[Kind], ...]]], room: int) -> None:
    full: set[int] = set()
    for line, above in sorted(found, key=lambda item: item[0].kind):
        if line.kind in full:
            continue
        closed = [part for part in above if not part.kept]
        size = _size(line.text) + sum(_most(part) for part in closed)
        if size > room:
            full.add(line.kind)
            continue
        room -= size
        line.kept = True
        for part in closed:
            part.kept = True


def _most(part: Part[Kind]) -> int:
    more = part.more.format(len(part.parts)) if part.more else ""
    return _size(part.head) + _size(part.foot) + _size(more)


def _left(lines: list[Line[Kind]]) -> Left[Kind]:
    found: dict[Kind, list[str]] = defaultdict(list)
    for line in lines:
        found[line.kind].append(line.about)
    return {kind: LeftOut(len(found[kind]), len(set(found[kind]))) for kind in sorted(found)}


def _written(part: Part[Kind]) -> Iterator[str]:
    if not part.kept:
        return
    yield part.head
    left = 0
    for child in part.parts:
        if isinstance(child, Part):
            yield from _written(child)
        elif child.kept:
            yield child.text
        else:
            left += 1
    if left and part.more:
        yield part.more.format(left)
    yield part.foot


def _size(text: str) -> int:
    return len(text.encode())

"""A cohort's members as a plan file shows them: a line each, like a diff.

    + moodle:201 avc:77 by:link alice.wong
    - moodle:134 avc:56 by:email because:left-guild last-enrolments:2 bob.jones

Keys come first and the name last, to the end of the line, so that a name can say anything.
"""

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    # What every command line imports for its messages must not bring pydantic along.
    from reconciler.models.members import MemberChange

_LINE = re.compile(
    r"(?P<sign>[+-]) moodle:(?P<moodle>[0-9]+)(?: avc:(?P<avc>[0-9]+))?(?: by:(?P<by>[a-z]+))?"
    r"(?: role:(?P<role>[A-Za-z0-9_-]+))?(?: through:(?P<through>[a-z_]+))?"
    r"(?: because:(?P<because>[a-z-]+))?(?: last-enrolments:(?P<last>[1-9][0-9]*))?"
    r"(?: suspends:(?P<suspends>[1-9][0-9]*))?(?P<unknown> cost:unknown)?(?: (?P<name>.+))?"
)
_KEY_LIKE = re.compile(r"(?:avc|by|role|through|because|last-enrolments|suspends|cost):")
_ESCAPE = re.compile(r"\\(?:\\|x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8}))")


def write_lines(members: "Iterable[MemberChange]") -> str:
    """The members as text, each line ended."""
    return "".join(_line(member) for member in members)


def read_lines(text: str) -> list[dict[str, Any]]:
    """The members that a text stands for; raises ValueError naming the line that makes no sense."""
    # Not splitlines(): a name may hold what Python, not YAML, takes for the end of a line.
    return [_read(line) for line in text.split("\n") if line]


def escaped(name: str) -> str:
    """A name in visible characters only, that cannot be taken for one of the keys before it."""
    if not (name.isprintable() and "\\" not in name):
        name = "".join(c if c.isprintable() and c != "\\" else _code(c) for c in name)
    core = name.strip(" ")
    before = len(name) - len(name.lstrip(" "))
    after = len(name) - before - len(core)
    start = _code(core[0]) + core[1:] if _KEY_LIKE.match(core) and not before else core
    # Editors take blanks off the ends of lines.
    return _code(" ") * before + start + _code(" ") * after


def visible(text: str) -> str:
    """A text in which every character can be seen; line breaks stay."""
    if text.replace("\n", "").isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else _code(c) for c in text)


def unescaped(name: str) -> str:
    """The name that was escaped."""
    if "\\" not in name:
        return name
    return _ESCAPE.sub(
        lambda found: chr(int(found[1] or found[2] or found[3], 16)) if found.lastindex else "\\",
        name,
    )


def _code(char: str) -> str:
    if char == "\\":
        return "\\\\"
    number = ord(char)
    if number <= 0xFF:  # noqa: PLR2004 - the widest that two digits hold
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"  # noqa: PLR2004


def _line(member: "MemberChange") -> str:
    words = ["+" if member.change == "add" else "-", f"moodle:{member.moodle}"]
    if member.avc is not None:
        words.append(f"avc:{member.avc}")
    if member.by is not None:
        words.append(f"by:{member.by}")
    if member.role is not None:
        words.append(f"role:{member.role}")
    if member.through is not None:
        words.append(f"through:{member.through}")
    if member.because is not None:
        words.append(f"because:{member.because}")
    words += _cost(member)
    if member.name:
        words.append(escaped(member.name))
    return " ".join(words) + "\n"


def _cost(member: "MemberChange") -> Iterator[str]:
    if member.last_enrolments is None or member.suspends is None:
        yield "cost:unknown"
        return
    if member.last_enrolments:
        yield f"last-enrolments:{member.last_enrolments}"
    if member.suspends:
        yield f"suspends:{member.suspends}"


def _read(line: str) -> dict[str, Any]:
    found = _LINE.fullmatch(line)
    if found is None:
        raise ValueError(f"no member line: {line!r}")
    # In one go: a look-up by name for each takes longer than the match itself.
    sign, moodle, avc, by, role, through, because, last, suspends, unknown, name = found.groups()
    return {
        "change": "add" if sign == "+" else "remove",
        "moodle": int(moodle),
        "avc": int(avc) if avc else None,
        "by": by,
        "role": role,
        "through": through,
        "because": because,
        "last_enrolments": None if unknown else int(last or 0),
        "suspends": None if unknown else int(suspends or 0),
        "name": unescaped(name or ""),
    }

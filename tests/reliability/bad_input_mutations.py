"""Ways to spoil a text or a document: at bytes, at tokens, at its structure; and bombs."""

import io
import json
import re
from collections.abc import Callable
from copy import deepcopy
from random import Random
from typing import Any

from ruamel.yaml import YAML

NASTY_BYTES = (
    *(b"\x00", b"\xff", b"\xc3\x28", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xfe\xff", b"\r\n", b"\r"),
    *(b"\t", b"\x1b[31m", b"\xe2\x80\xa8", b"\xe2\x80\xae", b"\x85", b"\x7f", b'"', b"'", b"\\"),
    *(b"{", b"}", b"[", b"]", b":", b"- ", b"#", b"&", b"*", b"!", b"|", b">", b"%", b"@", b"---"),
)
NASTY_TOKENS = (
    *("null", "~", "", "true", "NaN", ".nan", ".inf", "-Infinity", "1e999", "-0", "0x1f", "0o17"),
    *("1_000", "9" * 400, "-" + "9" * 30, "2024-02-30", "2024-01-01T00:00:00Z", "12:30:45", "y"),
    *("&a", "*a", "&a [*a]", "<<: *a", "<<", "!!python/object:os.system x", "!!binary x", "!!set"),
    *("!!timestamp x", "!!int x", "!!float x", "!!bool x", "!!omap", "!x", "? ", "- ", "|", ">-"),
    *(
        "'",
        '"',
        '"\\ud800"',
        '"\\u0000"',
        "\\x",
        "\\U00110000",
        "%YAML 9.9",
        "...",
        "---",
        "{",
        "[",
    ),
    *(
        "\u202e",
        "\u2028",
        "\ufeff",
        "a\u0301",
        "ﬁ",
        "İ",
        "ß",
        "\U0001f469\u200d\U0001f680",
        "𝟙",
        "١",
    ),
)
NASTY_VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2**31, 2**63, 10**400, 0.5, 1e308, float("nan"), float("inf")),
    *(
        "",
        " ",
        "0",
        "1",
        "null",
        "\x00",
        "\u202e",
        "\ud800",
        "a" * 5000,
        "١",
        "é",
        "<b>",
        "../..",
        "\n",
    ),
    *([], {}, [[]], [{}], {"": None}, {"a": {"b": []}}, [0], ["a"], [None], {"from": 1, "to": []}),
)

_TOKEN = re.compile(r"\w+|\s+|.", re.DOTALL)


def spoilt_bytes(data: bytes, random: Random) -> bytes:
    """Flip, cut, repeat, move or put in bytes, a few times."""
    found = bytearray(data)
    for _ in range(random.randint(1, 4)):
        start = random.randrange(len(found) + 1)
        end = min(len(found), start + random.choice((1, 1, 2, 8, 60)))
        match random.randrange(6):
            case 0:
                found[start:end] = bytes(
                    byte ^ (1 << random.randrange(8)) for byte in found[start:end]
                )
            case 1:
                del found[start:end]
            case 2:
                found[start:start] = found[start:end]
            case 3:
                found[start:end] = random.choice(NASTY_BYTES)
            case 4:
                found[start:start] = random.choice(NASTY_BYTES)
            case _:
                del found[start:]
    return bytes(found)


def spoilt_tokens(text: str, random: Random) -> str:
    """Take out, repeat, exchange or replace words and signs, a few times."""
    tokens = _TOKEN.findall(text) or [""]
    for _ in range(random.randint(1, 4)):
        place, other = random.randrange(len(tokens)), random.randrange(len(tokens))
        match random.randrange(5):
            case 0:
                tokens[place] = ""
            case 1:
                tokens[place] *= 2
            case 2:
                tokens[place], tokens[other] = tokens[other], tokens[place]
            case 3:
                tokens[place] = random.choice(NASTY_TOKENS)
            case _:
                tokens[place] = tokens[other]
    return "".join(tokens)


def spoilt_structure(document: Any, random: Random) -> Any:
    """Exchange, double, leave out, add or nest parts of a document, a few times."""
    found = deepcopy(document)
    for _ in range(random.randint(1, 3)):
        places = list(_places(found))
        if not places:
            return random.choice(NASTY_VALUES)
        holder, key = random.choice(places)
        match random.randrange(7):
            case 0 | 1:
                holder[key] = deepcopy(random.choice(NASTY_VALUES))
            case 2:
                del holder[key]
            case 3:
                other, there = random.choice(places)
                holder[key] = deepcopy(other[there])
            case 4:
                _add(holder, key, random)
            case 5:
                holder[key] = _nested(holder[key], random)
            case _:
                holder[key] = _retyped(holder[key], random)
    return found


def _places(document: Any) -> list[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = []
    parts = [document]
    while parts:
        part = parts.pop()
        keys = (
            part if isinstance(part, dict) else range(len(part)) if isinstance(part, list) else ()
        )
        for key in keys:
            found.append((part, key))
            parts.append(part[key])
    return found


def _add(holder: Any, key: Any, random: Random) -> None:
    value = deepcopy(random.choice(NASTY_VALUES))
    if isinstance(holder, dict):
        holder[random.choice(("", "x", "from", "__class__", f"{key} ", str(key).upper()))] = value
    else:
        holder[key:key] = [deepcopy(holder[key])] * random.choice((1, 2, 50))


def _nested(value: Any, random: Random) -> Any:
    for _ in range(random.choice((1, 2, 3, 90))):
        value = [value] if random.random() < 0.5 else {"a": value}
    return value


def _retyped(value: Any, random: Random) -> Any:
    if isinstance(value, str) and value:
        place = random.randrange(len(value))
        return value[:place] + random.choice(NASTY_TOKENS) + value[place:]
    if isinstance(value, bool | int):
        return random.choice((str(value), 1.0, [value], value + 1, -value, value * 10**20))
    return str(value)


def as_json(document: Any) -> str:
    """A document as text, and numbers that JSON does not have as Python writes them."""
    return json.dumps(document)


def as_yaml(document: Any, random: Random) -> str:
    """A document as YAML; what ruamel cannot write is written as JSON, which is YAML, too."""
    if random.random() < 0.5:
        return as_json(document)
    out = io.StringIO()
    try:
        YAML(typ="safe", pure=True).dump(document, out)
    except Exception:  # noqa: BLE001 - whatever it makes of that is not what is tested
        return as_json(document)
    return out.getvalue()


def _laughs(_text: str, random: Random) -> str:
    width = random.choice((2, 9))
    depth = random.choice((9, 30))
    lines = ["l0: &l0 [lol, lol]"]
    for level in range(1, depth):
        inner = ", ".join(f"*l{level - 1}" for _ in range(width))
        lines.append(f"l{level}: &l{level} [{inner}]")
    return "\n".join([*lines, f"format: 1\nsites: *l{depth - 1}\ncohorts: *l{depth - 1}\n"])


def _merged_laughs(text: str, random: Random) -> str:
    """Each mapping merges the one before it twice."""
    lines = ["m0: &m0 {a0: 1, b0: 1}"]
    for level in range(1, random.choice((5, 14))):
        before = f"*m{level - 1}"
        lines.append(f"m{level}: &m{level} {{<<: [{before}, {before}], a{level}: 1}}")
    return "\n".join([*lines, text])


def _deep(_text: str, random: Random) -> str:
    opening = random.choice(("[", "{a: ", '{"a":', "- ", "? ", "&a [", "!!seq ["))
    return opening * random.choice((50, 900, 5000))


def _long_line(text: str, random: Random) -> str:
    return text.replace(":", ": " + random.choice("ax 9-é'") * 50_000, 1)


def _many(text: str, random: Random) -> str:
    key = random.choice(("k{}: {}\n", "- {} {}\n", "? k{}\n: {}\n"))
    return text + "".join(key.format(number, number) for number in range(2000))


def _recursive(text: str, random: Random) -> str:
    return random.choice(
        (
            "&a {sites: *a, format: 1, cohorts: *a}",
            "format: &a [*a]\n" + text,
            "sites: &s\n  avc: *s\n  ss: *s\n",
            "<<: &a {<<: *a}\n" + text,
        )
    )


def _line_ends(text: str, random: Random) -> str:
    return text.replace("\n", random.choice(("\r\n", "\r", "\n\n", "\u2028", "\x85", "\x00\n")))


def _twice(text: str, random: Random) -> str:
    return random.choice((text + text, text + "---\n" + text, "---\n" * 50 + text, "\ufeff" + text))


BOMBS: tuple[Callable[[str, Random], str], ...] = (
    *(_laughs, _merged_laughs, _deep, _long_line, _many, _recursive, _line_ends, _twice),
)


def bomb(text: str, random: Random) -> str:
    """What takes a parser's time or memory, or has it read something else than people do."""
    return random.choice(BOMBS)(text, random)

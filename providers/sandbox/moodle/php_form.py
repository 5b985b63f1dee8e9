"""PHP's reading of an application/x-www-form-urlencoded body: `cohorts[0][name]=x` nests."""

from typing import TypeAlias
from urllib.parse import unquote_to_bytes

Tree: TypeAlias = "str | PhpArray"
"""What one variable holds: a text, or an array of such."""

_SAFE_DIGITS = 18
"""Every number of so many digits is an integer to PHP (64 bits)."""


class PhpArray(dict[int | str, Tree]):
    """A PHP array: in order of insertion, with decimal keys as integers."""

    __slots__ = ("_next",)

    def __init__(self) -> None:
        super().__init__()
        self._next = 0

    def put(self, key: int | str | None, value: Tree) -> None:
        """Set one element; None is PHP's `[]`, the key after the greatest integer so far."""
        if key is None:
            key = self._next
        if isinstance(key, int) and key >= self._next:
            self._next = key + 1
        self[key] = value

    def below(self, key: int | str | None) -> "PhpArray":
        """The array at `key`, made if there is none; a text that was there is lost, as in PHP."""
        inner = None if key is None else self.get(key)
        if not isinstance(inner, PhpArray):
            inner = PhpArray()
            self.put(key, inner)
        return inner


def parse(body: bytes, max_input_vars: int) -> PhpArray:
    """The variables of a POST body.

    PHP counts a variable after it has stored it, so one more than `max_input_vars` arrives, and
    the rest is dropped without a word. Recorded: 4.5.6, «6,000 values at max_input_vars 5000»
    (4 + 4,997 variables), «add of 1,300» and «delete of 2,600».

    Raises ValueError for what no recording shows: text that is not UTF-8, a bracket left open.
    """
    form = PhpArray()
    # The one escape in every name: undone at once, which leaves little to decode.
    body = body.replace(b"%5B", b"[").replace(b"%5D", b"]")
    arriving = max_input_vars + 1
    for variable in body.split(b"&", arriving)[:arriving]:
        name, _, value = variable.partition(b"=")
        path = _path(_decoded(name))
        if path:
            _store(form, path, _decoded(value))
    return form


def _decoded(raw: bytes) -> str:
    if b"+" in raw:
        raw = raw.replace(b"+", b" ")
    return (unquote_to_bytes(raw) if b"%" in raw else raw).decode()


def _path(name: str) -> list[int | str | None]:
    """`a[0][b][]` as ["a", 0, "b", None]; empty for a variable without a name."""
    base, opened, rest = name.lstrip(" ").partition("[")
    if not base:
        return []
    bracket = bool(opened)
    path: list[int | str | None] = [_key(base.replace(" ", "_").replace(".", "_"))]
    while bracket:
        index, closed, rest = rest.partition("]")
        if not closed:
            raise ValueError(f"a bracket is left open in {name!r}")
        path.append(_key(index) if index and not index.isspace() else None)
        # Whatever follows a closed bracket, other than a further one, PHP ignores.
        bracket, rest = rest[:1] == "[", rest[1:]
    return path


def whole_number(text: str) -> int | None:
    """The integer that PHP would write in these very letters, or None."""
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= _SAFE_DIGITS):
        return None
    number = int(text)
    return number if str(number) == text else None


def _key(text: str) -> int | str:
    if text.isidentifier():
        return text
    number = whole_number(text)
    return text if number is None else number


def _store(form: PhpArray, path: list[int | str | None], value: str) -> None:
    array = form
    for key in path[:-1]:
        array = array.below(key)
    array.put(path[-1], value)

"""Reading what PHP's ``serialize`` wrote: Drupal keeps its configuration so.

Format: the PHP manual's page on ``serialize``, and ``ext/standard/var.c`` of PHP.
"""

import re

PhpValue = None | bool | int | float | str | dict[int | str, "PhpValue"]

_SCALAR = re.compile(rb"N;|b:([01]);|i:([+-]?\d+);|d:(-?(?:INF|[\d.]+(?:E[+-]?\d+)?)|NAN);")
_STRING = re.compile(rb's:(\d+):"')
_ARRAY = re.compile(rb"a:(\d+):\{")

_DEPTH = 100
"""Arrays in arrays; Drupal's configuration has a dozen. Keeps a forged value off our stack."""


def unserialize(data: bytes) -> PhpValue:
    """The value in ``data``: arrays as dicts in their order, strings decoded as UTF-8.

    Raises ValueError for objects, references, anything else that is not plain data, and for
    input that is cut off, damaged or followed by more.
    """
    value, end = _value(data, 0, _DEPTH)
    if end != len(data):
        raise ValueError(f"not PHP-serialised data: more follows at byte {end}")
    return value


def _value(data: bytes, at: int, depth: int) -> tuple[PhpValue, int]:
    if found := _SCALAR.match(data, at):
        return _scalar(found), found.end()
    if found := _STRING.match(data, at):
        return _string(data, found)
    if found := _ARRAY.match(data, at):
        if not depth:
            raise ValueError("not readable PHP-serialised data: arrays too deep in each other")
        return _array(data, found, depth - 1)
    raise ValueError(f"not readable PHP-serialised data at byte {at}")


def _scalar(found: re.Match[bytes]) -> PhpValue:
    truth, integer, real = found.groups()
    if truth is not None:
        return truth == b"1"
    if integer is not None:
        return int(integer)
    return None if real is None else float(real)


def _string(data: bytes, found: re.Match[bytes]) -> tuple[str, int]:
    # The length counts bytes, and the string may hold quotes: nothing is searched for.
    end = found.end() + int(found[1])
    if data[end : end + 2] != b'";':
        raise ValueError(f"damaged PHP-serialised string at byte {found.start()}")
    return data[found.end() : end].decode(), end + 2


def _array(data: bytes, found: re.Match[bytes], depth: int) -> tuple[PhpValue, int]:
    values: dict[int | str, PhpValue] = {}
    at = found.end()
    for _ in range(int(found[1])):
        key, at = _value(data, at, 0)
        if isinstance(key, bool) or not isinstance(key, int | str):
            raise ValueError(  # noqa: TRY004 - what is wrong is the data
                f"a PHP array key before byte {at} is neither integer nor string"
            )
        values[key], at = _value(data, at, depth)
    if data[at : at + 1] != b"}":
        raise ValueError(f"damaged PHP-serialised array at byte {found.start()}")
    return values, at + 1

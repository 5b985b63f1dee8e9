"""A PHP program: its pieces, the data, and what it has to know, in one text."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

_OPENING = "<?php"
_NAMESPACE = "namespace avc_moodle_sync;"


def program(
    pieces: Sequence[tuple[str, str]],
    request: str,
    told: Mapping[str, str | bool],
    *,
    opening: bool = True,
) -> bytes:
    """The text of a program, for standard input.

    ``pieces`` are packages and names of the PHP files in them, in their order; the file that all
    programs have in common comes before them. ``request`` is JSON in ASCII on one line: so it can
    never end the PHP text that it is in. ``told`` become constants. Without ``opening`` it is
    text for PHP's ``eval``, which wants no tag.
    """
    constants = "\n".join(f"const {name} = {_literal(value)};" for name, value in told.items())
    data = f"function request(): string\n{{\n    return <<<'REQUEST'\n{request}\nREQUEST;\n}}"
    texts = [_piece(*piece) for piece in ((__package__, "protocol"), *pieces)]
    start = [_OPENING] if opening else []
    return "\n".join([*start, _NAMESPACE, constants, data, *texts]).encode("ascii")


def _literal(value: str | bool) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if not (value.isascii() and value.isalnum()):
        raise AssertionError("text of any other kind belongs into the request")
    return f"'{value}'"


@cache
def _piece(package: str, name: str) -> str:
    text = files(package).joinpath(f"{name}.php").read_text("utf-8")
    return text.removeprefix(_OPENING)

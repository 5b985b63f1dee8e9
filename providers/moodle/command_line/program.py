"""The PHP program: its pieces, the data, and what it has to know, in one text."""

from functools import cache
from importlib.resources import files
from typing import Literal

Task = Literal["read", "enrolments", "write"]

_PIECES: dict[Task, tuple[str, ...]] = {
    "read": ("read", "site", "plugin"),
    "enrolments": ("enrolments",),
    "write": ("write", "sight", "operations", "record", "plugin"),
}
_OPENING = "<?php"
_NAMESPACE = "namespace avc_moodle_sync;"


def program(task: Task, request: str, nonce: str, *, any_owner: bool) -> bytes:
    """What ``php`` has to read from standard input to do a task.

    ``request`` is JSON in ASCII on one line: so it can never end the PHP text that it is in.
    """
    pieces = [_piece(name) for name in ("protocol", *_PIECES[task])]
    told = f"const NONCE = '{nonce}';\nconst ANY_OWNER = {str(any_owner).lower()};"
    data = f"function request(): string\n{{\n    return <<<'REQUEST'\n{request}\nREQUEST;\n}}"
    return "\n".join([_OPENING, _NAMESPACE, told, data, *pieces, _piece("start")]).encode("ascii")


@cache
def _piece(name: str) -> str:
    text = files(__package__).joinpath(f"{name}.php").read_text("utf-8")
    return text.removeprefix(_OPENING)

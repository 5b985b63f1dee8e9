"""The PHP program for Moodle: which pieces a task needs."""

from typing import Literal

from providers.php.program import program as put_together

Task = Literal["look", "read", "enrolments", "changes", "write"]

_PIECES: dict[str, tuple[str, ...]] = {
    "look": ("look", "site", "plugin"),
    "read": ("read", "members", "site", "plugin"),
    "enrolments": ("enrolments",),
    "changes": ("changes",),
    "write": ("write", "holder", "sight", "operations", "record", "plugin"),
}


def program(task: str, request: str, nonce: str, *, any_owner: bool) -> bytes:
    """What ``php`` has to read from standard input to do a task (one of ``Task``)."""
    pieces = [(__package__, name) for name in (*_PIECES[task], "start")]
    return put_together(pieces, request, {"NONCE": nonce, "ANY_OWNER": any_owner})

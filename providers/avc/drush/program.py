"""The PHP programs for Drupal: which pieces a task needs."""

from typing import Literal

from providers.php.program import program as put_together

Task = Literal["look", "read", "record"]

_PIECES: dict[str, tuple[str, ...]] = {
    "look": ("facts", "tables", "guilds", "look"),
    "read": ("facts", "tables", "guilds", "people", "memberships", "halves", "read"),
    "record": ("record",),
}


def program(task: str, request: str, nonce: str) -> bytes:
    """What ``drush php:script -`` has to read from standard input to do a task (of ``Task``).

    It goes to PHP's ``eval``: no opening tag.
    """
    pieces = [(__package__, name) for name in (*_PIECES[task], "start")]
    return put_together(pieces, request, {"NONCE": nonce}, opening=False)

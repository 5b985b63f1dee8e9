"""Holds, ready to be put into nwp.yml."""

import json
import re
from collections.abc import Iterator, Sequence

from reconciler.render.terminal import name
from reconciler.undo import NamedHold

_PLAIN = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""A UUID that YAML takes for nothing else."""

_PARENTS = ("    moodle_integration:", "      sync:", "        hold:")
"""Where nwp.yml has them: sites are indented by two."""
_INDENT = " " * 10


def hold_lines(holds: Sequence[NamedHold], avc: str) -> Iterator[str]:
    """What keeps the next synchronisation from doing again what is undone; ``avc`` is the site."""
    if not holds:
        return
    yield ""
    yield (
        "The next synchronisation does it all again, unless this is put into nwp.yml before you"
        f" apply, under the site {name(avc)}. Where it has `moodle_integration:` already, put only"
        " `sync:` and what is under it below the lines there, and likewise where it has `sync:` or"
        " `hold:`; if such an entry stands in `{…}`, write it on lines of its own first:"
    )
    yield from _PARENTS
    before: tuple[str, str] | None = None
    for item in holds:
        guild = item.guild, item.hold.guild
        if guild != before:
            yield f"{_INDENT}# {name(item.guild)}"
        before = guild
        yield f"{_INDENT}- {_entry(item)}"


def _entry(item: NamedHold) -> str:
    hold = item.hold
    guild = hold.guild if _PLAIN.fullmatch(hold.guild) else json.dumps(hold.guild)
    who = "" if hold.user is None else f", user: {hold.user}"
    who += "" if hold.account is None else f", account: {hold.account}"
    return f"{{guild: {guild}{who}, until: {hold.until.isoformat()}}}"

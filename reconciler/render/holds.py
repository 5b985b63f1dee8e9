"""Holds, ready to be put into nwp.yml."""

import re
from collections.abc import Iterator, Sequence

from reconciler.models.plan import Plan
from reconciler.render.terminal import name
from reconciler.undo import NamedHold

_PLAIN = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""A UUID that YAML takes for nothing else."""

_PARENTS = ("    moodle_integration:", "      sync:", "        hold:")
"""Where nwp.yml has them: sites are indented by two."""
_INDENT = " " * 10


def before_applying(avc: str) -> str:
    """What has to be done with the lines of the holds; ``avc`` is the site."""
    return (
        "Before you apply: put these lines into nwp.yml, under the site"
        f" {name(avc)}, or the next synchronisation does it all again. Where it has"
        " `moodle_integration:` already, put only `sync:` and what is under it below the lines"
        " there, and likewise where it has `sync:` or `hold:`; if such an entry stands in `{…}`,"
        " write it on lines of its own first:"
    )


def hold_lines(holds: Sequence[NamedHold], plan: Plan) -> Iterator[str]:
    """The holds as nwp.yml has them; who is held is named as in ``plan``, which undoes the run."""
    if not holds:
        return
    yield from _PARENTS
    names = _names(plan)
    before: tuple[str, str] | None = None
    for item in holds:
        guild = item.guild, item.hold.guild
        if guild != before:
            yield f"{_INDENT}# {name(item.guild)}"
        before = guild
        who = names.get((item.hold.user, item.hold.account))
        # Escaped, a name has no line break in it, so nothing but the line ends the comment.
        yield f"{_INDENT}- {_entry(item)}{f'  # {name(who)}' if who else ''}"


def _names(plan: Plan) -> dict[tuple[int | None, int | None], str]:
    """The names of people, by their user of AVC or, without one, by their account."""
    return {
        (line.avc, line.moodle if line.avc is None else None): line.name
        for line in plan.lines
        if line.name
    }


def _entry(item: NamedHold) -> str:
    hold = item.hold
    guild = hold.guild if _PLAIN.fullmatch(hold.guild) else _quoted(hold.guild)
    who = "" if hold.user is None else f", user: {hold.user}"
    who += "" if hold.account is None else f", account: {hold.account}"
    return f"{{guild: {guild}{who}, until: {hold.until.isoformat()}}}"


def _quoted(text: str) -> str:
    """In YAML's double quotes, which know the escapes of a name, and one more."""
    escaped = name(text).replace('"', '\\"')
    return f'"{escaped}"'

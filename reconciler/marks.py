"""The mark of ownership: the visible last line of a cohort's description."""

import re
from dataclasses import dataclass
from html import escape

from reconciler.models.desired import SIGNATURE, CohortKey

_MARKER = f"Kept by {SIGNATURE} for AVC"

DESCRIPTION_LIMIT = 500
"""Characters of a guild's own text that are shown in Moodle."""

_BLANK = r"(?:\s|&nbsp;)"
_MARK = re.compile(
    # Moodle's editors put attributes, emphasis and hard blanks where people only looked.
    _MARKER.replace(" ", rf"{_BLANK}+")
    + rf"{_BLANK}+(?P<site>[0-9A-Za-z-]+),{_BLANK}+guild{_BLANK}+(?P<guild>[^\s<>]+)"
    + rf"{_BLANK}+\((?P<uuid>[0-9A-Za-z-]+)\)(?:,{_BLANK}+role{_BLANK}+(?P<role>[^\s<>.]+))?\."
    + rf"(?:{_BLANK}|</?(?:p|div|br|span|strong|em|b|i)\b[^<>]*>)*\Z"
)


@dataclass(frozen=True, slots=True)
class Mark:
    """Whose cohort it is."""

    site: str
    """UUID of the AVC that maintains it."""
    guild: str
    """The guild's machine name."""
    key: CohortKey


def mark_of(description: str) -> Mark | None:
    """The mark that a cohort's raw description ends with.

    Only the end counts: a guild's text, which comes before, cannot pass itself off as a mark.
    """
    found = _MARK.search(description)
    if found is None:
        return None
    return Mark(
        site=found["site"],
        guild=found["guild"],
        key=CohortKey(uuid=found["uuid"], role=found["role"]),
    )


def described(text: str, mark: Mark) -> str:
    """The description of a cohort: the guild's text, cut, and the mark; HTML."""
    role = f", role {mark.key.role}" if mark.key.role else ""
    line = f"{_MARKER} {mark.site}, guild {mark.guild} ({mark.key.uuid}){role}."
    # A guild's own text is never taken for a mark, not even when the line below it is deleted.
    shown = _cut(" ".join(text.split()).replace(SIGNATURE, SIGNATURE.replace("-", " ")))
    # Quotes stay as they are: Moodle's HTML cleaning would turn their entities back.
    own = f"<p>{escape(shown, quote=False)}</p>\n" if shown else ""
    return f"{own}<p>{line}</p>"


def without_mark(description: str) -> str:
    """A cohort's description without the mark that it ends with."""
    # Again, until none is left: a guild's own text may end with one, too.
    while found := _MARK.search(description):
        # It is a paragraph of its own, whatever an editor made of it: its opening goes with it.
        description = re.sub(r"(?:<[^<>/][^<>]*>|\s)*\Z", "", description[: found.start()])
    return description


def _cut(text: str) -> str:
    return text if len(text) <= DESCRIPTION_LIMIT else text[: DESCRIPTION_LIMIT - 1] + "…"

"""The mark of ownership: the visible last line of a cohort's description."""

import re
from dataclasses import dataclass
from html import escape

from reconciler.models.desired import CohortKey

MARKER = "Kept by avc-moodle-sync for AVC "
"""What every mark starts with, whoever's it is."""

DESCRIPTION_LIMIT = 500
"""Characters of a guild's own text that are shown in Moodle."""

_MARK = re.compile(
    re.escape(MARKER) + r"(?P<site>[0-9A-Za-z-]+), guild (?P<guild>\S+) \((?P<uuid>[0-9A-Za-z-]+)\)"
    r"(?:, role (?P<role>\S+))?\."
    # An editor in Moodle may leave blanks and empty tags behind the line; nothing else.
    r"(?:\s|&nbsp;|<br ?/?>|</?p>|</?div>)*\Z"
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


def needle(site_uuid: str) -> str:
    """A text that the description of every cohort of this AVC contains."""
    return f"{MARKER}{site_uuid},"


def described(text: str, mark: Mark) -> str:
    """The description of a cohort: the guild's text, cut, and the mark; HTML."""
    role = f", role {mark.key.role}" if mark.key.role else ""
    line = f"{MARKER}{mark.site}, guild {mark.guild} ({mark.key.uuid}){role}."
    shown = _cut(" ".join(text.split()))
    # Quotes stay as they are: Moodle's HTML cleaning would turn their entities back.
    own = f"<p>{escape(shown, quote=False)}</p>\n" if shown else ""
    return f"{own}<p>{line}</p>"


def _cut(text: str) -> str:
    return text if len(text) <= DESCRIPTION_LIMIT else text[: DESCRIPTION_LIMIT - 1] + "…"

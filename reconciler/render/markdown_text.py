"""Text inside Markdown, so that nothing of it is taken for markup.

What GitHub and GitLab make of text goes far beyond Markdown: mentions, references, commits, emoji,
addresses. They look for these after Markdown is read, so no backslash and no entity hides anything
from them. Code does: both leave what is inside ``code`` and ``pre`` alone.
"""

import html
import re

MOST = 200
"""Characters of a text that are shown; no name of a Moodle or Drupal is as long as that."""
_TICKS = re.compile("`+")
_LONG_RUN = 16
"""Backticks in a row; of 80 and more, cmark makes no code."""
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~$&^])")


def code(text: str, most: int = MOST) -> str:
    """A text of the sites, in one line: a span of code."""
    shown = _cut(text, most)
    longest = max(map(len, _TICKS.findall(shown)), default=0)
    if longest > _LONG_RUN:
        shown, longest = shown.replace("`", r"\x60"), 0
    ticks = "`" * (longest + 1)
    # Markdown takes one blank off both ends, and code may neither begin nor end with a backtick.
    blank = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{ticks}{blank}{shown}{blank}{ticks}"


def html_code(text: str) -> str:
    """The same where HTML stands, which Markdown is not looked for in."""
    return f"<code>{html.escape(_cut(text, MOST))}</code>"


def fenced(text: str) -> str:
    """The same as a line, or a part of it, of a block of code; it must not begin the line."""
    return _cut(text, 4 * MOST)


def plain(text: str) -> str:
    """A text of this program: no mention and no address is in it, but it may have an underscore."""
    return _MARKUP.sub(r"\\\1", text)


def _cut(text: str, most: int) -> str:
    if len(text) > most:
        return f"{text[:most]}…"
    return text or "(none)"

"""What Moodle's text filters make of names and descriptions in an answer."""

import re

from providers.sandbox.moodle.answers import RefusedError

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_ENTITY = re.compile(r"&(?!amp;)#?\w+;")
_BARE_AMPERSAND = re.compile(r"&(?!amp;)")
_SHOWN = re.compile(r"(?:[^<>]++|<b>[^<>]++</b>|<p>(?:[^<>]++|<b>[^<>]++</b>)++</p>)*+")


def filtered_description(html: str) -> str:
    """Comments go, bare ampersands are written out (recorded: 4.5.6, the call of «create»).

    Raises RefusedError for other markup: no recording shows what the purifier makes of it.
    """
    text = _COMMENT.sub("", html)
    if _ENTITY.search(text) or "\r" in text or not _SHOWN.fullmatch(text):
        raise RefusedError(f"how the description {html!r} is filtered")
    return _BARE_AMPERSAND.sub("&amp;", text)


def filtered_name(name: str) -> str:
    """A name without markup is answered as it is; RefusedError for the letters of markup."""
    if re.search(r"[<>&]", name):
        raise RefusedError(f"how the name {name!r} is filtered (moodlewssettingraw=1 avoids it)")
    return name

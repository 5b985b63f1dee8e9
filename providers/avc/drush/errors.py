"""The one place where what PHP, Drupal, Drush and carriers say becomes one of our errors."""

import re
from collections.abc import Iterable

from providers.avc.drush.documents import Refused
from providers.carriers.errors import Ended
from providers.php import documents as php
from providers.php.errors import last, not_as_known
from reconciler.errors import (
    IncompleteRead,
    ReadError,
    SiteUnreachable,
    UnexpectedAnswer,
)

_DOWN = {
    "no-drupal": "Drush of site {place} finds no Drupal from {detail}. Set the site's directory in"
    " nwp.yml: it holds composer.json and vendor/.",
    "no-settings": "Drupal of site {place} has no database in its settings.php (Drush stands in"
    " {detail}). Is it installed? `drush status` there shows what Drush finds.",
    "no-database": "Drupal of site {place} does not reach its database: {detail}. Start the"
    " database, or mend settings.php; `drush status` there shows whether it is connected.",
    "not-installed": "Drush of site {place} cannot start Drupal, though its database answers. Is it"
    " installed? `drush status` there shows what Drush finds.",
    "maintenance": "Drupal of site {place} is in maintenance mode. Try again when it is back.",
}
_OTHERWISE = {
    "not-utf8": "Drupal of site {place} has a text that is not UTF-8, in {detail}. Mend it there,"
    " and try again.",
    "no-group": "Drupal of site {place} has no groups: its module group is not enabled. Is it an"
    " AVC? Set the site's directory in nwp.yml.",
    "no-guilds": "Drupal of site {place} has no group type `guild`. Is it an AVC? Set the site's"
    " directory in nwp.yml.",
    "no-group-roles": "Drupal of site {place} has no field `group_roles` on its memberships"
    " ({detail}): roles cannot be read. Look at `drush updatedb:status` there.",
    "database": "Drupal of site {place} is on a database of the kind `{detail}`, which this program"
    " does not know. It has to be MariaDB, MySQL, PostgreSQL or SQLite.",
}

_MEMORY = "Allowed memory size"
"""What PHP's words for it begin with."""

_NOT_FOUND = frozenset({126, 127})
"""What shells, ssh and DDEV end with when a program is not there, or may not be run."""


def from_refusal(document: php.Refused, place: str) -> ReadError:
    """Drupal is not up, or has no guilds."""
    if not isinstance(document, Refused):
        return not_as_known("Drupal", place, document.why.encode())
    # Drupal's MySQL driver adds advice in brackets.
    detail = document.detail.partition(" [Tip:")[0].rstrip(".")
    told = {"place": place, "detail": detail}
    if document.why in _DOWN:
        return SiteUnreachable(_DOWN[document.why].format(**told))
    return UnexpectedAnswer(_OTHERWISE[document.why].format(**told))


def from_stop(document: php.Stopped, place: str, noise: Iterable[str]) -> ReadError:
    """Drupal threw an exception, PHP a fatal error, or something called exit()."""
    said = (document.message or last(noise)).rstrip(".")
    if not said:
        return UnexpectedAnswer(
            f"PHP ended at site {place} before Drupal was done, without a word. Try `drush status`"
            " there, and look at PHP's log."
        )
    if _MEMORY in said:
        return _out_of_memory(place, said)
    return UnexpectedAnswer(
        f"Drupal of site {place} stopped: {said}. Try `drush status` there, and look at `drush"
        " watchdog:show`."
    )


def from_end(error: Ended, place: str, noise: Iterable[str]) -> ReadError:
    """Drush could not start or end as it should: a mistake in settings.php, a signal."""
    said = _words(error.said) or last(noise) or "without a word"
    if error.code in _NOT_FOUND:
        return SiteUnreachable(
            f"Drush of site {place} cannot be started ({said}). Install it there (`composer require"
            " drush/drush`), or set access.drush in nwp.yml to where it is from the site's root."
        )
    if _MEMORY in said:
        return _out_of_memory(place, said)
    return UnexpectedAnswer(
        f"Drush ended at site {place} with exit code {error.code}: {said}. Try `drush status`"
        " there, and look at PHP's log."
    )


def _out_of_memory(place: str, said: str) -> UnexpectedAnswer:
    return UnexpectedAnswer(
        f"PHP ran out of memory at site {place} ({said}). Raise memory_limit for PHP's command line"
        " there."
    )


def no_uuid(place: str) -> UnexpectedAnswer:
    """A site that does not say which it is."""
    return UnexpectedAnswer(
        f"Drupal of site {place} has no site UUID in its configuration `system.site`. Look at"
        " `drush config:get system.site` there."
    )


def left_out(place: str) -> IncompleteRead:
    """An answer without one of its parts, though it came to its end."""
    return IncompleteRead(
        f"Drupal of site {place} left out a part of its answer: its own PHP may be changed. Look"
        " at PHP's log."
    )


_BEGINS = re.compile(r"In .* line \d+:$|PHP (?:Fatal|Parse) error:")
_STACK = re.compile(r"#\d+ |Stack trace:|thrown in |Drush command terminated abnormally")


def _words(lines: Iterable[str]) -> str:
    """What Drush has to say, out of what it prints.

    Symfony's console prints an exception as a box: "In File.php line 1:" and its words, broken
    into lines. PHP adds the stack, and Drush that it ended.
    """
    kept: list[str] = []
    for line in lines:
        text = re.sub(r"^\s*\[\w+\]", "", line).strip()
        if _BEGINS.match(text):
            kept = [] if text.endswith(":") else [text]
        elif text and not _STACK.match(text):
            kept.append(text)
    return " ".join(kept)[:500].rstrip(".")

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

_REFUSED = {
    "no-group": "has no groups: the module group is not enabled. Is this an AVC? Set the site's"
    " directory in nwp.yml.",
    "no-guilds": "has no group type `guild`. Is this an AVC? Set the site's directory in nwp.yml.",
    "no-group-roles": "has no field `group_roles` on its memberships ({}): roles cannot be read."
    " Run `drush updatedb` there, and look at /admin/reports/status.",
    "database": "is on a database of the kind `{}`, which this program does not know: it has to be"
    " MariaDB or MySQL, PostgreSQL or SQLite.",
}

_NOT_FOUND = frozenset({126, 127})
"""What shells, ssh and DDEV end with when a program is not there, or may not be run."""

_DATABASE_DOWN = re.compile(
    r"SQLSTATE\[(HY000|08006|08001)\] ?\[?(2002|2003|2006|1044|1045|1049|7|14|)\]?"
    r"|Connection refused|unable to query the database|database connection settings",
    re.IGNORECASE,
)
_NO_DRUPAL = re.compile(
    r"could not find a Drupal|needs? a higher bootstrap level|no Drupal site|Bootstrap failed"
    r"|was unable to bootstrap|command .* is not defined|not installed",
    re.IGNORECASE,
)


def from_refusal(document: php.Refused, place: str) -> ReadError:
    """The site is no Drupal with guilds."""
    if not isinstance(document, Refused):
        return not_as_known("Drupal", place, document.why.encode())
    return UnexpectedAnswer(
        f"Drupal of site {place} {_REFUSED[document.why].format(document.detail)}"
    )


def from_stop(document: php.Stopped, place: str, noise: Iterable[str]) -> ReadError:
    """Drupal threw an exception, PHP a fatal error, or something called exit()."""
    said = (document.message or last(noise)).rstrip(".")
    if not said:
        return UnexpectedAnswer(
            f"PHP ended at site {place} before Drupal was done, without a word. Try `drush status`"
            " there, and look at PHP's log."
        )
    if "Allowed memory size" in said:
        return UnexpectedAnswer(
            f"PHP ran out of memory at site {place} ({said}). Raise memory_limit for PHP's command"
            " line there."
        )
    return UnexpectedAnswer(
        f"Drupal of site {place} stopped: {said}. Try `drush status` there, and look at `drush"
        " watchdog:show`."
    )


def from_end(error: Ended, place: str, noise: Iterable[str]) -> ReadError:
    """Drush could not start, or not start Drupal: it tells why on standard error alone."""
    said = _words(error.said) or last(noise) or "without a word"
    everything = " ".join((*noise, *error.said))
    if error.code in _NOT_FOUND:
        return SiteUnreachable(
            f"Drush of site {place} cannot be started ({said}). Install it there (`composer require"
            " drush/drush`), or set access.drush in nwp.yml to where it is from the site's root."
        )
    if _DATABASE_DOWN.search(everything):
        return SiteUnreachable(
            f"Drupal of site {place} does not reach its database ({said}). Start the database, or"
            " mend its settings.php; `drush status` there shows whether it is connected."
        )
    if _NO_DRUPAL.search(everything):
        return SiteUnreachable(
            f"Drush of site {place} starts no Drupal there ({said}). Set the site's directory in"
            " nwp.yml; `drush status` there shows what Drush finds."
        )
    return UnexpectedAnswer(
        f"Drush ended at site {place} with exit code {error.code}: {said}. Try `drush status`"
        " there, and look at PHP's log."
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


def _words(lines: Iterable[str]) -> str:
    """What Drush has to say, out of what it prints.

    Symfony's console prints an exception as a box: "In File.php line 1:" and its words, broken
    into lines. Drush adds that it ended, and PHP the stack.
    """
    kept: list[str] = []
    for line in lines:
        text = re.sub(r"^\s*\[(?:error|warning|notice)\]\s*", "", line).strip()
        if re.match(r"In .* line \d+:$", text):
            kept = []
        elif text and not re.match(r"#\d+ |Drush command terminated abnormally|thrown in ", text):
            kept.append(text)
    return " ".join(kept)[:500].rstrip(".")

"""The one place where what PHP, Moodle and carriers say becomes one of our errors."""

from collections.abc import Iterable

from providers.carriers.errors import Ended
from providers.moodle.command_line.documents import Refused
from providers.moodle.command_line.holder import being_written
from providers.php import documents as php
from providers.php.errors import last, not_as_known
from reconciler.errors import (
    AccessRefused,
    IncompleteRead,
    ReadError,
    SiteLocked,
    SiteUnreachable,
    UnexpectedAnswer,
)

_LATER = "Try again when it is back."
_BUSY = {
    "cli-maintenance": f"is down for maintenance (climaintenance.html in moodledata). {_LATER}",
    "maintenance": f"is in maintenance mode. {_LATER}",
    "upgrade-running": "is being upgraded. Try again when that is over.",
    "upgrade-pending": "waits for an upgrade. Run php admin/cli/upgrade.php there first.",
}


def from_refusal(document: php.Refused, place: str) -> ReadError:
    """The site's state forbids to work with it."""
    match document:
        case Refused(why="owner", owner=owner, user=user):
            return AccessRefused(
                f"PHP runs as {user or 'an unknown user'} at site {place}, and its moodledata"
                f" belongs to {owner}: it would leave files there that the web server cannot"
                f" write. Run as {owner}, or set access.any_owner: true in nwp.yml."
            )
        case Refused(why="no-config" | "no-moodle", path=path):
            return not_a_moodle(place, path)
        case Refused(why="locked", holder=holder):
            return SiteLocked(f"Moodle of site {place} {being_written(holder)}")
        case Refused(why=why):
            return SiteUnreachable(f"Moodle of site {place} {_BUSY[why]}")
        case _:
            return not_as_known("Moodle", place, document.why.encode())


def not_a_moodle(place: str, directory: str) -> SiteUnreachable:
    """A directory without config.php, or with somebody else's."""
    return SiteUnreachable(
        f"{directory} of site {place} is no Moodle: it has to hold its config.php, and"
        " version.php or public/version.php. Set the site's directory in nwp.yml."
    )


def from_stop(document: php.Stopped, place: str, noise: Iterable[str]) -> ReadError:
    """Moodle threw an exception, PHP a fatal error, or something called exit()."""
    said = document.message or last(noise)
    if not said:
        return UnexpectedAnswer(
            f"PHP ended at site {place} before Moodle was done, without a word: does config.php"
            " call exit? Try php admin/cli/cfg.php --name=release there."
        )
    if "$CFG->dataroot is not" in said:
        # lib/setup.php says so itself, before anybody can ask who the owner is.
        return AccessRefused(
            f"Moodle of site {place} stopped: {said}. Run as the user whom moodledata belongs to."
        )
    if "Allowed memory size" in said:
        return UnexpectedAnswer(
            f"PHP ran out of memory at site {place} ({said}). Raise memory_limit for PHP's command"
            " line there."
        )
    return UnexpectedAnswer(
        f"Moodle of site {place} stopped: {said}. Try php admin/cli/cfg.php --name=release there,"
        " and look at PHP's log."
    )


def from_end(error: Ended, place: str, noise: Iterable[str]) -> ReadError:
    """PHP could not start or end as it should: a parse error, a missing extension, a signal."""
    said = last((*noise, *error.said)) or "without a word"
    return UnexpectedAnswer(
        f"PHP ended at site {place} with exit code {error.code}: {said}. Check access.php in"
        " nwp.yml, and PHP's log."
    )


def out_of_order(place: str, step: int) -> UnexpectedAnswer:
    """An answer to another step than the next."""
    return UnexpectedAnswer(
        f"Moodle of site {place} answered step {step} out of its turn. Make a new plan to see what"
        " is written there."
    )


def while_writing(error: ReadError, place: str, answered: int, steps: int) -> ReadError:
    """The same error, and how far the writing had come."""
    return IncompleteRead(
        f"{error} {answered} of {steps} steps had been answered; a batch after them may have been"
        f" written to site {place} or not. Plan again to see."
    )

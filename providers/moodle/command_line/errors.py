"""The one place where what PHP, Moodle and carriers say becomes one of our errors."""

from collections.abc import Iterable

from providers.carriers.errors import Ended
from providers.moodle.command_line.documents import Refused, Stopped
from reconciler.errors import (
    AccessRefused,
    IncompleteRead,
    ReadError,
    SiteUnreachable,
    UnexpectedAnswer,
)

_LATER = "Try again when it is back."
_BUSY = {
    "cli-maintenance": f"is down for maintenance (climaintenance.html in moodledata). {_LATER}",
    "maintenance": f"is in maintenance mode. {_LATER}",
    "upgrade-running": "is being upgraded. Try again when that is over.",
    "upgrade-pending": "waits for an upgrade. Run php admin/cli/upgrade.php there first.",
    "locked": "is being written to by another run of this program. Try again when that is over.",
}


def from_refusal(document: Refused, site: str) -> ReadError:
    """The site's state forbids to work with it."""
    if document.why in _BUSY:
        return SiteUnreachable(f"Moodle of site {site} {_BUSY[document.why]}")
    if document.why == "owner":
        return AccessRefused(
            f"PHP runs as {document.user or 'an unknown user'} at site {site}, and its moodledata"
            f" belongs to {document.owner}: it would leave files there that the web server cannot"
            f" write. Run as {document.owner}, or set access.any_owner: true in nwp.yml."
        )
    return not_a_moodle(site, document.path)


def not_a_moodle(site: str, directory: str) -> SiteUnreachable:
    """A directory without config.php, or with somebody else's."""
    return SiteUnreachable(
        f"{directory} of site {site} is no Moodle: it has to hold its config.php, and"
        " version.php or public/version.php. Set the site's directory in nwp.yml."
    )


def from_stop(document: Stopped, site: str, noise: Iterable[str]) -> ReadError:
    """Moodle threw an exception, PHP a fatal error, or something called exit()."""
    said = document.message or _last(noise)
    if not said:
        return UnexpectedAnswer(
            f"PHP ended at site {site} before Moodle was done, without a word: does config.php"
            " call exit? Try php admin/cli/cfg.php --name=release there."
        )
    if "$CFG->dataroot is not" in said:
        # lib/setup.php says so itself, before anybody can ask who the owner is.
        return AccessRefused(
            f"Moodle of site {site} stopped: {said}. Run as the user whom moodledata belongs to."
        )
    if "Allowed memory size" in said:
        return UnexpectedAnswer(
            f"PHP ran out of memory at site {site} ({said}). Raise memory_limit for PHP's command"
            " line there."
        )
    return UnexpectedAnswer(
        f"Moodle of site {site} stopped: {said}. Try php admin/cli/cfg.php --name=release there,"
        " and look at PHP's log."
    )


def from_end(error: Ended, site: str, noise: Iterable[str]) -> ReadError:
    """PHP could not start or end as it should: a parse error, a missing extension, a signal."""
    said = _last((*noise, *error.said)) or "without a word"
    return UnexpectedAnswer(
        f"PHP ended at site {site} with exit code {error.code}: {said}. Check access.php in"
        " nwp.yml, and PHP's log."
    )


def cut(site: str, noise: Iterable[str]) -> IncompleteRead:
    """The output ended before the last document, though PHP says that all is well."""
    said = f" The last that PHP said: {_last(noise)}." if any(noise) else ""
    return IncompleteRead(
        f"The answer of Moodle of site {site} is cut: nothing was concluded from it.{said} Try"
        " again, and look at PHP's log."
    )


def not_as_known(site: str, line: bytes) -> UnexpectedAnswer:
    """A document of ours that something else wrote into, or that no version of it says."""
    shown = line[:80].decode(errors="replace")
    return UnexpectedAnswer(
        f"Moodle of site {site} answered what this program does not know ({shown}…): something"
        " else writes to PHP's standard output. Look at PHP's log."
    )


def miscounted(site: str, what: str, said: int, counted: int | None) -> IncompleteRead:
    """The database counts other rows than came."""
    return IncompleteRead(
        f"Moodle of site {site} gave {said} {what} and counts {counted}: it changed meanwhile, or"
        " the answer was cut. Try again."
    )


def out_of_order(site: str, step: int) -> UnexpectedAnswer:
    """An answer to another step than the next."""
    return UnexpectedAnswer(
        f"Moodle of site {site} answered step {step} out of its turn. Make a new plan to see what"
        " is written there."
    )


def while_writing(error: ReadError, site: str, answered: int, steps: int) -> ReadError:
    """The same error, and how far the writing had come."""
    return IncompleteRead(
        f"{error} {answered} of {steps} steps had been answered; a batch after them may have been"
        f" written to site {site} or not. Plan again to see."
    )


def _last(lines: Iterable[str]) -> str:
    return "".join([*lines][-1:])[:500].rstrip(".")

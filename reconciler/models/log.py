"""What a Moodle's own log tells of cohorts."""

from dataclasses import dataclass
from typing import Final, Literal

LogEvent = Literal["created", "updated", "deleted", "member-added", "member-removed"]
"""``core\\event\\cohort_created`` and so on."""

MOST_CHANGES: Final = 1_000
"""The newest changes that are told."""

DAYS_BACK: Final = 90
"""How old a change may be to be told."""


@dataclass(frozen=True, slots=True)
class LoggedChange:
    """One event in Moodle's standard log (``logstore_standard_log``)."""

    cohort: int
    account: int | None
    """Who was added or removed; None for what is about the cohort itself."""
    event: LogEvent
    by: int
    """Id of the account that did it. This program, by command line, is the site's administrator."""
    by_name: str
    """That account's user name; empty where there is no such account any more."""
    time: int
    """Unix time."""
    origin: str
    """How: ``web`` by Moodle's pages, ``ws`` by web services, ``cli`` by a program on the server,
    this one among them; empty where the log does not say."""

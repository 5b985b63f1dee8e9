"""What Moodle's own log tells, from what the PHP program says."""

from contextlib import closing

from providers.moodle.command_line.conversation import Php
from providers.moodle.command_line.documents import Changes, Names, NoLog
from providers.moodle.log import EVENTS, LoggedRow, newest
from providers.php.documents import Trailer
from reconciler.models.log import DAYS_BACK, MOST_CHANGES, LoggedChange


def changes(php: Php, cohorts: frozenset[int]) -> tuple[LoggedChange, ...] | None:
    """The newest changes of these cohorts, by one process; None where no log can be read.

    Raises ReadError.
    """
    request = {
        "cohorts": sorted(cohorts),
        "events": [*EVENTS],
        "days": DAYS_BACK,
        "most": MOST_CHANGES,
    }
    found: list[LoggedRow] = []
    names: dict[int, str] = {}
    readable = True
    with closing(php.ask("changes", request)) as documents:
        for document in documents:
            match document:
                case Changes():
                    found += document.rows
                case Names():
                    names.update(document.rows)
                case NoLog():
                    readable = False
                case Trailer():
                    php.compare(document, {"changes": len(found), "names": len(names)})
    return newest(found, names) if readable else None

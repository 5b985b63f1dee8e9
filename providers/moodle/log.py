"""What Moodle's standard log calls the changes of a cohort, and how its rows become ours."""

from collections.abc import Iterable, Mapping
from typing import Final

from reconciler.models.log import MOST_CHANGES, LogEvent, LoggedChange

EVENTS: Final[Mapping[str, LogEvent]] = {
    "\\core\\event\\cohort_created": "created",
    "\\core\\event\\cohort_updated": "updated",
    "\\core\\event\\cohort_deleted": "deleted",
    "\\core\\event\\cohort_member_added": "member-added",
    "\\core\\event\\cohort_member_removed": "member-removed",
}
"""By ``eventname``. ``objectid`` is the cohort, ``relateduserid`` the member. Source:
cohort/lib.php, and rows of 4.5.6 and 5.1.3."""

LoggedRow = tuple[int, int, int | None, str, int, int, str]
"""id, cohort, account, event's name, who did it, Unix time, origin."""


def newest(rows: Iterable[LoggedRow], names: Mapping[int, str]) -> tuple[LoggedChange, ...]:
    """The newest of these, the newest first; of one second, the later row. ``names`` are user
    names by account.
    """
    # A database may compare names without case.
    known = (row for row in rows if row[3] in EVENTS)
    ordered = sorted(known, key=lambda row: (row[5], row[0]), reverse=True)
    return tuple(
        LoggedChange(
            cohort=cohort,
            account=account,
            event=EVENTS[event],
            by=by,
            by_name=names.get(by, ""),
            time=time,
            origin=origin,
        )
        for _, cohort, account, event, by, time, origin in ordered[:MOST_CHANGES]
    )

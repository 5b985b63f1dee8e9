"""Who changed cohorts: ``logstore_standard_log``, which Moodle writes while that store is enabled.

``tool_log/enabled_stores`` in ``config_plugins`` (admin/tool/log/classes/log/manager.php). While it
is switched off the table stays, and tells nothing of what happened since: then it is not read.
"""

import time
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import select

from providers.moodle.database.settings import plugin_setting
from providers.moodle.database.source import CHUNK, Source
from providers.moodle.log import EVENTS, LoggedRow, newest
from reconciler.models.log import DAYS_BACK, MOST_CHANGES, LoggedChange

_STORE = "logstore_standard"
_TABLE = "logstore_standard_log"
_DAY = 86_400


def read_changes(source: Source, cohorts: Collection[int]) -> tuple[LoggedChange, ...] | None:
    """The newest changes of these cohorts; None where the database shows no log that goes on."""
    stores = plugin_setting(source, "tool_log", "enabled_stores") or ""
    if _STORE not in stores.split(",") or _TABLE not in source.tables:
        return None
    wanted = sorted(cohorts)
    found = [
        row
        for start in range(0, len(wanted), CHUNK)
        for row in _logged(source, wanted[start : start + CHUNK])
    ]
    return newest(found, _names(source, {row[4] for row in found}))


def _logged(source: Source, cohorts: Collection[int]) -> Iterable[LoggedRow]:
    table = source.tables[_TABLE]
    log = table.c
    query = (
        select(table)
        .where(
            # Cohorts are in no course; course, anonymity and time are an index of the log.
            log.courseid == 0,
            log.anonymous == 0,
            log.timecreated >= int(time.time()) - DAYS_BACK * _DAY,
            log.eventname.in_(EVENTS),
            log.objectid.in_(cohorts),
        )
        .order_by(log.timecreated.desc(), log.id.desc())
        .limit(MOST_CHANGES)
    )
    return [_row(row) for row in source.connection.execute(query)]


def _row(row: Any) -> LoggedRow:
    # Who has logged in as somebody else is who did it.
    by = row.userid if row.realuserid is None else row.realuserid
    return (
        row.id,
        row.objectid,
        row.relateduserid,
        row.eventname,
        by,
        row.timecreated,
        row.origin or "",
    )


def _names(source: Source, accounts: Collection[int]) -> dict[int, str]:
    user = source.tables["user"].c
    query = select(user.id, user.username).where(user.deleted == 0)
    return {row.id: row.username for row in source.among(query, user.id, accounts)}

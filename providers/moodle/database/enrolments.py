"""Courses that people are in through cohorts.

``enrol`` (id, enrol, status, courseid, customint1), of which ``enrol`` = ``cohort`` with the
cohort's id in ``customint1``; ``user_enrolments`` (enrolid, userid); ``enrol_plugins_enabled`` in
``config`` (``enrol_is_enabled`` in lib/enrollib.php); ``enrol_cohort/unenrolaction`` in
``config_plugins``. Instances that are switched off enrol nobody, but who leaves the cohort is
unenrolled by them too (``enrol_cohort_handler::member_added`` and ``member_removed`` in
enrol/cohort/locallib.php).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any, Literal

from sqlalchemy import select

from providers.moodle.database.settings import plugin_setting, setting
from providers.moodle.database.source import Source
from reconciler.models.moodle import OTHER_WAY, Enrolled, Enrolment

_METHOD = "cohort"
_SWITCHED_ON = 0
"""``ENROL_INSTANCE_ENABLED`` in lib/enrollib.php."""
_UNENROL = "0"
"""``ENROL_EXT_REMOVED_UNENROL`` in lib/enrollib.php."""


def read_enrolment(source: Source) -> Enrolment:
    """Courses by cohort, and what becomes of who leaves one."""
    enrol = source.tables["enrol"].c
    query = select(enrol.customint1, enrol.courseid, enrol.status).where(
        enrol.enrol == _METHOD, enrol.customint1 > 0
    )
    rows = list(source.rows(query))
    enabled = _METHOD in setting(source, "enrol_plugins_enabled").split(",")
    return Enrolment(
        courses=_by_cohort(rows),
        joins=_by_cohort(row for row in rows if enabled and row.status == _SWITCHED_ON),
        on_removal=on_removal(source),
    )


def _by_cohort(instances: Iterable[Any]) -> dict[int, frozenset[int]]:
    courses: dict[int, set[int]] = defaultdict(set)
    for row in instances:
        courses[row.customint1].add(row.courseid)
    return {cohort: frozenset(found) for cohort, found in courses.items()}


def on_removal(source: Source) -> Literal["unenrol", "suspend"]:
    """What becomes of an enrolment by cohort when its owner leaves the cohort."""
    action = plugin_setting(source, "enrol_cohort", "unenrolaction")
    return "unenrol" if action in {None, _UNENROL} else "suspend"


def read_enrolled(source: Source, accounts: Collection[int], courses: Collection[int]) -> Enrolled:
    """What enrols these accounts in these courses.

    Whatever the status: ``enrol_plugin::unenrol_user`` (lib/enrollib.php) asks only whether a row
    of ``user_enrolments`` is left in the course before it drops grades and groups there.
    """
    enrol = source.tables["enrol"].c
    enrolment = source.tables["user_enrolments"].c
    instances = {
        row.id: (row.courseid, int(row.customint1) if row.enrol == _METHOD else OTHER_WAY)
        for row in source.among(
            select(enrol.id, enrol.courseid, enrol.enrol, enrol.customint1),
            enrol.courseid,
            courses,
        )
    }
    found: dict[int, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    query = select(enrolment.userid, enrolment.enrolid)
    for row in source.among(query, enrolment.userid, accounts):
        if row.enrolid in instances:
            course, way = instances[row.enrolid]
            found[row.userid][course].add(way)
    return {
        account: {course: frozenset(ways) for course, ways in by_course.items()}
        for account, by_course in found.items()
    }

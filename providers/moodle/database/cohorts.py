"""Cohorts and who is in them.

``cohort``: all columns but those of format, theme and time; ``context`` (id, contextlevel) for
which of them are in the system context; ``cohort_members`` (cohortid, userid); ``user`` (id,
deleted). Members are only living accounts: ``cohort_add_member`` (cohort/lib.php) takes any number,
and only ``delete_user`` (lib/moodlelib.php) takes an account out of its cohorts.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Join, and_, func, select

from providers.moodle.database.source import Source
from reconciler.errors import UnexpectedAnswer
from reconciler.models.moodle import Cohort

SYSTEM_LEVEL = 10
"""``CONTEXT_SYSTEM`` in lib/accesslib.php."""


def system_context(source: Source) -> int:
    """The id of the system context."""
    context = source.tables["context"].c
    query = select(context.id).where(context.contextlevel == SYSTEM_LEVEL)
    found = [row.id for row in source.rows(query)]
    if len(found) != 1:
        raise UnexpectedAnswer(
            f"{source.site}: the Moodle database has {len(found)} system contexts, not one; check"
            " that `database` and `prefix` are those of Moodle's config.php."
        )
    return int(found[0])


def read_cohorts(source: Source, system: int) -> tuple[Cohort, ...]:
    """Every cohort of the site, in every context, by id."""
    cohorts = source.tables["cohort"]
    query = select(cohorts).order_by(cohorts.c.id)
    return tuple(_cohort(row, system) for row in source.rows(query))


def _cohort(row: Any, system: int) -> Cohort:
    return Cohort(
        id=row.id,
        name=row.name,
        # NULL where PHP code set none.
        idnumber=row.idnumber or "",
        description=row.description or "",
        visible=bool(row.visible),
        system=row.contextid == system,
        component=row.component,
    )


def read_members(
    source: Source, cohorts: Collection[int], only: Collection[int] | None
) -> dict[int, frozenset[int]]:
    """Cohort id → account ids, for these cohorts; of these accounts, or of all for None."""
    members, living = source.tables["cohort_members"], _living(source)
    query = select(members).select_from(living)
    found: dict[int, set[int]] = {cohort: set() for cohort in cohorts}
    if only is None:
        rows = source.among(query, members.c.cohortid, cohorts)
    else:
        rows = source.among(query, members.c.userid, only)
    for row in rows:
        if row.cohortid in found:
            found[row.cohortid].add(row.userid)
    return {cohort: frozenset(accounts) for cohort, accounts in found.items()}


def read_sizes(source: Source, cohorts: Collection[int]) -> dict[int, int]:
    """Cohort id → how many members it has, for these cohorts."""
    cohort = source.tables["cohort_members"].c.cohortid
    counted = select(cohort, func.count().label("members")).select_from(_living(source))
    sizes = counted.group_by(cohort).subquery()
    found = dict.fromkeys(cohorts, 0)
    for row in source.among(select(sizes), sizes.c.cohortid, cohorts):
        found[row.cohortid] = row.members
    return found


def _living(source: Source) -> Join:
    members, user = source.tables["cohort_members"], source.tables["user"]
    return members.join(user, and_(user.c.id == members.c.userid, user.c.deleted == 0))

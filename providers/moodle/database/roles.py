"""Roles, and whom cohorts give them.

``role`` (id, shortname, archetype); ``role_context_levels`` (roleid, contextlevel);
``role_capabilities`` (roleid, contextid, capability, permission); ``role_assignments`` (roleid,
contextid, userid, component, itemid); ``local_cohortrole`` (cohortid, roleid) where that plugin is
installed.
"""

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import select

from providers.moodle.database.cohorts import SYSTEM_LEVEL
from providers.moodle.database.settings import is_installed
from providers.moodle.database.source import Source
from reconciler.models.moodle import COMPONENT, PLUGIN, Grant, MoodleRole, RoleState

_RULING = ("moodle/site:config", "moodle/role:assign")
_ALLOW = 1
"""``CAP_ALLOW`` in lib/accesslib.php."""


def read_roles(
    source: Source, system: int, cohorts: Collection[int] | None, only: Collection[int] | None
) -> RoleState:
    """Every role, the definitions of local_cohortrole, and what our two components assigned.

    The last is of these cohorts and these accounts; of all for None.
    """
    return RoleState(
        roles=_roles(source, system),
        definitions=_definitions(source),
        assignments=_assignments(source, system, cohorts, only),
        by_plugin=_is_given_by_plugin(source, system),
    )


def _roles(source: Source, system: int) -> tuple[MoodleRole, ...]:
    role = source.tables["role"]
    level = source.tables["role_context_levels"].c
    capability = source.tables["role_capabilities"].c
    in_system = select(level.roleid).where(level.contextlevel == SYSTEM_LEVEL)
    powers = select(capability.roleid).where(
        capability.contextid == system,
        capability.capability.in_(_RULING),
        capability.permission == _ALLOW,
    )
    givable = {row.roleid for row in source.rows(in_system)}
    powerful = {row.roleid for row in source.rows(powers)}
    return tuple(
        MoodleRole(
            id=row.id,
            shortname=row.shortname,
            system=row.id in givable,
            rules_site=row.id in powerful or "manager" in (row.shortname, row.archetype),
        )
        for row in source.rows(select(role).order_by(role.c.id))
    )


def _definitions(source: Source) -> frozenset[tuple[int, int]] | None:
    if not is_installed(source, PLUGIN):
        return None
    definitions = source.tables["local_cohortrole"]
    return frozenset((row.cohortid, row.roleid) for row in source.rows(select(definitions)))


def _assignments(
    source: Source, system: int, cohorts: Collection[int] | None, only: Collection[int] | None
) -> dict[Grant, frozenset[int]]:
    given = source.tables["role_assignments"]
    query = select(given).where(
        given.c.contextid == system, given.c.component.in_((COMPONENT, PLUGIN))
    )
    if only is None:
        rows = source.among(query, given.c.itemid, cohorts)
    else:
        rows = source.among(query, given.c.userid, only)
    wanted = None if cohorts is None else set(cohorts)
    found: dict[Grant, set[int]] = defaultdict(set)
    for row in rows:
        if wanted is None or row.itemid in wanted:
            grant = Grant(cohort=row.itemid, role=row.roleid, component=row.component)
            found[grant].add(row.userid)
    return {grant: frozenset(accounts) for grant, accounts in found.items()}


def _is_given_by_plugin(source: Source, system: int) -> bool:
    given = source.tables["role_assignments"].c
    query = select(given.userid).where(given.contextid == system, given.component == PLUGIN)
    return source.connection.execute(query.limit(1)).first() is not None

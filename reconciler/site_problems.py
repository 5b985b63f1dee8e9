"""What the sites, or the configuration, would have to have before all of a plan could be made."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from reconciler.gather import Snapshots, evidence_for
from reconciler.marks import mark_of
from reconciler.models.plan import Problem, ProblemKind
from reconciler.models.settings import SyncSettings
from reconciler.pairing import is_archived
from reconciler.plan_cohorts import GuildPlanned
from reconciler.roles import Roles, unknown_guild_roles


def site_problems(settings: SyncSettings, snapshots: Snapshots) -> Iterator[Problem]:
    """What is missing for all guilds at once."""
    moodle = snapshots.moodle
    if (
        "link" in settings.matching
        and moodle.issuers is not None
        and evidence_for(moodle, settings).issuer is None
    ):
        yield Problem(kind="no-oauth2-issuer")
    if settings.lock_cohorts and "lock-cohorts" not in moodle.abilities:
        yield Problem(kind="cannot-lock")


def role_problems(
    roles: Roles,
    settings: SyncSettings,
    snapshots: Snapshots,
    cohorts: Sequence[GuildPlanned],
) -> Iterator[Problem]:
    """Roles of the mapping that are not given as they are mapped, and what is left of others."""
    unknown = unknown_guild_roles(settings, snapshots.avc)
    if unknown:
        yield Problem(kind="unknown-guild-role", roles=unknown)
    for role, kind in roles.problems.items():
        yield Problem(kind=kind, roles=(role,))
    yield from _definitions_missing(roles, cohorts)
    yield from _definitions_left(roles, snapshots, cohorts)
    left = _left(roles, snapshots)
    if left:
        yield Problem(kind="role-cohorts-left", cohorts=left)


def _definitions_missing(roles: Roles, cohorts: Sequence[GuildPlanned]) -> Iterator[Problem]:
    where: dict[tuple[ProblemKind, str], list[str]] = defaultdict(list)
    for planned in cohorts:
        role, grants = planned.pair.role or roles.ordinary, planned.diff.grants
        if role is not None and (grants.by_hand or grants.waits):
            kind: ProblemKind = "role-by-hand" if grants.by_hand else "definition-waits"
            where[kind, role].append(planned.desired.idnumber)
    for (kind, role), idnumbers in where.items():
        yield Problem(kind=kind, roles=(role,), guilds=tuple(sorted(idnumbers)))


def _definitions_left(
    roles: Roles, snapshots: Snapshots, cohorts: Sequence[GuildPlanned]
) -> Iterator[Problem]:
    """What guilds' own cohorts give although the mapping does not say so: people may mean it."""
    state = snapshots.moodle.roles
    if state is None or not roles.active:
        return
    own = {p.pair.cohort.id for p in cohorts if p.pair.cohort and p.pair.role is None}
    names = {number: name for name, number in roles.ids.items()}
    where: dict[str, list[int]] = defaultdict(list)
    for cohort, number in state.definitions or ():
        role = names.get(number)
        if cohort in own and role is not None and role != roles.ordinary:
            where[role].append(cohort)
    for role, found in where.items():
        yield Problem(kind="definition-left", roles=(role,), cohorts=tuple(sorted(found)))


def _left(roles: Roles, snapshots: Snapshots) -> tuple[int, ...]:
    """Cohorts for roles of guilds that live which nothing wants, and which are left all the same.

    That is while roles are not synchronised, and while the mapping may hold a typing error.
    """
    if roles.active and roles.understood:
        return ()
    living = {guild.uuid for guild in snapshots.avc.guilds}
    # Most cohorts are for no role: to see that is quicker than to look for a mark.
    likely = (cohort for cohort in snapshots.moodle.cohorts if "role" in cohort.description)
    marks = ((cohort, mark_of(cohort.description)) for cohort in likely)
    return tuple(
        sorted(
            cohort.id
            for cohort, mark in marks
            if mark is not None
            and mark.site == snapshots.avc.site_uuid
            and mark.key.role is not None
            and mark.key.uuid in living
            and not is_archived(cohort, mark)
            and not (roles.active and mark.key.role in roles.mapped)
        )
    )

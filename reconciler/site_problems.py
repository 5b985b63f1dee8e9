"""What the sites, or the configuration, would have to have before all of a plan could be made."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from reconciler.gather import Snapshots, evidence_for
from reconciler.marks import mark_of
from reconciler.models.plan import Problem
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
    yield from _definitions_by_hand(roles, cohorts)
    if not roles.active:
        left = _left(snapshots)
        if left:
            yield Problem(kind="role-cohorts-left", cohorts=left)


def _definitions_by_hand(roles: Roles, cohorts: Sequence[GuildPlanned]) -> Iterator[Problem]:
    where: dict[str, list[str]] = defaultdict(list)
    for planned in cohorts:
        role = planned.pair.role or roles.ordinary
        if planned.diff.grants.by_hand and role is not None:
            where[role].append(planned.desired.idnumber)
    for role, idnumbers in where.items():
        yield Problem(kind="role-by-hand", roles=(role,), guilds=tuple(sorted(idnumbers)))


def _left(snapshots: Snapshots) -> tuple[int, ...]:
    """Cohorts of ours for roles of guilds that live, but for those that are put away."""
    living = {guild.uuid for guild in snapshots.avc.guilds}
    marks = ((cohort, mark_of(cohort.description)) for cohort in snapshots.moodle.cohorts)
    return tuple(
        sorted(
            cohort.id
            for cohort, mark in marks
            if mark is not None
            and mark.site == snapshots.avc.site_uuid
            and mark.key.role is not None
            and mark.key.uuid in living
            and not is_archived(cohort, mark)
        )
    )

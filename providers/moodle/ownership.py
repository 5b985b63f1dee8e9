"""Whether a cohort is one that this AVC may write to, seen just before it is written to."""

from collections.abc import Sequence

from providers.moodle import calls
from providers.moodle.client import Client
from reconciler.models.desired import SIGNATURE, CohortKey
from reconciler.models.moodle import Cohort


def touched(client: Client, ids: Sequence[int], *, all_others: bool = False) -> dict[int, Cohort]:
    """The cohorts with these ids, by id, without those that are gone.

    With ``all_others``, every other cohort of the site as well.
    """
    if not ids:
        return {}
    rows = calls.all_cohorts(client) if all_others else calls.cohorts(client, ids).values()
    system = calls.system_cohorts(client)
    return {row.id: row.cohort(system=row.id in system) for row in rows}


def not_there(cohort: Cohort | None) -> str:
    """Why nothing may be written to this cohort, whoever's it is; empty when something may."""
    if cohort is None:
        return "the cohort is gone"
    if not cohort.system:
        # Moodle's update would move it back, and a cohort of a category is never ours.
        return f"cohort {cohort.id} is in a course category"
    return ""


def not_ours(cohort: Cohort | None, avc: str, key: CohortKey) -> str:
    """Why nothing may be written to this cohort for this AVC's key; empty when something may."""
    if cohort is None or not cohort.system:
        return not_there(cohort)
    parts = (SIGNATURE, avc, key.uuid, key.role or "")
    if all(part in cohort.description for part in parts):
        return ""
    return f"cohort {cohort.id} '{cohort.name}' does not bear this guild's mark"

"""What AVC wants of Moodle: for each guild, a cohort and who is to be in it."""

from reconciler.marks import Mark, described
from reconciler.matching import Matching
from reconciler.models.avc import AvcSnapshot
from reconciler.models.desired import CohortKey, DesiredCohort
from reconciler.pairing import NAME_PREFIX, Pair

NAME_LIMIT = 254
"""Characters of ``cohort.name`` in Moodle; more is ``dmlwriteexception``."""

ARCHIVED_SUFFIX = " (archived)"


def cohort_name(label: str) -> str:
    """The name of a guild's cohort."""
    return (NAME_PREFIX + label.strip())[:NAME_LIMIT].rstrip()


def archived_name(name: str) -> str:
    """The name of a cohort whose guild is gone."""
    if name.endswith(ARCHIVED_SUFFIX):
        return name
    return name[: NAME_LIMIT - len(ARCHIVED_SUFFIX)] + ARCHIVED_SUFFIX


def desired_cohort(pair: Pair, avc: AvcSnapshot, matching: Matching) -> DesiredCohort:
    """The cohort of a guild in scope, with the accounts of its members who are not blocked.

    Members without an account beyond doubt are left out here and reported by the planner.
    """
    key = CohortKey(uuid=pair.guild.uuid)
    mark = Mark(site=avc.site_uuid, guild=pair.name, key=key)
    return DesiredCohort(
        key=key,
        guild=pair.name,
        idnumber=pair.name,
        name=cohort_name(pair.guild.label),
        description=described(pair.guild.description, mark),
        members=frozenset(
            account
            for uid in active_members(avc, pair.guild.id)
            if (account := matching.account_of.get(uid)) is not None
            and account not in matching.frozen
        ),
    )


def active_members(avc: AvcSnapshot, guild: int) -> frozenset[int]:
    """The uids that are in a guild: a blocked person is in none, whatever rows remain."""
    return avc.members.get(guild, frozenset()) - avc.blocked

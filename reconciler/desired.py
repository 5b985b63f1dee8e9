"""What AVC wants of Moodle: for each guild, cohorts and who is to be in them."""

from dataclasses import dataclass

from reconciler.machine_names import cohort_idnumber
from reconciler.marks import Mark, described
from reconciler.matching import Matching
from reconciler.models.avc import AvcSnapshot
from reconciler.models.desired import DesiredCohort
from reconciler.pairing import NAME_PREFIX, Pair
from reconciler.roles import Roles, spelt
from reconciler.wording import capital

NAME_LIMIT = 254
"""Characters of ``cohort.name`` in Moodle; more is ``dmlwriteexception``."""

ARCHIVED_SUFFIX = " (archived)"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What AVC's wishes are worked out from."""

    avc: AvcSnapshot
    matching: Matching
    roles: Roles
    administrators: frozenset[int]
    """Moodle accounts that rule the site: they get cohorts, never roles."""
    component: str | None = None
    """The lock of our cohorts, or empty for none; None: this access cannot set it."""


def cohort_name(label: str, role: str | None = None) -> str:
    """The name of a guild's own cohort, or of the one for a role beside it."""
    suffix = f" ({capital(role)})" if role else ""
    return (NAME_PREFIX + label.strip())[: NAME_LIMIT - len(suffix)].rstrip() + suffix


def archived_name(name: str) -> str:
    """The name of a cohort that nothing wants any more."""
    if name.endswith(ARCHIVED_SUFFIX):
        return name
    return name[: NAME_LIMIT - len(ARCHIVED_SUFFIX)] + ARCHIVED_SUFFIX


def desired_cohort(pair: Pair, wishes: Wishes) -> DesiredCohort:
    """The cohort of a guild in scope, with the accounts of those who are to be in it.

    Members without an account beyond doubt are left out here and reported by the planner.
    """
    key = pair.key
    mark = Mark(site=wishes.avc.site_uuid, guild=pair.name, key=key)
    accounts = wishes.matching.accounts(wanted_members(pair, wishes))
    return DesiredCohort(
        key=key,
        guild=pair.name,
        idnumber=cohort_idnumber(pair.name, pair.role),
        name=cohort_name(pair.guild.label, pair.role),
        description=described(pair.guild.description, mark),
        members=accounts if pair.role is None else accounts - wishes.administrators,
        component=wishes.component,
    )


def wanted_members(pair: Pair, wishes: Wishes) -> frozenset[int]:
    """The uids that are to be in a cohort: of a guild, or of those who hold a role in it."""
    active = active_members(wishes.avc, pair.guild.id)
    if pair.role is None:
        return active
    sources = wishes.roles.guild_roles(pair.role)
    held = wishes.avc.roles.get(pair.guild.id, {})
    holders = (uids for role, uids in held.items() if spelt(role) in sources)
    return active & frozenset().union(*holders)


def active_members(avc: AvcSnapshot, guild: int) -> frozenset[int]:
    """The uids that are in a guild: a blocked person is in none, whatever rows remain."""
    members = avc.members.get(guild, frozenset())
    # Most guilds have no blocked member, and need no copy.
    return members if members.isdisjoint(avc.blocked) else members - avc.blocked

"""A mentor in guild 1, who has account 101, and the Moodle role that mentors are to have."""

from dataclasses import dataclass, field, replace
from typing import Any

from reconciler.models.explanation import PersonExplained, RoleDue, RoleWhy
from reconciler.models.moodle import COMPONENT, PLUGIN, Grant
from reconciler.models.scope import Scope
from reconciler.models.settings import Hold
from reconciler.reconciliation import Selection
from tests.explain_world import UNTIL, Sites
from tests.guards_world import FULL, WHOLE, guild
from tests.world import LIBRARIAN, ROLES, our_cohort

ONE_BY_ONE = "Role: librarian, for guild_mentor; given to the cohort's members one by one."
DEFINED = "Role: librarian, for guild_mentor; given to the cohort's members by local_cohortrole."
NOT = "The plan does not give it:"
MENTORS = {1: {"guild-mentor": frozenset({1})}}
MAPPED: dict[str, Any] = {"role_sync": True, "role_mapping": {"guild_mentor": "librarian"}}
BY_DEFAULT: dict[str, Any] = {"role_sync": True, "role_mapping": {"default": "librarian"}}
MANAGERS: dict[str, Any] = {"role_sync": True, "role_mapping": {"guild_mentor": "manager"}}
ALLOWED = MANAGERS | {"allow_privileged_roles": ("manager",)}
ABLE: dict[str, Any] = {"roles": ROLES, "abilities": frozenset({"assign-roles", "define-roles"})}
PLUGGED = ABLE | {"definitions": set()}
IS_DEFINED = ABLE | {"definitions": {(9, LIBRARIAN.id)}}
OURS = Grant(cohort=9, role=LIBRARIAN.id, component=COMPONENT)
ITS = Grant(cohort=9, role=LIBRARIAN.id, component=PLUGIN)
IN, OUT = (1,), tuple[int, ...]()
ONLY_HER = frozenset({101})
LIBRARIANS = our_cohort(9, guild(1), "librarian")
HELD = {"hold": (Hold(guild="g1", user=1, until=UNTIL),)}


def mentor(
    members: tuple[int, ...], settings: dict[str, Any], moodle: dict[str, Any], **other: Any
) -> Sites:
    """She, who has account 101, is a mentor in guild 1; the cohort for the role is 9."""
    base = Sites(
        {1: [1]},
        {1: [1], 9: members},
        cohorts=(LIBRARIANS,),
        roles=MENTORS,
        settings=settings,
        moodle=moodle,
    )
    return replace(base, **other)


@dataclass(frozen=True)
class Case:
    """What there is, what is planned, and the line about the role."""

    why: RoleWhy | None
    says: str
    sites: Sites
    scope: Scope = FULL
    selection: Selection = field(default=WHOLE)


def due(found: PersonExplained, name: str = "g1") -> RoleDue:
    """The only role that somebody is to have in a guild."""
    (part,) = (part for part in found.guilds if part.guild.name == name)
    (only,) = part.roles
    return only

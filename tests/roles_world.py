"""Two guilds whose admins become course creators, for tests of what gives roles.

Cohort 7 is guild a's own, cohort 8 the one for its course creators beside it; 9 and 10 are guild
b's.
"""

from dataclasses import dataclass, field, replace
from typing import Any

from reconciler.models.avc import Guild
from reconciler.models.moodle import COMPONENT, PLUGIN, Ability, Cohort, Grant
from reconciler.models.plan import Plan
from reconciler.models.scope import FullScope, Scope
from reconciler.models.settings import SyncSettings
from reconciler.operations import operations, words
from reconciler.planner import Planned
from reconciler.reconciliation import apply, fresh, plan_now
from tests.fake_moodle import FakeMoodle
from tests.world import CREATOR, ROLES, Community, account, our_cohort, pair, person

A = Guild(id=1, uuid="aaaaaaaa-0000-4000-8000-000000000001", label="A", alias="a")
B = Guild(id=2, uuid="bbbbbbbb-0000-4000-8000-000000000002", label="B", alias="b")
PEOPLE = (person(1), person(2), person(3))
COMMUNITY = Community(
    (A, B),
    PEOPLE,
    {1: frozenset({1, 2}), 2: frozenset({3})},
    {1: {"guild-admin": frozenset({1}), "guild-mentor": frozenset({2})}},
)
CLI: frozenset[Ability] = frozenset({"define-roles", "assign-roles", "lock-cohorts"})
OWN, BESIDE, OTHER = our_cohort(7, A), our_cohort(8, A, "coursecreator"), our_cohort(9, B)
BESIDE_B = our_cohort(10, B, "coursecreator")
COHORTS = (OWN, BESIDE, OTHER, BESIDE_B)
OURS = Grant(cohort=8, role=CREATOR.id, component=COMPONENT)
PLUGINS = Grant(cohort=8, role=CREATOR.id, component=PLUGIN)
DEFINED = frozenset({(8, CREATOR.id), (10, CREATOR.id)})


@dataclass(frozen=True)
class Site:
    """A Moodle that is in step with AVC, but for what a case changes."""

    cohorts: tuple[Cohort, ...] = COHORTS
    inside: dict[int, set[int]] = field(default_factory=dict)
    definitions: frozenset[tuple[int, int]] | None = DEFINED
    assigned: dict[Grant, set[int]] = field(default_factory=lambda: {PLUGINS: {101}})
    more: dict[str, Any] = field(default_factory=dict)

    def moodle(self) -> FakeMoodle:
        inside = {7: {101, 102}, 8: {101}, 9: {103}, 10: set[int]()} | self.inside
        accounts = {found.id: found for found in map(account, (1, 2, 3, 4))}
        return FakeMoodle(
            accounts,
            {cohort.id: cohort for cohort in self.cohorts},
            {cohort.id: frozenset(inside[cohort.id]) for cohort in self.cohorts},
            **{"roles": ROLES, "abilities": CLI, "administrators": frozenset({999})} | self.more,
            definitions=None if self.definitions is None else set(self.definitions),
            assigned={grant: frozenset(ids) for grant, ids in self.assigned.items()},
        )


def plan(
    site: Site, community: Community = COMMUNITY, scope: Scope | None = None, **settings: Any
) -> Plan:
    wanted = {"role_sync": True, "role_mapping": {"guild_admin": "coursecreator"}} | settings
    return planned(site.moodle(), community, scope, **wanted).plan


def planned(
    moodle: FakeMoodle, community: Community, scope: Scope | None = None, **settings: Any
) -> Planned:
    return plan_now(pair(community, moodle, SyncSettings(**settings)), scope or FullScope())


def without(*cohorts: int) -> tuple[Cohort, ...]:
    return tuple(cohort for cohort in COHORTS if cohort.id not in cohorts)


def put_away(cohort: Cohort) -> Cohort:
    return cohort.model_copy(
        update={
            "name": cohort.name + " (archived)",
            "idnumber": f"{cohort.idnumber}--archived-{cohort.id}",
            "visible": False,
        }
    )


IN_STEP = Site()
BY_HAND = {"roles_by": {"coursecreator": "assignment"}}
LEFT = replace(
    COMMUNITY,
    members={1: frozenset({2}), 2: frozenset({1, 3})},
    roles={1: {"guild-mentor": frozenset({2})}},
)
DEMOTED = replace(COMMUNITY, roles={1: {"guild-mentor": frozenset({2})}})
ONLY_B = replace(COMMUNITY, guilds=(B,))


@dataclass(frozen=True)
class Case:
    """What a Moodle, or an AVC, has otherwise, and all that a full plan then does."""

    says: str
    does: list[str]
    site: Site = IN_STEP
    community: Community = COMMUNITY
    settings: dict[str, Any] = field(default_factory=dict)


def assert_plans(case: Case) -> None:
    """The full plan does what the case says, and then nothing is left but adopted members."""
    wanted = {"role_sync": True, "role_mapping": {"guild_admin": "coursecreator"}}
    moodle = case.site.moodle()
    sites = pair(case.community, moodle, SyncSettings(**wanted | case.settings))
    made = plan_now(sites, FullScope())
    assert [words(operation) for operation in operations(made.plan)] == case.does
    apply(fresh(made), sites)
    adopted = {cohort.key for cohort in made.plan.cohorts if cohort.action == "adopt"}
    assert {cohort.key for cohort in plan_now(sites, FullScope()).plan.cohorts} <= adopted

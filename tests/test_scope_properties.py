"""Plans of one guild or one person, for every community: the full plan, restricted to them."""

from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from reconciler.models.plan import CohortPlan, Problem
from reconciler.models.scope import GuildScope, UserScope
from reconciler.planner import Planned
from reconciler.reconciliation import plan_now
from tests.properties_world import FULL, World, worlds
from tests.world import pair


def without_costs(cohort: CohortPlan) -> CohortPlan:
    """What a removal costs depends on what else is removed."""
    members = (replace(m, last_enrolments=0, suspends=0) for m in cohort.members)
    return cohort.model_copy(update={"members": tuple(members)})


def is_about(problem: Problem, scope: GuildScope, full: Planned) -> bool:
    """Whether a full plan's problem is one of this guild's, or of the site as a whole."""
    if problem.guilds:
        return any(name.partition("--")[0] == scope.name for name in problem.guilds)
    # It names cohorts alone, of the guilds that are looked at.
    if problem.kind == "definition-left":
        its = {
            p.pair.cohort.id
            for p in full.guilds
            if p.pair.cohort and p.pair.guild.uuid == scope.uuid
        }
        return not its.isdisjoint(problem.cohorts)
    return True


@given(worlds, st.data())
def test_the_plan_of_a_guild_is_the_full_plan_restricted_to_it(
    world: World, data: st.DataObject
) -> None:
    """plan(guild) = plan(full), of which only that guild's cohort is kept."""
    community, moodle, settings = world
    guild = data.draw(st.sampled_from(community.guilds))
    sites = pair(community, moodle, settings)
    full = plan_now(sites, FULL)
    scope = GuildScope(uuid=guild.uuid, name=full.pairing.names[guild.uuid])
    # A guild that is gone may have had this one's name; its problems are not this one's.
    assume(all(orphan.mark.guild != scope.name for orphan in full.pairing.orphans))
    own = plan_now(sites, scope).plan
    living = {g.uuid for g in community.guilds}
    lost = {orphan.mark.key for orphan in full.pairing.orphans}
    assert own.roles == full.plan.roles
    assert tuple(map(without_costs, own.cohorts)) == tuple(
        without_costs(c)
        for c in full.plan.cohorts
        if c.uuid == guild.uuid and c.uuid in living and c.key not in lost
    )
    assert {p.kind for p in own.problems} == {
        p.kind for p in full.plan.problems if is_about(p, scope, full)
    }


@given(worlds, st.data())
def test_the_plan_of_a_user_is_the_full_plan_restricted_to_them(
    world: World, data: st.DataObject
) -> None:
    """plan(user) = plan(full), of which that person's memberships are kept, and new cohorts.

    Only a full plan knows that a cohort is not ours any more.
    """
    community, moodle, settings = world
    uid = data.draw(st.sampled_from([p.uid for p in community.people]))
    sites = pair(community, moodle, settings)
    full = plan_now(sites, FULL)
    own = plan_now(sites, UserScope(uid=uid)).plan
    lost = {orphan.mark.key for orphan in full.pairing.orphans}
    expected = []
    for cohort in full.plan.cohorts:
        mine = tuple(m for m in cohort.members if m.avc == uid)
        creates = cohort.action == "create"
        given = tuple(
            m
            for m in cohort.assignments
            if m.avc == uid and not (m.because == "way" and cohort.definition and not creates)
        )
        left_out = cohort.key in lost or cohort.action in {"adopt", "forget"}
        if left_out or not (mine or given):
            continue
        bare = CohortPlan(
            guild=cohort.guild,
            uuid=cohort.uuid,
            role=cohort.role,
            cohort=cohort.cohort,
            action="update",
        )
        kept = cohort if creates else bare
        expected.append(kept.model_copy(update={"members": mine, "assignments": given}))
    assert tuple(map(without_costs, own.cohorts)) == tuple(map(without_costs, expected))


@given(worlds, st.data())
def test_the_plan_of_a_user_needs_no_more_than_their_memberships(
    world: World, data: st.DataObject
) -> None:
    """It is the same, problems and guards included, where the members of all cohorts are read."""
    community, moodle, settings = world
    scope = UserScope(uid=data.draw(st.sampled_from([p.uid for p in community.people])))
    plans = []
    for apart in (True, False):
        moodle.tells_apart = apart
        plans.append(plan_now(pair(community, moodle, settings), scope).plan)
    assert plans[0] == plans[1]

"""What holds of holds, for every community and every Moodle, however odd."""

from dataclasses import replace
from datetime import date

from hypothesis import assume, event, given
from hypothesis import strategies as st

from reconciler.dependencies import falling
from reconciler.models.operations import (
    AddMember,
    AssignRole,
    ChangeCohort,
    CreateCohort,
    DefineRole,
    Operation,
    RemoveMember,
    UnassignRole,
    UndefineRole,
)
from reconciler.models.plan import Plan
from reconciler.models.scope import GuildScope, UserScope
from reconciler.models.settings import Hold, SyncSettings
from reconciler.operations import operations
from reconciler.reconciliation import apply, fresh, plan_now
from tests.properties_world import FULL, World, worlds
from tests.strategies import UUIDS
from tests.world import pair

UNTIL = date(2026, 12, 31)
_guilds = st.sampled_from([*UUIDS[:3], UUIDS[1].upper(), "web-dev", "nobody"])
_holds = st.one_of(
    st.builds(Hold, guild=_guilds, until=st.just(UNTIL)),
    st.builds(Hold, guild=_guilds, user=st.integers(1, 6), until=st.just(UNTIL)),
    st.builds(Hold, guild=_guilds, account=st.integers(101, 106), until=st.just(UNTIL)),
)


def holding(settings: SyncSettings, holds: list[Hold]) -> SyncSettings:
    return settings.model_copy(update={"hold": tuple(holds)})


held_worlds = st.tuples(worlds, st.lists(_holds, min_size=1, max_size=4))
HeldWorld = tuple[World, list[Hold]]


def bare(plan: Plan) -> list[Operation]:
    """What a plan does; what a removal costs depends on what else is removed."""
    return [
        replace(op, last_enrolments=0, suspends=0) if isinstance(op, RemoveMember) else op
        for op in operations(plan)
    ]


def of_account(operation: Operation) -> bool:
    return isinstance(operation, AddMember | RemoveMember | AssignRole | UnassignRole)


@given(held_worlds)
def test_nothing_of_what_is_held_is_in_a_plan(held: HeldWorld) -> None:
    """No addition, removal or role of a held pair; nothing of a held guild's cohorts.

    Nothing else is in it, either, that would not be in it without the holds.
    """
    (community, moodle, settings), holds = held
    free = plan_now(pair(community, moodle, settings), FULL)
    plan = plan_now(pair(community, moodle, holding(settings, holds)), FULL).plan
    assert set(bare(plan)) <= set(bare(free.plan))
    event("something is held" if set(bare(plan)) < set(bare(free.plan)) else "nothing is held")
    named = {**free.pairing.names, **{o.mark.key.uuid: o.mark.guild for o in free.pairing.orphans}}
    for hold in holds:
        meant = {hold.guild.lower()} | {uuid for uuid, name in named.items() if name == hold.guild}
        for op in operations(plan):
            if op.key.uuid not in meant:
                continue
            if hold.user is None and hold.account is None:
                assert not isinstance(op, CreateCohort | ChangeCohort | DefineRole | UndefineRole)
            elif of_account(op):
                account = free.matching.account_of.get(hold.user or 0)
                assert getattr(op, "account", None) != (hold.account or account)


@given(held_worlds)
def test_holds_leave_nothing_that_needs_what_is_held(held: HeldWorld) -> None:
    """Whatever waits for something that a hold takes out is out, too, and all the rest is done."""
    (community, moodle, settings), holds = held
    free = bare(plan_now(pair(community, moodle, settings), FULL).plan)
    sites = pair(community, moodle, holding(settings, holds))
    planned = plan_now(sites, FULL)
    kept = set(bare(planned.plan))
    out = {number for number, operation in enumerate(free) if operation not in kept}
    assert falling(free, out) == out
    report = apply(fresh(planned), sites)
    assert all(item.outcome.status == "done" for item in report.applied)
    again = plan_now(sites, FULL).plan
    assert {problem.kind for problem in planned.plan.problems} >= ({"on-hold"} if out else set())
    assert not set(bare(again)) & kept


@given(held_worlds)
def test_whoever_is_not_added_for_a_hold_is_removed_nowhere(held: HeldWorld) -> None:
    """They may be moving, and would fall out of a course that both cohorts take part in."""
    (community, moodle, settings), holds = held
    free = bare(plan_now(pair(community, moodle, settings), FULL).plan)
    plan = bare(plan_now(pair(community, moodle, holding(settings, holds)), FULL).plan)
    waiting = {op.account for op in set(free) - set(plan) if isinstance(op, AddMember | AssignRole)}
    gone = {op.account for op in plan if isinstance(op, RemoveMember | UnassignRole)}
    assert not waiting & gone


@given(held_worlds, st.data())
def test_with_holds_the_plan_of_a_user_is_the_full_plan_restricted_to_them(
    held: HeldWorld, data: st.DataObject
) -> None:
    """As without: their memberships and roles, and the cohorts that are made for them."""
    (community, moodle, settings), holds = held
    uid = data.draw(st.sampled_from([p.uid for p in community.people]))
    sites = pair(community, moodle, holding(settings, holds))
    full = plan_now(sites, FULL)
    # What these may take, a plan of one person leaves alone, and so cannot wait for.
    assume(not any(found.adopt for found in full.pairing.pairs))
    lost = {orphan.mark.key for orphan in full.pairing.orphans}
    made = {c.key for c in full.plan.cohorts if c.action == "create"}
    defined = {c.key for c in full.plan.cohorts if c.definition}
    wanted = {
        op
        for op in bare(full.plan)
        if getattr(op, "uid", None) == uid
        and op.key not in lost
        and op.key.uuid
        and not (isinstance(op, UnassignRole) and op.because == "way" and op.key in defined - made)
    }
    own = bare(plan_now(sites, UserScope(uid=uid)).plan)
    assert {op for op in own if of_account(op)} == wanted
    assert {op.key for op in own if isinstance(op, CreateCohort)} == {
        op.key for op in wanted if isinstance(op, AddMember)
    } & made


@given(held_worlds, st.data())
def test_with_holds_the_plan_of_a_guild_is_the_full_plan_restricted_to_it(
    held: HeldWorld, data: st.DataObject
) -> None:
    """But for removals of those whom a hold keeps from joining another: only a full plan sees it.

    Without holds, too, a guild's own plan removes whoever is still to be added to another.
    """
    (community, moodle, settings), holds = held
    guild = data.draw(st.sampled_from(community.guilds))
    sites = pair(community, moodle, holding(settings, holds))
    full = plan_now(sites, FULL)
    free = bare(plan_now(pair(community, moodle, settings), FULL).plan)
    scope = GuildScope(uuid=guild.uuid, name=full.pairing.names[guild.uuid])
    lost = {orphan.mark.key for orphan in full.pairing.orphans}
    wanted = {op for op in bare(full.plan) if op.key.uuid == guild.uuid and op.key not in lost}
    own = set(bare(plan_now(sites, scope).plan))
    assert own >= wanted
    out = set(free) - set(bare(full.plan))
    waiting = {op.account for op in out if isinstance(op, AddMember | AssignRole)}
    more = own - wanted
    event("more in the guild's own plan" if more else "the same")
    assert all(isinstance(op, RemoveMember | UnassignRole | UndefineRole) for op in more)
    assert {getattr(op, "account", min(waiting, default=0)) for op in more} <= waiting

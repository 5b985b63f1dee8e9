"""Nothing is planned from a part of a site."""

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reconciler.errors import IncompleteRead
from reconciler.gather import gather
from reconciler.models.avc import AvcSnapshot, Claims, Guild
from reconciler.models.moodle import Account
from reconciler.models.scope import GuildScope, Scope, UserScope
from reconciler.models.settings import SyncSettings
from reconciler.planner import make_plan
from reconciler.reconciliation import fresh, plan_now
from tests import strategies
from tests.fake_moodle import FakeMoodle
from tests.properties_world import FULL, carry_out, worlds
from tests.world import Community, FakeAvc, account, our_cohort, pair, person

A = Guild(id=1, uuid="aaaaaaaa-0000-4000-8000-000000000001", label="A", alias="a")


@given(worlds, st.data())
def test_an_incomplete_snapshot_plans_nothing(
    world: tuple[Community, FakeMoodle, SyncSettings], data: st.DataObject
) -> None:
    """Whatever one row is missing on AVC's side, the counts tell, and no plan is made."""
    community, moodle, settings = world
    sites = pair(community, moodle, settings)
    plan_now(sites, FULL)
    whole = gather(sites.avc, sites.moodle, FULL, settings)
    avc = whole.avc
    cuts = [avc.model_copy(update={"guilds": avc.guilds[1:]})]
    uid = data.draw(st.sampled_from(sorted(avc.people)))
    cuts.append(
        avc.model_copy(update={"people": {u: p for u, p in avc.people.items() if u != uid}})
    )
    gid = data.draw(st.sampled_from([g for g, uids in avc.members.items() if uids]))
    guild, role = min((g, r) for g, held in avc.roles.items() for r, uids in held.items() if uids)
    held = {**avc.roles[guild], role: frozenset(sorted(avc.roles[guild][role])[1:])}
    cuts.append(avc.model_copy(update={"roles": {**avc.roles, guild: held}}))
    cut = {**avc.members, gid: frozenset(sorted(avc.members[gid])[1:])}
    cuts.append(avc.model_copy(update={"members": cut}))
    for part in cuts:
        with pytest.raises(IncompleteRead):
            make_plan(FULL, replace(whole, avc=part), settings, sites.names)


@pytest.mark.parametrize("scope", [FULL, GuildScope(uuid=A.uuid, name="a"), UserScope(uid=1)])
def test_a_member_without_an_account_in_avc_is_a_part_too(
    scope: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An AVC that names a member and does not describe them is refused before Moodle is asked."""
    community = Community((A,), (person(1), person(2)), {1: frozenset({1, 2})})
    sites = pair(community, FakeMoodle({}))
    read = FakeAvc.read

    def in_part(avc: FakeAvc, scope: Scope, claims: Claims) -> AvcSnapshot:
        return read(avc, scope, claims).model_copy(update={"people": {}})

    monkeypatch.setattr(FakeAvc, "read", in_part)
    with pytest.raises(IncompleteRead):
        plan_now(sites, scope)


@given(worlds)
def test_a_moodle_that_was_read_in_part_plans_nothing(
    world: tuple[Community, FakeMoodle, SyncSettings],
) -> None:
    """Members of a cohort of ours that were not read, or not described, stop the planning."""
    community, moodle, settings = world
    sites = pair(community, moodle, settings)
    first = plan_now(sites, FULL)
    assume(first.guilds)
    carry_out(sites, first)
    stranger = Account(999, "stranger", "stranger@example.org")
    moodle.accounts[stranger.id] = stranger
    bearing = plan_now(sites, FULL).guilds[0].pair.cohort
    assert bearing is not None
    moodle.members[bearing.id] = moodle.members.get(bearing.id, frozenset()) | {stranger.id}
    planned = plan_now(sites, FULL)
    target = planned.snapshots.moodle
    paired = [g.pair.cohort.id for g in planned.guilds if g.pair.cohort]
    cohort = next(c for c in paired if target.members[c])
    without_members = {c: m for c, m in target.members.items() if c != cohort}
    gone = min(target.members[cohort])
    without_account = {a: found for a, found in target.accounts.items() if a != gone}
    for part in (
        target.model_copy(update={"members": without_members}),
        target.model_copy(update={"accounts": without_account}),
    ):
        with pytest.raises(IncompleteRead):
            make_plan(FULL, replace(planned.snapshots, moodle=part), settings, sites.names)


@pytest.mark.parametrize("role", ["guild-admin", None])
@pytest.mark.parametrize("there", [True, False])
@pytest.mark.parametrize("role_sync", [True, False])
def test_a_community_without_any_role_empties_no_role_cohort(
    role: str | None, *, there: bool, role_sync: bool
) -> None:
    """Somebody always holds one; else the table that they are in is lost."""
    cohorts = {7: our_cohort(7, A)} | ({8: our_cohort(8, A, "teacher")} if there else {})
    moodle = FakeMoodle({101: account(1)}, cohorts, dict.fromkeys(cohorts, frozenset({101})))
    held = {1: {role: frozenset({1})}} if role else {}
    community = Community((A,), (person(1),), {1: frozenset({1})}, held)
    settings = SyncSettings(role_sync=role_sync, role_mapping={"guild_admin": "teacher"})
    for scope in (FULL, GuildScope(uuid=A.uuid, name="a"), UserScope(uid=1)):
        trips = there and role_sync and role is None
        work = fresh(plan_now(pair(community, moodle, settings), scope))
        verdict = work.held_back(pair(community, moodle, settings), ())
        assert [guard.guard for guard in verdict.tripped] == (["no-roles"] if trips else [])


@given(strategies.communities(), strategies.moodles())
def test_of_an_empty_avc_everything_is_held_back(community: Community, moodle: FakeMoodle) -> None:
    """Without guilds, or without a single member: it would empty the site."""
    for empty in (
        Community((), community.people, {}),
        Community(community.guilds, community.people, {}),
    ):
        work = fresh(plan_now(pair(empty, moodle), FULL))
        held = work.held_back(pair(empty, moodle), ())
        assert held.tripped[0].guard == "empty-avc"
        assert held.positions == frozenset(range(len(work.checked)))

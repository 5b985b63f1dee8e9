"""What holds for every community and every Moodle, however odd."""

from collections import Counter
from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from reconciler.applier import steps
from reconciler.desired import cohort_name
from reconciler.machine_names import archived_idnumber
from reconciler.marks import mark_of
from reconciler.models.moodle import Cohort, Grant
from reconciler.models.operations import AddMember, ChangeCohort, CreateCohort, RemoveMember, Run
from reconciler.models.scope import GuildScope, Scope, UserScope
from reconciler.operations import operations
from reconciler.plan_text import as_yaml, from_text
from reconciler.reconciliation import apply, plan_now, saved
from reconciler.stale import check
from tests.fake_moodle import FakeMoodle
from tests.properties_world import FULL, World, carry_out, worlds
from tests.world import SITE, pair


def state(moodle: FakeMoodle) -> tuple[dict[int, Cohort], dict[int, frozenset[int]]]:
    return dict(moodle.cohorts), {k: v for k, v in moodle.members.items() if v}


def role_state(moodle: FakeMoodle) -> tuple[set[tuple[int, int]], dict[Grant, frozenset[int]]]:
    return set(moodle.definitions or ()), {k: v for k, v in moodle.assigned.items() if v}


@given(worlds)
def test_applying_a_full_plan_gives_what_avc_wants(world: World) -> None:
    """apply(plan(a, d), a) = d: fields as desired, members the desired ones and those kept."""
    community, moodle, settings = world
    sites = pair(community, moodle, settings)
    planned = plan_now(sites, FULL)
    carry_out(sites, planned)
    for guild in planned.cohorts:
        bearing = [
            c
            for c in moodle.cohorts.values()
            if (mark := mark_of(c.description))
            and mark.site == SITE
            and mark.key == guild.desired.key
        ]
        assert len(bearing) == 1
        cohort = bearing[0]
        assert cohort.idnumber == guild.desired.idnumber
        assert cohort.name == guild.desired.name
        assert cohort.description == guild.desired.description
        kept = guild.diff.members.keep.keys()
        assert moodle.members.get(cohort.id, frozenset()) == guild.desired.members | kept


@given(worlds)
def test_planning_again_finds_nothing(world: World) -> None:
    """After a plan is applied the next one is empty, but for what the first had to put off.

    That is the judging of members of an adopted cohort, and a name that another cohort of ours
    has only just set free: the cohort that takes it then may be one to adopt.
    """
    community, moodle, settings = world
    sites = pair(community, moodle, settings)
    planned = plan_now(sites, FULL)
    taken = {n for p in planned.plan.problems if p.kind == "idnumber-taken" for n in p.guilds}
    waiting = {uuid for uuid, name in planned.pairing.names.items() if name in taken}
    put_off = waiting | {c.uuid for c in planned.plan.cohorts if c.action == "adopt"}
    if any(cohort.action == "archive" for cohort in planned.plan.cohorts):
        put_off |= settings.guild_names.keys()
    carry_out(sites, planned)
    second = plan_now(sites, FULL)
    assert {cohort.uuid for cohort in second.plan.cohorts} <= put_off
    assert not any(
        isinstance(op, AddMember | CreateCohort) and op.key.uuid not in waiting
        for op in operations(second.plan)
    )
    carry_out(sites, second)
    third = plan_now(sites, FULL)
    assert {cohort.uuid for cohort in third.plan.cohorts} <= {
        cohort.uuid for cohort in second.plan.cohorts if cohort.action == "adopt"
    }
    carry_out(sites, third)
    assert plan_now(sites, FULL).plan.empty


@given(worlds)
def test_what_is_not_ours_is_never_touched(world: World) -> None:
    """A cohort without our mark keeps every field and member, unless the plan says it adopts it."""
    community, moodle, settings = world
    sites = pair(community, moodle, settings)
    cohorts, members = state(moodle)
    planned = plan_now(sites, FULL)
    adopted = {c.cohort for c in planned.plan.cohorts if c.action == "adopt"}
    carry_out(sites, planned)
    for cohort in cohorts.values():
        mark = mark_of(cohort.description)
        ours = mark is not None and mark.site == SITE and cohort.system
        if ours:
            continue
        if cohort.id in adopted:
            assert cohort.name.startswith("AVC - ")
            assert mark is None
            assert moodle.members.get(cohort.id, frozenset()) >= members.get(cohort.id, frozenset())
        else:
            assert moodle.cohorts[cohort.id] == cohort
            assert moodle.members.get(cohort.id, frozenset()) == members.get(cohort.id, frozenset())


@given(worlds, st.data())
def test_a_plan_that_was_cut_off_is_resumed_by_applying_it_again(
    world: World, data: st.DataObject
) -> None:
    """Any prefix of a plan, then the whole saved plan: the same end as the plan at once."""
    community, moodle, settings = world
    planned = plan_now(pair(community, moodle, settings), FULL)
    plan = from_text(as_yaml(planned.plan), "plan.yaml")
    at_once = moodle.copy()
    carry_out(pair(community, at_once, settings), planned)
    todo = steps(check(planned.plan, planned))
    list(moodle.write(todo[: data.draw(st.integers(0, len(todo)))], Run(avc=SITE)))
    sites = pair(community, moodle, settings)
    apply(saved(plan, sites), sites)
    assert state(moodle) == state(at_once)
    assert role_state(moodle) == role_state(at_once)
    writes = len(moodle.writes)
    apply(saved(plan, sites), sites)
    assert len(moodle.writes) == writes


@given(worlds, st.data())
def test_all_of_a_plan_that_was_just_made_is_to_do(world: World, data: st.DataObject) -> None:
    """Nobody needs to look: judged as a saved one, each of its operations is found to be to do."""
    community, moodle, settings = world
    sites = pair(community, moodle, settings)
    full = plan_now(sites, FULL)
    scopes: list[Scope] = [
        FULL,
        *(GuildScope(uuid=uuid, name=name) for uuid, name in full.pairing.names.items()),
        *(UserScope(uid=person.uid) for person in community.people),
    ]
    planned = plan_now(sites, data.draw(st.sampled_from(scopes)))
    as_saved = check(planned.plan.model_copy(), planned)
    assert as_saved == check(planned.plan, planned)
    assert {item.state for item in as_saved} <= {"to do"}


@given(worlds)
def test_no_operation_is_wasted(world: World) -> None:
    """As many member operations as memberships differ afterwards, one a cohort for its fields."""
    community, moodle, settings = world
    sites = pair(community, moodle, settings)
    before_cohorts, before_members = state(moodle)
    planned = plan_now(sites, FULL)
    carry_out(sites, planned)
    after_cohorts, after_members = state(moodle)
    pairs = [
        {(c, a) for c, accounts in members.items() for a in accounts}
        for members in (before_members, after_members)
    ]
    done = Counter(type(op) for op in operations(planned.plan))
    assert done[AddMember] == len(pairs[1] - pairs[0])
    assert done[RemoveMember] == len(pairs[0] - pairs[1])
    assert done[CreateCohort] == len(after_cohorts.keys() - before_cohorts.keys())
    changed = [c for c in before_cohorts if before_cohorts[c] != after_cohorts[c]]
    assert done[ChangeCohort] == len(changed)


@given(worlds)
def test_guilds_that_are_gone_are_archived_and_return(world: World) -> None:
    """A guild that vanishes has its cohort put away, not deleted; returning, it finds it again."""
    community, moodle, settings = world
    sites = pair(community, moodle, settings)
    first = plan_now(sites, FULL)
    carry_out(sites, first)
    carry_out(sites, plan_now(sites, FULL))
    assume(first.guilds)
    assume(len(community.guilds) > 1)
    gone, key = first.guilds[0].pair.guild, first.guilds[0].pair.key
    rest = replace(community, guilds=tuple(g for g in community.guilds if g.uuid != gone.uuid))
    assume(any(community.members[g.id] for g in rest.guilds))
    before = state(moodle)
    carry_out(pair(rest, moodle, settings), plan_now(pair(rest, moodle, settings), FULL))
    (put_away,) = [
        c
        for c in moodle.cohorts.values()
        if (mark := mark_of(c.description)) and mark.site == SITE and mark.key == key
    ]
    assert not put_away.visible
    assert put_away.name.endswith("(archived)")
    assert put_away.idnumber.endswith(archived_idnumber("", None, put_away.id))
    again = plan_now(sites, FULL)
    carry_out(sites, again)
    assert moodle.cohorts[put_away.id].name == cohort_name(gone.label)
    assert moodle.cohorts.keys() == before[0].keys()

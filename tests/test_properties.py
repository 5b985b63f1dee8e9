"""What holds for every community and every Moodle, however odd."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reconciler.applier import steps
from reconciler.desired import cohort_name
from reconciler.machine_names import archived_idnumber
from reconciler.marks import mark_of
from reconciler.models.avc import Person
from reconciler.models.moodle import Cohort, Grant
from reconciler.models.operations import AddMember, ChangeCohort, CreateCohort, RemoveMember, Run
from reconciler.models.plan import CohortPlan
from reconciler.models.scope import FullScope, GuildScope, Scope, UserScope
from reconciler.models.settings import SyncSettings
from reconciler.operations import operations
from reconciler.plan_text import as_yaml, from_text
from reconciler.planner import Planned
from reconciler.reconciliation import SitePair, apply, fresh, plan_now, saved
from reconciler.stale import check
from tests import strategies
from tests.fake_moodle import FakeMoodle
from tests.world import SITE, Community, pair

FULL = FullScope()


def carry_out(sites: SitePair, planned: Planned) -> None:
    report = apply(fresh(planned), sites)
    assert all(item.outcome.status == "done" for item in report.applied)
    assert report.residue == ()


def state(moodle: FakeMoodle) -> tuple[dict[int, Cohort], dict[int, frozenset[int]]]:
    return dict(moodle.cohorts), {k: v for k, v in moodle.members.items() if v}


def role_state(moodle: FakeMoodle) -> tuple[set[tuple[int, int]], dict[Grant, frozenset[int]]]:
    return set(moodle.definitions or ()), {k: v for k, v in moodle.assigned.items() if v}


World = tuple[Community, FakeMoodle, SyncSettings]
worlds = st.tuples(strategies.communities(), strategies.moodles(), strategies.settings)


@given(worlds)
def test_applying_a_full_plan_gives_what_avc_wants(
    world: tuple[Community, FakeMoodle, SyncSettings],
) -> None:
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
def test_planning_again_finds_nothing(
    world: tuple[Community, FakeMoodle, SyncSettings],
) -> None:
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
def test_what_is_not_ours_is_never_touched(
    world: tuple[Community, FakeMoodle, SyncSettings],
) -> None:
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


def linked_as(world: World, account: int) -> list[str]:
    """What AVC's issuer calls the owner of an account: worked out without the program."""
    _, moodle, settings = world
    if "link" not in settings.matching or settings.avc_url is None:
        return []
    links = moodle.accounts[account].links
    known = any(issuer.id == strategies.AVC_ISSUER for issuer in moodle.issuers or ())
    return [link.username for link in links if known and link.issuer == strategies.AVC_ISSUER]


def claimed_as(moodle: FakeMoodle) -> str | None:
    """Which of AVC's claims Moodle takes for the user name."""
    claims = {issuer.id: issuer.username_claim for issuer in moodle.issuers or ()}
    return claims.get(strategies.AVC_ISSUER)


def strong_names(world: World, person: Person) -> set[str]:
    """What a link that proves something can call a person."""
    claim = claimed_as(world[1])
    uids = {str(person.uid), f"00{person.uid}"} if claim == "sub" else set()
    return uids | ({person.uuid} if claim in {"sub", "uuid"} else set())


def claimants(world: World, account: int, rules: tuple[str, ...]) -> list[Person]:
    """Everybody whom any rule could take the account for: worked out without the program."""
    community, moodle, settings = world
    found = moodle.accounts[account]
    said = linked_as(world, account)
    counts = found.idnumber_locked or settings.trust_idnumber
    addresses = {found.email.lower()}
    if claimed_as(moodle) in {"", "email"}:
        addresses |= set(map(str.lower, said))
    if "email" not in rules or found.auth in {"lti", "mnet"}:
        addresses = set()
    return [
        p
        for p in community.people
        if (p.mail and p.mail.lower() in addresses)
        or ("username" in rules and p.name.lower() == found.username)
        or ("link" in rules and not strong_names(world, p).isdisjoint(said))
        or ("idnumber" in rules and counts and p.uuid == found.idnumber)
    ]


def holds(community: Community, settings: SyncSettings, owner: Person, cohort: CohortPlan) -> bool:
    """Whether somebody has, in its guild, a role that a cohort is for."""
    (guild,) = [guild.id for guild in community.guilds if guild.uuid == cohort.uuid]
    roles = [r for r, uids in community.roles.get(guild, {}).items() if owner.uid in uids]
    given = {settings.role_mapping.get(role.replace("-", "_")) for role in roles}
    return cohort.role is None or cohort.role in given


def misspelt(settings: SyncSettings) -> set[str]:
    """What the mapping names, of what can be drawn, and there is not."""
    return {"guild_unheard_of", "no-such"} & {
        *settings.role_mapping,
        *settings.role_mapping.values(),
    }


@given(worlds)
def test_nobody_is_removed_without_evidence(
    world: tuple[Community, FakeMoodle, SyncSettings],
) -> None:
    """Every removal has one of the design's grounds, checked against the raw rows."""
    community, moodle, settings = world
    sites = pair(community, moodle, settings)
    before = moodle.copy()
    planned = plan_now(sites, FULL)
    rules = tuple(planned.plan.matching.used)
    guilds = {guild.uuid: guild for guild in community.guilds}
    people = {p.uid: p for p in community.people}
    matched = planned.matching.account_of
    for cohort in planned.plan.cohorts:
        for change in cohort.members:
            if change.change == "add":
                continue
            assert change.moodle in before.members[cohort.cohort or 0]
            names = claimants((community, before, settings), change.moodle, rules)
            match change.because:
                case "left-guild" | "blocked":
                    (owner,) = [p for p in names if p.uid == change.avc]
                    member = owner.uid in community.members[guilds[cohort.uuid].id]
                    assert not (owner.active and member)
                    assert list(matched.values()).count(change.moodle) == 1
                case "lost-role":
                    (owner,) = [p for p in names if p.uid == change.avc]
                    assert not holds(community, settings, owner, cohort)
                    assert list(matched.values()).count(change.moodle) == 1
                case "person-gone":
                    assert names == []
                    said = linked_as((community, before, settings), change.moodle)
                    claim = claimed_as(before)
                    assert claim in {"sub", "uuid"}
                    assert any(s.isdigit() if claim == "sub" else s.count("-") == 4 for s in said)
                    assert claim == "uuid" or not any(s.count("-") == 4 for s in said)
                case "guild-gone":
                    assert cohort.uuid not in guilds
                case "role-gone":
                    assert settings.role_sync
                    assert misspelt(settings) == set()
                    given = {p.role for p in planned.plan.roles} - {planned.wishes.roles.ordinary}
                    assert cohort.role not in given
                case "stranger":
                    assert settings.strangers == "remove"
                    inside = community.members[guilds[cohort.uuid].id]
                    assert all(uid in matched for uid in inside if people[uid].active)
                case _:
                    pytest.fail("a removal without a reason")


@given(worlds)
def test_frozen_accounts_are_neither_added_nor_removed(
    world: tuple[Community, FakeMoodle, SyncSettings],
) -> None:
    """An account that could be two people's, or one of a person's two, is in no operation.

    But for what hangs on a cohort that is not ours any more: it does not matter who has that.
    """
    community, moodle, settings = world
    planned = plan_now(pair(community, moodle, settings), FULL)
    touched = {m.moodle for cohort in planned.plan.cohorts for m in cohort.members} | {
        given.moodle
        for cohort in planned.plan.cohorts
        for given in cohort.assignments
        if given.because != "cohort-gone"
    }
    assert not touched & planned.matching.frozen
    for problem in planned.plan.problems:
        if problem.kind in {"several-accounts", "shared-account"}:
            assert not touched & set(problem.accounts)


@given(worlds, st.data())
def test_a_plan_that_was_cut_off_is_resumed_by_applying_it_again(
    world: tuple[Community, FakeMoodle, SyncSettings], data: st.DataObject
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
def test_no_operation_is_wasted(
    world: tuple[Community, FakeMoodle, SyncSettings],
) -> None:
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


def without_costs(cohort: CohortPlan) -> CohortPlan:
    """What a removal costs depends on what else is removed."""
    members = (replace(m, last_enrolments=0, suspends=0) for m in cohort.members)
    return cohort.model_copy(update={"members": tuple(members)})


@given(worlds, st.data())
def test_the_plan_of_a_guild_is_the_full_plan_restricted_to_it(
    world: tuple[Community, FakeMoodle, SyncSettings], data: st.DataObject
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
        p.kind
        for p in full.plan.problems
        if not p.guilds or any(n.partition("--")[0] == scope.name for n in p.guilds)
    }


@given(worlds, st.data())
def test_the_plan_of_a_user_is_the_full_plan_restricted_to_them(
    world: tuple[Community, FakeMoodle, SyncSettings], data: st.DataObject
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
    world: tuple[Community, FakeMoodle, SyncSettings], data: st.DataObject
) -> None:
    """It is the same, problems and guards included, where the members of all cohorts are read."""
    community, moodle, settings = world
    scope = UserScope(uid=data.draw(st.sampled_from([p.uid for p in community.people])))
    plans = []
    for apart in (True, False):
        moodle.tells_apart = apart
        plans.append(plan_now(pair(community, moodle, settings), scope).plan)
    assert plans[0] == plans[1]


@given(worlds)
def test_guilds_that_are_gone_are_archived_and_return(
    world: tuple[Community, FakeMoodle, SyncSettings],
) -> None:
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

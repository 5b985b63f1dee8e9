"""What holds of roles, links and costs, for every community and every Moodle."""

from dataclasses import replace

from hypothesis import assume, given

from reconciler.models.desired import SIGNATURE
from reconciler.models.moodle import COMPONENT, PLUGIN, Grant
from reconciler.models.operations import AssignRole
from reconciler.models.plan import CohortPlan, Problem
from reconciler.models.settings import SyncSettings
from reconciler.operations import operations
from reconciler.plan_cohorts import GuildPlanned
from reconciler.planner import Planned
from reconciler.reconciliation import plan_now
from tests.properties_world import FULL, World, carry_out, worlds
from tests.strategies import GONE_ROLE
from tests.world import MANAGER, pair

RULES = "privileged-role"


def givers(planned: Planned, settings: SyncSettings) -> list[tuple[GuildPlanned, str, str]]:
    """The guilds' cohorts that give a role, with it, and how: worked out from the plan's roles."""
    mapping = settings.role_mapping
    ordinary = mapping.get("guild_member", mapping.get("default"))
    ways = {role.role: role for role in planned.plan.roles}
    found: list[tuple[GuildPlanned, str, str]] = []
    for cohort in planned.cohorts:
        role = ways.get(cohort.pair.role or ordinary or "")
        if role is not None and not (role.way == "none" and role.because == "impossible"):
            found.append((cohort, role.role, "by-hand" if role.because == "by-hand" else role.way))
    return found


@given(worlds)
def test_a_full_plan_leaves_exactly_the_roles_that_are_wanted(world: World) -> None:
    """Who has a role through a cohort of ours: the members wanted, and those who are kept.

    By local_cohortrole: whoever is in, but not while strangers are. By neither: nobody, of what
    this program assigned. By an adopted cohort: who had it before.
    """
    community, moodle, settings = world
    sites = pair(community, moodle, settings)
    planned = plan_now(sites, FULL)
    before, definitions = dict(moodle.assigned), set(moodle.definitions or ())
    carry_out(sites, planned)
    ids = {role.shortname: role.id for role in moodle.roles or ()}
    if not ids:
        assert moodle.assigned == before
        return
    rulers = moodle.administrators or frozenset()
    for cohort, role, way in givers(planned, settings):
        number = cohort.pair.cohort.id if cohort.pair.cohort else moodle.created[cohort.desired.key]
        grant = Grant(cohort=number, role=ids[role], component=COMPONENT)
        ours, place = moodle.assigned.get(grant, frozenset()), (number, ids[role])
        defined = place in (moodle.definitions or ())
        wanted, inside = cohort.desired.members, moodle.members.get(number, frozenset())
        alone = {a for a in inside | ours if left_alone(planned, a, role, settings)}
        strangers = (inside - wanted) - set(planned.matching.person_of) - planned.matching.frozen
        if cohort.pair.adopt:
            assert ours == before.get(grant, frozenset())
            assert defined is (place in definitions)
        elif way == "assignment":
            assert ours >= wanted - rulers
            assert all(a in alone or a not in planned.matching.person_of for a in ours - wanted)
            assert not defined or cohort.pair.role is None or alone & (inside - wanted)
        elif way == "definition" and not defined:
            assert strangers
            assert place not in definitions
            assert ours == before.get(grant, frozenset())
        elif way == "definition":
            assert ours <= alone
            plugin = moodle.assigned.get(
                grant.model_copy(update={"component": PLUGIN}), frozenset()
            )
            assert plugin >= wanted - rulers
        elif way != "by-hand":
            assert ours <= alone
            assert not defined or cohort.pair.role is None or alone & (inside - wanted)


def left_alone(planned: Planned, account: int, role: str, settings: SyncSettings) -> bool:
    """Whether nothing is taken from an account that AVC does not want to have a role."""
    rules = account in (planned.snapshots.moodle.administrators or ())
    unclear = settings.role_mapping.get("guild_unheard_of") == role
    return account in planned.matching.frozen or rules or unclear


@given(worlds)
def test_nobody_elses_assignments_and_definitions_change(world: World) -> None:
    """Those on cohorts that are not this AVC's, and other roles' definitions on its own.

    What we assigned, and what hangs on a cohort that no AVC marks any more, is taken.
    """
    community, moodle, settings = world
    sites = pair(community, moodle, settings)
    planned = plan_now(sites, FULL)
    definitions, assigned = set(moodle.definitions or ()), dict(moodle.assigned)
    marked = {c.id for c in moodle.cohorts.values() if SIGNATURE in c.description}
    ours = {c.pair.cohort.id for c in planned.cohorts if c.pair.cohort}
    ours |= {orphan.cohort.id for orphan in planned.pairing.orphans}
    undefined = {
        (cohort.cohort, cohort.role): cohort.definition.role
        for cohort in planned.plan.cohorts
        if cohort.definition and cohort.definition.action == "delete"
    }
    carry_out(sites, planned)
    for grant, accounts in assigned.items():
        if grant.role == GONE_ROLE:
            assert moodle.assigned[grant] == accounts
        elif grant.cohort not in ours:
            released = grant.component == COMPONENT and grant.cohort not in marked
            taken = released and settings.role_sync
            assert moodle.assigned[grant] == (frozenset() if taken else accounts)
    gone = definitions - (moodle.definitions or set())
    assert len(gone) == len(undefined)
    assert all(role == deleted for (_, role), deleted in undefined.items())
    assert {cohort for cohort, _ in gone} <= ours


@given(worlds)
def test_a_role_that_is_not_allowed_costs_nobody_a_cohort(world: World) -> None:
    """Its cohorts keep fields and members, and give nothing but what frozen accounts have."""
    community, moodle, settings = world
    sites = pair(community, moodle, settings)
    before = moodle.copy()
    planned = plan_now(sites, FULL)
    carry_out(sites, planned)
    living = {guild.uuid for guild in community.guilds}
    refused = {problem.roles for problem in planned.plan.problems if problem.kind == RULES}
    for orphan in planned.pairing.orphans:
        number, key = orphan.cohort.id, orphan.mark.key
        if key.uuid not in living or (key.role,) not in refused:
            continue
        assert moodle.cohorts[number] == before.cohorts[number]
        assert moodle.members[number] == before.members[number]
        assert (number, MANAGER.id) not in (moodle.definitions or ())
        grant = Grant(cohort=number, role=MANAGER.id, component=COMPONENT)
        if moodle.roles is not None:
            assert moodle.assigned.get(grant, frozenset()) <= planned.matching.frozen


@given(worlds)
def test_a_mapping_with_a_mistake_puts_no_role_away(world: World) -> None:
    """It may be that role which it misspells."""
    community, moodle, settings = world
    plan = plan_now(pair(community, moodle, settings), FULL).plan
    assume(any(p.kind in {"unknown-guild-role", "unknown-moodle-role"} for p in plan.problems))
    living = {guild.uuid for guild in community.guilds}
    assert not any(c.action == "archive" and c.role and c.uuid in living for c in plan.cohorts)


@given(worlds)
def test_who_rules_the_site_gets_no_role(world: World) -> None:
    """No role cohort, and no assignment; the guild's own cohort, like everybody."""
    community, moodle, settings = world
    planned = plan_now(pair(community, moodle, settings), FULL)
    rulers = moodle.administrators or frozenset()
    assert not any(
        operation.account in rulers
        for operation in operations(planned.plan)
        if isinstance(operation, AssignRole)
    )
    assert not any(
        member.moodle in rulers
        for cohort in planned.plan.cohorts
        if cohort.role is not None
        for member in cohort.members
        if member.change == "add"
    )


@given(worlds)
def test_a_role_that_rules_the_site_is_given_only_where_it_is_allowed(world: World) -> None:
    """Neither a cohort, nor a definition, nor an assignment of it, for anybody."""
    community, moodle, settings = world
    plan = plan_now(pair(community, moodle, settings), FULL).plan
    if "manager" in settings.allow_privileged_roles:
        return
    assert "manager" not in {role.role for role in plan.roles}
    for cohort in plan.cohorts:
        assert cohort.role != "manager" or cohort.action != "create"
        assert not (
            cohort.definition
            and cohort.definition.role == "manager"
            and cohort.definition.action == "create"
        )
        assert not any(m.role == "manager" and m.change == "add" for m in cohort.assignments)


@given(worlds)
def test_all_accounts_at_once_plan_the_same_as_those_asked_for(world: World) -> None:
    """What a site tells without being asked changes no plan, but for who looks likely to be whom.

    A user name is looked up only where nobody, not even the guest, has the address.
    """
    community, moodle, settings = world
    everybody = moodle.copy()
    everybody.gives_all = True
    asked = plan_now(pair(community, moodle, settings), FULL)
    at_once = plan_now(pair(community, everybody, settings), FULL)
    assert len(everybody.reads) == 1
    assert list(map(without_owners, asked.plan.cohorts)) == list(
        map(without_owners, at_once.plan.cohorts)
    )
    assert list(map(without_guesses, asked.plan.problems)) == list(
        map(without_guesses, at_once.plan.problems)
    )


def without_owners(cohort: CohortPlan) -> CohortPlan:
    """Whose accounts had roles through a cohort that is not ours any more, nobody asks."""
    if cohort.action != "forget":
        return cohort
    given = tuple(replace(line, avc=None, by=None, name="") for line in cohort.assignments)
    return cohort.model_copy(update={"assignments": given})


def without_guesses(problem: Problem) -> Problem:
    guess = problem.kind == "no-moodle-account"
    return problem.model_copy(update={"accounts": ()}) if guess else problem


@given(worlds)
def test_removals_cost_what_the_plan_says(world: World) -> None:
    """A Moodle that keeps count of courses lost comes to the plan's figures, removal by removal."""
    community, moodle, settings = world
    sites = pair(community, moodle, settings)
    planned = plan_now(sites, FULL)
    priced = {
        (cohort.cohort, m.moodle): (m.last_enrolments, m.suspends)
        for cohort in planned.plan.cohorts
        for m in cohort.members
        if m.change == "remove"
    }
    carry_out(sites, planned)
    if moodle.courses is None:
        assert set(priced.values()) <= {(None, None)}
        return
    lost = {place: moodle.lost[place[0] or 0, place[1]] for place in priced}
    if moodle.on_removal == "unenrol":
        assert priced == {place: (number, 0) for place, number in lost.items()}
    else:
        assert priced == {place: (0, number) for place, number in lost.items()}


@given(worlds)
def test_locks_are_as_configured(world: World) -> None:
    """Every cohort of a living guild that is ours is locked, or not, where that can be set."""
    community, moodle, settings = world
    can = "lock-cohorts" in moodle.abilities
    before = {number: cohort.component for number, cohort in moodle.cohorts.items()}
    sites = pair(community, moodle, settings)
    planned = plan_now(sites, FULL)
    carry_out(sites, planned)
    for cohort in planned.cohorts:
        found = cohort.pair.cohort
        number = found.id if found else moodle.created[cohort.desired.key]
        if can:
            wanted = COMPONENT if settings.lock_cohorts else ""
            assert moodle.cohorts[number].component == wanted
        elif found:
            assert moodle.cohorts[number].component == before[number]


@given(worlds)
def test_cost_and_roles_do_not_change_who_is_in(world: World) -> None:
    """A guild's own cohort has the same members with roles and without them."""
    community, moodle, settings = world
    plain = settings.model_copy(update={"role_sync": False})
    with_roles = plan_now(pair(community, moodle.copy(), settings), FULL)
    without = plan_now(pair(community, moodle.copy(), plain), FULL)
    wanted = {guild.desired.key: guild.desired.members for guild in with_roles.guilds}
    alone = {guild.desired.key: guild.desired.members for guild in without.guilds}
    for key in wanted.keys() & alone.keys():
        assert wanted[key] == alone[key]

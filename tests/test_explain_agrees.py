"""An explanation says what the plan says, of everybody, however odd the two sites are."""

from datetime import date
from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.desired import wanted_members
from reconciler.explain import person_explained
from reconciler.explain_file import concerns, person_alone
from reconciler.explain_names import Subject, subject_named
from reconciler.explain_view import View, view
from reconciler.marks import mark_of
from reconciler.models.desired import CohortKey
from reconciler.models.explained_people import Doubt
from reconciler.models.explanation import PersonExplained, Place
from reconciler.models.moodle import COMPONENT, PLUGIN, Grant
from reconciler.models.operations import AssignRole, Operation
from reconciler.models.plan import Plan
from reconciler.models.scope import FullScope, GuildScope, Scope, UserScope
from reconciler.models.settings import Hold
from reconciler.operations import operations
from reconciler.planner import Planned
from reconciler.ports import MoodleSite
from reconciler.reconciliation import SitePair, apply, fresh, plan_now
from reconciler.render.explain_operations import operation_words
from reconciler.render.problems import Elsewhere, sentence
from tests.explain_world import ALREADY, Sites, person_text, subjects
from tests.fake_moodle import FakeMoodle
from tests.guards_world import FULL, guild
from tests.properties_world import World, worlds
from tests.world import LIBRARIAN, ROLES, SITE, our_cohort, pair, person

ALIKE = settings(derandomize=True)
"""The same worlds each time; the nightly proofs take thousands of them."""


def _places(found: PersonExplained) -> list[Place]:
    return [one for part in found.guilds for one in part.places]


def _theirs(operation: Operation, subject: Subject, seen: Planned) -> bool:
    """Whether an operation is about somebody: by name, or to an account that is, or may be."""
    number = getattr(operation, "account", None)
    uid = getattr(operation, "uid", None)
    if subject.uid is None or uid is None:
        return number in subject.accounts
    return uid == subject.uid or seen.matching.person_of.get(number or 0) == subject.uid


def _agree(plan: Plan, sites: SitePair) -> None:
    found = view(plan, sites)
    for subject, seen in subjects(found, sites):
        told = person_explained(found, seen, subject)
        text = person_text(told, plan)
        _problems_are_told(plan, subject, text)
        _operations_are_told(plan, subject, seen, told, text)
        _roles_are_told(plan, subject, seen, told, found)
        for one in _places(told):
            _has_a_reason(one, subject, seen, found)
        if subject.uid is not None and subject.uid not in seen.matching.account_of:
            assert ALREADY not in text
    for uid in found.now.snapshots.avc.people:
        _file_agrees(plan, f"avc:{uid}")
    for number in found.now.snapshots.moodle.accounts:
        _file_agrees(plan, f"moodle:{number}")


def _file_agrees(plan: Plan, word: str) -> None:
    """What the file alone says of somebody: all problems and operations, and no others'."""
    subject = subject_named(word, plan, None)
    told = person_alone(plan, subject, None)
    _problems_are_told(plan, subject, person_text(told, plan))
    mine = {
        op
        for op in operations(plan)
        if getattr(op, "account", None) in subject.accounts
        and getattr(op, "uid", None) in {None, subject.uid}
    }
    assert {item.operation for one in _places(told) for item in one.operations} == mine


def _problems_are_told(plan: Plan, subject: Subject, text: str) -> None:
    for problem in plan.problems:
        mine = subject.uid is not None and subject.uid in (problem.avc, *problem.others)
        if mine or (problem.avc is None and set(problem.accounts) & set(subject.accounts)):
            assert concerns(problem, subject)
            assert f"  • Problem: {sentence(problem, Elsewhere.of(plan))}." in text


def _operations_are_told(
    plan: Plan, subject: Subject, seen: Planned, told: PersonExplained, text: str
) -> None:
    """Those about somebody, each with its ground, and no others."""
    mine = [op for op in operations(plan) if _theirs(op, subject, seen)]
    shown = [item for one in _places(told) for item in one.operations]
    assert {item.operation for item in shown} == set(mine)
    for item in shown:
        words = operation_words(item, plan)
        if item.state == "stale":
            words = words.replace(", because ", ", because (as it was then) ", 1)
        assert f"  • Plan: {words}." in text
    fresh = [op for one in _places(told) for op in one.fresh]
    assert all(_theirs(op, subject, seen) for op in fresh)


def _roles_are_told(
    plan: Plan, subject: Subject, seen: Planned, told: PersonExplained, found: View
) -> None:
    """Each role that AVC wants somebody to have, once; it is given by the plan's operations only,
    and what assigns it to them is among them.
    """
    roles, account = seen.wishes.roles, seen.matching.account_of.get(subject.uid or 0)
    wanted = {
        (pair.guild.uuid, pair.role or roles.ordinary)
        for pair in seen.pairing.pairs
        if (pair.role or roles.ordinary) and subject.uid in wanted_members(pair, seen.wishes)
    }
    shown = {(part.guild.uuid, due.role): due for part in told.guilds for due in part.roles}
    assert len(shown) == sum(len(part.roles) for part in told.guilds)
    assert wanted <= shown.keys()
    for due in shown.values():
        assert (due.why is None) == bool(due.operations)
        assert due.why != "on-hold" or found.settings.hold
    giving = {item.operation for due in shown.values() for item in due.operations}
    assert giving <= set(operations(plan))
    assert {getattr(op, "account", account) for op in giving} <= {account}
    assigned = {
        op
        for op in operations(plan)
        if isinstance(op, AssignRole) and op.account == account and (op.key.uuid, op.role) in shown
    }
    assert assigned <= giving


def _has_a_reason(place: Place, subject: Subject, seen: Planned, found: View) -> None:
    """Why there is nothing is so, by what the sites have, and by the plan's own problems."""
    matching, uid = seen.matching, subject.uid or 0
    assert (place.why is None) == bool(place.operations)
    assert place.why != "on-hold" or found.settings.hold
    match place.why:
        case "already":
            (here,) = (one for one in seen.pairing.pairs if one.key == place.key)
            assert uid in wanted_members(here, seen.wishes)
            assert matching.person_of.get(place.account or 0) == subject.uid
        case "stranger":
            assert place.account not in matching.person_of
            assert any(
                problem.kind == "stranger" and place.account in problem.accounts
                for problem in found.now.plan.problems
            )
        case "frozen":
            assert place.account in matching.frozen | found.now.matching.frozen
        case "withdrawn":
            assert any(
                orphan.because == "withdrawn" and orphan.mark.key == place.key
                for orphan in found.now.pairing.orphans
            )
        case why if why in get_args(Doubt):
            assert matching.unmatched[uid].kind == why
        case _:
            pass


@ALIKE
@given(worlds)
def test_an_explanation_agrees_with_the_plan(world: World) -> None:
    """Of everybody: every problem, every operation with its ground, and no other; nobody who is
    not matched is a member as AVC wants it.
    """
    community, moodle, chosen = world
    sites = pair(community, moodle, chosen)
    _agree(plan_now(sites, FULL).plan, sites)


@ALIKE
@given(worlds, st.data())
def test_it_agrees_with_a_plan_of_a_part(world: World, data: st.DataObject) -> None:
    """A guild's, or one person's."""
    community, moodle, chosen = world
    sites = pair(community, moodle, chosen)
    full = plan_now(sites, FULL)
    scopes: list[GuildScope | UserScope] = [
        GuildScope(uuid=uuid, name=name) for uuid, name in sorted(full.pairing.names.items())
    ]
    scopes += [UserScope(uid=uid) for uid in sorted(full.snapshots.avc.people)]
    _agree(plan_now(sites, data.draw(st.sampled_from(scopes))).plan, sites)


@ALIKE
@given(worlds, worlds)
def test_it_agrees_with_a_plan_that_is_old(before: World, now: World) -> None:
    """Everything has changed since: what is told is still the plan's, and what is so now."""
    community, moodle, chosen = before
    plan = plan_now(pair(community, moodle, chosen), FULL).plan
    assert plan.scope == FullScope()
    _agree(plan, pair(now[0], now[1], chosen))


MAY_HAVE_IT = {
    "unknown-moodle-role",
    "privileged-role",
    "role-unseen",
    "role-not-assignable",
    "role-needs-plugin",
    "no-role-sync",
    "in-courses",
    "no-way",
    "left-alone",
}
"""Where what was given before is nobody's business, or is not looked for."""


_uids = st.frozensets(st.sampled_from([1, 2, 3]))


@st.composite
def role_worlds(draw: st.DrawFn) -> Sites:
    """Few people and guilds, and all that bears on roles: nearly everybody has an account."""
    avc = {1: draw(_uids) | {1}, 2: draw(_uids)}
    cohorts = [our_cohort(10 + n, guild(n), "librarian") for n in avc if draw(st.booleans())]
    without = draw(st.sampled_from([frozenset[int](), frozenset({102})]))
    there = _uids.map(lambda uids: frozenset(uid for uid in uids if uid + 100 not in without))
    inside = {n: draw(there) for n in avc if draw(st.booleans())}
    inside |= {cohort.id: draw(there) for cohort in cohorts}
    defined = {(n, LIBRARIAN.id) for n in inside if draw(st.booleans())}
    hold = Hold(guild="g1", user=draw(st.sampled_from([1, 2])), until=date(2999, 12, 31))
    held = frozenset(uid + 100 for uid in draw(there))
    component = draw(st.sampled_from([COMPONENT, PLUGIN]))
    return Sites(
        avc,
        inside,
        people=tuple(map(person, (1, 2, 3))),
        without=without,
        cohorts=tuple(cohorts),
        roles={
            n: {"guild-mentor": draw(_uids) & uids, "guild-admin": uids} for n, uids in avc.items()
        },
        settings={
            "role_sync": True,
            "role_mapping": draw(
                st.sampled_from(
                    [
                        {"guild_mentor": "librarian"},
                        {"guild_mentor": "librarian", "guild_admin": "teacher"},
                        {"default": "librarian", "guild_admin": "manager"},
                    ]
                )
            ),
            "hold": draw(st.sampled_from([(), (hold,)])),
        },
        moodle={
            "roles": ROLES,
            "definitions": draw(st.sampled_from([None, defined])),
            "administrators": draw(st.sampled_from([frozenset(), frozenset({103})])),
            "abilities": draw(
                st.sampled_from(
                    [
                        frozenset({"assign-roles"}),
                        frozenset({"assign-roles", "define-roles"}),
                        frozenset({"define-roles"}),
                    ]
                )
            ),
            "assigned": {
                Grant(cohort=n, role=LIBRARIAN.id, component=component): held for n in inside
            },
        },
    )


@ALIKE
@given(role_worlds(), st.data())
def test_who_is_told_to_be_given_a_role_has_it_afterwards(
    sites: Sites, data: st.DataObject
) -> None:
    """In Moodle, once the plan is carried out; and who is told why not has not."""
    there = sites.pair()
    scopes: list[Scope] = [FULL, *(UserScope(uid=uid) for uid in (1, 2, 3))]
    now = plan_now(there, data.draw(st.sampled_from(scopes)))
    _agree(now.plan, there)
    found = view(now.plan, there)
    told = {
        (seen.matching.account_of.get(subject.uid or 0), part.guild.uuid, due)
        for subject, seen in subjects(found, there)
        for part in person_explained(found, seen, subject).guilds
        for due in part.roles
    }
    apply(fresh(now), there)
    for number, uuid, due in told:
        ordinary = due.role == now.wishes.roles.ordinary
        key = CohortKey(uuid, None if ordinary else due.role)
        has = number in _holders(there.moodle, key, due.role or "")
        assert has == (due.why in {None, "already"}) or due.why in MAY_HAVE_IT


def _holders(moodle: MoodleSite, key: CohortKey, role: str) -> frozenset[int]:
    """Who has a role by a cohort of ours."""
    assert isinstance(moodle, FakeMoodle)
    marks = {cohort.id: mark_of(cohort.description) for cohort in moodle.cohorts.values()}
    ours = {n for n, mark in marks.items() if mark and (mark.site, mark.key) == (SITE, key)}
    numbers = {one.id for one in moodle.roles or () if one.shortname == role}
    return frozenset().union(
        *(
            accounts
            for grant, accounts in moodle.assigned.items()
            if grant.cohort in ours and grant.role in numbers
        )
    )

"""Order, dependencies, failures and what is seen afterwards."""

from dataclasses import replace

import pytest

from reconciler.applier import require_success, steps
from reconciler.errors import PartlyApplied, StalePlan
from reconciler.models.avc import Guild
from reconciler.models.operations import (
    AddMember,
    ChangeCohort,
    CreateCohort,
    Operation,
    RemoveMember,
)
from reconciler.models.scope import FullScope, GuildScope
from reconciler.models.settings import SyncSettings
from reconciler.operations import operations, words
from reconciler.reconciliation import apply, fresh, plan_now
from reconciler.stale import Checked, check
from reconciler.stale_reasons import refuse_stale
from reconciler.verify import residue
from tests.example_plans import COMMUNITY, monday
from tests.fake_moodle import FakeMoodle
from tests.world import Community, account, pair, person

A = Guild(id=1, uuid="aaaaaaaa-0000-4000-8000-000000000001", label="A", alias="a")
B = Guild(id=2, uuid="bbbbbbbb-0000-4000-8000-000000000002", label="B", alias="b")
PEOPLE = (person(1), person(2))


def synced(members: dict[int, frozenset[int]]) -> FakeMoodle:
    """A Moodle as it is after these memberships were synchronised."""
    moodle = FakeMoodle({a.id: a for a in (account(1), account(2))})
    sites = pair(Community((A, B), PEOPLE, members), moodle)
    planned = plan_now(sites, FullScope())
    apply(fresh(planned), sites)
    moodle.writes.clear()
    return moodle


def test_cohorts_first_then_additions_then_removals_archiving_last() -> None:
    """Nobody who moves is without both, and a cohort is put away when it is empty."""
    kinds = [type(op).__name__ for op in operations(monday())]
    assert kinds == ["ChangeCohort", "AddMember", "RemoveMember", "RemoveMember", "ChangeCohort"]
    last = operations(monday())[-1]
    assert isinstance(last, ChangeCohort)
    assert last.action == "archive"


def test_a_failed_addition_keeps_the_person_where_they_were() -> None:
    """Somebody who moves from A to B stays in A when B cannot take them; others still move."""
    moodle = synced({1: frozenset({1, 2}), 2: frozenset()})
    moodle.broken = frozenset({101})
    sites = pair(Community((A, B), PEOPLE, {1: frozenset(), 2: frozenset({1, 2})}), moodle)
    planned = plan_now(sites, FullScope())
    report = apply(fresh(planned), sites)
    statuses = {
        (type(item.operation).__name__, item.operation.account): item.outcome.status
        for item in report.applied
        if isinstance(item.operation, AddMember | RemoveMember)
    }
    assert statuses == {
        ("AddMember", 101): "failed",
        ("AddMember", 102): "done",
        ("RemoveMember", 101): "held",
        ("RemoveMember", 102): "done",
    }
    assert moodle.members == {1: frozenset({101}), 2: frozenset({102})}
    with pytest.raises(PartlyApplied, match="2 of 4 operations were not carried out") as raised:
        require_success(report.applied, report.residue)
    assert raised.value.reasons == (
        "add account 101 to b: broken",
        "remove account 101 from a: something it depends on was not carried out",
    )


def test_a_member_waits_for_the_cohort_that_is_made_for_it() -> None:
    """An addition to a new cohort needs its creation; a removal, the same person's additions."""
    moodle = synced({1: frozenset({1}), 2: frozenset()})
    c = Guild(id=3, uuid="cccccccc-0000-4000-8000-000000000003", label="C", alias="c")
    sites = pair(Community((A, B, c), PEOPLE, {3: frozenset({1}), 2: frozenset({2})}), moodle)
    planned = plan_now(sites, FullScope())
    todo = steps(check(planned.plan, planned))
    described = [(words(step.operation), step.needs) for step in todo]
    assert described == [
        ("create cohort c", ()),
        ("add account 102 to b", ()),
        ("add account 101 to c", (0,)),
        ("remove account 101 from a", (2,)),
    ]


def test_one_stale_operation_stops_them_all() -> None:
    """Not even the operations that still fit are carried out."""
    todo = operations(monday())
    checked = [Checked(todo[0], "to do"), Checked(todo[1], "stale", "gone")]
    with pytest.raises(StalePlan) as raised:
        refuse_stale(checked, None)
    assert raised.value.reasons == ("gone",)


def test_what_does_not_last_is_told() -> None:
    """When somebody undoes a write before it is read again, the difference is put into words."""
    moodle = synced({1: frozenset(), 2: frozenset({2})})
    sites = pair(Community((A, B), PEOPLE, {1: frozenset({1}), 2: frozenset({2})}), moodle)
    planned = plan_now(sites, FullScope())
    report = apply(fresh(planned), sites)
    assert report.residue == ()
    moodle.members[1] = frozenset()
    done = [item.operation for item in report.applied]
    (line,) = residue(done, moodle.read_back(done))
    assert "add account 101 to a" in line
    assert "True to False" in line
    with pytest.raises(PartlyApplied, match="differs from what was asked"):
        require_success(report.applied, (line,))


@pytest.mark.parametrize("uid", [2, None])
def test_an_account_matched_with_somebody_else_is_stale(uid: int | None) -> None:
    """An addition is for a person: when the account is another's now, it is not carried out."""
    moodle = FakeMoodle({101: account(1)})
    community = Community((A,), (person(1), person(2, mail="other@x.org")), {1: frozenset({1, 2})})
    planned = plan_now(pair(community, moodle), FullScope())
    change = planned.plan.cohorts[0].members[0]
    other = planned.plan.cohorts[0].model_copy(update={"members": (replace(change, avc=uid),)})
    saved = planned.plan.model_copy(update={"cohorts": (other,)})
    states = {type(item.operation): item.state for item in check(saved, planned)}
    assert states == {CreateCohort: "to do", AddMember: "stale"}


def test_every_operation_has_words() -> None:
    """The words name the cohort or the account, and the guild."""
    found: list[Operation] = list(operations(monday()))
    assert [words(operation) for operation in found] == [
        "update cohort 42 (web-dev)",
        "add account 180 to web-dev",
        "remove account 156 from radio",
        "remove account 156 from web-dev",
        "archive cohort 44 (radio)",
    ]


def test_accounts_are_sought_for_people_in_guilds_only() -> None:
    """Moodle is not asked for the whole community, and twice only when somebody new turns up."""
    crowd = Community((A,), tuple(person(uid) for uid in range(1, 500)), {1: frozenset({1})})
    moodle = FakeMoodle({a.id: a for a in (account(1), account(2))})
    plan_now(pair(crowd, moodle), FullScope())
    (query,) = moodle.reads
    assert query.emails == {"u1@x.org"}
    moodle = synced({1: frozenset({1, 2}), 2: frozenset()})
    moodle.reads.clear()
    plan_now(pair(replace(crowd, guilds=(A, B)), moodle), FullScope())
    assert [query.emails for query in moodle.reads] == [{"u1@x.org"}, {"u1@x.org", "u2@x.org"}]


def test_strangers_are_kept_in_a_community_that_is_wholly_known() -> None:
    """By default even a stranger who can be nobody in the guild stays."""
    moodle = FakeMoodle({a.id: a for a in (account(56), account(77), account(80), account(99))})
    sites = pair(replace(COMMUNITY, members={1: frozenset({77}), 2: frozenset()}), moodle)
    first = plan_now(sites, FullScope())
    apply(fresh(first), sites)
    (web_dev,) = [c.id for c in moodle.cohorts.values() if c.idnumber == "web-dev"]
    moodle.members[web_dev] = frozenset({177, 199})
    removes = replace(sites, settings=SyncSettings(strangers="remove"))
    assert plan_now(sites, FullScope()).plan.empty
    (cohort,) = plan_now(removes, FullScope()).plan.cohorts
    assert [(m.moodle, m.because) for m in cohort.members] == [(199, "stranger")]


def test_a_guilds_plan_sees_who_shares_the_address_of_somebody_who_came_along() -> None:
    """Whoever shares a member's name may share another's address: all of them are asked for.

    Else the account of two people would look like one person's, and be removed.
    """
    people = (
        person(1, name="ann"),
        person(2, name="ann", mail="shared@x.org"),
        person(3, mail="shared@x.org"),
    )
    community = Community((A,), people, {1: frozenset({1})})
    moodle = FakeMoodle({a.id: a for a in (account(1), account(2, email="shared@x.org"))})
    sites = pair(community, moodle)
    first = plan_now(sites, FullScope())
    apply(fresh(first), sites)
    moodle.members[1] |= {102}
    scope = GuildScope(uuid=A.uuid, name="a")
    assert plan_now(sites, scope).plan.cohorts == plan_now(sites, FullScope()).plan.cohorts == ()

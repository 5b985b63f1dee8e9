"""What OAuth2 links do to plans: who is gone from AVC, whose account is in doubt, which warning."""

import pytest

from reconciler.models.avc import Guild
from reconciler.models.moodle import Account, Issuer, Link
from reconciler.models.scope import FullScope, GuildScope, Scope, UserScope
from reconciler.models.settings import SyncSettings
from reconciler.reconciliation import plan_now
from tests.fake_moodle import FakeMoodle
from tests.test_identity import BY_MAIL, BY_NAME, BY_UID, BY_UUID, UUID, linked
from tests.world import Community, account, our_cohort, pair, person

A = Guild(id=1, uuid="aaaaaaaa-0000-4000-8000-000000000001", label="A", alias="a")
COMMUNITY = Community((A,), (person(1), person(2)), {1: frozenset({1})})
GONE: list[tuple[str, Account, tuple[Issuer, ...], list[tuple[int, str | None]]]] = [
    ("by uid", linked(99, "99"), (BY_UID,), [(199, "person-gone")]),
    ("by UUID", linked(99, UUID), (BY_UUID,), [(199, "person-gone")]),
    ("a UUID in sub may be another service's name", linked(99, UUID), (BY_UID,), []),
    (
        "beside a uid, too",
        account(99, email="", links=(Link(9, "99"), Link(9, UUID))),
        (BY_UID,),
        [],
    ),
    ("a number that is no uid of Drupal", linked(99, "9" * 21), (BY_UID,), []),
    ("a number where people choose their names", linked(99, "99"), (BY_NAME,), []),
    ("an address is no proof", linked(99, "gone@x.org"), (BY_MAIL,), []),
    ("nor a word that is neither uid nor UUID", linked(99, "bob"), (BY_UID,), []),
    ("nor another issuer's link", linked(99, "99", issuer=8), (BY_UID,), []),
    ("nor a link where AVC's issuer is not known", linked(99, "99"), (), []),
    (
        "nor one beside a link to somebody who is there",
        account(99, email="", links=(Link(9, "99"), Link(9, "1"))),
        (BY_UID,),
        [],
    ),
    (
        "somebody who is in AVC, and not in the guild",
        linked(2, "2"),
        (BY_UID,),
        [(102, "left-guild")],
    ),
]


@pytest.mark.parametrize(
    ("member", "issuers", "removed"), [case[1:] for case in GONE], ids=[case[0] for case in GONE]
)
@pytest.mark.parametrize("scope", [FullScope(), GuildScope(uuid=A.uuid, name="a")], ids=str)
@pytest.mark.parametrize("gives_all", [False, True])
def test_a_link_of_somebody_who_is_gone_is_evidence(
    member: Account,
    issuers: tuple[Issuer, ...],
    removed: list[tuple[int, str | None]],
    scope: Scope,
    *,
    gives_all: bool,
) -> None:
    """Whoever a strong link of AVC's issuer names, and AVC, asked, has no more, goes."""
    moodle = FakeMoodle(
        {101: account(1), member.id: member},
        {7: our_cohort(7, A)},
        {7: frozenset({101, member.id})},
        blind=frozenset({"idnumber"}),
        issuers=issuers,
        gives_all=gives_all,
    )
    settings = SyncSettings(avc_url="https://avc.example")
    plan = plan_now(pair(COMMUNITY, moodle, settings), scope).plan
    assert [(m.moodle, m.because) for c in plan.cohorts for m in c.members] == removed


def test_without_the_rule_no_link_counts_for_anything() -> None:
    """Not even its address, and nobody is gone: a configuration without ``link`` means it."""
    moodle = FakeMoodle(
        {101: linked(1, "u1@x.org"), 199: linked(99, "99")},
        {7: our_cohort(7, A)},
        {7: frozenset({199})},
        blind=frozenset(),
        issuers=(BY_UID,),
        gives_all=True,
    )
    settings = SyncSettings(matching=("email",), avc_url="https://avc.example")
    assert plan_now(pair(COMMUNITY, moodle, settings), FullScope()).plan.empty


def test_one_persons_plan_removes_nobody_else() -> None:
    """Not even somebody who is gone: that person is not in its scope."""
    moodle = FakeMoodle(
        {101: account(1), 199: linked(99, "99")},
        {7: our_cohort(7, A)},
        {7: frozenset({199})},
        blind=frozenset({"idnumber"}),
        issuers=(BY_UID,),
    )
    settings = SyncSettings(avc_url="https://avc.example")
    plan = plan_now(pair(COMMUNITY, moodle, settings), UserScope(uid=1)).plan
    assert [(m.change, m.moodle) for c in plan.cohorts for m in c.members] == [("add", 101)]


def test_somebody_whose_account_another_persons_doubt_freezes_is_told() -> None:
    """Person 1's link and idnumber disagree; the account of the one is person 2's by address."""
    people = (person(1, uuid=UUID), person(2))
    community = Community((A,), people, {1: frozenset({1, 2})})
    doubtful = account(2, idnumber=UUID, idnumber_locked=True)
    moodle = FakeMoodle({101: linked(1, "1"), 102: doubtful}, blind=frozenset(), issuers=(BY_UID,))
    settings = SyncSettings(avc_url="https://avc.example")
    plan = plan_now(pair(community, moodle, settings), FullScope()).plan
    assert [m for c in plan.cohorts for m in c.members] == []
    assert {p.avc for p in plan.problems if 102 in p.accounts} == {1, 2}


def test_no_oauth2_issuer_is_one_warning() -> None:
    """However many guilds; none where links cannot be seen anyway, or are not asked for."""
    b = Guild(id=2, uuid="bbbbbbbb-0000-4000-8000-000000000002", label="B", alias="b")
    community = Community((A, b), (person(1),), {1: frozenset({1}), 2: frozenset({1})})

    def kinds(settings: SyncSettings, issuers: tuple[Issuer, ...] | None) -> list[str]:
        moodle = FakeMoodle({101: account(1)}, blind=frozenset(), issuers=issuers)
        plan = plan_now(pair(community, moodle, settings), FullScope()).plan
        assert ("link" in plan.matching.used) is (plan.problems == () and issuers is not None)
        return [problem.kind for problem in plan.problems]

    assert kinds(SyncSettings(), (BY_UID,)) == ["no-oauth2-issuer"]
    assert kinds(SyncSettings(avc_url="https://avc.example"), (BY_UID,)) == []
    plan_without = SyncSettings(matching=("email",))
    moodle = FakeMoodle({101: account(1)}, blind=frozenset(), issuers=())
    assert plan_now(pair(community, moodle, plan_without), FullScope()).plan.problems == ()
    unseen = FakeMoodle({101: account(1)}, issuers=None)
    assert plan_now(pair(community, unseen), FullScope()).plan.problems == ()

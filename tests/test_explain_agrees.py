"""An explanation says what the plan says, of everybody, however odd the two sites are."""

from collections.abc import Iterator
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.explain import person_explained, who
from reconciler.explain_file import concerns, person_alone
from reconciler.explain_names import Subject, subject_named
from reconciler.explain_view import View, view
from reconciler.models.explanation import Doubt, PersonExplained, Place
from reconciler.models.moodle import Issuer, Link
from reconciler.models.operations import Operation
from reconciler.models.plan import Plan
from reconciler.models.scope import FullScope, GuildScope, UserScope
from reconciler.operations import operations
from reconciler.planner import Planned
from reconciler.reconciliation import SitePair, plan_now
from reconciler.render.explain_operations import operation_words
from reconciler.render.problems import Elsewhere, sentence
from tests.explain_world import Sites, asked, person_text, place, planned
from tests.guards_world import FULL, guild
from tests.test_properties import World, worlds
from tests.world import account, pair, person

ALIKE = settings(derandomize=True)
"""The same worlds each time; the nightly proofs take thousands of them."""
ALREADY = "a member already, as AVC wants it"
WAYS = {
    "web services": {},
    "the command line": {
        "blind": frozenset(),
        "tells_apart": True,
        "administrators": frozenset(),
        "issuers": (Issuer(1, "Community", "https://avc.example", "sub"),),
    },
}


@pytest.fixture(params=WAYS)
def julia(request: pytest.FixtureRequest) -> Sites:
    """Her account is in her guild's cohort, and she has a new address in AVC."""
    return Sites(
        {1: [1, 2], 2: [1]},
        {1: [1, 2], 2: [1]},
        people=(person(2, name="julia", mail="new@example.org"),),
        accounts=(account(2, username="julia", email="old@example.org"),),
        settings={"avc_url": "https://avc.example"},
        moodle=WAYS[request.param],
    )


@pytest.mark.parametrize("word", ["julia", "2", "avc:2"])
def test_whoever_is_not_recognised_is_no_member_of_their_guild(julia: Sites, word: str) -> None:
    """The account with their user name is nobody's: so says the plan, and so it is told."""
    plan = planned(julia)
    found = asked(plan, julia, word)
    text = person_text(found, plan)
    assert text.startswith("julia (AVC user 2, no Moodle account)\n")
    assert place(found).why == "no-moodle-account"
    assert (
        "  • Plan: Nothing: no Moodle account is known to be theirs. Account 102, which has the"
        " same user name, is in the cohort, and is kept: nobody in AVC is known to own it. Make"
        " the two addresses agree."
    ) in text
    assert ALREADY not in text
    told = [sentence(problem, Elsewhere.of(plan)) for problem in plan.problems]
    assert len(told) == 2
    assert all(f"  • Problem: {one}." in text for one in told)


BY_RULE = {
    ("link",): ("Let them log in to Moodle through AVC", "they log in to Moodle through AVC"),
    ("email",): ("Make the two addresses agree", "an account has the e-mail address that AVC has"),
    ("idnumber",): (
        "Set the ID number of their account in Moodle to their UUID in AVC",
        "their account's ID number is their UUID in AVC",
    ),
    ("idnumber", "email"): (
        "Make the two addresses agree",
        (
            "their account's ID number is their UUID in AVC, or an account has the e-mail address"
            " that AVC has"
        ),
    ),
}


@pytest.mark.parametrize("used", BY_RULE, ids=str)
def test_what_would_make_it_theirs_follows_from_the_rules(used: tuple[str, ...]) -> None:
    """Where no rule compares addresses nobody is told to correct one, here or in a problem."""
    sites = Sites(
        {1: [1, 2]},
        {1: [1, 2]},
        people=(person(2, name="julia", mail="new@example.org"),),
        accounts=(
            account(1, links=(Link(1, "1"),), idnumber=person(1).uuid, idnumber_locked=True),
            account(2, username="julia", email="old@example.org"),
        ),
        settings={"avc_url": "https://avc.example", "matching": used},
        moodle=WAYS["the command line"],
    )
    plan = planned(sites)
    text = person_text(asked(plan, sites, "2"), plan)
    remedy, until = BY_RULE[used]
    assert f"nobody in AVC is known to own it. {remedy}." in text
    assert f"  • Match: none, until {until}.\n" in text
    assert ("address" in text) == ("email" in used)


def test_an_account_that_is_nobodys_is_asked_about_by_itself(julia: Sites) -> None:
    """It is a stranger; that somebody in AVC has its user name is told, and makes it nobody's."""
    plan = planned(julia)
    found = asked(plan, julia, "moodle:102")
    text = person_text(found, plan)
    assert text.startswith("julia (Moodle account 102)\n")
    assert place(found).why == "stranger"
    assert "has the user name of AVC user 2, which proves nothing" in text
    assert text.count("  • Problem: ") == 2


def test_the_file_alone_gives_nobody_an_account_either(julia: Sites) -> None:
    """Its problem names account 102 as one that merely looks likely."""
    plan = planned(julia)
    found = person_alone(plan, subject_named("julia", plan, None), None)
    assert person_text(found, plan).startswith("julia (AVC user 2, no Moodle account)\n")
    assert place(found).why == "no-moodle-account"
    found = person_alone(plan, subject_named("moodle:102", plan, None), None)
    assert place(found).why == "stranger"


IN_QUESTION = {
    "several-accounts": Sites(
        {1: [1]}, {1: [1]}, accounts=(account(1, id=300, username="x", email="u1@x.org"),)
    ),
    "shared-account": Sites({1: [1, 2]}, {1: [1]}, people=(person(2, mail="u1@x.org"),)),
    "unconfirmed-account": Sites({1: [1]}, {1: [1]}, accounts=(account(1, confirmed=False),)),
}


@pytest.mark.parametrize("why", IN_QUESTION)
def test_an_account_in_question_makes_nobody_a_member(why: str) -> None:
    """It is in the cohort of a guild that AVC has them in, and whose it is stays open."""
    sites = IN_QUESTION[why]
    plan = planned(sites)
    found = asked(plan, sites, "1")
    assert place(found).why == why
    heading = "no confirmed Moodle account" if why.startswith("un") else "Moodle account not clear"
    assert person_text(found, plan).startswith(f"u1 (AVC user 1, {heading})\n")


def test_what_is_done_to_another_with_their_user_name_is_not_told_of_them() -> None:
    """Account 102 is called u1, and is bob's beyond doubt: it is he who goes."""
    sites = Sites(
        {1: [1], 2: [2]},
        {1: [2], 2: [2]},
        people=(person(2, name="bob"),),
        accounts=(account(2, username="u1"),),
        without=frozenset({101}),
    )
    plan = planned(sites)
    assert "remove account 102 from g1" in person_text(asked(plan, sites, "2"), plan)
    found = asked(plan, sites, "1")
    assert (place(found).account, place(found).why) == (None, "no-moodle-account")


def test_an_account_that_has_become_anothers_is_theirs() -> None:
    """What it was when the plan was made makes nobody a member, or a member on hold."""
    plan = planned(Sites({1: [1], 2: [2]}, {1: [], 2: [2]}))
    now = Sites(
        {1: [1], 2: [2]},
        {1: [], 2: [101]},
        accounts=(account(1, email="u2@x.org"),),
        without=frozenset({102}),
    )
    found = asked(plan, now, "1")
    assert [part.guild.name for part in found.guilds] == ["g1"]
    (there,) = found.guilds[0].places
    assert [(item.operation.key.uuid, item.state) for item in there.operations] == [
        (guild(1).uuid, "stale")
    ]


def _subjects(found: View, sites: SitePair) -> Iterator[tuple[Subject, Planned]]:
    now = found.now.snapshots
    for uid in sorted(now.avc.people):
        yield who(found, f"avc:{uid}", sites)
    for number in sorted(now.moodle.accounts):
        yield who(found, f"moodle:{number}", sites)


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
    for subject, seen in _subjects(found, sites):
        told = person_explained(found, seen, subject)
        text = person_text(told, plan)
        _problems_are_told(plan, subject, text)
        _operations_are_told(plan, subject, seen, told, text)
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
        words = operation_words(item.operation, undoes=False)
        if item.state == "stale":
            words = words.replace(", because ", ", because (as it was then) ", 1)
        assert f"  • Plan: {words}." in text
    fresh = [op for one in _places(told) for op in one.fresh]
    assert all(_theirs(op, subject, seen) for op in fresh)


def _has_a_reason(one: Place, subject: Subject, seen: Planned, found: View) -> None:
    """Why there is nothing is so, by what the sites have, and by the plan's own problems."""
    matching, uid = seen.matching, subject.uid or 0
    assert (one.why is None) == bool(one.operations)
    assert one.why != "on-hold" or found.settings.hold
    match one.why:
        case "already":
            assert one.wanted
            assert matching.person_of.get(one.account or 0) == subject.uid
        case "stranger":
            assert one.account not in matching.person_of
            assert any(
                problem.kind == "stranger" and one.account in problem.accounts
                for problem in found.now.plan.problems
            )
        case "frozen":
            assert one.account in matching.frozen | found.now.matching.frozen
        case "withdrawn":
            assert any(
                orphan.because == "withdrawn" and orphan.mark.key == one.key
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

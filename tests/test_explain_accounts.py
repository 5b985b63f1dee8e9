"""Whose an account is, as it is told: nobody's, somebody's, or in question."""

from dataclasses import replace

import pytest

from reconciler.explain_file import person_alone
from reconciler.explain_names import subject_named
from reconciler.models.moodle import Issuer, Link
from reconciler.render.problems import Elsewhere, sentence
from tests.explain_world import ALREADY, Sites, asked, person_text, place, planned
from tests.guards_world import guild
from tests.world import account, person

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
    text = person_text(found, plan)
    assert text.startswith(f"u1 (AVC user 1, {heading})\n")
    assert ("account 101: not suspended, not confirmed" in text) == why.startswith("un")


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
    """What it was when the plan was made makes nobody a member, or a member on hold; what the plan
    does to it is told of both.
    """
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
    (part, _) = asked(plan, now, "2").guilds
    assert [(one.account, one.operations[0].state) for one in part.places] == [(101, "stale")]


def test_an_account_that_is_deleted_is_nobodys_any_more() -> None:
    """The plan has it for somebody who is there, and has none now."""
    sites = Sites({1: [1]}, {1: []})
    plan = planned(sites)
    text = person_text(asked(plan, replace(sites, without=frozenset({101})), "1"), plan)
    assert text.startswith("u1 (AVC user 1, no Moodle account)\n")
    assert "account 101 is deleted, or nothing shows it to this access" in text

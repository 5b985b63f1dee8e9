"""Where somebody is told to be, or to have been; in which order; and what is not said of them."""

from dataclasses import replace

import pytest

from reconciler.models.scope import UserScope
from reconciler.models.settings import Hold
from tests.explain_world import ADOPTABLE, UNTIL, Sites, asked, person_text, place, planned
from tests.guards_world import guild
from tests.test_explain import CASES, MENTORS
from tests.world import account, our_cohort, person


@pytest.mark.parametrize("word", ["1", "avc:1", "u1"])
def test_whoever_is_in_no_guild_is_looked_up_all_the_same(word: str) -> None:
    """By web services a full plan does not ask for them: their account is looked for now."""
    sites = CASES["blocked"].sites
    plan = planned(sites)
    text = person_text(asked(plan, sites, word), plan)
    assert text.startswith("u1 (AVC user 1, Moodle account 101)\n")
    assert "Match: account 101, by email" in text


def test_guilds_are_told_in_the_order_of_their_names_with_ones_own_roles() -> None:
    """In the line of what AVC has, and one by one."""
    sites = Sites(
        {2: [1], 10: [1, 2]},
        {2: [1], 10: [1, 2]},
        roles={10: {"guild-mentor": frozenset({1}), "guild-admin": frozenset({2})}},
    )
    plan = planned(sites)
    found = asked(plan, sites, "1")
    assert "AVC: active, in g10 (guild-mentor), g2.\n" in person_text(found, plan)
    assert [part.guild.name for part in found.guilds] == ["g10", "g2"]


def test_a_guild_that_is_not_published_is_told_to_be_so() -> None:
    """It is synced like others, and somebody may not expect that."""
    sites = Sites({1: [1], 2: [1]}, {1: [1], 2: [1]}, unpublished=frozenset({1}))
    plan = planned(sites)
    text = person_text(asked(plan, sites, "1"), plan)
    assert text.count("AVC: member; the guild is not published, and synced like others.") == 1


def test_a_guild_that_only_the_plan_has_is_told() -> None:
    """It is gone, and had no cohort yet: what the plan was to do there fits no longer."""
    plan = planned(Sites({1: [1], 2: [2]}, {2: [2]}))
    found = asked(plan, Sites({2: [2]}, {2: [2]}), "1")
    assert [item.state for item in place(found).operations] == ["stale"]


HELD = {
    "1": ["guild", "user 1"],
    "2": ["guild"],
    "moodle:300": ["guild", "account 300"],
}


@pytest.mark.parametrize("word", HELD)
def test_holds_are_told_to_whom_they_cover(word: str) -> None:
    """What holds the whole guild to everybody in it; a person's, and an account's, to them."""
    holds = {
        "guild": Hold(guild="g1", until=UNTIL),
        "user 1": Hold(guild="g1", user=1, until=UNTIL),
        "account 300": Hold(guild="g1", account=300, until=UNTIL),
        "account 400": Hold(guild="g1", account=400, until=UNTIL),
        "user 1 elsewhere": Hold(guild="g2", user=1, until=UNTIL),
    }
    sites = Sites(
        {1: [1, 2], 2: [2]},
        {1: [1, 2, 300], 2: [2]},
        accounts=(account(3, id=300, username="x", email="x@y.org"),),
        settings={"hold": tuple(holds.values())},
    )
    plan = planned(sites)
    found = asked(plan, sites, word)
    (part,) = (one for one in found.guilds if one.guild.name == "g1")
    assert part.guild.holds == tuple(holds[name] for name in HELD[word])
    assert person_text(found, plan).count("• Hold: ") == len(HELD[word])


def test_many_guilds_with_nothing_for_one_reason_are_told_at_once() -> None:
    """Six of them; the one where there is something is told by itself."""
    members = dict.fromkeys(range(1, 8), (1,))
    sites = Sites(members, members | {7: ()})
    plan = planned(sites)
    text = person_text(asked(plan, sites, "1"), plan)
    assert text.count("a member already") == 1
    assert "g1, g2, g3, g4, g5, g6\n" in text
    assert "in each of these 6 guilds" in text
    assert "add account 101 to g7" in text


def test_a_member_without_a_role_is_told_nothing_of_its_cohort() -> None:
    """It stands beside the guild's own, and is not for them."""
    sites = Sites({1: [1]}, {1: [1], 9: []}, cohorts=(our_cohort(9, guild(1), "teacher"),))
    sites = replace(sites, settings=MENTORS)
    found = asked(planned(sites), sites, "1")
    assert [one.key.role for one in found.guilds[0].places] == [None]


def test_a_guild_that_is_gone_with_its_cohort_is_nobodys() -> None:
    """Only the old plan has it: it is not left alone for any problem."""
    plan = planned(Sites({1: [1, 2], 2: [2]}, {1: [1], 2: [2]}))
    now = Sites({2: [1, 2]}, {2: [1, 2]})
    found = asked(plan, now, "1", "g1")
    assert (place(found).why, place(found).inside) == ("not-in-guild", None)


def test_a_cohort_that_has_become_anothers_is_not_looked_into() -> None:
    """Guild 2 has it by now; whoever is in it is so for that guild, and not for the plan's."""
    plan = planned(Sites({1: [1, 2], 2: [2]}, {1: [2], 2: [2]}))
    now = Sites({2: [1, 2]}, {1: [1, 2]}, cohorts=(our_cohort(1, guild(2)),))
    found = asked(plan, now, "1", "g1")
    assert (place(found).cohort, place(found).inside) == (1, None)


def test_a_reason_is_that_of_the_cohort_itself() -> None:
    """One keeps her for ruling the site, the other, of another guild, for being adopted."""
    sites = Sites(
        {1: [1], 2: [2]},
        {1: [1], 2: [1, 2], 9: [1]},
        cohorts=(
            our_cohort(9, guild(1), "teacher"),
            ADOPTABLE.model_copy(update={"id": 2, "name": "AVC - G2", "idnumber": "g2"}),
        ),
        settings=MENTORS,
        moodle={"administrators": frozenset({101})},
    )
    found = asked(planned(sites), sites, "1")
    assert place(found, role="teacher").why == "site-administrator"
    assert place(found, "g2").why == "adopting"


NEW_ADDRESS = Sites(
    {1: [1, 2], 2: [1]},
    {1: [101], 2: []},
    accounts=(account(1, email="x@x.org"), account(1, id=300, username="x")),
)


def test_an_account_that_was_theirs_is_a_stranger_now() -> None:
    """The plan has it for their other guild; in this one it is no member whom AVC knows."""
    plan = planned(Sites({1: [1, 2], 2: [1]}, {1: [1], 2: []}))
    (part,) = (one for one in asked(plan, NEW_ADDRESS, "1").guilds if one.guild.name == "g1")
    assert [(one.account, one.why) for one in part.places] == [(300, "changed"), (101, "stranger")]


def test_one_persons_plan_says_nothing_of_what_was_theirs() -> None:
    """It looks at their account of now, and at no stranger."""
    plan = planned(Sites({1: [1, 2], 2: [1]}, {1: [1], 2: []}), UserScope(uid=1))
    (part,) = (one for one in asked(plan, NEW_ADDRESS, "1").guilds if one.guild.name == "g1")
    assert (101, "out-of-scope") in [(one.account, one.why) for one in part.places]


def test_whoever_is_blocked_is_blocked_where_they_have_a_row() -> None:
    """In another guild they would not be without it either."""
    sites = Sites({1: [1], 2: [2]}, {1: [], 2: []}, people=(person(1, active=False),))
    plan = planned(sites)
    assert place(asked(plan, sites, "1", "g2"), "g2").why == "not-in-guild"


def test_an_account_that_is_not_looked_up_is_not_said_to_be_out() -> None:
    """Moodle tells of the accounts of one person, and 101 is theirs no more."""
    alone = {"tells_apart": True}
    before = Sites({1: [1, 2]}, {1: []}, moodle=alone)
    plan = planned(before, UserScope(uid=1))
    now = replace(NEW_ADDRESS, moodle=alone)
    (part,) = (one for one in asked(plan, now, "1").guilds if one.guild.name == "g1")
    assert {one.account: one.inside for one in part.places} == {300: False, 101: None}


def test_nothing_is_left_out_of_what_is_planned() -> None:
    """A plan without words leaves out nothing, whatever a plan made now would do."""
    sites = Sites({1: [1]}, {1: []})
    plan = planned(sites)
    found = asked(plan, sites, "1")
    assert place(found).left_out == ()
    assert "Without" not in person_text(found, plan)

"""Whom a question means; and that no address is ever said."""

from dataclasses import replace

import pytest

from reconciler.errors import ConfigError, NotFound
from reconciler.explain_file import guild_alone, person_alone
from reconciler.explain_names import Subject, guild_named, subject_named, uid_named
from reconciler.models.scope import GuildScope
from reconciler.reconciliation import plan_now
from tests.explain_names_world import PLAN, SITES, meant
from tests.explain_world import (
    Sites,
    asked,
    asked_of_guild,
    guild_text,
    person_text,
    place,
    planned,
)
from tests.guards_world import FULL, guild
from tests.world import account, person

WORDS = {
    "1": 1,
    "avc:1": 1,
    "moodle:101": 1,
    "Ana": 1,
    "ana": 1,
    "u1": 1,
    "dora@example.org": 2,
    "do…@…": 2,
    "42": 3,
    "\\u202eeve\\x1b[2J": 4,
    "\u202eeve\x1b[2J": 4,
    "Zoë": 5,
    "zoe": 6,
    "ZOE": 6,
}


@pytest.mark.parametrize("word", WORDS)
def test_somebody_is_found_by_what_a_plan_shows(word: str) -> None:
    """A user id, an id with its side, a user name of either site, masked or escaped as it may be.

    Accents count, case only where nobody is called so by the letter.
    """
    assert meant(word).uid == WORDS[word]


def test_a_word_that_fits_two_names_them() -> None:
    """One sentence: the person, and the account of somebody else that is called so."""
    with pytest.raises(ConfigError) as raised:
        meant("twin")
    assert str(raised.value) == "'twin' fits several: give one of avc:7, avc:8"


def test_a_name_that_two_people_claim_with_an_account_is_its_own_persons() -> None:
    """Who is called so in AVC is meant, and not the account of that name, which may be theirs."""
    people = (person(1, name="ana"), person(2, name="bea", mail="u1@x.org"))
    sites = Sites({1: [1, 2]}, {1: []}, people=people, accounts=(account(1, username="ana"),))
    seen = plan_now(sites.pair(), FULL)
    assert subject_named("ana", planned(sites), seen) == Subject(1, (101,))


UNKNOWN = (
    "nobody",
    "99",
    "avc:99",
    "moodle:999",
    "moodle:x",
    "x@example.org",
    "",
    "a" * 10_000,
    "\x1b[2J",
)


@pytest.mark.parametrize("word", UNKNOWN)
def test_nobody_is_an_error_that_says_what_to_give(word: str) -> None:
    """One sentence with a remedy, and no address."""
    with pytest.raises(NotFound, match=r"give|look") as raised:
        meant(word)
    assert "x@example.org" not in str(raised.value)
    assert "\x1b" not in str(raised.value)


def test_somebody_whom_only_the_plan_has_is_found() -> None:
    """Gone since: the plan's line has them by id and by name."""
    left = {1: [1, 2, 4, 5, 6, 7], 2: []}
    gone = replace(SITES, avc=left, gone=frozenset({3}), without=frozenset({107, 103}))
    seen = plan_now(gone.pair(), FULL)
    assert meant("3", seen) == meant("moodle:103", seen) == Subject(3, (103,))
    assert meant("42", seen).uid == 3


def test_whoever_is_gone_is_called_as_the_plan_calls_them() -> None:
    """By their own line: others come before it."""
    left = {1: [1, 2, 3, 4, 5, 7], 2: []}
    gone = replace(SITES, avc=left, gone=frozenset({6}), without=frozenset({107, 106}))
    told = person_text(asked(PLAN, gone, "6"), PLAN)
    assert told.startswith("zoe (AVC user 6, Moodle account 106)\n")


def test_a_number_may_be_the_user_name_of_an_account_that_is_nobodys() -> None:
    """Nobody in AVC has that id, and nobody is called so but the account."""
    stranger = account(9, id=300, username="42", email="x@y.org")
    sites = Sites({1: [1]}, {1: [300]}, accounts=(stranger,))
    plan = planned(sites)
    assert person_text(asked(plan, sites, "42"), plan).startswith("42 (Moodle account 300)\n")


def test_the_file_alone_knows_whom_it_names() -> None:
    """Lines and problems; a number that is not in it is taken for a user id, a name is not."""
    assert meant("avc:3", None) == Subject(3, (103,))
    assert meant("42", None).uid == 3
    assert meant("twin", None).uid == 7
    assert meant("98", None) == Subject(98)
    with pytest.raises(NotFound, match="--plan-only"):
        meant("nobody", None)


IDS = {"1": 1, "avc:1": 1, "moodle:1": None, "u1": None, "": None, "avc:": None, "1" * 20: None}


@pytest.mark.parametrize("word", IDS)
def test_a_user_id_is_a_number_that_is_not_moodles(word: str) -> None:
    """By itself or with its side, and no longer than ids are."""
    assert uid_named(word) == IDS[word]


def test_a_side_makes_a_user_id_of_a_number_whoever_is_called_so() -> None:
    """Somebody's user name is "avc:77"; AVC has no user of that id."""
    sites = replace(SITES, people=(person(1, name="avc:77"),), accounts=())
    with pytest.raises(NotFound, match="AVC has no user 77, and the plan names none"):
        subject_named("avc:77", PLAN, plan_now(sites.pair(), FULL))


def test_names_that_differ_by_case_are_two() -> None:
    """By the letter one is meant, in other letters either may be."""
    people = (person(1, name="max"), person(2, name="Max"))
    sites = Sites({1: [1, 2]}, {1: []}, people=people)
    plan, seen = planned(sites), plan_now(sites.pair(), FULL)
    assert [subject_named(word, plan, seen).uid for word in ("max", "Max")] == [1, 2]
    with pytest.raises(ConfigError, match="give one of avc:1, avc:2"):
        subject_named("MAX", plan, seen)


LISTED = {
    5: "give one of avc:1, avc:2, avc:3, avc:4, avc:5",
    7: "give one of avc:1, avc:2, avc:3, avc:4, avc:5 and 2 more",
}


@pytest.mark.parametrize("count", LISTED)
def test_of_many_who_are_called_so_the_first_are_named(count: int) -> None:
    """Five, and how many more."""
    uids = range(1, count + 1)
    sites = Sites({1: uids}, {1: []}, people=tuple(person(uid, name="max") for uid in uids))
    with pytest.raises(ConfigError) as raised:
        subject_named("max", planned(sites), plan_now(sites.pair(), FULL))
    assert str(raised.value).endswith(LISTED[count])


def test_whose_account_is_not_clear_has_those_that_may_be() -> None:
    """Also where the plan, of another guild, has no problem that names them."""
    sites = Sites({1: [1], 2: [2]}, {1: [], 2: []}, accounts=(account(1, id=300, username="x"),))
    plan = planned(sites, GuildScope(uuid=guild(2).uuid, name="g2"))
    seen = plan_now(sites.pair(), FULL)
    assert subject_named("avc:1", plan, seen) == Subject(1, (101, 300))


def test_nobody_is_called_nothing() -> None:
    """Where a plan has no names the empty word means nobody, and not everybody."""
    bare = planned(replace(SITES, settings={"names": False}))
    with pytest.raises(NotFound):
        subject_named("", bare, None)


def test_a_stranger_who_is_deleted_since_is_known_by_the_plan() -> None:
    """It was to go, and nobody in AVC was behind it."""
    stranger = account(9, id=300, username="x", email="x@y.org")
    sites = Sites({1: [1]}, {1: [1, 300]}, accounts=(stranger,), settings={"strangers": "remove"})
    plan = planned(sites)
    seen = plan_now(Sites({1: [1]}, {1: [1]}).pair(), FULL)
    assert subject_named("moodle:300", plan, seen) == Subject(None, (300,))


def test_no_address_and_no_control_character_is_said() -> None:
    """Neither of somebody who is matched by one, nor of one whose user name it is."""
    said = [person_text(asked(PLAN, SITES, str(uid)), PLAN) for uid in range(1, 8)]
    said += [guild_text(asked_of_guild(PLAN, SITES, name), PLAN) for name in ("g1", "g2")]
    said += [person_text(person_alone(PLAN, meant(str(n), None), None), PLAN) for n in range(1, 8)]
    said.append(guild_text(guild_alone(PLAN, guild_named("g1", PLAN, None)), PLAN))
    for text in said:
        assert not any(word in text for word in ("example.org", "x.org", "\x1b", "\u202e"))
        assert "@" not in text.replace("do…@…", "")


def test_names_false_leaves_names_out() -> None:
    """As it does in plans: ids remain."""
    bare = replace(SITES, settings={"names": False})
    plan = planned(bare)
    text = person_text(asked(plan, bare, "1"), plan)
    assert text.startswith("AVC user 1, Moodle account 101\n")
    assert "Ana" not in text


def test_a_guilds_plan_is_asked_about_somebody_elsewhere() -> None:
    """Their rows are read all the same; and that the plan is about another guild is said."""
    sites = Sites({1: [1], 2: [2]}, {1: [], 2: []})
    plan = planned(sites, GuildScope(uuid=guild(2).uuid, name="g2"))
    assert place(asked(plan, sites, "avc:1")).why == "out-of-scope"
    with pytest.raises(NotFound):
        asked(plan, sites, "avc:77")

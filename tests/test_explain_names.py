"""Whom, and which guild, a question means; and that no address is ever said."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from reconciler.errors import ConfigError, NotFound
from reconciler.explain_file import guild_alone, person_alone
from reconciler.explain_names import (
    GuildNamed,
    Subject,
    guild_named,
    subject_named,
    uid_named,
)
from reconciler.models.scope import GuildScope
from reconciler.models.settings import Hold
from reconciler.planner import Planned
from reconciler.reconciliation import plan_now
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
from tests.world import account, our_cohort, person

SITES = Sites(
    {1: [1, 2, 3, 4, 5, 6, 7], 2: []},
    {1: [1, 2, 8], 2: []},
    people=(
        person(1, name="Ana"),
        person(2, name="dora@example.org", mail="dora@example.org"),
        person(3, name="42"),
        person(4, name="\u202eeve\x1b[2J"),
        person(5, name="Zoë"),
        person(6, name="zoe"),
        person(7, name="twin"),
    ),
    accounts=(
        account(2, username="dora@example.org", email="dora@example.org"),
        account(8, username="twin"),
    ),
    without=frozenset({107}),
)
PLAN = planned(SITES)
SEEN = plan_now(SITES.pair(), FULL)


def meant(word: str, seen: Planned | None = SEEN) -> Subject:
    return subject_named(word, PLAN, seen)


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


GUILD_WORDS = ("g1", guild(1).uuid, "G1")


@pytest.mark.parametrize("seen", [SEEN, None], ids=["sites", "file"])
@pytest.mark.parametrize("word", GUILD_WORDS)
def test_a_guild_is_found(word: str, seen: Planned | None) -> None:
    """By machine name, UUID, label; whatever the case if nothing is called so by the letter."""
    assert guild_named(word, PLAN, seen).uuid == guild(1).uuid


def test_a_guild_is_found_by_its_cohorts_idnumber_and_when_it_is_gone() -> None:
    """The idnumber that Moodle has by now; of one that is gone, what its cohort's mark says."""
    cohort = our_cohort(1, guild(1), idnumber="old-name")
    sites = Sites({1: [1]}, {1: [1], 3: [1]}, cohorts=(cohort,))
    plan, seen = planned(sites), plan_now(sites.pair(), FULL)
    assert guild_named("old-name", plan, seen).name == "g1"
    assert guild_named("g3", plan, seen).uuid == guild(3).uuid


def test_a_guild_is_found_by_what_its_parts_are_called() -> None:
    """A cohort for a role, an alias that nwp.yml overrides, a cohort of one that is gone."""
    sites = Sites(
        {1: [1]},
        {1: [1], 3: [1], 9: []},
        cohorts=(
            our_cohort(1, guild(1), idnumber="older"),
            our_cohort(9, guild(1), "teacher"),
            our_cohort(3, guild(3), idnumber="old-three"),
        ),
        settings={
            "guild_names": {guild(1).uuid: "first"},
            "role_sync": True,
            "role_mapping": {"guild_mentor": "teacher"},
        },
    )
    plan, seen = planned(sites), plan_now(sites.pair(), FULL)
    (labelled,) = (one.model_copy(update={"label": "Zirkel"}) for one in seen.snapshots.avc.guilds)
    avc = seen.snapshots.avc.model_copy(update={"guilds": (labelled,)})
    seen = replace(seen, snapshots=replace(seen.snapshots, avc=avc))
    for word in ("g1--teacher", "g1", "first", "older", "Zirkel"):
        assert guild_named(word, plan, seen) == GuildNamed("first", guild(1).uuid)
    assert guild_named("old-three", plan, seen) == GuildNamed("g3", guild(3).uuid)


def test_the_file_alone_knows_a_label_that_becomes_a_cohorts_name() -> None:
    """Without what stands before it in Moodle."""
    named = Sites({1: [1]}, settings={"guild_names": {guild(1).uuid: "first"}})
    assert guild_named("G1", planned(named), None) == GuildNamed("first", guild(1).uuid)


def test_a_guild_that_is_gone_is_one_whatever_the_plan_called_it() -> None:
    """By its cohort's mark, and by the name that the plan was to give it."""
    named = Sites({1: [1]}, {1: []}, settings={"guild_names": {guild(1).uuid: "first"}})
    plan, seen = planned(named), plan_now(Sites({2: [1]}, {1: [], 2: []}).pair(), FULL)
    for word in (guild(1).uuid, "first", "g1"):
        assert guild_named(word, plan, seen) == GuildNamed("g1", guild(1).uuid)


def test_labels_that_differ_by_case_are_two_guilds() -> None:
    """By the letter one is meant."""
    seen: Any = SEEN
    labels = ("Team", "TEAM")
    guilds = tuple(
        one.model_copy(update={"label": label})
        for one, label in zip(seen.snapshots.avc.guilds, labels, strict=True)
    )
    avc = seen.snapshots.avc.model_copy(update={"guilds": guilds})
    seen = replace(seen, snapshots=replace(seen.snapshots, avc=avc))
    assert [guild_named(label, PLAN, seen).name for label in labels] == ["g1", "g2"]
    with pytest.raises(ConfigError):
        guild_named("team", PLAN, seen)


def test_a_guild_of_which_a_plan_has_but_a_problem_is_found_in_the_file() -> None:
    """By its name, as a file has no more; what the sites have decides where they are asked."""
    hold = Hold(guild="nowhere", user=1, until=date(2999, 12, 31))
    sites = Sites({1: [1]}, {1: []}, without=frozenset({101}), settings={"hold": (hold,)})
    plan, seen = planned(sites), plan_now(sites.pair(), FULL)
    assert guild_named("g1", plan, None) == GuildNamed("g1", "")
    with pytest.raises(NotFound, match="AVC and this plan have no guild 'nowhere'"):
        guild_named("nowhere", plan, seen)


def test_guilds_that_share_a_label_are_named() -> None:
    """By UUID, in one sentence; an unknown one is an error with a remedy."""
    seen: Any = SEEN
    twins = tuple(one.model_copy(update={"label": "Twins"}) for one in seen.snapshots.avc.guilds)
    avc = seen.snapshots.avc.model_copy(update={"guilds": twins})
    seen = replace(seen, snapshots=replace(seen.snapshots, avc=avc))
    with pytest.raises(ConfigError) as raised:
        guild_named("Twins", PLAN, seen)
    for number in (1, 2):
        assert f"{guild(number).uuid} (g{number})" in str(raised.value)
    with pytest.raises(NotFound, match="machine name or UUID"):
        guild_named("nowhere", PLAN, SEEN)


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

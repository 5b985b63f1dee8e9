"""Which guild a question means."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from reconciler.errors import ConfigError, NotFound
from reconciler.explain_names import GuildNamed, guild_named
from reconciler.models.settings import Hold
from reconciler.planner import Planned
from reconciler.reconciliation import plan_now
from tests.explain_names_world import PLAN, SEEN
from tests.explain_world import Sites, planned
from tests.guards_world import FULL, guild
from tests.world import our_cohort

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

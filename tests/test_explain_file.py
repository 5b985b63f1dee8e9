"""What a plan's file alone tells of somebody, and of a guild, and what it cannot tell."""

from dataclasses import replace

import pytest

from reconciler.explain_file import guild_alone, person_alone
from reconciler.explain_names import guild_named, subject_named
from reconciler.models.plan import Plan
from reconciler.models.scope import GuildScope
from reconciler.reconciliation import Selection
from tests.explain_world import Sites, guild_text, person_text, planned
from tests.guards_world import guild
from tests.world import account

FILE_SITES = Sites(
    {1: [1, 2, 5], 2: [4]},
    {1: [2, 3, 300], 2: [4]},
    accounts=(account(9, id=300, username="x", email="x@y.org"),),
    without=frozenset({105}),
)


def alone(plan: Plan, word: str, name: str | None = None) -> str:
    named = guild_named(name, plan, None) if name else None
    return person_text(person_alone(plan, subject_named(word, plan, None), named), plan)


FILE = {
    ("1", None): "Plan: add account 101 to g1, because AVC has them in the guild",
    ("3", None): "Plan: remove account 103 from g1, because left-guild",
    ("moodle:103", None): "Cost: cannot be seen by this access to Moodle",
    ("5", None): "Nothing: no Moodle account is known to be theirs",
    ("x", None): "Nothing: AVC does not account for this member",
    ("4", None): "Nothing in the file is about them",
    ("4", "g1"): "Nothing for them here; why, the file does not say",
}


@pytest.mark.parametrize("case", FILE, ids=str)
def test_the_file_alone(case: tuple[str, str | None]) -> None:
    """What it has is told, and what it cannot tell."""
    text = alone(planned(FILE_SITES), *case)
    assert FILE[case] in text
    assert "From the plan's file alone. What AVC and Moodle have, whether this is still so" in text
    assert "Now:" not in text


def test_the_file_alone_tells_rules_guards_and_words() -> None:
    """How somebody was matched, which rules could not be asked, what is held, what is left out."""
    held = replace(FILE_SITES, settings={"guards": {"removals_per_guild": 0}})
    plan = planned(held)
    assert "as the plan has it, by email. Rules: email; link, idnumber could not be asked" in alone(
        plan, "1"
    )
    assert "Guards: something in this plan is held back by removals-per-guild" in alone(plan, "1")
    part = planned(FILE_SITES, selection=Selection(exclude=("user:1",)))
    assert "it was made with --exclude user:1" in alone(part, "1", "g1")
    one = planned(FILE_SITES, GuildScope(uuid=guild(1).uuid, name="g1"))
    assert "that this plan looked at (guild g1)" in alone(one, "4")


def test_a_guild_by_the_file_alone() -> None:
    """Its operations and its problems; nothing of what AVC or Moodle have."""
    plan = planned(FILE_SITES)
    text = guild_text(guild_alone(plan, guild_named("g1", plan, None)), plan)
    assert "account 101 (u1, AVC 1)" in text
    assert "Problem: u5 (ID: 5) has no Moodle account" in text
    assert not any(word in text for word in ("AVC:", "Moodle:", "Now:"))

"""Whether what a plan does still is to be done, and what a plan made now would do besides."""

from dataclasses import dataclass, replace

import pytest

from tests.explain_world import Sites, asked, person_text, place, planned
from tests.world import account, person

BEFORE = Sites({1: [1, 2], 2: [2]}, {1: [2, 3], 2: [2]}, settings={"guards": {"removals": 0}})


@dataclass(frozen=True)
class Change:
    """What the sites have become since, who is asked about, and what is said."""

    sites: Sites
    word: str
    states: tuple[str, ...]
    fresh: int
    says: str


CHANGES = {
    "nothing": Change(BEFORE, "1", ("to do",), 0, "a plan made now would do the same"),
    "applied": Change(
        replace(BEFORE, inside={1: [1, 2], 2: [2]}), "1", ("done",), 0, "Now: done already"
    ),
    "applied, a removal": Change(
        replace(BEFORE, inside={1: [1, 2], 2: [2]}), "3", ("done",), 0, "Now: done already"
    ),
    "they left meanwhile": Change(
        replace(BEFORE, avc={1: [2], 2: [2]}),
        "1",
        ("stale",),
        0,
        "the sites have changed since the plan was made, and this no longer fits: add account 101"
        " to g1: AVC no longer calls for it, or the account is not theirs. Plan again",
    ),
    "they came back": Change(
        replace(BEFORE, avc={1: [1, 2, 3], 2: [2]}),
        "3",
        ("stale",),
        0,
        "there is no longer evidence that they should go",
    ),
    "they are to go on another ground": Change(
        replace(BEFORE, people=(person(3, active=False),)),
        "3",
        ("stale",),
        0,
        "the evidence is another now: AVC user 3, blocked",
    ),
    "they left AVC": Change(
        replace(BEFORE, avc={1: [2], 2: [2]}, gone=frozenset({1})),
        "1",
        ("stale",),
        0,
        "AVC: it has no such user any more",
    ),
    "their account is deleted": Change(
        replace(BEFORE, without=frozenset({101})),
        "1",
        ("stale",),
        0,
        "account 101 is deleted, or nothing shows it to this access",
    ),
    "the match is another": Change(
        replace(
            BEFORE,
            accounts=(account(1, email="x@y.org"), account(1, id=300, username="x")),
        ),
        "1",
        ("stale", ""),
        1,
        "a plan made now would also add account 300 to g1: the sites or nwp.yml have changed",
    ),
    "the cohort is gone": Change(
        replace(BEFORE, inside={2: [2]}), "3", ("stale",), 0, "cohort 1 is gone"
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_has_changed_since_is_said(name: str) -> None:
    """Done, or no longer called for, and with what was found; and what else would be planned."""
    case = CHANGES[name]
    plan = planned(BEFORE)
    found = asked(plan, case.sites, case.word)
    places = [one for part in found.guilds for one in part.places]
    states = tuple(item.state for one in places for item in one.operations)
    assert states == tuple(filter(None, case.states))
    assert sum(len(one.fresh) for one in places) == case.fresh
    assert case.says in person_text(found, plan)


def test_what_came_since_is_not_in_the_plan() -> None:
    """Somebody who joined after the plan was made: it has nothing, and a new one would."""
    plan = planned(BEFORE)
    found = asked(plan, replace(BEFORE, avc={1: [1, 2], 2: [1, 2]}), "1")
    there = place(found, "g2")
    assert (there.why, len(there.fresh)) == ("changed", 1)
    assert "Plan: Nothing.\n" in person_text(found, plan)
    assert "a plan made now would also add account 101 to g2" in person_text(found, plan)

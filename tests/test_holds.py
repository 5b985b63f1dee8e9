"""What a plan leaves out for holds: cases; ``test_hold_properties`` has what holds always.

The world is that of ``roles_world``: cohort 7 is guild a's own, 8 the one for its course creators;
9 and 10 are guild b's.
"""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pytest

from reconciler.models.scope import FullScope, GuildScope, Scope, UserScope
from reconciler.models.settings import Hold, SyncSettings
from reconciler.operations import operations, words
from reconciler.reconciliation import apply, fresh, plan_now
from reconciler.render.problems import sentence
from tests.fake_moodle import FakeMoodle
from tests.roles_world import (
    BESIDE,
    BY_HAND,
    COMMUNITY,
    DEFINED,
    DEMOTED,
    IN_STEP,
    LEFT,
    ONLY_B,
    OTHER,
    OURS,
    OWN,
    A,
    B,
    Site,
    put_away,
    without,
)
from tests.world import CREATOR, Community, account, our_cohort, pair, person

UNTIL = date(2026, 12, 31)
FULL = FullScope()


def hold(guild: str, **of: int) -> Hold:
    return Hold(guild=guild, until=UNTIL, **of)


RENAMED = OWN.model_copy(update={"name": "AVC - By hand"})
TO_ADOPT = OWN.model_copy(update={"description": ""})
UNDEFINED = Site(definitions=DEFINED - {(8, CREATOR.id)}, assigned={})

DELETED = replace(
    COMMUNITY,
    people=tuple(p for p in COMMUNITY.people if p.uid != 1),
    members={guild: uids - {1} for guild, uids in COMMUNITY.members.items()},
    roles={},
)
WITH_NINE = replace(COMMUNITY, people=(*COMMUNITY.people, person(9)))
WITH_BLOCKED = replace(COMMUNITY, people=(*COMMUNITY.people, replace(person(9), active=False)))


@dataclass(frozen=True)
class Case:
    """What is held, and all that a plan then does and tells of it."""

    says: str
    hold: tuple[Hold, ...]
    does: list[str]
    tells: list[str]
    site: Site = IN_STEP
    community: Community = COMMUNITY
    scope: Scope = FULL
    settings: dict[str, Any] = field(default_factory=dict)


U1_A = "On hold, as nwp.yml says: u1 (ID: 1) in a is left as it is"
U1_B = "On hold, as nwp.yml says: u1 (ID: 1) in b is left as it is"
ALL_A = "On hold, as nwp.yml says: what a has for a cohort is left as it is"
ADD_B = "add account 101 to b"
LEAVE_A = ["remove account 101 from a", "remove account 101 from a (coursecreator)"]
CASES = [
    Case(
        "somebody who left stays, and joins another guild all the same",
        (hold("a", user=1),),
        [ADD_B],
        [U1_A],
        community=LEFT,
    ),
    Case(
        "somebody who moves and may not join stays where they were",
        (hold("b", user=1),),
        [],
        [U1_A, U1_B],
        community=LEFT,
    ),
    Case(
        "a hold of an account is one of its owner",
        (hold("a", account=101),),
        [ADD_B],
        [U1_A],
        community=LEFT,
    ),
    Case(
        "a guild is named by its UUID",
        (hold(A.uuid.upper(), user=1),),
        [ADD_B],
        [U1_A],
        community=LEFT,
    ),
    Case("another's hold", (hold("a", user=2),), [ADD_B, *LEAVE_A], [], community=LEFT),
    Case(
        "a hold of the guild alone holds no memberships of a cohort that is there",
        (hold("a"),),
        [ADD_B, *LEAVE_A],
        [],
        community=LEFT,
    ),
    Case(
        "a role that is lost stays",
        (hold("a", user=1),),
        [],
        [U1_A],
        community=DEMOTED,
    ),
    Case(
        "a role that is given one by one is neither given nor taken",
        (hold("a", user=1),),
        [],
        [U1_A],
        Site(definitions=None, assigned={OURS: {101}}),
        DEMOTED,
        settings=BY_HAND,
    ),
    Case("a cohort keeps its name", (hold("a"),), [], [ALL_A], Site((RENAMED, *without(7)))),
    Case(
        "a cohort is not adopted, nor filled",
        (hold("a"),),
        [],
        [ALL_A],
        Site((TO_ADOPT, *without(7)), {7: set()}),
    ),
    Case(
        "a cohort is not created, nor filled",
        (hold("a"),),
        [],
        [ALL_A],
        Site(without(8), definitions=DEFINED - {(8, CREATOR.id)}, assigned={}),
    ),
    Case(
        "no cohort is made for one person who is held",
        (hold("a", user=1),),
        [],
        [U1_A],
        Site(without(8), definitions=DEFINED - {(8, CREATOR.id)}, assigned={}),
        scope=UserScope(uid=1),
    ),
    Case(
        "a cohort is not restored, nor filled",
        (hold("a"),),
        [],
        [ALL_A],
        Site((put_away(OWN), *without(7)), {7: set()}),
    ),
    Case(
        "nor by a plan of one person, which never restores",
        (hold("a"),),
        [],
        [ALL_A],
        Site((put_away(OWN), *without(7)), {7: set()}),
        scope=UserScope(uid=1),
    ),
    Case("a definition is not made", (hold("a"),), [], [ALL_A], UNDEFINED),
    Case(
        "nor for somebody in the cohort who is held", (hold("a", user=1),), [], [ALL_A], UNDEFINED
    ),
    Case(
        "a cohort whose guild is gone stays, with everybody in it",
        (hold("a"),),
        [],
        [ALL_A],
        community=ONLY_B,
    ),
    Case(
        "and with one of them held, it is not put away, nor what it gives taken",
        (hold("a", user=1),),
        ["remove account 102 from a"],
        [ALL_A, U1_A],
        community=ONLY_B,
    ),
    Case(
        "the way of giving a role does not change by half",
        (hold("a"),),
        [],
        [ALL_A, U1_A],
        Site(definitions=frozenset({(10, CREATOR.id)}), assigned={OURS: {101}}),
    ),
    Case(
        "a guild that there is not",
        (hold("radio"), hold("a\u202eb", user=1)),
        [],
        ["nwp.yml puts the guild a\\u202eb on hold", "nwp.yml puts the guild radio on hold"],
    ),
    Case(
        "of which a plan of another guild says nothing",
        (hold("radio"),),
        [],
        [],
        scope=GuildScope(uuid=B.uuid, name="b"),
    ),
    Case("an account that nobody knows", (hold("a", account=999),), [], []),
    Case(
        "somebody whom AVC does not have, once in each guild",
        (hold(A.uuid, user=999), hold("a", user=999), hold("b", user=999)),
        [],
        [
            "nwp.yml puts user 999 of AVC on hold in a, and AVC has no such user",
            "nwp.yml puts user 999 of AVC on hold in b, and AVC has no such user",
        ],
    ),
    Case(
        "somebody deleted in AVC, whom their account holds",
        (hold("a", user=1), hold("a", account=101)),
        [],
        [
            "On hold, as nwp.yml says: account 101 in a is left as it is",
            "nwp.yml puts user 1 of AVC on hold in a",
        ],
        community=DELETED,
        settings={"strangers": "remove"},
    ),
    Case("somebody without an account", (hold("a", user=9),), [], [], community=WITH_NINE),
    Case("somebody who is blocked", (hold("b", user=9),), [], [], community=WITH_BLOCKED),
    Case(
        "nobody knows everybody in a plan of one guild",
        (hold("b", user=999),),
        [],
        [],
        scope=GuildScope(uuid=B.uuid, name="b"),
    ),
    Case("nor in one person's", (hold("b", user=999),), [], [], scope=UserScope(uid=2)),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.says)
def test_a_hold_leaves_out_what_it_holds_and_says_so(case: Case) -> None:
    """The plan does all the rest, tells of each thing that is held, and can be carried out."""
    wanted = {"role_sync": True, "role_mapping": {"guild_admin": "coursecreator"}}
    settings = SyncSettings(**wanted | case.settings, hold=case.hold)
    sites = pair(case.community, case.site.moodle(), settings)
    made = plan_now(sites, case.scope)
    assert [words(operation) for operation in operations(made.plan)] == case.does
    told = [sentence(p) for p in made.plan.problems if p.kind in {"on-hold", "unknown-hold"}]
    assert len(told) == len(case.tells), told
    assert all(line.startswith(says) for line, says in zip(told, case.tells, strict=True)), told
    report = apply(fresh(made), sites)
    assert [words(item.operation) for item in report.applied] == case.does


PHP = 30


def test_a_move_that_is_held_costs_nobody_a_course() -> None:
    """With the addition on hold, the removal would end their only enrolment: it waits, too."""
    moodle = FakeMoodle(
        {found.id: found for found in map(account, (1, 2))},
        {7: our_cohort(7, A), 9: our_cohort(9, B)},
        {7: frozenset({101}), 9: frozenset({102})},
        courses={7: frozenset({PHP}), 9: frozenset({PHP})},
        enrolled={101: {PHP: frozenset({7})}},
    )
    community = Community((A, B), (person(1), person(2)), {1: frozenset(), 2: frozenset({1, 2})})
    held = pair(community, moodle.copy(), SyncSettings(hold=(hold("b", user=1),)))
    apply(fresh(plan_now(held, FullScope())), held)
    assert isinstance(held.moodle, FakeMoodle)
    assert held.moodle.lost.total() == 0
    assert held.moodle.members[7] == {101}
    free = pair(community, moodle, SyncSettings())
    apply(fresh(plan_now(free, FullScope())), free)
    assert (moodle.lost.total(), moodle.members[7]) == (0, frozenset())


def test_names_are_told_as_plans_tell_them() -> None:
    """Without names in plans, a hold names nobody."""
    settings = SyncSettings(names=False, hold=(hold("a", user=1),))
    made = plan_now(pair(LEFT, IN_STEP.moodle(), settings), FullScope()).plan
    (told,) = {p.name for p in made.problems if p.kind == "on-hold"}
    assert told is None


def test_two_guilds_share_no_hold() -> None:
    """What is held in one guild is done in the other."""
    both = replace(COMMUNITY, members={1: frozenset({2}), 2: frozenset()}, roles={})
    settings = SyncSettings(hold=(hold("a", user=3),))
    made = plan_now(pair(both, Site((OWN, OTHER, BESIDE)).moodle(), settings), FullScope())
    assert "remove account 103 from b" in map(words, operations(made.plan))

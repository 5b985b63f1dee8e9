"""People, accounts and guilds that are hard to tell by a word, and whom a word means of them."""

from reconciler.explain_names import Subject, subject_named
from reconciler.planner import Planned
from reconciler.reconciliation import plan_now
from tests.explain_world import Sites, planned
from tests.guards_world import FULL
from tests.world import account, person

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

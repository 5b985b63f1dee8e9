"""Operations on roles of a saved plan, against what the sites are by now.

The world is that of ``roles_world``: cohort 8 is for the course creators of guild a.
"""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from reconciler.models.moodle import COMPONENT, PLUGIN
from reconciler.models.scope import FullScope, UserScope
from reconciler.models.settings import SyncSettings
from reconciler.operations import words
from reconciler.reconciliation import apply, fresh, plan_now, saved
from reconciler.stale import check
from tests.roles_world import (
    BESIDE,
    BESIDE_B,
    BY_HAND,
    COMMUNITY,
    DEFINED,
    DEMOTED,
    OTHER,
    OURS,
    OWN,
    Site,
    put_away,
    without,
)
from tests.world import CREATOR, LIBRARIAN, Community, account, pair

CREATE = "create cohort a--coursecreator"
DEFINE = "define that a (coursecreator) gives the role coursecreator"
UNDEFINE = "define no longer that a (coursecreator) gives the role coursecreator"
ADD = "add account 101 to a (coursecreator)"
REMOVE = "remove account 101 from a (coursecreator)"
GIVE = f"give account 101 in a (coursecreator) the role coursecreator ({COMPONENT})"
REPAIR = f"give account 101 in a (coursecreator) the role coursecreator ({PLUGIN})"
TAKE = f"take from account 101 in a (coursecreator) the role coursecreator ({COMPONENT})"
IN_STEP = Site()


@dataclass(frozen=True)
class World:
    """Both sites, and the settings."""

    site: Site = IN_STEP
    community: Community = COMMUNITY
    settings: dict[str, Any] = field(default_factory=dict)

    def sites(self) -> Any:
        wanted = {"role_sync": True, "role_mapping": {"guild_admin": "coursecreator"}}
        return pair(self.community, self.site.moodle(), SyncSettings(**wanted | self.settings))


UNSEEN: dict[str, Any] = {"roles": None, "abilities": frozenset()}
"""As web services show a Moodle."""
NO_COHORT = World(Site(without(8), definitions=DEFINED - {(8, CREATOR.id)}, assigned={}))
EMPTY = Site(without(8), definitions=None, assigned={})
UNDEFINED = World(Site(definitions=DEFINED - {(8, CREATOR.id)}, assigned={}))
UNASSIGNED = World(Site(definitions=None, assigned={}))
ASSIGNED = World(Site(definitions=None, assigned={OURS: {101}}))
LEFT_OUT = World(Site(assigned={}))
FAILING = World(ASSIGNED.site, DEMOTED)
BY_HAND_NOW = World(Site(definitions=frozenset({(8, CREATOR.id)})), settings=BY_HAND)
UNMARKED = (OWN, BESIDE.model_copy(update={"description": ""}), OTHER, BESIDE_B)
CASES: list[tuple[str, World, World, list[tuple[str, str]]]] = [
    (
        "a cohort and its definition, both to do",
        NO_COHORT,
        NO_COHORT,
        [(CREATE, "to do"), (DEFINE, "to do"), (ADD, "to do")],
    ),
    (
        "the cohort is made already",
        NO_COHORT,
        World(Site(inside={8: set()}, definitions=frozenset(), assigned={})),
        [(CREATE, "done"), (DEFINE, "to do"), (ADD, "to do")],
    ),
    (
        "all is made already",
        NO_COHORT,
        World(),
        [(CREATE, "done"), (DEFINE, "done"), (ADD, "done")],
    ),
    (
        "the role is mapped no longer",
        NO_COHORT,
        replace(NO_COHORT, settings={"role_mapping": {}}),
        [(CREATE, "stale"), (DEFINE, "stale"), (ADD, "stale")],
    ),
    (
        "the role is given in another way",
        NO_COHORT,
        replace(NO_COHORT, settings=BY_HAND),
        [(CREATE, "to do"), (DEFINE, "stale"), (ADD, "to do")],
    ),
    (
        "the plugin was removed",
        NO_COHORT,
        World(EMPTY),
        [(CREATE, "to do"), (DEFINE, "stale"), (ADD, "to do")],
    ),
    ("a definition, to do", UNDEFINED, UNDEFINED, [(DEFINE, "to do")]),
    ("somebody made the definition", UNDEFINED, World(), [(DEFINE, "done")]),
    ("its cohort is gone", UNDEFINED, NO_COHORT, [(DEFINE, "stale")]),
    (
        "its cohort is not ours any more",
        UNDEFINED,
        World(Site(UNMARKED, definitions=frozenset(), assigned={})),
        [(DEFINE, "stale")],
    ),
    (
        "its cohort was put away",
        UNDEFINED,
        World(Site((OWN, put_away(BESIDE), OTHER, BESIDE_B), definitions=frozenset(), assigned={})),
        [(DEFINE, "stale")],
    ),
    (
        "another access, that sees no roles, believes no definition",
        UNDEFINED,
        World(Site(more=UNSEEN)),
        [(DEFINE, "stale")],
    ),
    ("an assignment, to do", UNASSIGNED, UNASSIGNED, [(GIVE, "to do")]),
    ("somebody made the assignment", UNASSIGNED, ASSIGNED, [(GIVE, "done")]),
    (
        "they have not the role any more",
        UNASSIGNED,
        World(UNASSIGNED.site, DEMOTED),
        [(GIVE, "stale")],
    ),
    (
        "they rule the site by now",
        UNASSIGNED,
        World(Site(definitions=None, assigned={}, more={"administrators": frozenset({101})})),
        [(GIVE, "stale")],
    ),
    ("the assignment's cohort is gone", UNASSIGNED, World(EMPTY), [(GIVE, "stale")]),
    (
        "the assignment's cohort is not ours any more",
        UNASSIGNED,
        World(Site(UNMARKED, definitions=None, assigned={})),
        [(GIVE, "stale")],
    ),
    ("the plugin gives it by now", UNASSIGNED, World(), [(GIVE, "stale")]),
    (
        "an access that sees no roles believes no assignment",
        UNASSIGNED,
        World(Site(more=UNSEEN)),
        [(GIVE, "stale")],
    ),
    ("a repair, to do", LEFT_OUT, LEFT_OUT, [(REPAIR, "to do")]),
    ("the plugin gave it by now", LEFT_OUT, World(), [(REPAIR, "done")]),
    ("somebody left the role: both to do", FAILING, FAILING, [(TAKE, "to do"), (REMOVE, "to do")]),
    (
        "both are done",
        FAILING,
        World(Site(inside={8: set()}, definitions=None, assigned={}), DEMOTED),
        [(TAKE, "done"), (REMOVE, "done")],
    ),
    ("they have the role again", FAILING, ASSIGNED, [(TAKE, "stale"), (REMOVE, "stale")]),
    (
        "they left the guild instead: that is another ground",
        FAILING,
        World(
            FAILING.site,
            replace(DEMOTED, members={1: frozenset({2}), 2: frozenset({3})}),
        ),
        [(TAKE, "stale"), (REMOVE, "stale")],
    ),
    (
        "roles are not synchronised any more",
        FAILING,
        replace(FAILING, settings={"role_sync": False}),
        [(TAKE, "stale"), (REMOVE, "stale")],
    ),
    (
        "an access that sees no roles takes none away",
        FAILING,
        World(Site(definitions=None, more=UNSEEN), DEMOTED),
        [(TAKE, "stale"), (REMOVE, "to do")],
    ),
    (
        "Moodle has that role no longer: its cohorts are left alone",
        FAILING,
        World(Site(definitions=None, assigned={}, more={"roles": (LIBRARIAN,)}), DEMOTED),
        [(TAKE, "stale"), (REMOVE, "stale")],
    ),
    ("a change of way, to do", BY_HAND_NOW, BY_HAND_NOW, [(GIVE, "to do"), (UNDEFINE, "to do")]),
    (
        "the change of way is done",
        BY_HAND_NOW,
        World(Site(definitions=frozenset(), assigned={OURS: {101}}), settings=BY_HAND),
        [(GIVE, "done"), (UNDEFINE, "done")],
    ),
    (
        "the configuration wants the old way again",
        BY_HAND_NOW,
        World(BY_HAND_NOW.site),
        [(GIVE, "stale"), (UNDEFINE, "stale")],
    ),
    (
        "an access that sees no roles changes no way",
        BY_HAND_NOW,
        World(Site(more=UNSEEN), settings=BY_HAND),
        [(GIVE, "stale"), (UNDEFINE, "stale")],
    ),
]


@pytest.mark.parametrize(
    ("saved", "found", "states"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_check(saved: World, found: World, states: list[tuple[str, str]]) -> None:
    """Each operation of the saved plan is to do, done or stale, as the case says."""
    plan = plan_now(saved.sites(), FullScope()).plan
    checked = check(plan, plan_now(found.sites(), FullScope()))
    assert [(words(item.operation), item.state) for item in checked] == states
    assert all(bool(item.why) is (item.state == "stale") for item in checked)


def test_an_account_that_is_somebody_elses_by_now_is_given_no_role() -> None:
    """The plan was for a person; the account is another's."""
    plan = plan_now(UNASSIGNED.sites(), FullScope()).plan
    sites = UNASSIGNED.sites()
    sites.moodle.accounts[101] = account(1, email="u3@x.org")
    sites.moodle.accounts[103] = account(3, email="elsewhere@x.org")
    (checked,) = check(plan, plan_now(sites, FullScope()))
    assert checked.state == "stale"


@pytest.mark.parametrize("apart", [True, False])
@pytest.mark.parametrize(
    ("world", "done"), [(FAILING, [TAKE, REMOVE]), (UNASSIGNED, [GIVE])], ids=["loses", "gets"]
)
def test_an_account_that_is_not_theirs_by_now_is_not_taken_for_done(
    world: World, done: list[str], *, apart: bool
) -> None:
    """One person's plan may not look it up again: that it was not seen inside proves nothing."""
    plan = plan_now(world.sites(), UserScope(uid=1)).plan
    sites = world.sites()
    sites.moodle.tells_apart = apart
    sites.moodle.accounts[101] = account(1, email="elsewhere@x.org", username="elsewhere")
    checked = check(plan, plan_now(sites, UserScope(uid=1)))
    assert [(words(item.operation), item.state) for item in checked] == [
        (operation, "stale") for operation in done
    ]


@pytest.mark.parametrize("apart", [True, False])
def test_what_is_done_of_one_persons_plan(*, apart: bool) -> None:
    """Their own account is looked up again, wherever it is not by now."""
    plan = plan_now(FAILING.sites(), UserScope(uid=1)).plan
    found = World(Site(inside={8: set()}, definitions=None, assigned={}), DEMOTED).sites()
    found.moodle.tells_apart = apart
    checked = check(plan, plan_now(found, UserScope(uid=1)))
    assert [item.state for item in checked] == ["done", "done"]


@pytest.mark.parametrize("cut", range(4))
def test_a_plan_with_roles_is_resumed(cut: int) -> None:
    """Cut off after any step, it is done by applying it again, to the same end."""
    at_once, resumed = NO_COHORT.sites(), NO_COHORT.sites()
    made = plan_now(at_once, FullScope())
    apply(fresh(made), at_once)
    first = saved(made.plan, resumed)
    apply(first, resumed, range(cut, len(first.checked)))
    rest = saved(made.plan, resumed)
    assert [item.state for item in rest.checked[:cut]] == ["done"] * cut
    apply(rest, resumed)
    for part in ("cohorts", "members", "definitions", "assigned"):
        assert getattr(resumed.moodle, part) == getattr(at_once.moodle, part)

"""What is left of a plan when only a part of it is wanted, or a part is left out."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.dependencies import needs
from reconciler.errors import ConfigError, NotFound
from reconciler.models.operations import AddMember, AssignRole, DefineRole, Operation, RemoveMember
from reconciler.models.scope import FullScope
from reconciler.models.settings import SyncSettings
from reconciler.operations import operations, words
from reconciler.reconciliation import Selection, SitePair, apply, plan_now, saved
from reconciler.selection import There, restricted, selected
from reconciler.sync_record import record_of
from tests import strategies
from tests.fake_moodle import FakeMoodle
from tests.guards_world import World, ruling_by_definition, work_of
from tests.world import Community, pair

FULL = FullScope()
Sites = tuple[Community, FakeMoodle, SyncSettings]
sites_of = st.tuples(strategies.communities(), strategies.moodles(), strategies.settings)


def moodle_of(sites: SitePair) -> FakeMoodle:
    assert isinstance(sites.moodle, FakeMoodle)
    return sites.moodle


def unpriced(found: Sequence[Operation]) -> list[Operation]:
    """Operations without what they cost: that depends on what else is done."""
    return [
        replace(one, last_enrolments=0, suspends=0) if isinstance(one, RemoveMember) else one
        for one in found
    ]


def is_named(operation: Operation, chosen: Sequence[str]) -> bool:
    uid = getattr(operation, "uid", None)
    return f"guild:{operation.guild}" in chosen or (uid is not None and f"user:{uid}" in chosen)


@st.composite
def selections(draw: st.DrawFn, of: Sites) -> Selection:
    """Guilds and people that there are, wanted or not."""
    community, moodle, settings = of
    names = plan_now(pair(community, moodle.copy(), settings), FULL).pairing.names.values()
    chosen = st.lists(
        st.sampled_from(
            [
                *(f"guild:{name}" for name in names),
                *(f"user:{person.uid}" for person in community.people),
            ]
        ),
        max_size=3,
    ).map(tuple)
    return Selection(draw(chosen), draw(chosen))


@given(sites_of, st.data())
def test_a_selected_plan_is_a_part_of_the_whole_that_can_be_carried_out(
    world: Sites, data: st.DataObject
) -> None:
    """It has nothing that the whole has not, nothing that is left out, and all that it needs."""
    community, moodle, settings = world
    selection = data.draw(selections(world))
    whole = operations(plan_now(pair(community, moodle, settings), FULL).plan)
    sites = pair(community, moodle, settings)
    made = plan_now(sites, FULL, selection)
    part = operations(made.plan)
    positions = [unpriced(whole).index(one) for one in unpriced(part)]
    assert positions == sorted(set(positions))
    waits = needs(whole)
    assert all(set(waits[number]) <= set(positions) for number in positions)
    assert not any(is_named(one, selection.exclude) for one in part)
    if selection.only:
        gains = [n for n in positions if isinstance(whole[n], AddMember | AssignRole)]
        along = {need for number in gains for need in waits[number]}
        beside = [n for n in positions if not is_named(whole[n], selection.only)]
        assert set(beside) <= along
    wanted = [
        n
        for n, one in enumerate(whole)
        if (not selection.only or is_named(one, selection.only))
        and not is_named(one, selection.exclude)
        and not waits[n]
    ]
    assert set(wanted) <= set(positions)


@given(sites_of, st.data())
def test_a_selected_plan_costs_what_it_says_and_can_be_applied_later(
    world: Sites, data: st.DataObject
) -> None:
    """Saved and applied it is not stale, writes nothing else, and takes as many courses as said."""
    community, moodle, settings = world
    sites = pair(community, moodle, settings)
    plan = plan_now(sites, FULL, data.draw(selections(world))).plan
    work = saved(plan, sites)
    assert [item.why for item in work.checked if item.state == "stale"] == []
    apply(work, sites)
    assert [words(one) for one in moodle.writes] == [words(one) for one in operations(plan)]
    for one in operations(plan):
        if isinstance(one, RemoveMember) and moodle.courses is not None:
            assert one.cohort is not None
            lost = (one.last_enrolments or 0) + (one.suspends or 0)
            assert moodle.lost[one.cohort, one.account] == lost


LEAVES_BOTH = World(
    {1: [2], 2: [2]},
    {1: [1, 2], 2: [1, 2]},
    moodle={"courses": {1: frozenset({30}), 2: frozenset({30})}},
)


def leaves_both() -> SitePair:
    """Somebody leaves two guilds, of which each enrols them in one course."""
    sites = LEAVES_BOTH.pair()
    moodle_of(sites).enrolled = {101: {30: frozenset({1, 2})}}
    return sites


@pytest.mark.parametrize("name", ["g1", "g2"])
def test_a_plan_of_one_of_two_removals_is_not_dearer_when_it_is_applied(name: str) -> None:
    """What somebody would lose by the other removal is not held against this one."""
    sites = leaves_both()
    plan = plan_now(sites, FULL, Selection((f"guild:{name}",))).plan
    (removal,) = operations(plan)
    assert getattr(removal, "last_enrolments", None) == 0
    assert [item.state for item in saved(plan, sites).checked] == ["to do"]


def test_a_removal_that_became_dearer_is_stale_still() -> None:
    """When the other cohort no longer enrols them, the removal costs what nobody has seen."""
    sites = leaves_both()
    plan = plan_now(sites, FULL, Selection(("guild:g1",))).plan
    moodle_of(sites).enrolled = {101: {30: frozenset({1})}}
    (item,) = saved(plan, sites).checked
    assert item.state == "stale"
    assert "it would cost them their last enrolment in 1 courses now; planned was 0" in item.why


MOVES = World({1: [2], 2: [1]}, {1: [1, 2]})
"""Person 1 moves from guild 1 to guild 2, whose cohort is yet to be made."""
CHOICES: dict[tuple[str, ...], list[str]] = {
    ("guild:g1",): [],
    ("guild:g2",): ["create cohort g2", "add account 101 to g2"],
    ("user:1",): [
        "create cohort g2",
        "add account 101 to g2",
        "remove account 101 from g1",
    ],
    ("user:01",): [
        "create cohort g2",
        "add account 101 to g2",
        "remove account 101 from g1",
    ],
    ("user:2",): [],
}


@pytest.mark.parametrize("only", CHOICES, ids=" ".join)
def test_who_moves_is_not_removed_without_being_added(only: tuple[str, ...]) -> None:
    """A part in which only one half of a move is named has the addition, or nothing."""
    plan = plan_now(MOVES.pair(), FULL, Selection(only)).plan
    assert [words(one) for one in operations(plan)] == CHOICES[only]
    assert plan.only == only


def test_leaving_somebody_out_leaves_out_what_waits_for_them() -> None:
    """A guild that is gone is not put away while somebody who is left out is in its cohort."""
    world = World({2: [3]}, {1: [1, 2], 2: [3]})
    plan = plan_now(world.pair(), FULL, Selection((), ("user:1",))).plan
    assert [words(one) for one in operations(plan)] == ["remove account 102 from g1"]
    assert [cohort.action for cohort in plan.cohorts] == ["update"]


def test_nothing_is_made_for_somebody_who_is_left_out() -> None:
    """A cohort that only they need is not made."""
    plan = plan_now(MOVES.pair(), FULL, Selection(("user:1",), ("user:1",))).plan
    assert operations(plan) == ()


def test_leaving_a_guild_out_keeps_its_removals_from_other_guilds() -> None:
    """Who moves into a guild that is left out stays where they are."""
    plan = plan_now(MOVES.pair(), FULL, Selection((), ("guild:g2",))).plan
    assert operations(plan) == ()


REFUSED = {
    "web-dev": (ConfigError, "neither guild:NAME nor user:ID"),
    "guild:": (ConfigError, "neither guild:NAME nor user:ID"),
    "user:x": (ConfigError, "neither guild:NAME nor user:ID"),
    "user:-1": (ConfigError, "neither guild:NAME nor user:ID"),
    "user:1.5": (ConfigError, "neither guild:NAME nor user:ID"),
    "Guild:g1": (ConfigError, "neither guild:NAME nor user:ID"),
    "user:²": (ConfigError, "neither guild:NAME nor user:ID"),
    "guild:G1": (NotFound, "Guild 'G1' not found"),
    "guild:g9": (NotFound, "Guild 'g9' not found"),
    "user:9": (NotFound, "User ID 9 not found"),
    f"user:{'9' * 5000}": (ConfigError, "neither guild:NAME nor user:ID"),
}


@pytest.mark.parametrize("word", REFUSED, ids=lambda word: word[:20])
def test_what_names_nothing_is_refused(word: str) -> None:
    """A misspelt word does not quietly leave nothing, or everybody, out."""
    kind, message = REFUSED[word]
    for selection in (
        Selection((word,)),
        Selection((), (word,)),
        Selection(("guild:g1",), (word,)),
    ):
        with pytest.raises(kind, match=message):
            plan_now(MOVES.pair(), FULL, selection)


def test_a_guild_that_is_gone_can_be_named() -> None:
    """By the machine name in its mark, as the plan shows it."""
    world = World({2: [3, 4]}, {1: [1], 2: [3]})
    plan = plan_now(world.pair(), FULL, Selection((), ("guild:g1",))).plan
    assert [words(one) for one in operations(plan)] == ["add account 104 to g2"]


def test_nothing_selected_is_the_plan_itself() -> None:
    """Without words the plan is not looked at."""
    plan = plan_now(MOVES.pair(), FULL).plan
    assert selected(plan, (), (), There((), (), {}, {})) is plan
    assert restricted(plan, set(operations(plan))) == plan
    assert restricted(plan, ()).cohorts == ()


@pytest.mark.parametrize("selection", [Selection(("user:1",)), Selection((), ("guild:g1",))])
def test_a_run_of_a_part_is_no_full_synchronisation(selection: Selection) -> None:
    """AVC is told of a scoped run, and of nobody's synchronisation that may be half done."""
    sites = World({1: [1, 2], 2: [1]}, {1: [], 2: []}).pair()
    work = work_of(sites, FULL, selection)
    report = apply(work, sites)
    assert work.now is not None
    assert report.applied
    record = record_of(work.now, report.applied)
    assert not record.full
    assert not record.failed
    assert record.people == frozenset()


def test_a_definition_waits_with_whom_it_would_concern() -> None:
    """It gives its role to everybody in the cohort, so to somebody who was left out, too."""
    sites = ruling_by_definition(2, 0, defined=False)

    def defines(*exclude: str) -> bool:
        plan = work_of(sites, selection=Selection(exclude=exclude)).plan
        return any(isinstance(operation, DefineRole) for operation in operations(plan))

    assert defines()
    assert not defines("user:1")

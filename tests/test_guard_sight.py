"""What guards look at: sizes, roles and earlier matches, also when a plan is half done."""

from dataclasses import replace

import pytest

from reconciler.held_back import guarded
from reconciler.models.guards import GuardSettings
from reconciler.models.scope import FullScope, GuildScope, UserScope
from reconciler.operations import operations, words
from reconciler.reconciliation import apply, plan_now, saved
from reconciler.reconciliation_alone import saved_alone
from tests.fake_moodle import FakeMoodle
from tests.guards_world import (
    ONE_JOINS,
    SIX,
    World,
    acknowledgements,
    figures,
    gone,
    guild,
    held_words,
    leaving,
    one_shot,
    remembered,
    ruling_by_definition,
    some,
    told,
    tripped,
    work_of,
)
from tests.world import (
    MANAGER,
    OTHER_SITE,
    account,
)


@pytest.mark.parametrize("done", [1, 5, 6])
def test_a_plan_that_was_cut_off_is_resumed_with_the_same_acknowledgement(done: int) -> None:
    """However many of the removals are done, the plan is the whole that was acknowledged."""
    sites = SIX.pair()
    plan = plan_now(sites, FullScope()).plan
    acks = acknowledgements(work_of(sites))
    moodle = sites.moodle
    assert isinstance(moodle, FakeMoodle)
    moodle.members[1] -= frozenset(some(done, 101))
    work = saved(plan, sites)
    held = work.held_back(sites, acks)
    assert (held.tripped, held.idle) == ((), ())
    apply(work, sites, held.positions)
    assert moodle.members[1] == {107, 108}
    assert saved(plan, sites).held_back(sites, ()).tripped == ()


def test_a_plan_that_no_guard_held_is_resumed_without_acknowledgement() -> None:
    """Ten of forty are no more of the cohort for five of them having gone."""
    sites = leaving(10, 40, removals=99).pair()
    plan = plan_now(sites, FullScope()).plan
    moodle = sites.moodle
    assert isinstance(moodle, FakeMoodle)
    moodle.members[1] -= frozenset(some(5, 101))
    assert not saved(plan, sites).held_back(sites, ()).tripped


def test_archives_that_were_cut_off_are_resumed() -> None:
    """Guilds already put away count among those that there were: the rest is not too many now."""
    sites = gone(2, 40, archives="1 or 5%").pair()
    plan = plan_now(sites, FullScope()).plan
    work = saved(plan, sites)
    assert not work.held_back(sites, ()).tripped
    first = {n for n, one in enumerate(operations(plan)) if one.guild == "g2"}
    apply(work, sites, first)
    assert len(operations(plan_now(sites, FullScope()).plan)) == 2
    assert not saved(plan, sites).held_back(sites, ()).tripped


def test_a_cohort_that_has_shrunk_trips_a_reviewed_plan_and_one_that_has_grown_does_not() -> None:
    """What the file says of guards is for readers: today's figures decide."""
    ten = leaving(10, 40, removals=99)
    sites = ten.pair()
    plan = plan_now(sites, FullScope()).plan
    assert all(found.ok for found in plan.guards)
    moodle = sites.moodle
    assert isinstance(moodle, FakeMoodle)
    moodle.members[1] -= {140}
    assert [f.guard for f in saved(plan, sites).held_back(sites, ()).tripped] == [
        "removals-per-guild"
    ]
    sites = leaving(11, 40, removals=99).pair()
    plan = plan_now(sites, FullScope()).plan
    assert not all(found.ok for found in plan.guards)
    moodle = sites.moodle
    assert isinstance(moodle, FakeMoodle)
    moodle.accounts |= {n + 100: account(n) for n in some(4, 500)}
    moodle.members[1] |= frozenset(some(4, 600))
    assert not saved(plan, sites).held_back(sites, ()).tripped


def test_a_plan_of_one_guild_has_the_same_share_whether_avc_is_asked_or_not() -> None:
    """Without AVC the whole Moodle is read, and other guilds' members count no more than before."""
    world = leaving(30, 200)
    sites = world.pair()
    plan = plan_now(sites, GuildScope(uuid=guild(1).uuid, name="g1")).plan
    alone = saved_alone(plan, sites).held_back(sites, ())
    asked = saved(plan, sites).held_back(sites, ())
    assert [f.found for f in asked.tripped] == ["30 of 200"]
    assert [f.found for f in alone.tripped] == ["30 of 200"]


@pytest.mark.parametrize("apart", [True, False])
def test_one_persons_plan_is_judged_by_whole_cohorts(*, apart: bool) -> None:
    """``--user`` knows how many are in every cohort of ours, so that one removal is one of many."""
    sites = leaving(6, 8).pair()
    assert isinstance(sites.moodle, FakeMoodle)
    sites.moodle.tells_apart = apart
    work = work_of(sites, UserScope(uid=1))
    read = work.moodle.members.values()
    assert sum(map(len, read)) == (2 if apart else 16)
    assert figures(work)["removals"].found == "1 of 16"
    assert figures(work)["removals-per-guild"].found == "g1 1 of 8"


def test_a_plan_without_avc_says_what_it_could_not_check() -> None:
    """Guards that ask AVC say so, and hold nothing back; the others count as ever."""
    sites = SIX.pair()
    plan = plan_now(sites, FullScope()).plan
    work = saved_alone(plan, sites)
    held = work.held_back(sites, ())
    assert [found.guard for found in held.tripped] == ["removals-per-guild"]
    told = {
        found.guard: found.found
        for found in guarded(plan, work.around(sites), sites.settings.guards).guards
    }
    for guard in ("empty-avc", "leftovers", "no-roles"):
        assert told[guard] == "not checked: AVC was not asked"


def test_an_empty_avc_is_said_although_nothing_would_be_done() -> None:
    """A run with nothing to do is held back all the same: it proves nothing."""
    sites = World({}, {}).pair()
    _, held, _ = one_shot(sites)
    assert [found.guard for found in held.tripped] == ["empty-avc"]
    assert held.positions == frozenset()


def test_an_empty_avc_holds_back_additions_too() -> None:
    """Nothing at all is carried out from a community without members."""
    sites = World({1: [], 2: []}, {1: [1]}).pair()
    work, held, report = one_shot(sites)
    assert held.positions == frozenset(range(len(operations(work.plan))))
    assert report.applied == ()


def test_somebody_who_moves_is_added_and_not_yet_removed() -> None:
    """While removals wait, additions to the other guild are carried out."""
    avc = {1: [7, 8], 2: some(6)}
    sites = World(avc, {1: some(8), 2: []}).pair()
    one_shot(sites)
    moodle = sites.moodle
    assert isinstance(moodle, FakeMoodle)
    assert moodle.members == {1: frozenset(some(8, 101)), 2: frozenset(some(6, 101))}


def test_night_after_night_people_are_added_while_removals_wait() -> None:
    """Held removals never keep anybody out, and wait however long nobody looks."""
    world = SIX
    moodle = None
    for night in range(3):
        world = replace(world, avc={**world.avc, 1: [7, 8, *some(night + 1, 50)]})
        sites = world.pair()
        if moodle is not None:
            assert isinstance(sites.moodle, FakeMoodle)
            moodle.accounts = sites.moodle.accounts
            sites = replace(sites, moodle=moodle)
        assert isinstance(sites.moodle, FakeMoodle)
        moodle = sites.moodle
        _, held, report = one_shot(sites)
        assert report.clean
        assert [found.guard for found in held.tripped] == ["removals-per-guild"]
        assert set(some(8, 101)) | set(some(night + 1, 150)) == moodle.members[1]


def test_roles_that_cohorts_give_count_with_everybody_who_joins() -> None:
    """Joining a cohort that defines a ruling role is being given it."""
    sites = ruling_by_definition(members=2, joining=4)
    assert told(sites, "privileged-roles") == "4 (limit: 3 people)"
    assert told(ruling_by_definition(members=2, joining=3), "privileged-roles").startswith("3 ")


def test_a_definition_counts_with_everybody_who_is_there_and_who_joins() -> None:
    """Defining that a cohort gives a ruling role gives it to its members, and to who joins."""
    sites = ruling_by_definition(members=2, joining=2, defined=False)
    work, held, _ = one_shot(sites)
    assert figures(work)["privileged-roles"].found == "4"
    assert held_words(work, held) == {"define that g1 (manager) gives the role manager"}


def test_a_definition_that_was_cut_off_is_resumed_with_the_same_acknowledgement() -> None:
    """After the definition is made, those who are still to join are no more than was counted."""
    sites = ruling_by_definition(members=2, joining=2, defined=False)
    plan = plan_now(sites, FullScope()).plan
    acks = acknowledgements(work_of(sites))
    moodle = sites.moodle
    assert isinstance(moodle, FakeMoodle)
    assert moodle.definitions is not None
    moodle.definitions.add((8, MANAGER.id))
    held = saved(plan, sites).held_back(sites, acks)
    assert (held.tripped, held.idle) == ((), ())


def test_a_role_that_is_taken_from_a_whole_cohort_counts_as_much_as_one_by_one() -> None:
    """Deleting a definition takes the role from every member: as many removals."""
    sites = ruling_by_definition(members=8, joining=0)
    settings = sites.settings.model_copy(update={"allow_privileged_roles": ()})
    work = work_of(replace(sites, settings=settings))
    assert [words(one) for one in operations(work.plan)] == [
        "define no longer that g1 (manager) gives the role manager"
    ]
    assert figures(work)["removals-per-guild"].found == "g1 (manager) 8 of 8"
    assert "removals-per-guild" in tripped(work)


def test_a_definition_keeps_the_role_of_whoever_is_protected() -> None:
    """What a whole cohort would lose, somebody protected in it would lose."""
    sites = ruling_by_definition(members=2, joining=0)
    guards = sites.settings.guards.model_copy(update={"protected_people": ("u2",)})
    update = {"allow_privileged_roles": (), "guards": guards}
    work = work_of(replace(sites, settings=sites.settings.model_copy(update=update)))
    assert tripped(work) == {"protected"}


def test_a_role_that_is_given_in_another_way_is_no_loss() -> None:
    """Whom this program gives the role one by one loses nothing with the definition."""
    sites = ruling_by_definition(members=8, joining=0)
    settings = sites.settings.model_copy(
        update={"roles_by": {"manager": "assignment"}, "guards": GuardSettings(privileged_roles=8)}
    )
    sites = replace(sites, settings=settings)
    work = work_of(sites)
    assert len(operations(work.plan)) == 9
    assert tripped(work) == set()
    # Cut off before the definition went.
    apply(work, sites, {8})
    assert [words(one) for one in operations(work_of(sites).plan)] == [
        "define no longer that g1 (manager) gives the role manager"
    ]
    assert tripped(work_of(sites)) == set()


def test_an_account_made_anew_is_told_once() -> None:
    """Acknowledged once, the journal's newest entry is the new account, and nothing trips again."""
    sites = World({1: [1, 2], 2: []}, {1: [2], 2: []}, journal={1: 199}).pair()
    (ack,) = acknowledgements(work_of(sites))
    _, held, _ = one_shot(sites, ack)
    assert not held.tripped
    moodle = sites.moodle
    assert isinstance(moodle, FakeMoodle)
    moodle.members[1] -= {101}
    assert tripped(work_of(sites)) == set()


def test_two_people_who_changed_accounts_are_told_once() -> None:
    """However the journal met them first, whose an account was last is what counts."""
    for journal in ({1: 102, 2: 101}, {2: 101, 1: 102}):
        sites = World({1: [1, 2, 3]}, {1: [3]}, journal=journal).pair()
        work = work_of(sites)
        assert figures(work)["changed-matches"].found == "2"
        _, held, _ = one_shot(sites, *acknowledgements(work))
        assert not held.tripped
        moodle = sites.moodle
        assert isinstance(moodle, FakeMoodle)
        moodle.members[1] -= {101, 102}
        assert tripped(work_of(sites)) == set()


def test_an_account_that_went_to_somebody_else_is_told_once() -> None:
    """The journal's older owner of an account does not trip the guard for ever."""
    sites = World({1: [1, 3]}, {1: [3]}).pair()
    state = sites.state
    state.runs = [remembered({1: 150}), remembered({9: 101}), remembered({1: 101})]  # type: ignore[attr-defined]
    assert figures(work_of(sites))["changed-matches"].found == "none"


def test_a_stranger_in_another_avcs_journal_is_no_changed_match() -> None:
    """Two AVCs that feed one Moodle both have a user 2: they are two people."""
    sites = ONE_JOINS.pair()
    state = sites.state
    state.runs = [remembered({2: 109, 9: 102}, avc=OTHER_SITE)]  # type: ignore[attr-defined]
    assert tripped(work_of(sites)) == set()


def test_held_additions_hold_the_removals_of_the_same_person() -> None:
    """Somebody whose addition waits is not removed from where they are."""
    world = World({1: [2], 2: [1, 2]}, {1: [1, 2], 2: [2]}, journal={1: 150})
    work, held, report = one_shot(world.pair())
    assert held_words(work, held) == {"remove account 101 from g1", "add account 101 to g2"}
    assert report.applied == ()

"""What each guard holds back, what it lets through, and what acknowledges it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import pytest

from reconciler.errors import GuardTripped
from reconciler.guards import judged
from reconciler.held_back import refuse_held_back
from reconciler.models.guards import GUARDS, GuardName
from reconciler.models.scope import FullScope
from reconciler.models.settings import SyncSettings
from reconciler.operations import operations, words
from reconciler.reconciliation import SitePair, plan_now, saved
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
    ruling,
    some,
    told,
    tripped,
    work_of,
)
from tests.roles_world import COMMUNITY, DEMOTED, IN_STEP
from tests.world import (
    OTHER_SITE,
    Community,
    pair,
)


def holding_roles(community: Community) -> SitePair:
    """A Moodle in step with a community whose admin is a course creator, and what AVC has now."""
    settings = SyncSettings(role_sync=True, role_mapping={"guild_admin": "coursecreator"})
    return pair(community, IN_STEP.moodle(), settings)


def at_host(*hosts: str, joined: bool | None = True) -> SitePair:
    """Sites with something to add, and the hosts that the configuration lists."""
    made = replace(ONE_JOINS, guards={"moodle_hosts": hosts}).pair()
    return replace(made, settings=made.settings.model_copy(update={"joined": joined}))


@dataclass(frozen=True)
class Case:
    """A guard, sites at which it trips, and sites at which it just does not."""

    guard: GuardName
    over: Callable[[], SitePair]
    under: Callable[[], SitePair]
    found: str
    """What the plan says where it trips."""
    passed: str
    """What it says where it does not."""
    holds: Iterable[str]
    """Everything that is held back."""


def removals(number: int, group: str = "g1", first: int = 101) -> list[str]:
    return [f"remove account {n} from {group}" for n in range(first, first + number)]


CASES = {
    "six of eight leave": Case(
        "removals-per-guild",
        leaving(6, 8).pair,
        leaving(5, 8).pair,
        "g1 6 of 8 (limit: the larger of 5 and 25%)",
        "g1 5 of 8 (limit: the larger of 5 and 25%)",
        removals(6),
    ),
    "more than a quarter leaves": Case(
        "removals-per-guild",
        leaving(11, 40, removals=99).pair,
        leaving(10, 40, removals=99).pair,
        "g1 11 of 40 (limit: the larger of 5 and 25%)",
        "g1 10 of 40 (limit: the larger of 5 and 25%)",
        removals(11),
    ),
    "somebody leaves, and nobody may": Case(
        "removals-per-guild",
        leaving(1, 8, removals_per_guild=0).pair,
        leaving(0, 8, removals_per_guild=0).pair,
        "g1 1 of 8 (limit: 0)",
        "none (limit: 0)",
        removals(1),
    ),
    "more than a tenth of all leaves": Case(
        "removals",
        leaving(21, 100).pair,
        leaving(20, 100).pair,
        "21 of 200 (limit: the larger of 20 and 10%)",
        "20 of 200 (limit: the larger of 20 and 10%)",
        removals(21),
    ),
    "nobody may leave": Case(
        "removals",
        leaving(1, 100, removals=0).pair,
        leaving(0, 100, removals=0).pair,
        "1 of 200 (limit: 0)",
        "0 of 200 (limit: 0)",
        removals(1),
    ),
    "two guilds are gone": Case(
        "archives",
        gone(2, 3, archives="1 or 5%").pair,
        gone(1, 3, archives="1 or 5%").pair,
        "2 of 3 guilds (limit: the larger of 1 and 5%)",
        "1 of 3 guilds (limit: the larger of 1 and 5%)",
        [
            *(f"archive cohort {n} (g{n})" for n in (1, 2)),
            *(f"remove account {n + 100} from g{n}" for n in (1, 2)),
        ],
    ),
    "more than one in twenty is gone": Case(
        "archives",
        gone(3, 40, archives="1 or 5%").pair,
        gone(2, 40, archives="1 or 5%").pair,
        "3 of 40 guilds (limit: the larger of 1 and 5%)",
        "2 of 40 guilds (limit: the larger of 1 and 5%)",
        [
            *(f"archive cohort {n} (g{n})" for n in (1, 2, 3)),
            *(f"remove account {n + 100} from g{n}" for n in (1, 2, 3)),
        ],
    ),
    "guilds without a member": Case(
        "empty-avc",
        World({1: []}, {1: [1]}).pair,
        World({1: [2]}, {1: [1]}).pair,
        "1 guild and 0 memberships (limit: 1 guild and 1 membership at least)",
        "1 guild and 1 membership (limit: 1 guild and 1 membership at least)",
        removals(1),
    ),
    "no guild": Case(
        "empty-avc",
        World({}, {1: [1]}).pair,
        World({1: [2]}, {1: [1]}).pair,
        "0 guilds and 0 memberships (limit: 1 guild and 1 membership at least)",
        "1 guild and 1 membership (limit: 1 guild and 1 membership at least)",
        [*removals(1), "archive cohort 1 (g1)"],
    ),
    "a leftover": Case(
        "leftovers",
        World({1: [2]}, {1: [1]}, leftovers=1).pair,
        World({1: [2]}, {1: [1]}).pair,
        "1 (limit: none allowed)",
        "none (limit: none allowed)",
        removals(1),
    ),
    "nobody holds a role": Case(
        "no-roles",
        lambda: holding_roles(replace(COMMUNITY, roles={})),
        lambda: holding_roles(DEMOTED),
        "0 held (limit: 1 role held in AVC at least)",
        "1 held (limit: 1 role held in AVC at least)",
        ["remove account 101 from a (coursecreator)"],
    ),
    "four managers": Case(
        "privileged-roles",
        lambda: ruling(4),
        lambda: ruling(3),
        "4 (limit: 3 people)",
        "3 (limit: 3 people)",
        [
            f"give account {n} in g1 (manager) the role manager (avc_moodle_sync)"
            for n in (101, 102, 103, 104)
        ],
    ),
    "a protected person, by user name": Case(
        "protected",
        leaving(2, 8, protected_people=["U1"]).pair,
        leaving(2, 8, protected_people=["u3"]).pair,
        "1 of 1 person and 0 guilds (limit: none allowed)",
        "none of 1 person and 0 guilds (limit: none allowed)",
        removals(1),
    ),
    "a protected account": Case(
        "protected",
        leaving(2, 8, protected_people=[102]).pair,
        leaving(2, 8, protected_people=[103, "1020"]).pair,
        "1 of 1 person and 0 guilds (limit: none allowed)",
        "none of 2 people and 0 guilds (limit: none allowed)",
        removals(1, first=102),
    ),
    "a protected guild": Case(
        "protected",
        leaving(2, 8, protected_cohorts=["G1"]).pair,
        leaving(2, 8, protected_cohorts=["g2"]).pair,
        "2 of 0 people and 1 guild (limit: none allowed)",
        "none of 0 people and 1 guild (limit: none allowed)",
        removals(2),
    ),
    "a protected guild that is gone": Case(
        "protected",
        gone(1, 3, protected_cohorts=[guild(1).uuid]).pair,
        gone(1, 3, protected_cohorts=[guild(2).uuid]).pair,
        "2 of 0 people and 1 guild (limit: none allowed)",
        "none of 0 people and 1 guild (limit: none allowed)",
        [*removals(1), "archive cohort 1 (g1)"],
    ),
    "another account than in an earlier run": Case(
        "changed-matches",
        replace(ONE_JOINS, journal={2: 109}).pair,
        replace(ONE_JOINS, journal={2: 102}).pair,
        "1 (limit: none allowed)",
        "none (limit: none allowed)",
        ["add account 102 to g1"],
    ),
    "another person's account in an earlier run": Case(
        "changed-matches",
        World({1: [2]}, {1: [1, 2]}, journal={9: 101}).pair,
        World({1: [2]}, {1: [1, 2]}, journal={9: 103}).pair,
        "1 (limit: none allowed)",
        "none (limit: none allowed)",
        removals(1),
    ),
    "a Moodle at another host": Case(
        "moodle-host",
        lambda: at_host("other.example"),
        lambda: at_host("other.example", "MOODLE.example"),
        "moodle.example - nwp.yml does not name it for this AVC (limit: other.example)",
        "moodle.example (limit: other.example or MOODLE.example)",
        ["add account 102 to g1"],
    ),
    "a Moodle that is another AVC's": Case(
        "moodle-host",
        lambda: at_host(joined=False),
        lambda: at_host(joined=True),
        "moodle.example - nwp.yml does not name it for this AVC"
        " (limit: as nwp.yml joins the sites)",
        "moodle.example (limit: as nwp.yml joins the sites)",
        ["add account 102 to g1"],
    ),
}
named = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


def test_every_guard_has_a_case() -> None:
    """Each of the ten guards is tried, and is in every plan in its place."""
    assert {case.guard for case in CASES.values()} == set(GUARDS)
    assert tuple(figures(work_of(at_host()))) == GUARDS


@named
def test_a_guard_trips_just_beyond_its_limit(case: Case) -> None:
    """One more than it lets through trips it, and no other guard; exactly so many do not."""
    over, under = work_of(case.over()), work_of(case.under())
    assert (tripped(over), tripped(under)) == ({case.guard}, set())
    assert told(case.over(), case.guard) == case.found
    assert told(case.under(), case.guard) == case.passed


@named
def test_a_guard_holds_back_what_it_counted_and_the_rest_is_carried_out(case: Case) -> None:
    """Just the operations that tripped wait; a plan made afterwards has these and no others."""
    sites = case.over()
    _, held, report = one_shot(sites)
    assert [found.guard for found in held.tripped] == [case.guard]
    assert held_words(work_of(case.over()), held) == set(case.holds)
    assert report.clean
    assert {words(one) for one in operations(work_of(sites).plan)} == set(case.holds)


@named
def test_an_acknowledged_guard_lets_everything_through(case: Case) -> None:
    """With exactly what the plan says after --ack, all is carried out, and nothing is left."""
    sites = case.over()
    acks = acknowledgements(work_of(sites))
    work, held, report = one_shot(sites, *acks)
    assert (held.tripped, held.positions, held.idle) == ((), frozenset(), ())
    assert [found.guard for found in held.acknowledged] == [case.guard]
    assert len(report.applied) == len(operations(work.plan))
    again = work_of(sites)
    assert (again.plan.cohorts, tripped(again) - {"empty-avc", "moodle-host"}) == ((), set())


@named
def test_a_saved_plan_that_trips_is_refused_whole(case: Case) -> None:
    """Applying a plan file carries out nothing until each guard is acknowledged."""
    sites = case.over()
    plan = plan_now(sites, FullScope()).plan
    held = saved(plan, sites).held_back(sites, ["removals@000000000000"])
    with pytest.raises(GuardTripped) as refused:
        refuse_held_back(held)
    (reason,) = refused.value.reasons
    assert reason.startswith(f"{case.guard}: {case.found}")
    (ack,) = acknowledgements(work_of(sites))
    assert reason.endswith(f"To acknowledge it: --ack {ack}")
    refuse_held_back(saved(plan, sites).held_back(sites, [ack]))


OTHERS = {
    "one person more": replace(SIX, avc={**SIX.avc, 1: [8]}),
    "one person less": replace(
        SIX, avc={**SIX.avc, 1: [6, 7, 8]}, guards={"removals_per_guild": 4}
    ),
    "another person": replace(SIX, avc={**SIX.avc, 1: [1, 8]}),
    "the same people of another guild": World(
        {1: some(8), 2: some(2, 7), 3: some(8)}, {1: some(8), 2: some(8), 3: some(8)}
    ),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_an_acknowledgement_is_for_nothing_but_what_was_counted(other: World) -> None:
    """Given for other operations it lets nothing through, and is told to do nothing."""
    (ack,) = acknowledgements(work_of(SIX.pair()))
    sites = other.pair()
    work, held, _ = one_shot(sites, ack)
    assert held.idle == (ack,)
    assert {found.guard for found in held.tripped} == {"removals-per-guild"}
    assert acknowledgements(work) != (ack,)
    assert held.positions


def test_an_acknowledgement_is_for_one_guard_one_moodle_and_one_avc() -> None:
    """The same operations at another Moodle or AVC, or held by another guard, need another."""
    here = work_of(SIX.pair())
    (ack,) = acknowledgements(here)
    name, _, digest = ack.partition("@")
    assert name == "removals-per-guild"
    both = replace(SIX, guards={"removals": 5})
    acks = dict(one.split("@") for one in acknowledgements(work_of(both.pair())))
    assert acks["removals-per-guild"] == digest
    assert acks["removals"] != digest
    held = work_of(both.pair()).held_back(both.pair(), [ack, f"removals@{digest}"])
    assert held.idle == (f"removals@{digest}",)
    assert [found.guard for found in held.tripped] == ["removals"]
    found = here.around(SIX.pair())
    for around in (replace(found, url="https://other.example"), replace(found, avc=OTHER_SITE)):
        verdicts = judged(operations(here.plan), around, SIX.sync_settings().guards)
        (other,) = (v.figures.acknowledge for v in verdicts if v.figures.acknowledge)
        assert other != ack


def test_what_a_removal_costs_is_no_part_of_what_is_acknowledged() -> None:
    """An acknowledgement holds when the same people would lose other courses by then."""
    dear = replace(SIX, moodle={"courses": {1: frozenset({30})}})
    sites = dear.pair()
    moodle = sites.moodle
    assert isinstance(moodle, FakeMoodle)
    moodle.enrolled = {101: {30: frozenset({1})}}
    work = work_of(sites)
    assert any(m.last_enrolments for c in work.plan.cohorts for m in c.members)
    assert acknowledgements(work) == acknowledgements(work_of(SIX.pair()))

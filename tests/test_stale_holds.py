"""What is said of a saved plan of which nwp.yml holds something by now."""

from dataclasses import replace

import pytest

from reconciler.errors import StalePlan
from reconciler.models.scope import FullScope
from reconciler.models.settings import Hold, SyncSettings
from reconciler.operations import words
from reconciler.reconciliation import SitePair, Work, plan_now, saved
from reconciler.stale_reasons import left_out_words, reasons, refuse_stale
from tests.roles_world import BESIDE, BESIDE_B, LEFT, OTHER, Site
from tests.test_holds import CASES, RENAMED, UNTIL, Case, hold
from tests.world import Community, pair

NOBODY = (hold("a", user=999), hold("a", account=999), hold("nowhere"))


def sites(case: Case, holds: tuple[Hold, ...]) -> SitePair:
    wanted = {"role_sync": True, "role_mapping": {"guild_admin": "coursecreator"}}
    settings = SyncSettings(**wanted | case.settings, hold=holds)
    return pair(case.community, case.site.moodle(), settings)


def held_since(case: Case) -> Work:
    """The plan of a case as it was before its holds, with these, and others that hold nothing."""
    plan = plan_now(sites(case, ()), case.scope).plan
    return saved(plan, sites(case, (*NOBODY, *case.hold)))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.says)
def test_what_a_hold_stops_is_told_as_held(case: Case) -> None:
    """All that the plan did and does no longer is stale by the hold alone; the rest fits."""
    found = held_since(case).checked
    assert [words(item.operation) for item in found if item.state == "to do"] == case.does
    rest = [item for item in found if item.state != "to do"]
    assert all((item.state, item.held) == ("stale", True) for item in rest)
    assert all("nwp.yml holds" in item.why for item in rest), [item.why for item in rest]


HOLDS = [
    (hold("a", user=1), "nwp.yml holds u1 (AVC 1) in a until 2026-12-31"),
    (hold("a", account=101), "nwp.yml holds u1 (AVC 1) in a until 2026-12-31"),
]


@pytest.mark.parametrize(("one", "says"), HOLDS)
def test_a_persons_hold_is_told_with_who_where_and_until(one: Hold, says: str) -> None:
    """By name and number, however nwp.yml names them."""
    case = Case("", (one,), [], [], community=LEFT)
    told = reasons(held_since(case).checked, None)
    assert told == (
        f"remove account 101 from a: {says}",
        f"remove account 101 from a (coursecreator): {says}",
    )


def test_without_names_in_plans_a_hold_names_numbers() -> None:
    """As the plan does."""
    case = Case("", (hold("a", user=1),), [], [], community=LEFT, settings={"names": False})
    assert "nwp.yml holds AVC 1 in a until" in reasons(held_since(case).checked, None)[0]


def test_what_waits_for_what_is_held_says_so() -> None:
    """Whoever moves and may not join stays where they were."""
    case = Case("", (hold("b", user=1),), [], [], community=LEFT)
    told = reasons(held_since(case).checked, None)
    assert told[0] == "add account 101 to b: nwp.yml holds u1 (AVC 1) in b until 2026-12-31"
    assert told[1] == "remove account 101 from a: it depends on what nwp.yml holds"


def test_a_guilds_hold_is_told_by_its_cohorts() -> None:
    """The hold is of no person."""
    site = Site((RENAMED, OTHER, BESIDE, BESIDE_B))
    case = Case("", (hold("a"),), [], [], site)
    told = reasons(held_since(case).checked, None)
    assert told == ("update cohort 7 (a): nwp.yml holds the cohorts of a until 2026-12-31",)


def refused(work: Work) -> str:
    with pytest.raises(StalePlan) as raised:
        refuse_stale(work.checked, None)
    return str(raised.value)


def test_the_sites_are_not_said_to_have_changed_when_they_have_not() -> None:
    """A hold is nwp.yml's doing; the rest can be carried out, by ``--skip-stale``."""
    case = Case("", (hold("a", user=1),), [], [], community=LEFT)
    assert refused(held_since(case)) == (
        "nwp.yml holds 2 operations of this plan by now. Nothing was written. Plan again, or carry"
        " out the rest with --skip-stale."
    )


def test_both_are_told_where_both_are_so() -> None:
    """Each is counted for itself."""
    case = Case("", (hold("a", user=1),), [], [], community=LEFT)
    plan = plan_now(sites(case, ()), FullScope()).plan
    gone: Community = replace(LEFT, members={**LEFT.members, 2: frozenset({3})})
    work = saved(plan, sites(replace(case, community=gone), case.hold))
    assert refused(work) == (
        "The sites have changed since this plan was made: 1 of its operations no longer fits."
        " Besides, nwp.yml holds 2. Nothing was written. Plan again, or carry out the rest with"
        " --skip-stale."
    )
    assert left_out_words(work.checked, frozenset(range(3))) == (
        "3 were left out: 1 as the sites have changed since this plan was made, 2 as nwp.yml holds"
        " them. Make a new plan."
    )


@pytest.mark.parametrize(
    ("one", "left", "says"),
    [
        (hold("a", user=1), {1, 2}, "2 were left out, as nwp.yml holds them."),
        (hold("a", user=1), {1}, "1 was left out, as nwp.yml holds it."),
    ],
)
def test_what_was_left_out_for_a_hold_is_told_as_that(one: Hold, left: set[int], says: str) -> None:
    """No new plan is asked for: one made now would leave the same out."""
    case = Case("", (one,), [], [], community=LEFT)
    assert left_out_words(held_since(case).checked, frozenset(left)) == says


def test_a_hold_that_is_of_something_else_excuses_nothing() -> None:
    """What AVC calls for no longer is told as that, whatever else is held."""
    case = Case("", (), [], [], community=LEFT)
    plan = plan_now(sites(case, ()), FullScope()).plan
    found = saved(plan, sites(Case("", (), [], []), (hold("a", user=2),))).checked
    stale = [item for item in found if item.state == "stale"]
    assert stale
    assert not any(item.held for item in stale)
    assert UNTIL.isoformat() not in "".join(item.why for item in stale)

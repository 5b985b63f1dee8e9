"""Plans that no longer fit, or are too old, or are applied without asking AVC."""

from datetime import UTC, datetime

import pytest

from providers.avc.site import SqlAvc
from reconciler.commands.options import refuse_older
from reconciler.errors import ConfigError, PlanFileError, ReadError
from reconciler.models.scope import FullScope
from reconciler.reconciliation import plan_now
from tests.commands.by_command_line import by_command_line, leaves
from tests.guards_world import SIX, guild
from tests.two_sites import TwoSites
from tests.world import account, person

PLAN = ("plan", "avc", "ss", "-o", "p.yaml")
APPLY = ("apply", "p.yaml", "--yes")


@pytest.fixture
def planned(sites: TwoSites) -> TwoSites:
    """Person 2 is to come to guild 1, 3 to guild 2; 1 is to go from guild 1: planned, not done."""
    sites.avc([guild(1), guild(2)], [person(n) for n in range(1, 5)], {1: [2, 4], 2: [3, 4]})
    sites.moodle([account(n) for n in range(1, 5)])
    sites.configure()
    assert sites.reconciler("sync", "avc", "ss").code == 0
    sites.in_moodle(
        "DELETE FROM cohort_members WHERE userid IN (102, 103)",
        "INSERT INTO cohort_members SELECT id, 101 FROM cohort WHERE idnumber = 'g1'",
    )
    assert sites.reconciler(*PLAN).code == 0
    return sites


def test_a_stale_plan_says_why_and_writes_nothing(planned: TwoSites) -> None:
    """Exit 4; by web services no log is read, and nobody is blamed."""
    planned.in_avc(leaves(2, 3))
    writes = planned.writes()
    ran = planned.reconciler(*APPLY)
    assert (ran.code, planned.writes()) == (4, writes)
    assert "1 of its operations no longer fit" in ran.err
    assert "add account 103 to g2: AVC no longer calls for it" in ran.err
    assert "log" not in ran.err


def test_skip_stale_applies_the_rest_and_exits_with_5(planned: TwoSites) -> None:
    """What fits is carried out; what was left out is named again."""
    planned.in_avc(leaves(2, 3))
    ran = planned.reconciler(*APPLY, "--skip-stale")
    assert ran.code == 5
    assert "add account 103 to g2: AVC no longer calls for it" in ran.err
    assert planned.members() == {"g1": {102, 104}, "g2": {104}}
    again = planned.reconciler(*APPLY, "--skip-stale")
    assert again.code == 5


def test_skip_stale_of_a_plan_that_fits_is_an_ordinary_one(planned: TwoSites) -> None:
    """Nothing is skipped: exit 0."""
    assert planned.reconciler(*APPLY, "--skip-stale").code == 0
    assert planned.members() == {"g1": {102, 104}, "g2": {103, 104}}


def test_without_source_check_avc_is_asked_nothing(
    planned: TwoSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An AVC that fails whatever it is asked does not keep a reviewed plan from being applied."""

    def fail(*_: object, **__: object) -> None:
        raise ReadError("AVC is down")

    for name in ("read", "guilds", "inspect", "address", "record"):
        monkeypatch.setattr(SqlAvc, name, fail)
    assert planned.reconciler(*APPLY).code == 1
    ran = planned.reconciler(*APPLY, "--no-source-check")
    assert (ran.code, ran.err) == (0, "")
    assert planned.members() == {"g1": {102, 104}, "g2": {103, 104}}


def test_a_log_that_can_be_read_names_who_changed_it(sites: TwoSites) -> None:
    """By command line, the reason says who did what to the cohort, and when."""
    site = by_command_line(sites, {1: [1, 2], 2: [3]}, [])
    assert sites.reconciler("sync", "avc", "ss").code == 0
    sites.in_avc(leaves(1, 2))
    assert sites.reconciler(*PLAN).code == 0
    ((cohort,),) = site.moodle.rows("SELECT id FROM cohort WHERE idnumber = 'web-dev'")
    site.moodle.edit("UPDATE cohort SET description = '' WHERE id = ?", cohort)
    ran = sites.reconciler(*APPLY)
    assert ran.code == 4
    assert "Moodle's log:" in ran.err


def test_a_plan_that_is_too_old_is_refused(planned: TwoSites) -> None:
    """``--max-age`` lets a new plan through, and refuses what is no age before anything is read."""
    for word in ("7", "d", "-1d", "1y", "7 d", "", "1.5h", "٣d"):
        ran = planned.reconciler(*APPLY, f"--max-age={word}")
        assert ran.code == 1
        assert "is no age: 90m, 12h, 7d or 2w would be one" in ran.err
    assert planned.reconciler(*APPLY, "--max-age", "1m").code == 0


MADE = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC).timestamp()
AGES = {
    ("7d", NOW): "",
    ("7d", NOW + 1): "made on 2026-11-18 12:00 UTC, more than 7d ago",
    ("1w", NOW): "",
    ("1w", NOW + 1): "more than 1w ago",
    ("168h", NOW): "",
    ("168h", NOW + 1): "more than 168h ago",
    ("10080m", NOW): "",
    ("10080m", NOW + 1): "more than 10080m ago",
    ("999999w", NOW): "",
    ("0m", MADE.timestamp()): "",
    ("0m", MADE.timestamp() + 1): "more than 0m ago",
    ("7d", MADE.timestamp() - 300): "",
    ("7d", MADE.timestamp() - 301): "which is to come: a clock is wrong",
}


@pytest.mark.parametrize(("limit", "now"), AGES)
def test_how_old_a_plan_may_be(limit: str, now: float) -> None:
    """Exactly as old is let through; one from the future only within what clocks differ."""
    plan = plan_now(SIX.pair(), FullScope()).plan.model_copy(update={"made": MADE})
    said = AGES[limit, now]
    if said:
        with pytest.raises(PlanFileError, match=said):
            refuse_older(plan, limit, now)
    else:
        refuse_older(plan, limit, now)


def test_a_plan_without_a_date_has_no_age() -> None:
    """It is refused where an age is asked for, and nowhere else."""
    plan = plan_now(SIX.pair(), FullScope()).plan
    refuse_older(plan, None, NOW)
    with pytest.raises(PlanFileError, match="does not say when it was made"):
        refuse_older(plan, "7d", NOW)
    with pytest.raises(ConfigError, match="is no age"):
        refuse_older(plan, "x", NOW)

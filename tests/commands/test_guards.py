"""One-shot runs whose removals wait: what is written, kept, told and counted."""

import re
import shlex
from collections.abc import Sequence
from pathlib import Path
from stat import S_IMODE

import pytest

from providers.avc.site import SqlAvc
from reconciler import journal_reading
from reconciler.models.avc import SyncRecord
from tests.guards_world import guild
from tests.two_sites import Ran, TwoSites
from tests.world import account, person

LEFT = (
    "DELETE FROM group_relationship_field_data WHERE gid = 1 AND entity_id <= 6"
    " AND type = 'guild-group_membership'"
)
"""Six of the eight members of guild 1."""
ONE_SHOT = ("sync", "avc", "ss")


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[SyncRecord]:
    """What AVC is told of runs."""
    found: list[SyncRecord] = []

    def record(_avc: SqlAvc, record: SyncRecord) -> bool:
        found.append(record)
        return True

    monkeypatch.setattr(SqlAvc, "record", record)
    return found


@pytest.fixture
def synced(sites: TwoSites) -> TwoSites:
    """Guild 1 of eight people and guild 2 of two, synchronised; six have left guild 1 since."""
    sites.avc([guild(1), guild(2)], [person(n) for n in range(1, 40)], {1: range(1, 9), 2: [1, 2]})
    sites.moodle([account(n) for n in range(1, 40)])
    sites.configure()
    assert sites.reconciler(*ONE_SHOT).code == 0
    sites.in_avc(LEFT)
    return sites


def join(sites: TwoSites, uid: int, gid: int) -> None:
    """Somebody joins a guild."""
    sites.in_avc(
        "INSERT INTO group_relationship_field_data (id, gid, entity_id, type, plugin_id, langcode,"
        " default_langcode, uid, label) SELECT max(id) + 1,"
        f" {gid}, {uid}, type, plugin_id, langcode, default_langcode, uid, label"
        " FROM group_relationship_field_data WHERE type = 'guild-group_membership'"
    )


def commands(ran: Ran) -> list[list[str]]:
    """The commands that a run says to give: arguments of ``reconciler``."""
    lines = [line.strip() for line in ran.out.splitlines()]
    told = [line.partition("reconciler apply ") for line in lines]
    return [["apply", *shlex.split(rest)] for _, found, rest in told if found]


def cohort(first: int, last: int = 8) -> set[int]:
    return set(range(100 + first, 101 + last))


WAYS = {"reconciler": ("sync", "avc", "ss"), "pl": ("avc-moodle-sync", "avc", "ss", "--full")}


def run(sites: TwoSites, way: str, *options: str) -> Ran:
    arguments = (*WAYS[way], *options)
    return sites.run_pl(*arguments) if way == "pl" else sites.reconciler(*arguments)


@pytest.mark.parametrize("way", WAYS)
def test_a_run_whose_removals_wait_adds_people_night_after_night(
    synced: TwoSites, told: list[SyncRecord], way: str, state_path: Path
) -> None:
    """Each night: exit 1, the newcomer is added, nobody goes, AVC is told of a run in part."""
    told.clear()
    for night in range(3):
        join(synced, 20 + night, 1)
        ran = run(synced, way)
        assert ran.code == 1
        assert synced.members()["g1"] == cohort(1) | cohort(20, 20 + night)
        assert "removals-per-guild: g1 6 of " in ran.out
        assert len(commands(ran)) == 1
        record = told.pop()
        assert (record.failed, record.full, record.users) == (False, False, 3 + night)
        assert record.people == {7, 8, *range(20, 21 + night)}
        assert told == []
    held = list(state_path.glob("*/held/*.yaml"))
    assert held
    assert {S_IMODE(file.stat().st_mode) for file in held} == {0o600}
    assert {S_IMODE(file.parent.stat().st_mode) for file in held} == {0o700}


HELD_BACK = [
    ((), 20, "⚠ Guards hold 6 of 7 operations back; the rest is carried out."),
    ((), None, "⚠ Guards hold all 6 operations back."),
    (
        ("--dry-run",),
        20,
        "⚠ Guards would hold 6 of 7 operations back; the rest would be carried out.",
    ),
    (("--dry-run",), None, "⚠ Guards would hold all 6 operations back."),
]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("options", "joins", "says"), HELD_BACK)
def test_a_run_says_how_much_guards_hold_back(
    synced: TwoSites, way: str, options: Sequence[str], joins: int | None, says: str
) -> None:
    """It carries out the rest without anybody's acknowledgement, and does not ask for one."""
    if joins:
        join(synced, joins, 1)
    ran = run(synced, way, *options)
    lines = [line.strip() for line in ran.out.splitlines()]
    assert "apply takes it only" not in ran.out
    if way == "reconciler" or options:
        assert lines.count(says) == 1
        at = lines.index(says)
        assert lines[at + 1].startswith("✗ removals-per-guild: g1 6 of 8")


def test_a_run_that_is_acknowledged_holds_nothing_back(synced: TwoSites) -> None:
    """What guards hold back is not told of what they let through."""
    (ack,) = re.findall(r"--ack (\S+)", synced.reconciler(*ONE_SHOT, "--dry-run").out)
    for options in (("--dry-run",), ()):
        ran = synced.reconciler(*ONE_SHOT, "--ack", ack, *options)
        assert ran.code == 0
        assert "Guards hold" not in ran.out
        assert "would hold" not in ran.out
        assert "ℹ Acknowledged: removals-per-guild, g1 6 of 8" in ran.out
    assert synced.members()["g1"] == cohort(7)


@pytest.mark.parametrize("way", WAYS)
def test_a_run_of_which_all_is_held_back_counts_as_failed(
    synced: TwoSites, told: list[SyncRecord], way: str
) -> None:
    """Nothing was synchronised: AVC is told of no partial run."""
    told.clear()
    assert run(synced, way).code == 1
    assert told == [SyncRecord(full=True, failed=True)]


@pytest.mark.parametrize("way", WAYS)
def test_the_command_that_a_run_prints_does_what_was_held_and_nothing_else(
    synced: TwoSites, way: str
) -> None:
    """Given as it stands, it removes the six; who has joined meanwhile waits for the next run."""
    (arguments,) = commands(run(synced, way))
    join(synced, 30, 2)
    done = synced.reconciler(*arguments)
    assert (done.code, done.err) == (0, "")
    assert "ℹ Acknowledged: removals-per-guild, g1 6 of 8" in done.out
    assert "✓ 6 operations carried out" in done.out
    assert synced.members() == {"g1": cohort(7), "g2": {101, 102}}
    again = run(synced, way)
    assert (again.code, commands(again)) == (0, [])
    assert synced.members()["g2"] == {101, 102, 130}


def test_the_acknowledgement_serves_sync_too(synced: TwoSites, told: list[SyncRecord]) -> None:
    """``sync --ack`` carries everything out, and AVC is told of a whole run."""
    (arguments,) = commands(synced.reconciler(*ONE_SHOT))
    ran = synced.reconciler(*ONE_SHOT, *arguments[2:])
    assert ran.code == 0
    assert synced.members()["g1"] == cohort(7)
    assert (told[-1].failed, told[-1].full) == (False, True)


def test_an_acknowledgement_of_yesterday_is_told_to_do_nothing(synced: TwoSites) -> None:
    """When a seventh has left by then, all seven wait."""
    (arguments,) = commands(synced.reconciler(*ONE_SHOT))
    synced.in_avc(LEFT.replace("<= 6", "<= 7"))
    ran = synced.reconciler(*ONE_SHOT, *arguments[2:])
    assert ran.code == 1
    assert f"⚠ --ack {arguments[3]} acknowledges nothing here" in ran.out
    assert synced.members()["g1"] == cohort(1)


def test_ten_held_plans_are_kept(synced: TwoSites, state_path: Path) -> None:
    """The newest ten; the file that the last run named is among them."""
    for night in range(12):
        join(synced, 20 + night, 1)
        synced.in_avc(f"UPDATE users_field_data SET status = {night % 2} WHERE uid = 8")
        ((_, file, *_),) = commands(synced.reconciler(*ONE_SHOT))
    held = list(state_path.glob("*/held/*.yaml"))
    assert 0 < len(held) <= 10
    assert Path(file) in held


def test_a_plan_file_that_trips_exits_with_3_until_it_is_acknowledged(synced: TwoSites) -> None:
    """Nothing is written, standard error names the guard and what acknowledges it."""
    planned = synced.reconciler("plan", "avc", "ss", "-o", "p.yaml")
    assert planned.code == 0
    assert "✗ removals-per-guild: g1 6 of 8 (limit: the larger of 5 and 25%)" in planned.out
    writes = synced.writes()
    for arguments in ((), ("--yes",), ("--skip-stale",), ("--no-source-check",)):
        ran = synced.reconciler("apply", "p.yaml", *arguments)
        assert (ran.code, synced.writes()) == (3, writes)
        assert "removals-per-guild: g1 6 of 8 (limit: the larger of 5 and 25%)" in ran.err
    (ack,) = re.findall(r"--ack (\S+)", ran.err)
    assert synced.reconciler("apply", "p.yaml", "--ack", ack, "--yes").code == 0
    assert synced.members()["g1"] == cohort(7)


def test_editing_the_file_does_not_let_it_through(synced: TwoSites) -> None:
    """Neither its guards nor anything else of it can be changed by hand."""
    synced.reconciler("plan", "avc", "ss", "-o", "p.yaml")
    text = (synced.directory / "p.yaml").read_text()
    (synced.directory / "p.yaml").write_text(text.replace("ok: false", "ok: true"))
    assert synced.reconciler("apply", "p.yaml", "--yes").code in {1, 3}
    assert synced.members()["g1"] == cohort(1)


EMPTY = ("DELETE FROM group_relationship_field_data", "DELETE FROM group_relationship")


@pytest.mark.parametrize("way", WAYS)
def test_an_empty_avc_changes_nothing(synced: TwoSites, way: str) -> None:
    """Everything waits, also where there would be nothing to do; each run says so."""
    synced.in_avc(*EMPTY)
    before, writes = synced.members(), synced.writes()
    ran = run(synced, way)
    assert (ran.code, synced.writes()) == (1, writes)
    assert "empty-avc: 2 guilds and 0 memberships" in ran.out
    synced.in_moodle("DELETE FROM cohort_members")
    ran = run(synced, way)
    assert (ran.code, before.keys()) == (1, synced.members().keys())
    assert "empty-avc: 2 guilds and 0 memberships" in ran.out


def test_archives_that_wait_leave_members_and_cohorts_as_they_are(synced: TwoSites) -> None:
    """Neither is anybody removed from them, nor are they hidden or renamed."""
    text = (synced.directory / "nwp.yml").read_text()
    synced.configure(text=text.replace("sync: {", "sync: {guards: {archives: 0}, "))
    synced.in_avc(*_gone(2))
    ran = synced.reconciler(*ONE_SHOT)
    assert ran.code == 1
    assert "archives: 1 of 2 guilds" in ran.out
    assert synced.members()["g2"] == {101, 102}


def _gone(gid: int) -> Sequence[str]:
    return (
        f"DELETE FROM groups WHERE id = {gid}",
        f"DELETE FROM groups_field_data WHERE id = {gid}",
        f"DELETE FROM group_relationship_field_data WHERE gid = {gid}",
    )


@pytest.mark.parametrize("way", WAYS)
def test_what_is_held_is_told_although_the_rest_fails(synced: TwoSites, way: str) -> None:
    """The newcomer's account vanishes from under the run: the held plan is named all the same."""
    join(synced, 20, 1)
    synced.in_moodle(
        "CREATE TRIGGER refuse BEFORE INSERT ON cohort_members WHEN NEW.userid = 120"
        " BEGIN DELETE FROM user WHERE id = 120; SELECT RAISE(IGNORE); END"
    )
    ran = run(synced, way)
    assert ran.code == (5 if way == "reconciler" else 1)
    (arguments,) = commands(ran)
    assert Path(arguments[1]).is_file()
    assert cohort(1) <= synced.members()["g1"]


@pytest.mark.parametrize("command", [ONE_SHOT, None])
def test_with_nothing_to_do_a_tripped_guard_is_no_good_run(
    sites: TwoSites, told: list[SyncRecord], command: tuple[str, ...] | None
) -> None:
    """AVC is told of a failure only, no empty plan is kept, and the exit code is 1."""
    sites.avc([guild(1)], [person(1)], {1: [1]})
    sites.moodle([account(1)])
    sites.configure()
    assert sites.reconciler(*ONE_SHOT).code == 0
    told.clear()
    file = sites.directory / "nwp.yml"
    file.write_text(file.read_text().replace("moodle_site: ss", "moodle_site: other"))
    ran = sites.reconciler(*command) if command else sites.pl("avc", "ss")
    assert ran.code == 1
    assert "moodle-host" in ran.out
    assert "reconciler apply" not in ran.out
    assert [record.failed for record in told] == [True]


def test_a_quiet_run_does_not_read_the_journal(
    sites: TwoSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With nothing to do, how long the journal is makes no difference: it is not read."""
    sites.avc([guild(1)], [person(1)], {1: [1]})
    sites.moodle([account(1)])
    sites.configure()
    assert sites.reconciler("sync", "avc", "ss").code == 0
    monkeypatch.setattr(journal_reading, "matches", None)
    ran = sites.reconciler("sync", "avc", "ss")
    assert ran.code == 0
    assert "changed-matches: nothing to check" in ran.out


def test_a_run_of_which_nothing_is_left(synced: TwoSites) -> None:
    """It says that all of it is held back, and not that there is nothing to do."""
    assert synced.reconciler(*ONE_SHOT).code == 1
    ran = synced.reconciler(*ONE_SHOT)
    assert ran.code == 1
    assert "✓ Nothing to do" not in ran.out
    assert "ℹ Nothing to do but what is held back.\n✗ Held back, " in ran.out

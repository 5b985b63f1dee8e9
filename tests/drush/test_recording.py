"""What AVC remembers of a run, written through Drush."""

import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from fcntl import LOCK_EX, flock

import pytest

from reconciler.errors import IncompleteRead, UnexpectedAnswer
from reconciler.models.avc import SyncRecord, SyncState
from tests.avc.support import execute, load, small_site, user, user_data
from tests.drush.conftest import Projects
from tests.drush.support import Project, contents, rows_in

FULL = SyncRecord(full=True, failed=False, users=3, cohorts=2, people=frozenset({2, 3}))
SCOPED = SyncRecord(full=False, failed=False, users=1, cohorts=1, people=frozenset({3}))
FAILED = SyncRecord(full=True, failed=True, users=3, cohorts=2, people=frozenset({2}))


def state(project: Project) -> dict[str, str]:
    """Our values in Drupal's state, serialised as PHP does."""
    rows = rows_in(project.url, "key_value", collection="state")
    return {row["name"].removeprefix("avc_moodle_sync."): row["value"] for row in rows}


def stamps(project: Project) -> dict[int, str]:
    """Times by uid."""
    rows = rows_in(project.url, "users_data", module="avc_moodle_sync", name="last_sync")
    assert {row["serialized"] for row in rows} <= {0}
    return {row["uid"]: row["value"] for row in rows}


def recent(values: Iterable[str]) -> bool:
    return all(abs(int(value.strip("i:;")) - time.time()) < 60 for value in values)


@pytest.fixture
def project(empty: str, project_of: Projects) -> Project:
    load(empty, small_site())
    return project_of(empty)


def test_a_full_run(project: Project) -> None:
    """Its time and totals are state, and each synced person's time is that person's data."""
    avc = project.avc()
    assert avc.record(FULL)
    assert avc.traffic().startswith("avc: 1 PHP processes, ")
    kept = state(project)
    assert kept.keys() == {"last_sync", "synced_users", "synced_cohorts"}
    assert (kept["synced_users"], kept["synced_cohorts"]) == ("i:3;", "i:2;")
    assert stamps(project).keys() == {2, 3}
    assert recent([kept["last_sync"], *stamps(project).values()])
    sync = project.avc().inspect().sync
    assert sync is not None
    assert sync.model_copy(update={"last_sync": 0}) == SyncState(
        last_sync=0, synced_users=3, synced_cohorts=2, failed_syncs=0
    )


def test_a_scoped_run_has_keys_of_its_own(project: Project) -> None:
    """What the last full run left stays."""
    avc = project.avc()
    avc.record(FULL)
    before = state(project)
    avc.record(SCOPED)
    after = state(project)
    assert before.items() <= after.items()
    assert after.keys() - before.keys() == {
        "scoped_last_sync",
        "scoped_synced_users",
        "scoped_synced_cohorts",
    }
    assert (after["scoped_synced_users"], after["scoped_synced_cohorts"]) == ("i:1;", "i:1;")


def test_a_failed_run_is_only_counted(project: Project) -> None:
    """Nothing else of it is kept, and counting goes on."""
    avc = project.avc()
    assert avc.record(FAILED)
    assert avc.record(FAILED.model_copy(update={"full": False}))
    assert state(project) == {"failed_syncs": "i:2;"}
    assert stamps(project) == {}


# On SQLite a Drupal that cannot have its file at once does not even start.
@pytest.mark.parametrize("empty", ["mariadb", "postgresql"], indirect=True)
def test_failures_at_the_same_time_are_all_counted(project: Project) -> None:
    """Each run adds one to what the others have left."""
    project.configure(
        "$settings['sandbox_before_query'] = static fn ($query) =>"
        " str_contains($query, 'DELETE FROM {key_value}') && usleep(200000);"
    )
    with ThreadPoolExecutor(4) as threads:
        runs = [threads.submit(project.avc().record, FAILED) for _ in range(4)]
        assert all(run.result() for run in runs)
    assert state(project) == {"failed_syncs": "i:4;"}


def test_a_lock_that_nobody_gives_back(small: Project) -> None:
    """Whoever waits for too long says so, and counts nothing."""
    small.configure("$settings['sandbox_lock_delay'] = 0;")
    with small.settings.with_name("avc_moodle_sync.failed_syncs.lock").open("w") as file:
        flock(file, LOCK_EX)
        with pytest.raises(UnexpectedAnswer, match=r"lock avc_moodle_sync\.failed_syncs is held"):
            small.avc().record(FAILED)
    assert state(small) == {}


def test_whoever_is_gone_is_left_out(project: Project) -> None:
    """An account that was deleted meanwhile, and uid 0, get no data."""
    assert project.avc().record(FULL.model_copy(update={"people": frozenset({0, 3, 99})}))
    assert stamps(project).keys() == {3}


def test_times_are_written_over(project: Project) -> None:
    """A second run replaces a person's time, and no other data of anybody."""
    execute(
        project.url,
        "INSERT INTO users_data (uid, module, name, value, serialized)"
        " VALUES (2, 'avc_moodle_sync', 'last_sync', '1000', 0)",
        "INSERT INTO users_data (uid, module, name, value, serialized)"
        " VALUES (4, 'avc_moodle_sync', 'last_sync', '1000', 0)",
        "INSERT INTO users_data (uid, module, name, value, serialized)"
        " VALUES (2, 'contact', 'enabled', '1', 0)",
        "INSERT INTO users_data (uid, module, name, value, serialized)"
        " VALUES (2, 'avc_moodle_sync', 'other', '1', 0)",
    )
    assert project.avc().record(FULL)
    times = stamps(project)
    assert times.pop(4) == "1000"
    assert times.keys() == {2, 3}
    assert recent(times.values())
    assert len(rows_in(project.url, "users_data", module="contact")) == 1
    assert len(rows_in(project.url, "users_data", name="other")) == 1


def test_more_people_than_one_query_takes(empty: str, project_of: Projects) -> None:
    """Whatever many there are, one process writes them."""
    site = small_site()
    for uid in range(5, 1305):
        site["users"].append(user(uid))
        site["users_field_data"].append(user_data(uid, f"p{uid}"))
    load(empty, site)
    project = project_of(empty)
    avc = project.avc()
    assert avc.record(FULL.model_copy(update={"people": frozenset(range(1, 2000))}))
    assert avc.traffic().startswith("avc: 1 PHP processes, ")
    assert stamps(project).keys() == set(range(1, 1305))


def test_a_run_without_people(project: Project) -> None:
    """A run that found nothing to do is remembered, too."""
    assert project.avc().record(FULL.model_copy(update={"people": frozenset()}))
    assert state(project).keys() == {"last_sync", "synced_users", "synced_cohorts"}
    assert stamps(project) == {}


def test_what_drupal_does_not_show_is_not_done(small: Project) -> None:
    """A value that was taken, and is not there when it is read back, is an error."""
    execute(
        small.url,
        "CREATE TRIGGER lost BEFORE INSERT ON key_value WHEN NEW.name LIKE '%synced_users'"
        " BEGIN SELECT RAISE(IGNORE); END",
    )
    with pytest.raises(UnexpectedAnswer, match=r"took the state avc_moodle_sync\.synced_users"):
        small.avc().record(FULL)
    execute(
        small.url,
        "CREATE TRIGGER lost_time BEFORE INSERT ON users_data WHEN NEW.uid = 3"
        " BEGIN SELECT RAISE(IGNORE); END",
    )
    with pytest.raises(UnexpectedAnswer, match="took the time of user 3"):
        small.avc().record(FULL)


def test_people_are_written_together_or_not(small: Project) -> None:
    """When one of them cannot be written, all keep what they had, and nothing is called done."""
    execute(
        small.url,
        "INSERT INTO users_data (uid, module, name, value, serialized)"
        " VALUES (2, 'avc_moodle_sync', 'last_sync', '1000', 0)",
    )
    before = contents(small.url)
    execute(
        small.url,
        "CREATE TRIGGER refused BEFORE INSERT ON users_data WHEN NEW.uid = 3"
        " BEGIN SELECT RAISE(ABORT, 'disk full'); END",
    )
    with pytest.raises(
        UnexpectedAnswer, match=r"site avc \(on this machine\) stopped: .*disk full"
    ):
        small.avc().record(FULL)
    assert contents(small.url) == before


def test_a_record_that_is_cut_is_not_done(small: Project) -> None:
    """PHP that ends before it has read back proves nothing."""
    small.configure(
        "$settings['sandbox_before_query'] = static function ($query) {"
        " if (str_contains($query, 'key_value') && str_contains($query, 'SELECT')) { exit; } };"
    )
    with pytest.raises((IncompleteRead, UnexpectedAnswer), match="site avc"):
        small.avc().record(FULL)

"""What the tests on the stand-in prove of the programs, seen on a real Drupal."""

import time

from reconciler.models.avc import Claims, SyncRecord
from reconciler.models.scope import FullScope, GuildScope, UserScope
from tests.avc.support import avc_at
from tests.drush.live.conftest import Drush
from tests.drush.support import Project
from tests.drush.test_same_snapshot import assert_same, scopes


def test_the_same_snapshot(live: Project) -> None:
    """Drush and SQL give the same, field by field, for the whole, for guilds and people of it."""
    full = assert_same(live, FullScope(), Claims())
    assert full.guilds
    assert full.people
    for scope, claims in scopes(full):
        assert_same(live, scope, claims)
    for guild in full.guilds[::10]:
        assert_same(live, GuildScope(uuid=guild.uuid, name=guild.label), Claims())
    for uid in sorted(full.people)[:: max(1, len(full.people) // 10)]:
        assert_same(live, UserScope(uid=uid), Claims())


def test_a_look(live: Project, drush: Drush) -> None:
    """Release, UUID and modules are what Drush's own commands say."""
    facts = live.avc().inspect()
    assert facts.release == drush("status", "--field=drupal-version")
    assert facts.site_uuid == drush("config:get", "system.site", "uuid", "--format=string")
    assert facts.modules is not None
    enabled = drush("pm:list", "--status=enabled", "--type=module", "--format=list").split()
    assert set(enabled) <= facts.modules
    assert live.avc().guilds() == avc_at(live.url).guilds()


def test_what_is_recorded_is_there(live: Project, drush: Drush) -> None:
    """``drush state:get`` and Drupal's user data show it, for those people who there are."""
    uids = frozenset(live.avc().read(FullScope(), Claims()).people)
    run = SyncRecord(full=True, failed=False, users=3, cohorts=2, people=uids | {0, 999_999_999})
    assert live.avc().record(run)
    assert drush("state:get", "avc_moodle_sync.synced_users") == "3"
    assert drush("state:get", "avc_moodle_sync.synced_cohorts") == "2"
    state, people = drush.remembered()
    now = str(state["avc_moodle_sync.last_sync"])
    assert {int(uid) for uid, value in people.items() if value == now} == uids
    assert abs(state["avc_moodle_sync.last_sync"] - time.time()) < 60


def test_other_runs(live: Project, drush: Drush) -> None:
    """A scoped run has keys of its own; a failed one is only counted."""
    before, people = drush.remembered()
    assert live.avc().record(SyncRecord(full=False, failed=False, users=1, cohorts=1))
    assert live.avc().record(SyncRecord(full=True, failed=True))
    after, still = drush.remembered()
    assert still == people
    changed = {name for name in after if after[name] != before.get(name)}
    assert changed <= {
        "avc_moodle_sync.failed_syncs",
        *(f"avc_moodle_sync.scoped_{part}" for part in ("last_sync", "synced_users")),
        "avc_moodle_sync.scoped_synced_cohorts",
    }
    failed = "avc_moodle_sync.failed_syncs"
    assert after[failed] == (before.get(failed) or 0) + 1

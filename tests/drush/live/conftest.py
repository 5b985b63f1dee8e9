"""A real Drupal, if one is given: a staging copy, never the site itself.

    LIVE_AVC_DIR       its root on this machine, where composer.json and vendor/ are
    LIVE_AVC_DATABASE  its database, as ``access.database`` would have it, with the password

Without both nothing here is collected. What the tests record there is put back.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.drush.support import Project

_DIRECTORY = os.environ.get("LIVE_AVC_DIR", "")
_DATABASE = os.environ.get("LIVE_AVC_DATABASE", "")

collect_ignore_glob = [] if _DIRECTORY and _DATABASE else ["test_*.py"]

_KEPT = """
$names = ['last_sync', 'synced_users', 'synced_cohorts', 'failed_syncs'];
$keys = [];
foreach ($names as $name) {
    array_push($keys, "avc_moodle_sync.$name", "avc_moodle_sync.scoped_$name");
}
"""
_ASK = "echo json_encode([\\Drupal::state()->getMultiple($keys),"
_ASK += " \\Drupal::service('user.data')->get('avc_moodle_sync', null, 'last_sync')]);"
_PUT_BACK = """
[$state, $people] = json_decode('%s', true);
\\Drupal::state()->deleteMultiple($keys);
\\Drupal::state()->setMultiple(array_filter($state, fn ($value) => $value !== null));
$data = \\Drupal::service('user.data');
$data->delete('avc_moodle_sync', null, 'last_sync');
foreach ($people as $uid => $time) {
    $data->set('avc_moodle_sync', $uid, 'last_sync', $time);
}
"""


@dataclass(frozen=True)
class Drush:
    """Drush itself, beside our program."""

    root: Path

    def __call__(self, *arguments: str, script: str = "") -> str:
        command = ["vendor/bin/drush", *arguments]
        ran = subprocess.run(
            command, cwd=self.root, input=script, capture_output=True, text=True, check=True
        )
        return ran.stdout.strip()

    def remembered(self) -> tuple[dict[str, Any], dict[str, str]]:
        """Our values in Drupal's state, and times by uid, as Drupal's own functions tell them."""
        state, people = json.loads(self("php:script", "-", script=_KEPT + _ASK))
        return dict(state), dict(people)


@pytest.fixture
def live() -> Project:
    return Project(Path(_DIRECTORY).absolute(), _DATABASE)


@pytest.fixture
def drush(live: Project) -> Iterator[Drush]:
    """What AVC remembered before the test, it remembers afterwards."""
    drush = Drush(live.root)
    before = json.dumps(drush.remembered())
    yield drush
    drush("php:script", "-", script=_KEPT + _PUT_BACK % before)

"""What is measured of a Moodle by its own PHP, each in one process of ``php``."""

import json
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_BEGIN = """\
<?php
define('CLI_SCRIPT', true);
require('config.php');
require_once($CFG->dirroot . '/cohort/lib.php');
\\core\\cron::setup_user();
$given = json_decode(<<<'GIVEN'
%s
GIVEN, true);
"""
_NOTHING = "<?php define('CLI_SCRIPT', true); require('config.php');"

_FLOOR = """
$begun = hrtime(true);
$transaction = $DB->start_delegated_transaction();
foreach ($given['cohorts'] as $fields) {
    $cohort = (object) ($fields['cohort'] + ['contextid' => context_system::instance()->id]);
    $id = cohort_add_cohort($cohort);
    foreach ($fields['members'] as $user) {
        cohort_add_member($id, $user);
    }
}
$transaction->allow_commit();
echo (hrtime(true) - $begun) / 1e9;
"""

_EMPTY = """
$marked = $DB->sql_like('description', ':mark');
$made = $DB->sql_like('idnumber', ':made');
$where = "$marked OR $made";
foreach ($DB->get_records_select('cohort', $where, $given) as $cohort) {
    cohort_delete_cohort($cohort);
}
"""

PREFIX = "bench-"
"""How the idnumbers begin of cohorts that a benchmark makes by other ways than this program."""


@dataclass(frozen=True, slots=True)
class BenchedCohort:
    """A cohort as a first sync makes it."""

    idnumber: str
    name: str
    description: str
    members: tuple[tuple[int, str], ...]
    """Account id and user name."""


@dataclass(frozen=True, slots=True)
class MoodleByPhp:
    """A Moodle's root on this machine, and its PHP."""

    root: Path
    php: str = "php"

    def bootstrap(self) -> float:
        """Seconds that PHP needs to load Moodle, and nothing else."""
        begun = time.perf_counter()
        self._run(_NOTHING)
        return time.perf_counter() - begun

    def floor(self, cohorts: Sequence[BenchedCohort]) -> float:
        """Seconds that Moodle's own functions need for these cohorts and members, in one process
        and one transaction: without the bootstrap, without a check, and without reading back.
        """
        given = [
            {
                "cohort": {
                    "idnumber": PREFIX + cohort.idnumber,
                    "name": cohort.name,
                    "description": cohort.description.replace("avc-moodle-sync", "nobody"),
                    "descriptionformat": 1,
                },
                "members": [account for account, _ in cohort.members],
            }
            for cohort in cohorts
        ]
        return float(self._given(_FLOOR, {"cohorts": given}))

    def empty(self, avc: str) -> None:
        """Delete the cohorts that bear this AVC's mark, and those of other benchmarks."""
        self._given(_EMPTY, {"mark": f"%avc-moodle-sync for AVC {avc}%", "made": f"{PREFIX}%"})

    def upload(self, file: Path) -> float:
        """Seconds that Moodle's own tool needs to put the accounts of a CSV file into cohorts."""
        tools = (self.root / part for part in ("public/admin", "admin"))
        found = [tool / "tool/uploaduser/cli/uploaduser.php" for tool in tools]
        script = next(path for path in found if path.exists())
        begun = time.perf_counter()
        command = [self.php, str(script), f"--file={file}", "--uutype=3"]
        told = subprocess.run(command, cwd=self.root, check=True, capture_output=True, text=True)
        seconds = time.perf_counter() - begun
        if "Errors: 0" not in told.stdout:
            raise RuntimeError(f"uploaduser: {told.stdout[-500:]}")
        return seconds

    def _given(self, text: str, given: Mapping[str, Any]) -> str:
        return self._run(_BEGIN % json.dumps(given) + text)

    def _run(self, program: str) -> str:
        told = subprocess.run(
            [self.php], input=program, cwd=self.root, check=True, capture_output=True, text=True
        )
        return told.stdout.strip()


def csv_of(cohorts: Sequence[BenchedCohort]) -> str:
    """The same memberships as Moodle's tool takes them: a line a person, a column a cohort."""
    joined: dict[str, list[str]] = {}
    for cohort in cohorts:
        for _, name in cohort.members:
            joined.setdefault(name, []).append(PREFIX + cohort.idnumber)
    most = max(map(len, joined.values()))
    columns = [f"cohort{number}" for number in range(1, most + 1)]
    rows = [[name, *of, *[""] * (most - len(of))] for name, of in sorted(joined.items())]
    return "".join(",".join(row) + "\n" for row in [["username", *columns], *rows])

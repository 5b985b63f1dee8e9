"""Two sites whose runs are undone, from both sites' rows to both's."""

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.two_sites import Ran, TwoSites

GUARDS = "guards: {removals_per_guild: 99, removals: 99, archives: 99}"
"""Here it is not guards that are looked at."""
SYNC = f"sync: {{{GUARDS}}}\n"


@dataclass(frozen=True)
class Place:
    """Two sites, and how Moodle is reached."""

    sites: TwoSites
    way: str

    def run(self, *arguments: str, code: int = 0) -> Ran:
        """Run a command; more on the end of the arguments that name sites."""
        ran = self.sites.reconciler(*arguments)
        assert (ran.code, ran.err if not code else "") == (code, ""), ran
        return ran

    def sync(self) -> Ran:
        return self.run("sync", "avc", self.way)

    def last(self) -> str:
        """The newest run's id."""
        return str(json.loads(self.run("history", "--json").out)[-1]["run"])

    def invert(self, run: str, *more: str) -> Ran:
        return self.run("invert", run, "-o", "undo.yaml", *more)

    def hold(self, told: str) -> None:
        """Put into nwp.yml what ``invert`` printed, as it printed it, in one piece.

        The lines that are there already are there once.
        """
        head = "    moodle_integration:\n"
        sync, _, block = told.partition(f"\n{head}")[2].partition("\n\n")[0].partition("\n")
        file = self.sites.directory / "nwp.yml"
        before, there, after = file.read_text().partition(f"      {SYNC}")
        assert (sync, there) == ("      sync:", f"      {SYNC}")
        assert before.count(head) == 1
        file.write_text(f"{before}{sync}\n        {GUARDS}\n{block}\n{after}")

    def state(self) -> dict[str, Any]:
        """All that this program may change in Moodle: cohorts, members, definitions and roles."""
        tables = {
            "cohorts": "SELECT id, name, idnumber, description, visible, component FROM cohort",
            "members": "SELECT cohortid, userid FROM cohort_members",
        }
        if self.way == "ss":
            tables |= {
                "definitions": "SELECT cohortid, roleid FROM local_cohortrole",
                "roles": "SELECT roleid, userid, component, itemid FROM role_assignments",
            }
        with closing(sqlite3.connect(self.sites.directory / "moodle.sqlite")) as db:
            return {name: sorted(map(repr, db.execute(sql))) for name, sql in tables.items()}


def without_outcomes(state_path: Path) -> None:
    """Take from the journal what became of the newest run's operations, and its end."""
    (journal,) = state_path.glob("*/journal.jsonl")
    lines = journal.read_text().splitlines(keepends=True)
    start = max(number for number, line in enumerate(lines) if "run" in json.loads(line))
    kept = [line for line in lines[start:] if {"run", "op"} & json.loads(line).keys()]
    journal.write_text("".join([*lines[:start], *kept]))

"""Undoing runs, and holding what was undone, from both sites' rows to both's; by both ways."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pytest

from reconciler.models.avc import Guild
from tests.commands.by_command_line import (
    by_command_line,
    leaves,
)
from tests.commands.test_command_line import MEMBERS, ROLES
from tests.two_sites import Ran, TwoSites

RADIO = Guild(id=3, uuid="00000003-1111-4111-8111-111111111111", label="Radio", alias="radio")
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
        return self.run("history").out.rstrip().splitlines()[-2].split()[0]

    def invert(self, run: str, *more: str) -> Ran:
        return self.run("invert", run, "-o", "undo.yaml", *more)

    def hold(self, told: str) -> None:
        """Put into nwp.yml what ``invert`` printed, as it printed it."""
        block = "hold:" + told.partition("\nhold:")[2]
        lines = "".join(f"        {line}\n" for line in (GUARDS, *block.splitlines()))
        file = self.sites.directory / "nwp.yml"
        text = file.read_text()
        assert SYNC in text
        file.write_text(text.replace(SYNC, f"sync:\n{lines}"))

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


@pytest.fixture(params=["ss", "ws"], ids=["command line", "web services"])
def place(request: pytest.FixtureRequest, sites: TwoSites) -> Place:
    """Guild 1 has 1 (admin), 2 (mentor), 3; guild 2 has 3 (admin), 4. Synchronised."""
    by_command_line(sites, MEMBERS, ROLES, GUARDS)
    made = Place(sites, request.param)
    made.sync()
    return made


MOVES = (
    "UPDATE group_relationship_field_data SET gid = 2 WHERE gid = 1 AND entity_id = 2"
    " AND plugin_id = 'group_membership'"
)
CHANGES: dict[str, Callable[[Place], None]] = {
    "somebody leaves": lambda place: place.sites.in_avc(leaves(1, 1)),
    "somebody moves": lambda place: place.sites.in_avc(MOVES),
    "a guild is renamed": lambda place: place.sites.in_avc(
        "UPDATE groups_field_data SET label = 'Web Däsign 🎉' WHERE id = 1"
    ),
    "a guild is gone": lambda place: place.sites.in_avc(
        "DELETE FROM groups WHERE id = 2", "DELETE FROM groups_field_data WHERE id = 2"
    ),
    "a cohort was changed by hand": lambda place: place.sites.in_moodle(
        "UPDATE cohort SET name = 'By hand', idnumber = '' WHERE idnumber = 'web-dev'",
        "INSERT INTO cohort (id, name, idnumber) VALUES (99, 'Another', '')",
    ),
    "a cohort lost its mark": lambda place: place.sites.in_moodle(
        "UPDATE cohort SET description = '' WHERE idnumber = 'web-dev'",
        "DELETE FROM cohort_members WHERE userid = 102",
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_run_is_undone_and_stays_so_while_it_is_held(
    place: Place, change: Callable[[Place], None]
) -> None:
    """Moodle is what it was before; with what invert prints in nwp.yml, the next sync does nothing.

    Undone again, and without the holds, it is what the run had made.
    """
    change(place)
    before = place.state()
    place.sync()
    run, after = place.last(), place.state()
    assert after != before
    told = place.invert(run)
    place.run("apply", "undo.yaml")
    assert place.state() == before
    place.hold(told.out)
    held = place.sync()
    assert place.state() == before
    assert "On hold, as nwp.yml says" in held.out
    place.run("apply", "undo.yaml")
    assert place.state() == before
    told = place.run("invert", "last", "-o", "again.yaml")
    assert f"That run undid run {run}" in told.out
    place.run("apply", "again.yaml")
    assert place.state() == after

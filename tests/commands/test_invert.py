"""Undoing runs, and holding what was undone, from both sites' rows to both's; by both ways."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from reconciler.models.avc import Guild
from reconciler.models.operations import Outcome, Step
from reconciler.state import StateDirectory
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
        """Put into nwp.yml what ``invert`` printed, as it printed it, in one piece.

        The lines that are there already are there once.
        """
        head = "    moodle_integration:\n"
        sync, _, block = told.partition(f"\n{head}")[2].partition("\n")
        file = self.sites.directory / "nwp.yml"
        before, there, after = file.read_text().partition(f"      {SYNC}")
        assert (sync, there) == ("      sync:", f"      {SYNC}")
        assert before.count(head) == 1
        file.write_text(f"{before}{sync}\n        {GUARDS}\n{block}{after}")

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


def test_the_first_run_is_undone(sites: TwoSites) -> None:
    """What it created is put away, and empty; with the holds in place it stays so."""
    by_command_line(sites, MEMBERS, ROLES, GUARDS)
    place = Place(sites, "ss")
    place.sync()
    made = sites.members()
    told = place.invert("last")
    assert told.out.count(": put away, and not deleted") == 2
    place.run("apply", "undo.yaml")
    put_away = sites.members()
    assert len(put_away) == len(made)
    assert all(name.rpartition("--archived-")[1] and not ids for name, ids in put_away.items())
    assert place.state()["roles"] == place.state()["definitions"] == []
    place.hold(told.out)
    before = place.state()
    place.sync()
    assert place.state() == before


def test_avc_is_not_asked(place: Place) -> None:
    """A run is undone, and a plan applied without asking AVC, while AVC cannot be read at all."""
    place.sites.in_avc(leaves(1, 1))
    before = place.state()
    place.run("plan", "avc", place.way, "-o", "plan.yaml")
    (place.sites.directory / "avc.sqlite").unlink()
    assert place.sites.reconciler("apply", "plan.yaml").code == 1
    place.run("apply", "plan.yaml", "--no-source-check")
    assert place.state() != before
    place.invert("last")
    place.run("apply", "undo.yaml")
    assert place.state() == before


def test_an_enrolment_that_ended_is_told_before_it_is_applied(sites: TwoSites) -> None:
    """Moodle enrols anew; grades and groups it does not bring back by itself."""
    made = by_command_line(sites, MEMBERS, ROLES, GUARDS)
    place = Place(sites, "ss")
    place.sync()
    made.takes_part("web-dev", 3, 5)
    sites.in_avc(leaves(1, 3))
    place.sync()
    says = "Leaving the cohort of web-dev ended, or may have ended, enrolments of u3 (account 103)"
    assert says in place.invert("last").out
    assert says in place.run("show", "undo.yaml").out


def test_a_run_that_changed_nothing_needs_no_undoing(place: Place, state_path: Path) -> None:
    """One that Moodle's own lock refused, say: nothing is to be applied or held."""
    state = StateDirectory(state_path)
    done = state.find("last")
    with state.run(done.start, [Step(step.operation) for step in done.steps]) as record:
        for number in range(len(done.steps)):
            record(Outcome(number, "held", "Somebody else is writing."))
    told = place.invert(state.runs()[-1].id).out
    assert told.endswith("\n✓ There is nothing to undo.\n")
    assert "reconciler apply" not in told


def test_a_run_is_looked_for_at_one_moodle(place: Place, state_path: Path) -> None:
    """What ran last at another Moodle is not undone instead; the first line names the Moodle."""
    state = StateDirectory(state_path)
    first = state.find("last")
    other = first.start.moodle.model_copy(update={"site": "other", "url": "https://other.example"})
    with state.run(first.start.model_copy(update={"moodle": other}), []):
        pass
    last = state.find("last", "other").id
    told = place.run("invert", "last", "--moodle", first.start.moodle.site).out
    assert told.startswith(f"{first.start.moodle.site} undoing run {first.id}")
    assert "there is no run" in place.run("invert", last, "--moodle", place.way, code=1).err


def test_what_no_longer_fits_is_told_and_can_be_left_out(place: Place) -> None:
    """A cohort that somebody deleted since; the rest is undone."""
    place.sites.in_avc(leaves(1, 1), leaves(2, 4))
    place.sync()
    place.sites.in_moodle(
        "DELETE FROM cohort_members"
        " WHERE cohortid IN (SELECT id FROM cohort WHERE name LIKE '%Design%')",
        "DELETE FROM cohort WHERE name LIKE '%Design%'",
    )
    told = place.invert("last").out
    assert "⚠ 1 operation cannot be given back, as Moodle has changed" in told
    assert "  - add account 104 to design-team: cohort " in told
    assert place.sites.reconciler("apply", "undo.yaml").code == 4
    assert place.sites.reconciler("apply", "undo.yaml", "--skip-stale").code == 5
    assert place.sites.members()["web-dev"] == {101, 102, 103}


def test_a_run_is_named_by_how_it_begins(place: Place) -> None:
    """And without a file its undoing is shown, and nothing is written."""
    before = place.state()
    shown = place.run("invert", place.last()[:-2])
    assert f"Undoes run {place.last()}, whatever AVC calls for" in shown.out
    assert place.state() == before


REFUSED = [
    (["20990101"], "there is no run '20990101'"),
    (["last", "--until", "soon"], "--until 'soon' is no day: write it as 2026-12-31"),
    (["last", "--until", "2020-01-01"], "--until 2020-01-01 is past: nothing would be held"),
    (["last", "-o", "nwp.yml/undo.yaml"], "nwp.yml/undo.yaml: cannot be written"),
]


@pytest.mark.parametrize(("arguments", "says"), REFUSED)
def test_what_makes_no_sense_is_refused(place: Place, arguments: list[str], says: str) -> None:
    """With a sentence, and exit code 1."""
    ran = place.run("invert", *arguments, code=1)
    assert says in ran.err


def test_the_last_day_of_the_holds_is_told(place: Place) -> None:
    """As asked for; 30 days from now without."""
    today = datetime.now().astimezone().date()
    day = (today + timedelta(days=30)).isoformat()
    assert f"until: {day}}}" in place.invert("last").out
    assert "until: 2999-01-01}" in place.invert("last", "--until", "2999-01-01").out


def test_a_run_at_work_is_not_undone(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it will do is not known yet."""
    monkeypatch.setattr(StateDirectory, "running", lambda _self, _record: True)
    ran = place.run("invert", "last", code=1)
    assert "is still at work" in ran.err


def without_outcomes(state_path: Path) -> None:
    """Take from the journal what became of the newest run's operations, and its end."""
    (journal,) = state_path.glob("*/journal.jsonl")
    lines = journal.read_text().splitlines(keepends=True)
    start = max(number for number, line in enumerate(lines) if "run" in json.loads(line))
    kept = [line for line in lines[start:] if {"run", "op"} & json.loads(line).keys()]
    journal.write_text("".join([*lines[:start], *kept]))


def test_a_cut_off_run_of_the_journal_is_undone_as_far_as_it_came(
    place: Place, state_path: Path
) -> None:
    """Of a run whose outcomes were never written, what Moodle shows to be done is undone."""
    before = place.state()
    place.sites.in_avc(leaves(1, 1), leaves(2, 4))
    place.sync()
    without_outcomes(state_path)
    place.sites.in_moodle(
        "INSERT INTO cohort_members (cohortid, userid)"
        " SELECT id, 104 FROM cohort WHERE idnumber = 'design-team'"
    )
    told = place.invert("last").out
    assert "The run was cut off" in told
    place.run("apply", "undo.yaml")
    assert place.state() == before


def test_what_a_later_run_did_is_not_undone_with_one_that_was_cut_off(
    place: Place, state_path: Path
) -> None:
    """A run loses its Moodle, and is done again: undoing it leaves what the second one did."""
    place.sites.in_avc(leaves(1, 1), leaves(2, 4))
    place.sync()
    first = place.last()
    without_outcomes(state_path)
    place.sites.in_moodle(
        "INSERT INTO cohort_members (cohortid, userid)"
        " SELECT id, 104 FROM cohort WHERE idnumber = 'design-team'"
    )
    place.sync()
    place.invert(first)
    place.run("apply", "undo.yaml")
    members = place.sites.members()
    assert 101 in members["web-dev"]
    assert 104 not in members["design-team"]


def test_a_cohort_that_was_let_go_is_taken_back(place: Place) -> None:
    """With its mark, and its lock; no synchronisation would let it go, so nothing is held."""
    before = place.state()
    place.run("release", "avc", place.way, "design-team")
    assert place.state() != before
    assert "hold:" not in place.invert("last").out
    place.run("apply", "undo.yaml")
    assert place.state() == before

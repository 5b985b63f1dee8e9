"""Undoing runs, and holding what was undone, from both sites' rows to both's; by both ways."""

from collections.abc import Callable

import pytest

from tests.commands.by_command_line import by_command_line, leaves
from tests.commands.test_command_line import MEMBERS, ROLES
from tests.commands.undoing import GUARDS, Place
from tests.two_sites import TwoSites

MOVES = (
    "UPDATE group_relationship_field_data SET gid = 2 WHERE gid = 1 AND entity_id = 2"
    " AND plugin_id = 'group_membership'"
)
AGAIN = "The next synchronisation does it again"
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
    undone = place.run("apply", "undo.yaml")
    assert f"(reconciler invert {run} prints the lines)" in undone.out
    assert place.state() == before
    place.hold(told.out)
    held = place.sync()
    assert place.state() == before
    assert "On hold, as nwp.yml says" in held.out
    assert AGAIN not in place.run("apply", "undo.yaml").out
    assert place.state() == before
    told = place.run("invert", "last", "-o", "again.yaml")
    assert f"That run undid run {run}" in told.out
    assert AGAIN not in place.run("apply", "again.yaml").out
    assert place.state() == after


def test_what_is_undone_without_its_holds_is_told_to_come_again(place: Place) -> None:
    """One line, with the guilds of which nwp.yml holds nothing; none once it does."""
    place.sites.in_avc(leaves(1, 1))
    place.sync()
    run = place.last()
    told = place.invert(run)
    out = place.run("apply", "undo.yaml").out
    (line,) = (line for line in out.splitlines() if AGAIN in line)
    assert line == (
        f"⚠ {AGAIN} as far as AVC calls for it: nwp.yml holds nothing in web-dev"
        f" (reconciler invert {run} prints the lines)"
    )
    place.sync()
    place.hold(told.out)
    assert AGAIN not in place.run("apply", "undo.yaml").out


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


def test_a_cohort_that_was_let_go_is_taken_back(place: Place) -> None:
    """With its mark, and its lock; no synchronisation would let it go, so nothing is held."""
    before = place.state()
    place.run("release", "avc", place.way, "design-team")
    assert place.state() != before
    assert "hold:" not in place.invert("last").out
    place.run("apply", "undo.yaml")
    assert place.state() == before

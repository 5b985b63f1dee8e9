"""Which run is undone, and how much of one that was cut off."""

import shlex
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from reconciler.models.operations import Outcome, Step
from reconciler.state import StateDirectory
from tests.commands.by_command_line import leaves
from tests.commands.undoing import Place, without_outcomes
from tests.two_sites import TwoSites


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


def test_last_is_of_the_moodle_that_nwp_yml_leads_to(place: Place, state_path: Path) -> None:
    """However others are called, and whoever ran since; a run without anything to do is none."""
    state = StateDirectory(state_path)
    first = state.find("last")
    names, steps = first.start.moodle, [Step(step.operation) for step in first.steps]
    other = names.model_copy(update={"url": "https://other.example"})
    with state.run(first.start.model_copy(update={"moodle": other}), steps):
        pass
    with state.run(first.start, []):
        pass
    for more in ((), ("--moodle", names.site), ("--moodle", names.url)):
        told = place.run("invert", "last", *more).out
        assert told.startswith(f"{names.site} undoing run {first.id}")
    none = place.run("invert", "last", "--moodle", "https://other.example", code=1)
    assert f"{names.site} is {names.url}" in none.err
    assert "there is no run of" in place.run("invert", "last", "--moodle", "nosuch", code=1).err


def test_a_newer_run_under_other_names_is_not_passed_over(place: Place, state_path: Path) -> None:
    """Where a Moodle was called otherwise when it was last written to, nobody undoes the run
    before that one instead; but whoever names it may.
    """
    state = StateDirectory(state_path)
    first = state.find("last")
    names, steps = first.start.moodle, [Step(step.operation) for step in first.steps]
    renamed = names.model_copy(update={"site": "elsewhere"})
    with state.run(first.start.model_copy(update={"moodle": renamed}), steps):
        pass
    newest = state.runs()[-1].id
    refused = place.run("invert", "last", code=1).err
    assert f"is {newest}, from {first.start.avc.site} to elsewhere" in refused
    assert f"under names that it has is {first.id}" in refused
    assert f"undoing run {first.id}" in place.run("invert", first.id).out


def test_a_newer_run_under_another_name_of_nwp_yml_is_not_passed_over(
    place: Place, state_path: Path
) -> None:
    """The name that is asked for leaves it out, not nwp.yml: that is what is said."""
    state = StateDirectory(state_path)
    first = state.find("last")
    names, steps = first.start.moodle, [Step(step.operation) for step in first.steps]
    renamed = names.model_copy(update={"site": {"ss": "ws", "ws": "ss"}[names.site]})
    with state.run(first.start.model_copy(update={"moodle": renamed}), steps):
        pass
    newest = state.runs()[-1].id
    refused = place.run("invert", "last", "--moodle", names.site, code=1).err
    assert f"is {newest}, from {first.start.avc.site} to {renamed.site}, which" in refused
    assert f"--moodle {names.site} leaves out" in refused
    assert "does not name" not in refused
    assert f"under that name is {first.id}" in refused


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


def test_what_is_printed_undoes_the_run_in_the_order_in_which_it_is_printed(
    world: TwoSites, state_path: Path
) -> None:
    """First the holds, each with the person's name; last the command, which guards let through."""
    assert world.reconciler("sync", "avc", "ss").code == 0
    assert any(world.members().values())
    told = world.reconciler("invert", "last", "-o", "my undo.yaml").out
    before, _, holds = told.partition("\nBefore you apply: put these lines into nwp.yml, ")
    assert "Guards hold this plan back" in before
    assert "user: 1, until: " in holds
    assert holds.count("  # zzacc1\n") == 2
    command = told.splitlines()[-1].partition("Then, to undo the run: ")[2]
    words = shlex.split(command)
    assert words[:4] == [f"RECONCILER_STATE={state_path}", "reconciler", "apply", "my undo.yaml"]
    assert world.reconciler(*words[2:]).code == 0
    assert not any(world.members().values())


def test_where_names_are_off_nobody_is_named_beside_a_hold(world: TwoSites) -> None:
    """Nor anywhere else."""
    nwp = world.directory / "nwp.yml"
    nwp.write_text(nwp.read_text().replace("sync: {", "sync: {names: false, "))
    assert world.reconciler("sync", "avc", "ss").code == 0
    told = world.reconciler("invert", "last", "-o", "undo.yaml").out
    assert "user: 1, until: " in told
    assert "zz" not in told


def test_a_run_at_work_is_not_undone(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it will do is not known yet."""
    monkeypatch.setattr(StateDirectory, "running", lambda _self, _record: True)
    ran = place.run("invert", "last", code=1)
    assert "is still at work" in ran.err


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

"""The log for machines: ``--log-format json``."""

import json
import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from providers.moodle.write import Writing
from reconciler.errors import ReadError
from reconciler.models.log_line import schema
from reconciler.plan_text import from_text
from tests.commands.logged import JSON, SCHEMA, SYNC, lines
from tests.two_sites import Ran, TwoSites

PLAN = ("plan", "avc", "ss", "-o", "p.yaml", JSON)
APPLY = ("apply", "p.yaml", "--yes", JSON)
LEFT = (
    "DELETE FROM group_relationship_field_data WHERE gid = 1 AND entity_id <= 6"
    " AND type = 'guild-group_membership'"
)
"""Six of the eight members of guild 1: more than a guard lets go."""


def digest_of(file: Path) -> str:
    (found,) = re.findall(r"^digest: (sha256:[0-9a-f]{64})$", file.read_text(), re.MULTILINE)
    assert from_text(file.read_text(), file.name)
    return str(found)


@pytest.fixture
def synced(world: TwoSites) -> TwoSites:
    """The same, synchronised."""
    assert world.reconciler("sync", "avc", "ss").code == 0
    return world


def test_the_schema_is_the_models() -> None:
    """log.schema.json is what the model says a line is."""
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == schema()


@pytest.mark.parametrize("edit", [{"step": "nap"}, {"time": "now"}, {"user": "zz"}, {"level": 1}])
def test_the_schema_refuses_what_is_no_line(edit: dict[str, object]) -> None:
    """An unknown step, field or level, and a time without its zone, are not valid."""
    validator = jsonschema.Draft202012Validator(schema())
    line = {
        "time": "2026-11-25T02:00:00.000Z",
        "level": "info",
        "command": "plan",
        "process": 1,
        "step": "plan",
        "seconds": 0.1,
    }
    validator.validate(line)
    assert not validator.is_valid(line | edit)


def test_each_step_of_a_run_has_a_line(world: TwoSites) -> None:
    """In order, with what it cost; the last one has the sums, and the counts of operations."""
    ran = world.reconciler(*SYNC)
    found = lines(ran)
    assert [line["step"] for line in found] == [
        "read AVC",
        "read Moodle",
        "plan",
        "guards",
        "guards",
        "write",
        "read back",
        "done",
    ]
    assert {line["level"] for line in found} == {"info"}
    assert {(line["command"], line["avc"], line["moodle"]) for line in found} == {
        ("sync", "avc", "ss")
    }
    done = found[-1]
    for what in ("calls", "received"):
        assert done[what] == sum(line.get(what, 0) for line in found[:-1]) > 0
    assert done["planned"] == done["fulfilled"] == {"create": 2, "add": 10}
    assert "failed" not in done
    assert {line["process"] for line in found} == {os.getpid()}


def test_a_plan_is_named_by_its_digest_from_when_it_is_known(world: TwoSites) -> None:
    """A run that makes it knows it after the guards; one that carries it out, from the first."""
    made = lines(world.reconciler(*PLAN))
    known = digest_of(world.directory / "p.yaml")
    assert [line.get("digest") for line in made] == [None] * 3 + [known] * 2
    assert made[-1]["planned"] == {"create": 2, "add": 10}
    world.in_avc("UPDATE groups_field_data SET label = 'Another name' WHERE id = 2")
    for command in (("explain", "p.yaml", "--user", "1", JSON), APPLY):
        about = lines(world.reconciler(*command))
        assert {line["digest"] for line in about} == {known}


def test_an_inversion_is_logged(synced: TwoSites) -> None:
    """What is read, what guards hold of it, and the digest that the plan's file has."""
    ran = synced.reconciler("invert", "last", "-o", "undo.yaml", JSON)
    found = lines(ran)
    assert [line["step"] for line in found] == ["read Moodle", "read Moodle", "guards", "done"]
    assert {(line["command"], line["moodle"]) for line in found} == {("invert", "ss")}
    known = digest_of(synced.directory / "undo.yaml")
    assert [line.get("digest") for line in found] == [None, None, known, known]
    assert found[-1]["planned"] == {"change": 2, "remove": 10}
    assert [word.partition("@")[0] for word in found[-1]["held"]] == [
        "removals-per-guild",
        "archives",
    ]
    assert "Then, to undo the run: " in ran.out


def test_people_read_standard_output(synced: TwoSites) -> None:
    """With a log, standard output has what it has without, and errors and --debug's notes too."""
    synced.in_avc(LEFT)
    plain = synced.reconciler("plan", "avc", "ss")
    ran = synced.reconciler("plan", "avc", "ss", JSON)
    lines(ran)
    assert ran.out == plain.out
    debugged = synced.reconciler("plan", "avc", "ss", JSON, "--debug")
    lines(debugged)
    assert "debug: plan: " in debugged.out
    failed = synced.reconciler("plan", "avc", "nowhere", JSON)
    assert failed.out.startswith("Error: ")
    assert lines(failed)[-1]["error"] in failed.out


def guarded(world: TwoSites) -> Ran:
    world.in_avc(LEFT)
    world.reconciler(*PLAN)
    return world.reconciler(*APPLY)


def stale(world: TwoSites) -> Ran:
    world.in_moodle("DELETE FROM cohort_members WHERE userid IN (101, 102)")
    world.reconciler(*PLAN)
    world.in_avc("UPDATE users_field_data SET status = 0 WHERE uid = 1")
    return world.reconciler(*APPLY)


def partly(world: TwoSites) -> Ran:
    stale(world)
    return world.reconciler(*APPLY, "--skip-stale")


def unknown_user(world: TwoSites) -> Ran:
    return world.reconciler(*SYNC, "--user", "77")


def misspelt(world: TwoSites) -> Ran:
    return world.reconciler(*SYNC, "--fill")


def edited(world: TwoSites) -> Ran:
    world.in_moodle("DELETE FROM cohort_members WHERE userid IN (101, 102)")
    world.reconciler(*PLAN)
    plan = world.directory / "p.yaml"
    plan.write_text(plan.read_text().replace("zzann1", "zzann3"))
    return world.reconciler(*APPLY)


def half_an_avc(world: TwoSites) -> Ran:
    world.damage_avc("DELETE FROM users_field_data WHERE uid = 1")
    return world.reconciler(*SYNC)


@pytest.mark.parametrize(
    ("fails", "code", "says"),
    [
        (guarded, 3, "Guards hold this plan back"),
        (stale, 4, "no longer fit"),
        (partly, 5, "were left out"),
        (unknown_user, 1, "77"),
        (misspelt, 1, "--fill"),
        (edited, 1, "digest"),
        (half_an_avc, 1, "AVC"),
    ],
)
def test_an_error_is_one_line_with_the_sentence(
    synced: TwoSites, fails: Callable[[TwoSites], Ran], code: int, says: str
) -> None:
    """Whatever ends a run is in its last line, without the people whom it is about."""
    ran = fails(synced)
    done = lines(ran)[-1]
    assert (ran.code, done["level"]) == (code, "error")
    assert says in done["error"]
    assert done["error"] in ran.out


def test_what_is_held_back_is_named_by_what_acknowledges_it(synced: TwoSites) -> None:
    """Planning, applying and a one-shot run give the word for ``--ack``, and a warning."""
    synced.in_avc(LEFT)
    made = lines(synced.reconciler(*PLAN))
    held = made[-1]["held"]
    assert [word.partition("@")[0] for word in held] == ["removals-per-guild"]
    assert [line["level"] for line in made if line["step"] == "guards"] == ["warning"]
    assert lines(synced.reconciler(*APPLY))[-1]["held"] == held
    one_shot = lines(synced.reconciler(*SYNC))[-1]
    assert (one_shot["held"], one_shot["level"], one_shot["exit_code"]) == (held, "warning", 1)
    assert "error" not in one_shot
    done = lines(synced.reconciler(*APPLY, "--ack", *held))[-1]
    assert "held" not in done
    assert done["fulfilled"] == {"remove": 6}


def test_what_moodle_refuses_is_counted(synced: TwoSites) -> None:
    """Of two who are to come, the account of one is gone: exit 5, one fulfilled and one failed."""
    synced.in_moodle("DELETE FROM cohort_members WHERE userid IN (101, 108)")
    synced.reconciler(*PLAN)
    original = Writing.run

    def refuse(self: Writing, *arguments: Any) -> Any:
        for outcome in original(self, *arguments):
            lost = outcome.step == 0
            yield replace(outcome, status="failed", reason="zzann1@zz.org?") if lost else outcome

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Writing, "run", refuse)
        found = lines(synced.reconciler(*APPLY))
    written = next(line for line in found if line["step"] == "write")
    assert (written["failed"], written["fulfilled"]) == ({"add": 1}, {"add": 2})
    assert written["level"] == "warning"
    assert found[-1]["exit_code"] == 5


def test_a_step_that_fails_is_an_error(synced: TwoSites, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a site is lost, the step says so, and the last line why, without addresses."""

    def fail(*_: object) -> None:
        raise ReadError("Moodle does not answer zzann1@zz.org any more")

    monkeypatch.setattr("providers.moodle.site.WebServiceSite.read", fail)
    found = lines(synced.reconciler(*SYNC))
    failed = [line["step"] for line in found if line["level"] == "error"]
    assert failed == ["read Moodle", "plan", "done"]
    assert found[-1]["error"] == "Moodle does not answer (an address) any more"


def test_a_defect_is_told_without_what_it_was_about(
    synced: TwoSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The text of an exception that nobody foresaw may hold anything: the log has its kind."""

    def fail(*_: object, **__: object) -> None:
        raise KeyError("zzann1")

    monkeypatch.setattr("reconciler.reconciliation.make_plan", fail)
    ran = synced.reconciler(*SYNC)
    assert lines(ran)[-1]["error"] == "this is a defect of this program: KeyError."
    assert "zzann1" in ran.out


def test_an_interrupted_run_has_its_last_line(
    synced: TwoSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 130, and what was done until then."""

    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("reconciler.reconciliation.make_plan", interrupt)
    ran = synced.reconciler(*SYNC)
    found = lines(ran)
    assert ran.code == 130
    assert [line["step"] for line in found] == ["read AVC", "read Moodle", "plan", "done"]

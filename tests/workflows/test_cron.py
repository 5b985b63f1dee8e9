"""The crontab: its commands, run as cron would."""

import re

import pytest

from tests.workflows.pipeline import WORKFLOWS
from tests.workflows.schedules import Machine

_ENTRY = re.compile(r"^(?:# )?((?:[-\d*/,]+ ){5})(.+)$", re.MULTILINE)
TEXT = (WORKFLOWS / "crontab").read_text(encoding="utf-8")
NIGHTLY, HOURLY, REVIEW = (command for _, command in _ENTRY.findall(TEXT))


def run(machine: Machine, command: str) -> tuple[int, str]:
    assert "%" not in command, "cron would end the command there"
    done = machine.run(["/bin/sh", "-c", command])
    return done.code, done.said


def test_each_line_is_an_entry_a_variable_or_a_comment() -> None:
    """Nothing else is in a crontab, and the hours are those of the specification."""
    for line in filter(None, TEXT.splitlines()):
        assert line.startswith("#") or _ENTRY.fullmatch(line) or re.fullmatch(r"[A-Z]+=\S+", line)
    assert [when.strip() for when, _ in _ENTRY.findall(TEXT)] == [
        "0 2 * * *",
        "30 * * * *",
        "0 6 * * 1-5",
    ]


@pytest.mark.parametrize("command", [NIGHTLY, HOURLY], ids=["nightly", "hourly"])
def test_a_run_that_is_good_says_nothing_to_cron(machine: Machine, command: str) -> None:
    """What is printed is in the log; nothing is mailed."""
    # The sandbox's guild of that name is web-development.
    assert run(machine, command.replace("web-dev ", "web-development ")) == (0, "")
    (log,) = (machine.home / "nwp").glob("avc-moodle-sync*.log")
    assert "Synchronization completed" in log.read_text()
    assert machine.sites.members()


@pytest.mark.parametrize("command", [NIGHTLY, HOURLY], ids=["nightly", "hourly"])
def test_a_run_that_fails_tells_cron(machine: Machine, command: str) -> None:
    """What it said is printed, for cron to mail."""
    machine.sites.in_avc("DELETE FROM groups_field_data", "DELETE FROM users_field_data")
    code, said = run(machine, command)
    assert code == 0
    assert "Error: " in said
    assert machine.sites.members() == {}


def test_what_a_guard_holds_back_is_mailed_whole(machine: Machine) -> None:
    """With the guard and the command that carries it out; of the night before, nothing."""
    assert run(machine, NIGHTLY) == (0, "")
    machine.sites.in_avc("UPDATE users_field_data SET status = 0 WHERE uid > 1")
    _, said = run(machine, NIGHTLY)
    assert said.count("AVC-Moodle Sync") == 1
    assert "✗ removals-per-guild: " in said
    assert "⚠ State             a part held back" in said
    assert re.search(r"^ +RECONCILER_STATE=\S+ reconciler apply \S+ --ack ", said, re.MULTILINE)


def test_planning_mails_what_there_is_to_review(machine: Machine) -> None:
    """Exit code 2 prints the plan; with nothing to do, nothing is printed."""
    _, said = run(machine, REVIEW)
    assert "cohorts to create" in said
    assert "+ karin.singh" in said
    assert (machine.home / "nwp" / "plans" / "today.yaml").exists()
    assert machine.sites.members() == {}
    assert machine.sites.reconciler("apply", "plans/today.yaml", "--yes").code == 0
    assert run(machine, REVIEW) == (0, "")


def test_a_plan_that_cannot_be_made_mails_no_older_one(machine: Machine) -> None:
    """The error is printed, and not what was planned before."""
    run(machine, REVIEW)
    (machine.sites.directory / "avc.sqlite").unlink()
    _, said = run(machine, REVIEW)
    assert "Error: " in said
    assert "karin.singh" not in said

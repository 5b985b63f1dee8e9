"""The systemd units, as far as they can be looked at without systemd being at work."""

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.workflows.pipeline import BIN, WORKFLOWS
from tests.workflows.schedules import Machine

UNITS = ("avc-moodle-sync@.service", "avc-moodle-sync@.timer", "avc-moodle-sync-failed@.service")
ROOT = str(WORKFLOWS.parent.parent)
SPECIFIERS = {"%i": "nightly", "%L": "/var/log", "%S": "/var/lib", "%H": "here", "%%": "%"}


def text(unit: str) -> str:
    return (WORKFLOWS / "systemd" / unit).read_text(encoding="utf-8")


def values(unit: str, key: str) -> list[str]:
    """What a unit has for a key, with its specifiers filled in."""
    found = re.findall(rf"^{key}=(.*)$", text(unit), re.MULTILINE)
    return [re.sub("%[iLSH%]", lambda m: SPECIFIERS[m[0]], value) for value in found]


def command(unit: str, filled: Mapping[str, str]) -> list[str]:
    """What a unit starts: its specifiers, and words that are variables, filled in."""
    (start,) = values(unit, "ExecStart")
    words = (word.replace("$$", "$") for word in shlex.split(start))
    return [filled[word[1:]] if word[:1] == "$" else word for word in words]


@pytest.fixture
def analyze(tmp_path: Path) -> Path:
    """A directory with the units, whose program is where it is here. Skips without systemd."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed: Debian's package systemd has it")
    for unit in UNITS:
        there = text(unit).replace("/opt/avc-moodle-sync/.venv/bin", str(BIN))
        (tmp_path / unit).write_text(there)
    return tmp_path


def analyzed(*arguments: str) -> tuple[int, str]:
    ran = subprocess.run(
        ["systemd-analyze", *arguments], text=True, capture_output=True, check=False
    )
    return ran.returncode, ran.stdout + ran.stderr


def test_systemd_finds_nothing_wrong(analyze: Path) -> None:
    """No key that it does not know, no program or unit that there is not."""
    named = [str(analyze / unit.replace("@", "@nightly")) for unit in UNITS]
    assert analyzed("verify", "--man=no", "--recursive-errors=yes", *named) == (0, "")


def test_systemd_finds_what_is_wrong(analyze: Path) -> None:
    """A key that is misspelt in a unit does not go unseen here."""
    file = analyze / UNITS[0]
    file.write_text(file.read_text().replace("StateDirectory=", "StateDirectry="))
    _, said = analyzed("verify", "--man=no", str(analyze / "avc-moodle-sync@nightly.service"))
    assert "StateDirectry" in said


def test_the_service_is_hardened(analyze: Path) -> None:
    """Systemd rates its exposure below 2 of 10; what is left is the network and the file modes."""
    named = str(analyze / "avc-moodle-sync@nightly.service")
    code, said = analyzed("security", "--offline=yes", "--threshold=20", "--no-pager", named)
    assert code == 0, said


def test_it_runs_at_two_at_night(analyze: Path) -> None:
    """The calendar expression is one, and means each night."""
    assert analyze
    (when,) = values(UNITS[1], "OnCalendar")
    code, said = analyzed("calendar", "--iterations=2", when)
    assert code == 0
    assert re.findall(r"\d\d:\d\d:\d\d(?= UTC| [A-Z]{3,4}$)", said, re.MULTILINE).count("02:00:00")
    assert values(UNITS[1], "Persistent") == ["true"]


def test_the_document_sets_it_up(machine: Machine) -> None:
    """What docs/workflows.md has for it puts every unit there, and writes to NAME.conf what the
    service takes; the service is tried before it has a timer.
    """
    units = machine.home / "etc" / "systemd" / "system"
    units.mkdir(parents=True)
    for program in ("apt-get", "systemctl"):
        machine.records(program)
    sudo = machine.home / "bin" / "sudo"
    sudo.write_text('#!/bin/sh\nexec "$@"\n')
    sudo.chmod(0o755)
    for block in set_up():
        here = block.replace("/etc/", f"{machine.home}/etc/").replace("/opt/avc-moodle-sync", ROOT)
        done = machine.run(["bash", "-ec", here])
        assert done.code == 0, done.said
    assert {unit.name for unit in units.iterdir()} == set(UNITS)
    (conf,) = (machine.home / "etc" / "avc-moodle-sync").iterdir()
    comment = re.findall(r"^#   (\w+=\S+)$", text(UNITS[0]), re.MULTILINE)
    assert (conf.stem, conf.read_text().splitlines()) == ("nightly", comment)
    started = [line.split("|")[1:-1] for line in machine.recorded().splitlines()]
    assert started[-2:] == [
        ["start", "avc-moodle-sync@nightly"],
        ["enable", "--now", "avc-moodle-sync@nightly.timer"],
    ]


def set_up() -> list[str]:
    """The commands of docs/workflows.md that set a timer up."""
    document = (Path(ROOT) / "docs" / "workflows.md").read_text(encoding="utf-8")
    section = document.partition("\n## A systemd timer\n")[2].partition("\n## ")[0]
    blocks = re.findall(r"^```bash\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    return [block for block in blocks if "/etc/" in block]


def test_what_is_held_back_is_looked_at_as_the_document_has_it(machine: Machine) -> None:
    """The program is found, with the service's user and state, from the directory of nwp.yml."""
    document = (Path(ROOT) / "docs" / "workflows.md").read_text(encoding="utf-8")
    (state,) = values(UNITS[0], "StateDirectory")
    (there,) = values(UNITS[0], "WorkingDirectory")
    (user,) = values(UNITS[0], "User")
    (line,) = re.findall(r"^sudo -u (.+ reconciler history)$", document, re.MULTILINE)
    assert f"\ncd {there}\nsudo -u {line}" in document
    who, _, command = line.partition(" ")
    assert (who, f"RECONCILER_STATE=/var/lib/{state} " in command) == (user, True)
    here = command.replace("/opt/avc-moodle-sync/.venv/bin", str(BIN))
    here = here.replace("/var/lib/", f"{machine.home}/")
    done = machine.run(["bash", "-ec", here], machine.sites.directory, PATH="/usr/bin:/bin")
    assert done.code == 0, done.said


def test_its_state_is_its_own() -> None:
    """What RECONCILER_STATE names is the directory that systemd makes, for this user alone."""
    (directory,) = values(UNITS[0], "StateDirectory")
    assert f"RECONCILER_STATE=/var/lib/{directory}" in values(UNITS[0], "Environment")
    assert values(UNITS[0], "StateDirectoryMode") == ["0700"]
    assert values(UNITS[0], "OnFailure") == [UNITS[2].replace("@", "@nightly")]


def test_its_log_is_for_its_user_alone() -> None:
    """It has names of users; the unit that mails it is the same user's."""
    assert values(UNITS[0], "LogsDirectoryMode") == ["0700"]
    assert values(UNITS[2], "User") == values(UNITS[0], "User")


def test_its_command_synchronises(machine: Machine) -> None:
    """With what NAME.conf says, as the comment in the unit has it; JSON for the journal, and a log
    for people in the directory that systemd names, from the first run on.
    """
    conf = dict(re.findall(r"^#   (\w+)=(\S+)$", text(UNITS[0]), re.MULTILINE))
    told = dict(pair.partition("=")[::2] for pair in values(UNITS[0], "Environment"))
    del told["RECONCILER_STATE"]
    there = "/opt/avc-moodle-sync/.venv/bin"
    words = [word.replace(there, str(BIN)) for word in command(UNITS[0], conf)]
    assert str(BIN / "pl") in words[2]
    done = machine.run(words, machine.sites.directory, **told, LOGS_DIRECTORY=str(machine.home))
    assert done.code == 0
    assert '"step": "done"' in done.said
    assert machine.sites.members()
    assert "[3/5] Running synchronization" in (machine.home / "nightly.log").read_text()


def test_its_output_is_nothing_that_systemd_opens() -> None:
    """Systemd 252 opens StandardOutput= before it makes LogsDirectory=: the first run would fail
    with 209/STDOUT.
    """
    assert values(UNITS[0], "StandardOutput") == []


def test_a_failure_is_mailed(machine: Machine) -> None:
    """To root: how it ended; since when the log is, which may be of a run before; all of the log,
    if there is one.
    """
    machine.records("mail")
    status = machine.home / "bin" / "systemctl"
    status.write_text('#!/bin/sh\necho "how it ended: $*"\n')
    status.chmod(0o755)
    logs = f"/var/log/{values(UNITS[0], 'LogsDirectory')[0]}"
    words = [word.replace(logs, str(machine.home)) for word in command(UNITS[2], {})]
    log = machine.home / "nightly.log"
    assert machine.run(words).code == 0
    assert f"cat: {log}: No such file or directory" in machine.recorded()
    machine.forgets()
    log.write_text("first\n" + "more\n" * 50)
    os.utime(log, (0, 0))
    assert machine.run(words, TZ="UTC").code == 0
    assert machine.recorded().splitlines() == [
        f"{machine.home}/bin/mail|-s|avc-moodle-sync nightly failed on here|root|",
        "how it ended: status --no-pager --lines=0 avc-moodle-sync@nightly.service",
        "",
        f"{log}, of 1970-01-01 00:00:00 UTC:",
        "first",
        *["more"] * 50,
    ]

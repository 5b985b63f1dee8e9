"""The CronJobs: valid by Kubernetes' published schemas, their commands run here.

Nothing of it has been run in a cluster.
"""

import subprocess
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.workflows.pipeline import BIN, WORKFLOWS
from tests.workflows.schedules import Machine

FILES = ("pair.yaml", "list.yaml")
RELEASES = ("1.31.0", "1.37.0")
"""The first in which podFailurePolicy is stable, and the newest that there is a schema of."""


def documents(name: str) -> list[Any]:
    text = (WORKFLOWS / "kubernetes" / name).read_text(encoding="utf-8")
    return list(YAML(typ="safe", pure=True).load_all(text))


def job(name: str) -> Any:
    (found,) = (one for one in documents(name) if one["kind"] == "CronJob")
    return found["spec"]


def container(name: str) -> Any:
    (found,) = job(name)["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    return found


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("release", RELEASES)
def test_they_are_valid(name: str, release: str) -> None:
    """By the schemas of that release, with no field that it does not know."""
    ran = subprocess.run(
        [BIN / "kubernetes-validate", "--strict", "-k", release, WORKFLOWS / "kubernetes" / name],
        text=True,
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout
    assert "cronjob/" in ran.stderr + ran.stdout


@pytest.mark.parametrize("name", FILES)
def test_one_run_at_a_time_and_only_what_is_partly_done_is_tried_again(name: str) -> None:
    """Nothing runs beside itself, and every exit code but 5 ends the job."""
    spec = job(name)
    assert spec["concurrencyPolicy"] == "Forbid"
    once = spec["jobTemplate"]["spec"]
    assert once["template"]["spec"]["restartPolicy"] == "Never"
    assert once["backoffLimit"] > 0
    rule = once["podFailurePolicy"]["rules"][-1]
    assert (rule["action"], rule["onExitCodes"]) == (
        "FailJob",
        {"containerName": container(name)["name"], "operator": "NotIn", "values": [5]},
    )


@pytest.mark.parametrize("name", FILES)
def test_what_is_mounted_is_there(name: str) -> None:
    """Each mount has its volume; the state is below a mount, and what is read is below another."""
    spec = job(name)["jobTemplate"]["spec"]["template"]["spec"]
    mounts = {mount["name"]: mount["mountPath"] for mount in container(name)["volumeMounts"]}
    assert mounts.keys() == {volume["name"] for volume in spec["volumes"]}
    told = {one["name"]: one.get("value", "") for one in container(name)["env"]}
    assert Path(told["RECONCILER_STATE"]).parent == Path(mounts["state"])
    assert Path(told["RECONCILER_CONFIG"]).parent == Path(mounts["config"])


def test_a_pair_is_synchronised(machine: Machine) -> None:
    """Its command with its environment; the state directory is made below a shared volume."""
    told = {one["name"]: one.get("value", "") for one in container("pair.yaml")["env"]}
    volume = machine.home / "volume"
    volume.mkdir()
    # As a volume's root with fsGroup: the group may write, which a state directory refuses.
    volume.chmod(0o2775)
    done = machine.run(
        [*container("pair.yaml")["command"], *container("pair.yaml")["args"]],
        RECONCILER_CONFIG=str(machine.sites.directory / Path(told["RECONCILER_CONFIG"]).name),
        RECONCILER_STATE=str(volume / Path(told["RECONCILER_STATE"]).name),
    )
    assert done.code == 0, done.said
    assert '"exit_code": 0' in done.said
    assert machine.sites.members()


def run_list(machine: Machine, pairs: str) -> tuple[int, str]:
    """The list's script with another list."""
    (machine.home / "pairs").write_text(pairs)
    done = machine.run(
        [*container("list.yaml")["command"], *container("list.yaml")["args"]],
        RECONCILER_CONFIG=str(machine.sites.directory / "nwp.yml"),
        PAIRS=str(machine.home / "pairs"),
    )
    return done.code, done.said


def test_one_pair_that_fails_keeps_no_other_from_being_done(machine: Machine) -> None:
    """All are tried; the exit code is not 0."""
    code, said = run_list(machine, "avc nowhere\n\navc ss")
    assert code == 1
    assert said.count('"step": "done"') == 2
    assert machine.sites.members()
    assert run_list(machine, "avc ss\n")[0] == 0


@pytest.mark.parametrize(
    ("codes", "expected", "tried"),
    [((0, 0), 0, 2), ((1, 5), 5, 2), ((5, 1), 5, 2), ((130, 0), 130, 1), ((0, 1), 1, 2)],
)
def test_the_worst_exit_code_is_the_jobs(
    machine: Machine, codes: tuple[int, int], expected: int, tried: int
) -> None:
    """What is done in part is tried again, also beside what failed; interrupted, all ends."""
    (machine.home / "bin").mkdir()
    stub = machine.home / "bin" / "reconciler"
    stub.write_text('#!/bin/sh\necho "$*" >> "$RECORD"\nexit "${3#x}"\n')
    stub.chmod(0o755)
    code, _ = run_list(machine, "".join(f"avc x{one}\n" for one in codes))
    assert (code, len(machine.recorded().splitlines())) == (expected, tried)


def test_the_list_of_the_example_is_what_the_script_reads() -> None:
    """A pair a line, from where the ConfigMap is mounted."""
    (listed,) = (one for one in documents("list.yaml") if one["kind"] == "ConfigMap")
    assert all(len(line.split()) == 2 for line in listed["data"]["pairs"].splitlines())
    told = {one["name"]: one.get("value", "") for one in container("list.yaml")["env"]}
    assert told["PAIRS"] == "/etc/avc-moodle-sync/pairs"

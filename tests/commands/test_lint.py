"""``reconciler lint``: what is wrong with plan files, without any site; and as a hook."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from reconciler.models.guards import GuardFigures
from reconciler.plan_text import as_json, as_yaml
from tests.commands.test_hostile_text import HOSTILE, harmless
from tests.example_plans import monday
from tests.two_sites import TwoSites

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def plans(sites: TwoSites) -> TwoSites:
    """Two good plans, two bad ones, one that a guard holds back; no nwp.yml."""
    held = GuardFigures(guard="removals", limit="1", found="2 of 5", ok=False, acknowledge="r@1")
    good = as_yaml(monday())
    for name, text in {
        "good.yaml": good,
        "good.json": as_json(monday()),
        "edited.yaml": good.replace("moodle:180", "moodle:181"),
        "broken.yaml": good.replace("scope: full", "scope: ["),
        "held.yaml": as_yaml(monday().model_copy(update={"guards": (held,)})),
    }.items():
        (sites.directory / name).write_text(text, encoding="utf-8")
    return sites


def test_good_plans_are_good(plans: TwoSites) -> None:
    """Exit 0, one line."""
    ran = plans.reconciler("lint", "good.yaml", "good.json")
    assert (ran.code, ran.out, ran.err) == (0, "✓ 2 plan files: as they should be\n", "")
    assert plans.reconciler("lint", "good.yaml").out == "✓ 1 plan file: as it should be\n"


def test_all_files_are_told(plans: TwoSites) -> None:
    """Not only the first that is wrong; each line has file, line, what and what to do; exit 1."""
    ran = plans.reconciler("lint", "edited.yaml", "good.yaml", "no.yaml", "broken.yaml")
    lines = ran.out.splitlines()
    assert [line.partition(":")[0] for line in lines] == ["edited.yaml", "no.yaml", "broken.yaml"]
    assert all(re.fullmatch(r"\S+\.yaml:\d+: [A-Z].+\. .+\.", line) for line in lines)
    assert (ran.code, ran.err) == (1, "")


def test_a_warning_is_no_failure(plans: TwoSites) -> None:
    """A plan that a guard holds back is a good plan, and whoever merges is told."""
    ran = plans.reconciler("lint", "held.yaml")
    assert "held.yaml:" in ran.out
    assert "warning: The guard removals holds this plan back" in ran.out
    assert ran.out.endswith("\n✓ 1 plan file: valid, 1 warning\n")
    assert ran.code == 0
    assert plans.reconciler("lint", "held.yaml", "good.yaml", "held.yaml").out.endswith(
        "\n✓ 3 plan files: valid, 2 warnings\n"
    )


def test_no_clock_unless_it_is_asked(plans: TwoSites) -> None:
    """``--max-age`` objects to a plan that does not say when it was made, or is older."""
    assert plans.reconciler("lint", "good.yaml").code == 0
    ran = plans.reconciler("lint", "good.yaml", "--max-age", "7d")
    assert (ran.code, ran.out) == (
        1,
        "good.yaml:1: The plan does not say when it was made: plan again.\n",
    )
    file = plans.directory / "old.yaml"
    text = (plans.directory / "good.yaml").read_text()
    file.write_text(text.replace("format: 1\n", "format: 1\nmade: '2020-01-01T00:00:00Z'\n"))
    assert "old.yaml:1: The plan was made on 2020-01-01" in (
        plans.reconciler("lint", "old.yaml", "--max-age", "7d").out
    )
    assert plans.reconciler("lint", "good.yaml", "--max-age", "soon").code == 1


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"\x00", HOSTILE.encode(), b"a" * 100_000])
def test_what_is_no_plan_at_all(plans: TwoSites, content: bytes) -> None:
    """A line that says so, in characters that can be seen."""
    (plans.directory / "x.yaml").write_bytes(content)
    ran = plans.reconciler("lint", "x.yaml")
    assert (ran.code, ran.err) == (1, "")
    assert ran.out.startswith("x.yaml:1: ")
    assert harmless(ran.out)


def test_a_directory_is_no_plan(plans: TwoSites) -> None:
    """Nor is standard input."""
    assert plans.reconciler("lint", ".").code == 1
    assert "-:1: This cannot be read" in plans.reconciler("lint", "-").out


def hook() -> dict[str, Any]:
    (found,) = YAML(typ="safe").load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert isinstance(found, dict)
    return found


def test_the_hook_runs(plans: TwoSites) -> None:
    """pre-commit runs ``entry`` with the files behind it, and looks at the exit code."""
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}
    codes = {
        name: subprocess.run(
            [*shlex.split(hook()["entry"]), name],
            cwd=plans.directory,
            env=environment,
            capture_output=True,
            check=False,
        ).returncode
        for name in ("good.yaml", "edited.yaml")
    }
    assert codes == {"good.yaml": 0, "edited.yaml": 1}


def test_the_hook_shows_warnings() -> None:
    """pre-commit shows nothing of a hook that passes, unless that is verbose."""
    assert hook()["verbose"] is True


@pytest.mark.parametrize(
    ("path", "taken"),
    [
        ("plans/monday.yaml", True),
        ("plans/ss/2026-11-25.json", True),
        ("sites/plans/x.yaml", True),
        ("plans/plan.schema.json", False),
        ("plans/README.md", False),
        ("nwp.yml", False),
        ("myplans/x.yaml", False),
    ],
)
def test_the_hook_takes_plan_files(path: str, taken: bool) -> None:
    """Whatever lies under plans/, but for the schemas."""
    found = hook()
    files, exclude = re.compile(found["files"]), re.compile(found["exclude"])
    assert (bool(files.search(path)) and not exclude.search(path)) == taken

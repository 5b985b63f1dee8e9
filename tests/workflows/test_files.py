"""The workflows' files: valid by their published schemas, their shell without known mistakes."""

import re
import subprocess
from typing import Any

import pytest

from tests.workflows.pipeline import BIN, WORKFLOWS, document
from tests.workflows.test_kubernetes import container


def scripts() -> dict[str, tuple[str, str]]:
    """Every piece of shell, and which shell it is for."""
    gitlab, github = document("gitlab-ci.yml"), document("github-workflow.yml")
    before = gitlab["default"]["before_script"]
    found = {
        "review.sh": ("sh", (WORKFLOWS / "review.sh").read_text(encoding="utf-8")),
        "list.yaml": ("sh", container("list.yaml")["args"][0]),
    }
    for name in ("plan", "apply"):
        found[f"gitlab {name}"] = ("sh", "\n".join([*before, *gitlab[name]["script"]]))
        steps = [step["run"] for step in github["jobs"][name]["steps"] if "run" in step]
        found[f"github {name}"] = ("bash", "\n".join(steps))
    crontab = (WORKFLOWS / "crontab").read_text(encoding="utf-8")
    entries = re.findall(r"^(?:# )?(?:[-\d*/,]+ ){5}(.+)$", crontab, re.MULTILINE)
    return found | {f"cron {n}": ("sh", entry) for n, entry in enumerate(entries)}


@pytest.mark.parametrize("name", scripts())
def test_shellcheck_finds_nothing(name: str) -> None:
    """Each is POSIX's shell, or bash where GitHub runs it."""
    shell, text = scripts()[name]
    ran = subprocess.run(
        # git's helper is handed on as it stands, to be expanded when it runs.
        [BIN / "shellcheck", f"--shell={shell}", "--severity=style", "--exclude=SC2016", "-"],
        input=text,
        text=True,
        capture_output=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (0, "")


@pytest.mark.parametrize(
    ("schema", "name"),
    [("gitlab-ci", "gitlab-ci.yml"), ("github-workflows", "github-workflow.yml")],
)
def test_a_pipeline_is_valid(schema: str, name: str) -> None:
    """By the schema that the forge, or SchemaStore, publishes."""
    ran = subprocess.run(
        [BIN / "check-jsonschema", "--builtin-schema", f"vendor.{schema}", WORKFLOWS / name],
        text=True,
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout


def test_gitlab_plans_on_schedule_and_applies_on_merge() -> None:
    """Each job has its own source; a stale plan is a warning; one apply at a time."""
    pipeline: Any = document("gitlab-ci.yml")
    sources = {"plan": "schedule", "apply": "push"}
    for name, source in sources.items():
        assert pipeline[name]["rules"] == [{"if": f'$CI_PIPELINE_SOURCE == "{source}"'}]
    assert [rule["if"].split(" && ")[0] for rule in pipeline["workflow"]["rules"]] == [
        f'$CI_PIPELINE_SOURCE == "{source}"' for source in sources.values()
    ]
    assert pipeline["apply"]["allow_failure"] == {"exit_codes": 4}
    assert "allow_failure" not in pipeline["plan"]
    assert pipeline["apply"]["resource_group"]
    assert pipeline["workflow"]["auto_cancel"] == {"on_new_commit": "none"}


def test_github_plans_on_schedule_or_by_hand_and_applies_on_merge() -> None:
    """Each job has its own events, and nothing cancels what waits."""
    workflow: Any = document("github-workflow.yml")
    assert workflow["on"].keys() == {"schedule", "workflow_dispatch", "push"}
    events = {name: job["if"] for name, job in workflow["jobs"].items()}
    assert events == {
        "plan": "github.event_name != 'push'",
        "apply": "github.event_name == 'push'",
    }
    assert "concurrency" not in workflow
    assert workflow["permissions"] == {"contents": "write", "pull-requests": "write"}

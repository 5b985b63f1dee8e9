"""A scratch repository of plans, and the steps of the pipelines in plans/workflows run in it.

The steps are taken out of the YAML as they stand. What a runner does is written here: a fresh clone
for each job, variables, and which shell. The forge's API is ``tests.workflows.forge_stub``.
"""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any, Literal

from reconciler.yaml_text import load_plain
from tests.two_sites import TwoSites
from tests.workflows import forge_stub

WORKFLOWS = Path(__file__).parent.parent.parent / "plans" / "workflows"
BIN = Path(sys.executable).parent
BRANCH = "plan/avc/ss"
PLAN = "plans/avc/ss.yaml"
ForgeName = Literal["gitlab", "github"]
_EXPRESSION = re.compile(r"\$\{\{ *([^}]+?) *\}\}")


def document(name: str) -> Any:
    """A workflow, as YAML has it."""
    return load_plain((WORKFLOWS / name).read_text(encoding="utf-8"), name)


@dataclass(frozen=True)
class Done:
    """What a job left behind."""

    code: int
    said: str


@dataclass
class Repository:
    """Plans in a bare repository, two sites, and a forge."""

    directory: Path
    sites: TwoSites
    forge: ForgeName
    jobs: int = 0
    token: str = forge_stub.TOKEN

    @property
    def origin(self) -> Path:
        return self.directory / "origin.git"

    @property
    def stub(self) -> Path:
        return self.directory / "stub"

    def create(self) -> None:
        """One commit: nwp.yml, review.sh and the pipeline, as the documentation has it."""
        self.stub.mkdir()
        python = f"#!{sys.executable}\n"
        for program in ("gh", "curl"):
            file = self.stub / program
            file.write_text(python + Path(forge_stub.__file__).read_text(encoding="utf-8"))
            file.chmod(file.stat().st_mode | stat.S_IXUSR)
        self.git("init", "--quiet", "--bare", "--initial-branch=main", str(self.origin))
        first = self.directory / "first"
        self.git("clone", "--quiet", str(self.origin), str(first))
        text = (self.sites.directory / "nwp.yml").read_text()
        for name in ("avc.sqlite", "moodle.sqlite"):
            text = text.replace(name, str(self.sites.directory / name))
        (first / "nwp.yml").write_text(text)
        shutil.copy(WORKFLOWS / "review.sh", first)
        self.commit(first, "The sites")

    def git(self, *arguments: str, at: Path | None = None) -> str:
        """What git says."""
        ran = subprocess.run(
            ["git", *arguments],
            cwd=at or self.directory,
            env=self.environment(),
            text=True,
            capture_output=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout.strip()

    def commit(self, at: Path, message: str, branch: str = "main") -> None:
        """All that is in a clone, to a branch."""
        self.git("add", "--all", at=at)
        self.git("commit", "--quiet", "--message", message, at=at)
        self.git("push", "--quiet", "origin", f"HEAD:refs/heads/{branch}", at=at)

    def write(self, name: str, text: str, branch: str = "main") -> None:
        """Somebody commits a file."""
        clone = self.clone()
        self.git("checkout", "--quiet", "--detach", f"origin/{branch}", at=clone)
        file = clone / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        self.commit(clone, name, branch)

    def merge(self, branch: str = BRANCH) -> str:
        """A reviewer merges a branch; the commit that main was at before."""
        before = self.head("main")
        clone = self.clone()
        self.git("merge", "--quiet", "--no-ff", "--no-edit", f"origin/{branch}", at=clone)
        self.git("push", "--quiet", "origin", "HEAD:main", at=clone)
        self.git("push", "--quiet", "origin", "--delete", branch, at=clone)
        requests = self.stub / "requests.json"
        ours = {"branch": branch, "base": "main", "fork": False, "state": "opened"}
        kept = [
            r | {"state": "merged"} if ours.items() <= r.items() else r for r in self.requests()
        ]
        requests.write_text(json.dumps(kept))
        return before

    def head(self, branch: str) -> str:
        """The commit that a branch is at; empty where there is none."""
        found = self.git("ls-remote", str(self.origin), f"refs/heads/{branch}")
        return found.partition("\t")[0]

    def show(self, branch: str, name: str = PLAN) -> str:
        """A file of a branch."""
        return self.git("--git-dir", str(self.origin), "show", f"{branch}:{name}")

    def requests(self) -> list[Any]:
        """Every merge request that there has been."""
        return forge_stub.Forge(self.stub / "requests.json").requests

    def foreign_request(self, base: str = "main", *, fork: bool) -> None:
        """Somebody else's request, from a branch that is called as the plan's."""
        forge = forge_stub.Forge(self.stub / "requests.json")
        forge.open(BRANCH, base, "Somebody else's", fork=fork)

    def clone(self) -> Path:
        """As a runner has it for each job."""
        self.jobs += 1
        place = self.directory / f"job-{self.jobs}"
        self.git("clone", "--quiet", str(self.origin), str(place))
        self.git("checkout", "--quiet", "--detach", "origin/main", at=place)
        return place

    def environment(self) -> dict[str, str]:
        """What a job finds: no configuration of this machine's git, and the forge's stand-in."""
        who = {f"GIT_{role}_{what}": "somebody" for role in ("AUTHOR", "COMMITTER")
               for what in ("NAME", "EMAIL")}  # fmt: skip
        config = self.directory / "gitconfig"
        config.write_text(
            f'[url "{self.origin}"]\n\tinsteadOf = https://gitlab.example/plans.git\n'
        )
        return who | {
            "PATH": f"{self.stub}:{BIN}:/usr/bin:/bin",
            "HOME": str(self.directory),
            "GIT_CONFIG_GLOBAL": str(config),
            "GIT_CONFIG_NOSYSTEM": "1",
            "FORGE_STUB": str(self.stub),
            "TMPDIR": os.environ.get("TMPDIR", "/tmp"),  # noqa: S108 - where mktemp goes
        }

    def job(self, name: Literal["plan", "apply"], before: str = "") -> Done:
        """Run a job of the pipeline as its runner would, in a fresh clone of main."""
        run = {"gitlab": self._gitlab, "github": self._github}[self.forge]
        return run(name, before, self.clone())

    def _gitlab(self, name: str, before: str, place: Path) -> Done:
        pipeline = document("gitlab-ci.yml")
        job = pipeline[name]
        given = {
            "GITLAB_CI": "true",
            "GITLAB_TOKEN": self.token,
            "CI_API_V4_URL": "https://gitlab.example/api/v4",
            "CI_PROJECT_ID": "17",
            "CI_PROJECT_URL": "https://gitlab.example/plans",
            "CI_DEFAULT_BRANCH": "main",
            "CI_COMMIT_BEFORE_SHA": before,
        }
        matrix = job.get("parallel", {}).get("matrix", [{}])[0]
        variables = {**pipeline["variables"], **matrix}
        told = {key: Template(value).substitute(given) for key, value in variables.items()}
        script = "\n".join([*pipeline["default"]["before_script"], *job["script"]])
        return self._run(["bash", "-eo", "pipefail", "-c", script], place, given | told)

    def _github(self, name: str, before: str, place: Path) -> Done:
        workflow = document("github-workflow.yml")
        job = workflow["jobs"][name]
        matrix = job.get("strategy", {}).get("matrix", {}).get("include", [{}])[0]
        known = {f"matrix.{key}": value for key, value in matrix.items()} | {
            "github.token": "ghs-secret",
            "github.event.before": before,
            "secrets.RECONCILER_AVC_PASSWORD": "",
            "secrets.RECONCILER_SS_TOKEN": "",
        }
        paths = place.parent / f"{place.name}-path"
        paths.touch()
        told = {
            key: _EXPRESSION.sub(lambda found: known[found[1]], str(value))
            for key, value in {**workflow["env"], **job["env"]}.items()
        } | {"GITHUB_ACTIONS": "true", "GITHUB_PATH": str(paths)}
        said = ""
        for step in job["steps"]:
            if "uses" in step:
                assert step["uses"].startswith("actions/checkout@")
                continue
            assert not _EXPRESSION.search(step["run"]), "a shell would run what is filled in"
            done = self._run(["bash", "-e", "-c", step["run"]], place, told)
            said += done.said
            if done.code:
                return Done(done.code, said)
        assert paths.read_text() == "/opt/avc-moodle-sync/.venv/bin\n"
        return Done(0, said)

    def _run(self, command: list[str], place: Path, told: dict[str, str]) -> Done:
        state = {"RECONCILER_STATE": os.environ["RECONCILER_STATE"]}
        ran = subprocess.run(
            command,
            cwd=place,
            env=self.environment() | told | state,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        assert (self.git("status", "--porcelain", at=place), self.worktrees(place)) == ("", 1)
        return Done(ran.returncode, ran.stdout)

    def worktrees(self, place: Path) -> int:
        """How many work trees a clone has: none is left behind."""
        return len(self.git("worktree", "list", at=place).splitlines())

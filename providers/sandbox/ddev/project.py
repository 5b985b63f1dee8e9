"""A directory that looks like a DDEV project, and what the stand-in remembers of it."""

import json
import re
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

CONFIG = ".ddev/config.yaml"
STATE = ".ddev/stand-in.json"
"""Status, primary_url, and perhaps version and published_port: for people and tests to edit."""

TRACE = ".ddev/stand-in.log"
"""A line for all that was asked of the project."""


@dataclass(frozen=True)
class Project:
    """A DDEV project of the stand-in."""

    root: Path
    name: str
    type: str
    docroot: str

    def state(self) -> dict[str, str]:
        """What is in the file; a project without one was never started."""
        file = self.root / STATE
        found = json.loads(file.read_text("utf-8")) if file.exists() else {}
        return {"status": "stopped", "primary_url": f"https://{self.name}.ddev.site"} | found

    def set_status(self, status: str) -> None:
        """Start or stop it, as far as a stand-in can."""
        text = json.dumps(self.state() | {"status": status}, indent=2)
        (self.root / STATE).write_text(text + "\n", "utf-8")

    def trace(self, what: str) -> None:
        """Remember what was asked."""
        with (self.root / TRACE).open("a", encoding="utf-8") as log:
            log.write(what + "\n")


def make_project(
    directory: Path,
    name: str,
    *,
    kind: str = "php",
    docroot: str = "",
    url: str = "",
) -> Project:
    """Make a directory look like a DDEV project that runs: ``type`` is drupal… for Drupal, php for
    Moodle. Without a ``url`` it has DDEV's own.
    """
    config = directory / CONFIG
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text(f'name: {name}\ntype: {kind}\ndocroot: "{docroot}"\n', "utf-8")
    project = Project(directory, name, kind, docroot)
    if url:
        (directory / STATE).write_text(json.dumps({"primary_url": url}), "utf-8")
    project.set_status("running")
    return project


def find_project(directory: Path) -> Project | None:
    """The project of a directory: its own, or that of the nearest directory above."""
    for root in (directory, *directory.parents):
        if (root / CONFIG).is_file():
            text = (root / CONFIG).read_text("utf-8")
            name = _value(text, "name") or root.name
            return Project(root, name, _value(text, "type") or "php", _value(text, "docroot"))
    return None


def write_ddev(directory: Path) -> Path:
    """Write the executable ``ddev``, which runs the stand-in with this interpreter."""
    program = directory / "ddev"
    # -P: the working directory is a site's, whose files are no modules of ours.
    run = f"{shlex.quote(sys.executable)} -P -m providers.sandbox.ddev"
    program.write_text(f'#!/bin/sh\nexec {run} "$@"\n', "utf-8")
    program.chmod(0o755)
    return program


def _value(text: str, key: str) -> str:
    found = re.search(rf"^{key}:[ \t]*(.*?)[ \t]*(?:#.*)?$", text, re.MULTILINE)
    return found[1].strip("\"'") if found else ""

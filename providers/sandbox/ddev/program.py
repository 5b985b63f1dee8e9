"""The commands of the stand-in."""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from providers.sandbox.ddev.execution import Asked, Unknown, asked, in_container, quoted
from providers.sandbox.ddev.project import Project, find_project

VERSION = "1.25.3"
"""The release that it stands for when neither DDEV_STAND_IN_VERSION nor the project says."""

REAL_EXIT_CODES = (1, 24, 7)
STARTS_BY_ITSELF = (1, 25, 2)


class Failed(Exception):
    """DDEV's ``util.Failed``: a sentence on standard error, and exit code 1."""


def main(arguments: Sequence[str]) -> int:
    """Do what ``ddev`` does with these arguments; its exit code."""
    command, rest = (arguments[0], arguments[1:]) if arguments else ("", ())
    as_json = command == "describe" and bool({"-j", "--json-output"} & set(rest))
    try:
        return _do(command, rest, as_json=as_json)
    except Failed as error:
        _error(str(error), as_json=as_json)
        return 1
    except Unknown as error:
        # Cobra's own errors: DDEV exits with -1 then.
        sys.stderr.write(f"Error: unknown {error}\n")
        return 255


def _do(command: str, arguments: Sequence[str], *, as_json: bool) -> int:
    match command:
        case "describe":
            return _describe(as_json=as_json)
        case "exec":
            return _exec(arguments)
        case "drush":
            return _drush(arguments)
        case "start" | "stop":
            return _set_status(command)
        case _:
            raise Unknown(f'command "{command}" for "ddev"')


def _describe(*, as_json: bool) -> int:
    project = _project("Failed to describe project(s)")
    project.trace("describe")
    state = project.state()
    if not as_json:
        sys.stdout.write(f"{project.name}: {state['status']} {state['primary_url']}\n")
        return 0
    running = state["status"] == "running"
    raw = {
        "name": project.name,
        "status": state["status"],
        "approot": str(project.root),
        "docroot": project.docroot,
        "type": project.type,
        "primary_url": state["primary_url"],
        "dbinfo": {
            "username": "db",
            "password": "db",
            "dbname": "db",
            "host": "db",
            "dbPort": "3306" if running else "",
            "published_port": int(state.get("published_port", -1)) if running else -1,
            "database_type": "mariadb",
        },
    }
    sys.stdout.write(json.dumps({"level": "info", "msg": project.name, "raw": raw}) + "\n")
    return 0


def _exec(arguments: Sequence[str]) -> int:
    project = _project("Failed to exec command")
    version = _version(project)
    what = asked(arguments, version)
    if not what.command:
        sys.stdout.write("Usage:\n  ddev exec [flags] [command] [command-flags]\n")
        return 1
    if project.state()["status"] != "running":
        if version < STARTS_BY_ITSELF:
            raise Failed("Project is not currently running. Try 'ddev start'.")
        _start(project, "exec")
    words = quoted(what.command, version)
    project.trace(f"exec {words}")
    if what.service != "web":
        raise Failed(
            f"Failed to execute command `{words}`: service {what.service} does not exist in project"
            f" {project.name} (state=doesnotexist)"
        )
    code = in_container(project, what, version)
    if not code:
        return 0
    if not what.quiet:
        _error(f"Failed to execute command `{words}`: exit status {code}")
    return code if version >= REAL_EXIT_CODES else 1


def _drush(arguments: Sequence[str]) -> int:
    project = _project("Failed to run drush")
    if project.state()["status"] != "running":
        _start(project, "drush")
    project.trace("drush " + " ".join(arguments))
    # DDEV's own command for Drush goes without a shell, and is no ``exec --raw``: it is fed.
    what = Asked(("drush", *arguments), raw=True)
    if code := in_container(project, what, (1, 21)):
        raise Failed(f"Failed to run drush {' '.join(arguments)}: exit status {code}")
    return 0


def _set_status(command: str) -> int:
    project = _project(f"Failed to {command} project(s)")
    if command == "start":
        _start(project, "start")
    else:
        project.trace("stop")
        project.set_status("stopped")
    return 0


def _start(project: Project, why: str) -> None:
    project.trace(f"start, by {why}")
    project.set_status("running")


def _project(doing: str) -> Project:
    here = Path.cwd()
    project = find_project(here)
    if project is None:
        raise Failed(
            f"{doing}: could not find a project in {here}. Have you run 'ddev config'? Please"
            " specify a project name or change directories: no .ddev/config.yaml file was found in"
            " this directory or any parent"
        )
    return project


def _version(project: Project) -> tuple[int, ...]:
    said = os.environ.get("DDEV_STAND_IN_VERSION") or project.state().get("version", VERSION)
    return tuple(int(part) for part in said.split("."))


def _error(message: str, *, as_json: bool = False) -> None:
    """As DDEV's log writes it: painted unless it is JSON, whoever reads it."""
    if as_json:
        sys.stderr.write(json.dumps({"level": "fatal", "msg": message}) + "\n")
    else:
        sys.stderr.write(f"\x1b[31m{message}\x1b[0m\n")

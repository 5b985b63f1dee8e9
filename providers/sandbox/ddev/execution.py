"""Running a command "in the container": in the project's directory, on this machine."""

import os
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from providers.sandbox.ddev.project import Project

ROOT = "/var/www/html"
"""Where the project's directory is in a web container."""

QUOTES = (1, 24, 3)
"""From here on arguments with blanks get quotation marks; nothing else is ever quoted."""

RAW_EATS_INPUT = (1, 24, 3)
HAS_QUIET = (1, 24, 7)
BY_SIGNAL = 128


class Unknown(Exception):
    """A command or a flag that this release of DDEV does not have, or the stand-in does not."""


@dataclass
class Asked:
    """The arguments of ``ddev exec``."""

    command: tuple[str, ...] = ()
    service: str = "web"
    directory: str = ROOT
    raw: bool = False
    quiet: bool = False


def asked(arguments: Sequence[str], version: tuple[int, ...]) -> Asked:
    """Flags come before the command; what follows it is the command's. Raises Unknown."""
    what = Asked()
    rest = list(arguments)
    while rest and rest[0].startswith("-") and rest[0] != "-":
        flag, _, value = rest.pop(0).partition("=")
        if flag == "--":
            break
        if flag in {"-s", "--service"}:
            what.service = value or rest.pop(0)
        elif flag in {"-d", "--dir"}:
            what.directory = value or rest.pop(0)
        elif flag == "--raw":
            what.raw = True
        elif flag in {"-q", "--quiet"} and version >= HAS_QUIET:
            what.quiet = True
        else:
            # -p (from 1.25.2) and -u are real; nobody here has needed them.
            raise Unknown(f"flag: {flag}")
    what.command = tuple(rest)
    return what


def quoted(command: Sequence[str], version: tuple[int, ...]) -> str:
    """What bash gets: the arguments with blanks between, and next to nothing quoted."""
    if version < QUOTES or len(command) == 1:
        return " ".join(command)
    return " ".join(
        '"' + part.replace('"', '\\"') + '"' if set(part) & set('" \t\r\n#') else part
        for part in command
    )


def in_container(project: Project, what: Asked, version: tuple[int, ...]) -> int:
    """Run it; its exit code, as a container's engine gives it for signals."""
    root = shlex.quote(str(project.root))
    words = quoted(what.command, version).replace(ROOT, root)
    arguments = ["bash", "-c", f"set -eu && ( {words})"]
    if what.raw:
        arguments = [part.replace(ROOT, str(project.root)) for part in what.command]
        if version >= RAW_EATS_INPUT:
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.chdir(_outside(project, what.directory))
    path = f"{project.root}/vendor/bin:{os.environ.get('PATH', os.defpath)}"
    # Standard input, output and errors are the program's own.
    code = os.spawnvpe(  # noqa: S606 - running programs is what ddev exec is for
        os.P_WAIT, arguments[0], arguments, os.environ | {"PATH": path}
    )
    return BY_SIGNAL - code if code < 0 else code


def _outside(project: Project, directory: str) -> Path:
    inside = directory.removeprefix(ROOT) if directory.startswith(ROOT) else None
    return Path(directory) if inside is None else project.root / inside.strip("/")

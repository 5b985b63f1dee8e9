"""Every command that the documentation shows, and where."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer.main

from reconciler.cli import app as reconciler
from reconciler.pl import app as pl

ROOT = Path(__file__).parent.parent.parent
APPS = {"reconciler": reconciler, "pl": pl}
PAGES = sorted([ROOT / "README.md", ROOT / "plans" / "README.md", *ROOT.glob("docs/*.md")])
_SPAN = re.compile(r"`((?:reconciler|pl) [^`]+)`")
_BLOCK = re.compile(r"^```(?:console|bash|sh)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_OURS = re.compile(r"^(?:\$ )?((?:reconciler|pl) .+)$", re.MULTILINE)
_EXAMPLE = re.compile(r"^ {2}((?:reconciler|pl) .+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Written:
    """A command as it is written somewhere."""

    where: str
    text: str


def in_pages() -> Iterator[Written]:
    """Those in the Markdown pages: in the text, and in blocks."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        where = str(page.relative_to(ROOT))
        blocks = _BLOCK.findall(text)
        found = _SPAN.findall(_BLOCK.sub("", text))
        found += [line for block in blocks for line in _OURS.findall(block)]
        yield from (Written(where, command) for command in found)


def commands() -> Iterator[tuple[str, Any]]:
    """Every command of both programs, with what it is called by."""
    for name, app in APPS.items():
        yield from _below(name, typer.main.get_command(app))


def _below(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    inner = getattr(command, "commands", None)
    if inner is None:
        yield name, command
    for word, one in (inner or {}).items():
        yield from _below(f"{name} {word}", one)


def in_help() -> Iterator[Written]:
    """The examples in the help of every command."""
    for name, command in commands():
        for text in _EXAMPLE.findall(command.help or ""):
            yield Written(f"{name} --help", text)

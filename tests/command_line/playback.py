"""A carrier that plays back what a PHP program might say."""

import json
import re
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from typing import Any

from providers.moodle.command_line.conversation import moodle_php
from providers.moodle.command_line.site import CommandLineSite

HELLO = {"kind": "hello", "url": "https://ss.example.org", "release": "4.5.6 (Build: 20250811)"}
SITE = {
    "kind": "site",
    "administrators": [2],
    "issuers": [],
    "roles": [],
    "definitions": None,
    "by_plugin": False,
    "courses": [],
    "on_removal": "unenrol",
    "abilities": [],
}

Part = bytes | dict[str, Any] | Exception
"""A line as it is, a document of ours, or what the carrier raises then."""


@dataclass
class Playback:
    """Implements ``providers.carriers.carrier.Carrier``: answers every run with the same parts."""

    parts: Sequence[Part] = ()
    files: Callable[[str], bool | None] = lambda _: None
    programs: list[str] = field(default_factory=list)
    closed: int = 0
    words: str = "on this machine"

    def run(
        self, arguments: Sequence[str], program: bytes, *, silence: float
    ) -> Generator[bytes, None, None]:
        """See the Protocol."""
        assert (list(arguments), silence) == (["php"], 300)
        self.programs.append(program.decode("ascii"))
        nonce = re.search(r"const NONCE = '(\w+)';", self.programs[-1])
        assert nonce
        try:
            for part in self.parts:
                if isinstance(part, Exception):
                    raise part
                yield part if isinstance(part, bytes) else said(nonce[1], part)
        finally:
            self.closed += 1

    def holds(self, path: str) -> bool | None:
        """See the Protocol."""
        return self.files(path)

    def address(self) -> str | None:
        """See the Protocol."""
        return None

    @property
    def request(self) -> Any:
        """What the last program was told."""
        text = re.search(r"<<<'REQUEST'\n(.*)\nREQUEST;", self.programs[-1])
        assert text
        return json.loads(text[1])


def said(nonce: str, document: dict[str, Any]) -> bytes:
    return f"{nonce} {json.dumps(document)}\n".encode()


def site(*parts: Part) -> tuple[CommandLineSite, Playback]:
    """A site whose PHP says these parts, and its carrier."""
    carrier = Playback(parts)
    return CommandLineSite(moodle_php(carrier, "ss"), "/srv/moodle"), carrier

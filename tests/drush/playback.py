"""A carrier that plays back what a PHP program might say under Drush."""

import json
import re
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import Any

from providers.avc.drush.conversation import drush_php
from providers.avc.drush.site import DrushAvc

Part = bytes | dict[str, Any] | Exception
"""A line as it is, a document of ours, or what the carrier raises then."""


@dataclass
class Playback:
    """Implements ``providers.carriers.carrier.Carrier``: answers every run with the same parts."""

    parts: Sequence[Part]
    programs: list[str] = field(default_factory=list)
    words: str = "in its DDEV project"

    def run(
        self, arguments: Sequence[str], program: bytes, *, silence: float
    ) -> Generator[bytes, None, None]:
        """See the Protocol."""
        assert (list(arguments), silence) == (["vendor/bin/drush", "php:script", "-"], 300)
        self.programs.append(program.decode("ascii"))
        nonce = re.search(r"const NONCE = '(\w+)';", self.programs[-1])
        assert nonce
        for part in self.parts:
            if isinstance(part, Exception):
                raise part
            document = f"{nonce[1]} {json.dumps(part)}\n" if isinstance(part, dict) else ""
            yield part if isinstance(part, bytes) else document.encode()

    def holds(self, _path: str) -> bool | None:
        """See the Protocol."""
        return None

    def address(self) -> str | None:
        """See the Protocol."""
        return "https://avc.ddev.site"


def avc(*parts: Part) -> DrushAvc:
    """An AVC whose Drush says these parts."""
    return DrushAvc(drush_php(Playback(parts), "avc"))

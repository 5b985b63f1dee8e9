from dataclasses import dataclass
from typing import Literal

CountedStep = Literal[
    "read AVC", "read Moodle", "plan", "enrolments", "guards", "write", "read back", "tell AVC"
]
"""The steps of a run whose cost is counted apart."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a site has been asked so far."""

    calls: int = 0
    """Processes started there, web services called, or readings of its database."""
    received: int = 0
    """Bytes of the answers; a database's are not counted."""

    def __add__(self, other: "Usage") -> "Usage":
        """Both together."""
        return Usage(self.calls + other.calls, self.received + other.received)

    def __sub__(self, earlier: "Usage") -> "Usage":
        """What has come since."""
        return Usage(self.calls - earlier.calls, self.received - earlier.received)

"""What became of the checks of the integration test."""

from dataclasses import dataclass
from typing import Literal

Result = Literal["PASS", "FAIL", "SKIP"]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    group: str
    name: str
    result: Result
    words: str
    """What was found; of a check that was skipped, why."""
    mend: str = ""
    """What to do about a failure, in words."""
    command: str = ""
    """What to type for that, or to have it otherwise."""
    costs: bool = False
    """Whether it passed and people should see it all the same."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How a list of checks came out."""

    total: int
    passed: int
    failed: int
    skipped: int

    @property
    def rate(self) -> int | None:
        """Percentage that passed of those that ran, never rounded up to all; None: none ran."""
        ran = self.passed + self.failed
        return 100 * self.passed // ran if ran else None


@dataclass(frozen=True, slots=True)
class Configured:
    """What is wrong with nwp.yml; empty is nothing."""

    file: str = ""
    avc: str = ""
    moodle: str = ""

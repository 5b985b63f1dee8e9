"""Start two syncs together on one sandbox, many times: one works, the other says so.

``python -m tests.reliability.race --times 50 --seed 1``
"""

import re
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Literal

from tests.reliability import proof
from tests.reliability.place import SYNC, Place, Via, prepared
from tests.reliability.proof import Case, Wanted

APART = 0.3
"""Seconds, at most, between the starts of both."""

Ended = Literal["worked", "found nothing to do", "was refused: locked"]

_WORKED = re.compile(r"^✓ \d+ operations carried out and read back\.$", re.MULTILINE)
_NOTHING = re.compile(r"^✓ Nothing to do", re.MULTILINE)
_LOCKED = re.compile(r"another run|is at work|lock")


def races(via: Via, times: int, seed: int) -> list[Case]:
    """Run so many races; by command line as many again between two machines.

    Machines, here, are state directories: only Moodle's own lock can keep these two apart.
    """
    with (
        tempfile.TemporaryDirectory(prefix="race-") as directory,
        prepared(Path(directory), via) as place,
    ):
        wanted = proof.measured(place)
        found = [*_cases(place, wanted, times, seed, machines=1)]
        if via == "cli":
            found += _cases(place, wanted, times, seed, machines=2)
        return found


def _cases(place: Place, wanted: Wanted, times: int, seed: int, machines: int) -> Iterator[Case]:
    way = place.via if machines == 1 else f"{place.via} from two machines"
    for number in range(1, times + 1):
        random = Random(f"{seed} {way} {number}")  # noqa: S311 - a moment is no secret
        place.reset()
        ends = _race(place, random.uniform(0, APART), machines)
        found = [*_judged(ends), *proof.faults(place, wanted)]
        seen = " and ".join(sorted(ended or "failed" for ended, _ in ends))
        case = Case(number, way, (f"one {seen.replace(' and ', ', one ')}",), tuple(found))
        if case.faults:
            proof.kept(place, case)
        yield case


def _race(place: Place, apart: float, machines: int) -> list[tuple[Ended | None, str]]:
    """How both ended, and what each said."""
    started = []
    for number in range(2):
        started.append(place.start(SYNC, place.directory / f"state{number % machines}"))
        time.sleep(apart * (number == 0))
    ends = []
    for process in started:
        with process:
            said, _ = process.communicate()
        ends.append((_ended(process.returncode, said), f"exit {process.returncode}: {said[-600:]}"))
    return ends


def _ended(code: int, said: str) -> Ended | None:
    if code == 1 and _LOCKED.search(said):
        return "was refused: locked"
    if code == 0 and _NOTHING.search(said):
        return "found nothing to do"
    if code == 0 and _WORKED.search(said):
        return "worked"
    return None


def _judged(ends: list[tuple[Ended | None, str]]) -> Iterator[str]:
    """What was wrong with how they ended."""
    for ended, said in ends:
        if ended is None:
            yield said
    if [ended for ended, _ in ends].count("worked") != 1:
        yield " | ".join(f"{ended}: {said}" for ended, said in ends)


def main() -> int:
    """Run it, and tell the figures; 1 when a case failed."""
    given = proof.arguments(__doc__, 50)
    cases = proof.side_by_side(given.via, lambda via: races(via, given.times, given.seed))
    proof.told(proof.summary(cases))
    return int(any(case.faults for case in cases))


if __name__ == "__main__":
    sys.exit(main())

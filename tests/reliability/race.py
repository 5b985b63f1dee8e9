"""Start two syncs together on one sandbox, many times: one works, the other says so.

``python -m tests.reliability.race --times 50 --seed 1``
"""

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Literal

from reconciler.state import StateDirectory
from tests.reliability import proof
from tests.reliability.place import SYNC, Place, Via, prepared
from tests.reliability.proof import Case, Wanted

APART = 0.3
"""Seconds, at most, between the starts of both."""
LONG = 5_000_000
"""Microseconds by which a run outlasts the patience of whoever waits for Moodle's lock."""

What = Literal["worked", "found all of it done", "was refused", "failed"]

_REFUSED = re.compile(r"(Somebody else is writing to|is being written to by) .*since")


@dataclass(frozen=True)
class End:
    """How one of the two ended."""

    what: What
    said: str


def races(via: Via, numbers: Sequence[int], seed: int) -> list[Case]:
    """Run a race for each number; by command line another one between two machines.

    Machines, here, are state directories: only Moodle's own lock can keep these two apart.
    """
    with (
        tempfile.TemporaryDirectory(prefix="race-") as directory,
        prepared(Path(directory), via) as place,
    ):
        wanted = proof.measured(place, 1)
        found: list[Case] = []
        for machines in (1, 2) if via == "cli" else (1,):
            found += proof.followed(_cases(place, wanted, numbers, seed, machines), len(numbers))
        return found


def _cases(
    place: Place, wanted: Wanted, numbers: Sequence[int], seed: int, machines: int
) -> Iterator[Case]:
    way = place.via if machines == 1 else f"{place.via} from two machines"
    for number in numbers:
        random = Random(f"{seed} {way} {number}")  # noqa: S311 - a moment is no secret
        place.reset()
        apart, pause = random.uniform(0, APART), 0
        if machines == 2 and number % 2:
            # Otherwise whoever comes second gets the lock in the end, and finds all of it done.
            apart, pause = 0, LONG
        ends = _race(place, apart, machines, pause)
        found = [*_judged(ends, machines), *proof.faults(place, wanted)]
        seen = ", ".join(sorted(f"one {end.what}" for end in ends))
        case = Case(number, way, (seen,), tuple(found))
        if case.faults:
            proof.kept(place, case)
        yield case


def _race(place: Place, apart: float, machines: int, pause: int) -> list[End]:
    states = [place.directory / f"state{number % machines}" for number in range(2)]
    started: list[subprocess.Popen[str]] = []
    for state in states:
        time.sleep(apart * len(started))
        started.append(place.start(SYNC, state=state, pause=pause))
    # Both are listened to: a pipe that nobody empties would hold one of them up.
    with ThreadPoolExecutor(len(started)) as pool:
        return [*pool.map(_end, started, states)]


def _end(process: "subprocess.Popen[str]", state: Path) -> End:
    with process:
        said, _ = process.communicate()
    what = _what(process.returncode, said, state)
    return End(what, f"exit {process.returncode}, {said[-600:]}")


def _what(code: int, said: str, state: Path) -> What:
    if code == 1 and _REFUSED.search(said):
        return "was refused"
    if code != 0:
        return "failed"
    if "✓ Nothing to do" in said:
        return "found all of it done"
    (run,) = StateDirectory(state).runs()
    did = {step.status for step in run.steps}
    return "found all of it done" if did == {"already"} else "worked"


def _judged(ends: list[End], machines: int) -> Iterator[str]:
    """What was wrong with how they ended."""
    allowed: set[What] = {"was refused", *(("found all of it done",) if machines == 2 else ())}
    if [end.what for end in ends].count("worked") != 1:
        yield "not one worked"
    for end in ends:
        if end.what not in {"worked", *allowed}:
            yield end.said


def main() -> int:
    """Run it, and tell the figures; 1 when a case failed."""
    given = proof.arguments(__doc__, 50)
    cases = proof.side_by_side(given.via, lambda via: races(via, given.cases, given.seed))
    proof.told(proof.summary(cases))
    return int(any(case.faults for case in cases))


if __name__ == "__main__":
    sys.exit(main())

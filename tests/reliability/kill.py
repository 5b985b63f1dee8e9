"""Apply a plan, kill that with SIGKILL at a random moment, apply the plan again; many times.

``python -m tests.reliability.kill --times 200 --seed 1``
"""

import json
import os
import re
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from random import Random
from subprocess import TimeoutExpired

from tests.reliability import audit, proof
from tests.reliability.place import APPLY, Place, Via, prepared
from tests.reliability.proof import Case, Wanted

MEASURED = 3
"""Whole runs before the first that is killed: their median is how long one takes."""
PATIENCE = 20.0
"""Seconds in which what is left of a killed run has to be over."""
_LOCKED = re.compile(r"Somebody else is writing to|is being written to by")


def kills(via: Via, numbers: Sequence[int], seed: int) -> list[Case]:
    """Kill a run for each number; PHP, if there is one, is killed with Python if that is even."""
    with (
        tempfile.TemporaryDirectory(prefix="kill-") as directory,
        prepared(Path(directory), via) as place,
    ):
        wanted = proof.measured(place, MEASURED)
        return proof.followed(_cases(place, wanted, numbers, seed), len(numbers))


def _cases(place: Place, wanted: Wanted, numbers: Sequence[int], seed: int) -> Iterator[Case]:
    for number in numbers:
        random = Random(f"{seed} {place.via} {number}")  # noqa: S311 - a moment is no secret
        case = _case(place, wanted, random, number)
        if case.faults:
            proof.kept(place, case)
        yield case


def _case(place: Place, wanted: Wanted, random: Random, number: int) -> Case:
    whole = number % 2 == 0
    seen: list[str] = []
    place.reset()
    while (left := _killed(place, random.uniform(0, wanted.seconds), whole=whole)) is None:
        # It had ended by then: that was no kill, and another moment is drawn.
        place.reset()
    if place.via == "cli":
        seen.append("with PHP" if whole else "Python alone")
    made = audit.changes(place.moodle)
    seen.append(
        "killed before the first change"
        if not made
        else "killed after the last change"
        if made == wanted.events.total()
        else "killed between changes"
    )
    found, refused = _resumed(place)
    if refused:
        seen.append("the second run was refused at first: locked")
    if not _over(left):
        found.append("PHP went on although nobody listened")
    found += proof.faults(place, wanted)
    found += _journal(place, begun=made > 0)
    if audit.record(place.moodle) != wanted.record:
        seen.append("Moodle's record is of an earlier run")
    return Case(number, place.via, tuple(seen), tuple(found))


def _killed(place: Place, moment: float, *, whole: bool) -> list[int] | None:
    """Start applying, and kill it so many seconds later.

    Returns the processes that it had started; None when it had ended.
    """
    with place.start(APPLY) as process:
        try:
            process.wait(moment)
        except TimeoutExpired:
            started = _children(process.pid)
            for one in [process.pid, *(started if whole else [])]:
                with suppress(ProcessLookupError):
                    os.kill(one, signal.SIGKILL)
            process.wait()
            return started
    return None


def _children(pid: int) -> list[int]:
    found = []
    for listed in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(FileNotFoundError, ProcessLookupError):
            found += [int(child) for child in listed.read_text().split()]
    return found


def _over(processes: list[int]) -> bool:
    """Whether all of them end within the patience."""
    until = time.monotonic() + PATIENCE
    while any(_lives(process) for process in processes):
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def _lives(pid: int) -> bool:
    with suppress(FileNotFoundError, ProcessLookupError):
        state = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0]
        return state != "Z"
    return False


def _resumed(place: Place) -> tuple[list[str], int]:
    """Apply the plan again, at once; what was wrong with that, and how often it was locked."""
    until = time.monotonic() + PATIENCE
    refused = 0
    while True:
        code, said = place.run(*APPLY)
        if code and _LOCKED.search(said) and time.monotonic() < until:
            refused += 1
            time.sleep(0.2)
            continue
        return ([f"applied again, it exits with {code}: {said[-1000:]}"] if code else []), refused


def _journal(place: Place, *, begun: bool) -> Iterator[str]:
    """What is wrong with the journal; ``begun``: the killed run made changes, so it is in there."""
    code, said = place.run("history", "--json")
    if code:
        yield f"history exits with {code}: {said[-500:]}"
        return
    runs = json.loads(said)
    if begun and not runs:
        yield "changes were made, and the journal knows of no run"
    if any(run["running"] for run in runs):
        yield "the journal tells of a run that goes on, and there is none"


def main() -> int:
    """Run it, and tell the figures; 1 when a case failed."""
    given = proof.arguments(__doc__, 200)
    cases = proof.side_by_side(given.via, lambda via: kills(via, given.cases, given.seed))
    proof.told(proof.summary(cases))
    return int(any(case.faults for case in cases))


if __name__ == "__main__":
    sys.exit(main())

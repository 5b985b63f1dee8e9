"""The proof under faults: ``python -m tests.reliability.faults --sequences 2000 --seed 1``."""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import product

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.reliability.faults_machine import FIGURES, FaultMachine, Figures
from tests.reliability.faults_meets import Meets
from tests.reliability.faults_moodle import KINDS, WRITES, Fault, Where
from tests.reliability.faults_state import Scope

STEPS = 10
"""Of a sequence, at most."""

_LATER = (
    *(("leave", 0, 0), ("join", 4, 1), ("rename guild", 1, 4), ("delete guild", 2, 0)),
    *(("new guild", 3, 4), ("join", 5, 3)),
)


def run(sequences: int, number: int) -> Figures:
    """Try so many sequences; the same number tries the same ones. Raises whatever failed."""
    found = settings(
        max_examples=sequences,
        stateful_step_count=STEPS,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
    )
    run_state_machine_as_test(seed(number)(FaultMachine), settings=found)
    return FIGURES


def each_fault() -> Figures:
    """Each kind of fault alone, at the first call of each sort, once and until we give up.

    In a first sync, which makes and fills cohorts, and in a later one, which changes, fills,
    empties and puts away. Raises whatever failed.
    """
    places: tuple[Where, ...] = (*WRITES, "after a write", "members", "read")
    for where, kind, times in product(places, KINDS, (1, 3)):
        met = Meets((Fault(where, 0, kind, times),), acknowledged=True)
        for later in (False, True):
            machine = FaultMachine()
            try:
                first = Meets(acknowledged=True) if later else met
                machine.start("keep", idnumbers=False, limit=None, edits=[], first=first)
                if later:
                    machine.sync(list(_LATER), Scope(), met)
                machine.nobody_else_is_inside()
            finally:
                machine.teardown()
    return FIGURES


def lines(figures: Figures, seconds: float) -> Iterator[str]:
    """The figures, for people."""
    runs = sum(figures.ends.values())
    yield f"{figures.sequences} sequences of {figures.steps} steps in all, {seconds:.0f} s"
    yield f"{sum(figures.faults.values())} faults: {_list(figures.faults)}"
    yield f"{runs} runs: {_list(figures.ends)}"
    yield f"{sum(figures.checks.values())} checks: {_list(figures.checks)}"
    yield f"full syncs until there was nothing to do: {_list(figures.rounds)}"


def _list(counted: Mapping[str, int] | Mapping[int, int]) -> str:
    return ", ".join(f"{what} {number}" for what, number in Counter(counted).most_common())


def main() -> int:
    """Exit with 1 when an invariant is broken, with the shortest sequence that breaks it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sequences", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    started = time.monotonic()
    failures = 0
    try:
        each_fault()
        run(given.sequences, given.seed)
    finally:
        failures = int(sys.exc_info()[0] is not None)
        for line in lines(FIGURES, time.monotonic() - started):
            sys.stdout.write(f"{line}\n")
        sys.stdout.write(f"{failures} failures\n")
    return failures


if __name__ == "__main__":
    sys.exit(main())

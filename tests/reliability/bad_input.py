"""The proof on bad input: ``python -m tests.reliability.bad_input --cases 100000 --seed 1``."""

import argparse
import resource
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from types import FrameType

from reconciler.errors import ReconcilerError
from tests.reliability.bad_input_answers import (
    drush_answer,
    moodle_php_answer,
    web_answer,
    web_sync,
)
from tests.reliability.bad_input_commands import command
from tests.reliability.bad_input_files import (
    nwp_file,
    plan_file,
    plan_with_digest,
    secrets_file,
)
from tests.reliability.bad_input_world import World

Case = Callable[[World, Random], None]
KINDS: dict[str, tuple[int, Case]] = {
    "plan file": (28, plan_file),
    "plan file with a digest that fits, applied": (2, plan_with_digest),
    "nwp.yml": (12, nwp_file),
    ".secrets.yml": (8, secrets_file),
    "answer of a web service": (22, web_answer),
    "answer of a web service in a whole sync": (1, web_sync),
    "answer of Moodle's PHP": (13, moodle_php_answer),
    "answer of Drush": (13, drush_answer),
    "command": (1, command),
}
"""Per cent of the cases, and what is tried."""

HANGS = 60
"""CPU seconds after which a case counts as one that hangs."""


@dataclass
class Kind:
    """What became of the cases of one kind."""

    cases: int = 0
    accepted: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    slowest: float = 0
    """CPU seconds: others may be at work on the machine."""


@dataclass
class Figures:
    """What has been tried."""

    kinds: dict[str, Kind] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    """Kind, number of the case, and traceback."""


def run(cases: int, seed: int, only: str = "") -> Figures:
    """Try so many cases; the same seed tries the same ones."""
    figures = Figures()
    world = World()
    before = signal.signal(signal.SIGPROF, _hangs)
    try:
        for name, (share, case) in KINDS.items():
            if only in name:
                kind = figures.kinds.setdefault(name, Kind())
                for number in range(max(1, cases * share // 100)):
                    failed = _tried(case, world, f"{seed} {name} {number}", kind)
                    if failed:
                        figures.failures.append(f"{name}, case {number}: {failed}")
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
        world.close()
    return figures


def _tried(case: Case, world: World, seed: str, kind: Kind) -> str:
    """One case; what is wrong with it, if anything is."""
    kind.cases += 1
    started = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, HANGS)
    try:
        case(world, Random(seed))  # noqa: S311 - the same cases each time
        kind.accepted += 1
    except ReconcilerError as error:
        kind.refused[type(error).__name__] += 1
        if not str(error).strip():
            return "an error without a word"
    except Exception:  # noqa: BLE001 - this is what must not be
        return traceback.format_exc(limit=-6)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        kind.slowest = max(kind.slowest, time.process_time() - started)
    return ""


def _hangs(_number: int, _frame: FrameType | None) -> None:
    raise TimeoutError(f"not done after {HANGS} s of CPU")


def lines(figures: Figures) -> Iterator[str]:
    """The figures, for people."""
    for name, kind in figures.kinds.items():
        refused = ", ".join(f"{what} {number}" for what, number in kind.refused.most_common())
        slowest = f"slowest {kind.slowest:.2f} s of CPU"
        yield f"{name}: {kind.cases} cases, {kind.accepted} accepted; {refused}; {slowest}"
    yield from figures.failures
    cases = sum(kind.cases for kind in figures.kinds.values())
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    yield f"{cases} cases, {len(figures.failures)} failures; at most {memory} MiB of memory"


def main() -> int:
    """Exit with 1 when a case fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="part of a kind's name")
    given = parser.parse_args()
    started = time.monotonic()
    figures = run(given.cases, given.seed, given.only)
    for line in lines(figures):
        sys.stdout.write(f"{line}\n")
    sys.stdout.write(f"{time.monotonic() - started:.0f} s\n")
    return int(bool(figures.failures))


if __name__ == "__main__":
    sys.exit(main())

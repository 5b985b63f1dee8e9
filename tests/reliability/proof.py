"""What kill and race have in common: how a site has to end, and how that is told."""

import shutil
import sys
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, get_args

from tests.reliability import audit
from tests.reliability.place import APPLY, Place, Via

Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Wanted:
    """What one uninterrupted run of the plan does and leaves behind."""

    state: Counter[audit.Row]
    events: Counter[audit.Event]
    record: dict[str, str]
    seconds: float
    """How long such a run takes: the median."""


@dataclass(frozen=True)
class Case:
    """One kill, or one race."""

    number: int
    way: str
    seen: tuple[str, ...]
    """What it was, and what was met, to be counted."""
    faults: tuple[str, ...] = ()
    """What was not as it has to be: a sentence each."""


def measured(place: Place, times: int) -> Wanted:
    """Apply the plan so often from its beginning. Raises AssertionError when two runs differ."""
    seconds: list[float] = []
    ends: list[tuple[Counter[audit.Row], Counter[audit.Event]]] = []
    for _ in range(times):
        place.reset()
        started = time.monotonic()
        place.must(*APPLY)
        seconds.append(time.monotonic() - started)
        ends.append((audit.state(place.moodle), audit.events(place.moodle)))
        assert ends[-1] == ends[0], "two runs without any interruption differ"
    state, events = ends[0]
    assert set(events.values()) == {1}, "a run without any interruption does something twice"
    return Wanted(state, events, audit.record(place.moodle), sorted(seconds)[times // 2])


def faults(place: Place, wanted: Wanted) -> Iterator[str]:
    """What is not as it has to be, once all is over."""
    yield from _differences("state", audit.state(place.moodle), wanted.state)
    yield from _differences("changes", audit.events(place.moodle), wanted.events)
    code, said = place.run("plan", "avc", "ss", "--detailed-exitcode")
    if code:
        yield f"plan, at the end, exits with {code}: {said[-500:]}"


def _differences(what: str, found: Counter[Thing], wanted: Counter[Thing]) -> Iterator[str]:
    for word, rest in (("too many", found - wanted), ("missing", wanted - found)):
        if rest:
            yield f"{what}: {rest.total()} {word}, such as {list(rest.items())[:3]}"


def arguments(what: str, times: int) -> Namespace:
    """``cases`` (their numbers), ``seed`` and ``via`` (a list) of the command line."""
    parser = ArgumentParser(description=what)
    parser.add_argument("--times", type=int, default=times, help="cases each way")
    parser.add_argument("--only", type=int, metavar="CASE", help="one case, by its number")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--via", choices=[*get_args(Via), "both"], default="both")
    given = parser.parse_args()
    given.cases = [given.only] if given.only else range(1, given.times + 1)
    given.via = [*get_args(Via)] if given.via == "both" else [given.via]
    return given


def kept(place: Place, case: Case) -> None:
    """Tell of a case that failed, and keep the directory as it is now."""
    copy = Path(tempfile.mkdtemp(prefix=f"{case.way.replace(' ', '-')}-{case.number}-"))
    shutil.copytree(place.directory, copy, dirs_exist_ok=True)
    told([f"{case.way}, case {case.number} ({', '.join(case.seen)}): {'; '.join(case.faults)}"])
    told([f"  kept in {copy}"])


def followed(cases: Iterator[Case], times: int) -> list[Case]:
    """All of them; how far it has got is told ten times."""
    found: list[Case] = []
    for case in cases:
        found.append(case)
        if len(found) * 10 // times > (len(found) - 1) * 10 // times:
            good = sum(not one.faults for one in found)
            told([f"… {case.way}: {good} of {len(found)} so far"])
    return found


def side_by_side(ways: Sequence[Via], cases: Callable[[Via], list[Case]]) -> list[Case]:
    """The cases of all ways, which run at once."""
    with ThreadPoolExecutor(len(ways)) as pool:
        return [case for found in pool.map(cases, ways) for case in found]


def summary(cases: Sequence[Case]) -> Iterator[str]:
    """The figures: in all, and by way."""
    for way in dict.fromkeys(case.way for case in cases):
        own = [case for case in cases if case.way == way]
        yield f"{way}: {sum(not case.faults for case in own)} of {len(own)}"
        counted = Counter(seen for case in own for seen in case.seen)
        yield from (f"  {number:4} {seen}" for seen, number in sorted(counted.items()))


def told(lines: Iterator[str] | Sequence[str]) -> None:
    """Say something on standard output, at once."""
    sys.stdout.writelines(f"{line}\n" for line in lines)
    sys.stdout.flush()

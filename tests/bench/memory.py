"""How much memory the largest work takes: each in a process of its own.

    python -m tests.bench.memory [plan|file|sync] [--memberships N] [--limit MIB]

``plan`` makes a plan of both sites' snapshots, one membership in a hundred changed; ``file`` writes
a plan file of so many member lines and reads it again; ``sync`` is the whole command, on sandboxes:
a first sync. ``--limit`` is the address space that the process gets.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from reconciler.models.plan import Plan
from reconciler.models.scope import FullScope
from reconciler.models.settings import SyncSettings
from reconciler.plan_text import as_yaml, from_text
from reconciler.planner import Sites, make_plan
from reconciler.running import collect_seldom
from tests.bench.communities import A_GUILD, A_PERSON, Size, sides
from tests.bench.plans import a_plan

_CHILD = "--child"
_MEBIBYTE = 2**20


def _plan(memberships: int) -> str:
    snapshots = sides(Size.of(memberships)).snapshots
    _say("both snapshots", 0)
    begun = time.perf_counter()
    found = make_plan(FullScope(), snapshots, SyncSettings(), Sites("avc", "ss")).plan
    _say("and their plan", time.perf_counter() - begun)
    return f"{sum(len(cohort.members) for cohort in found.cohorts)} members to change"


def _file(memberships: int) -> str:
    plan: Plan = a_plan(memberships)
    _say("the plan", 0)
    begun = time.perf_counter()
    text = as_yaml(plan)
    _say("and written", time.perf_counter() - begun)
    begun = time.perf_counter()
    again = from_text(text, "plan.yaml")
    _say("and read again", time.perf_counter() - begun)
    return "the same plan" if again == plan else "ANOTHER PLAN"


def _sync(memberships: int) -> str:
    with tempfile.TemporaryDirectory() as place:
        size = Size.of(memberships)
        numbers = {"guilds": size.guilds, "users": size.people, "members": memberships}
        options = [word for name, number in numbers.items() for word in (f"--{name}", str(number))]
        _command(Path(place), "sandbox", "create", ".", *options)
        begun = time.perf_counter()
        _command(Path(place), "sync", "avc", "ss", "--debug")
        _say("the whole command", time.perf_counter() - begun, resource.RUSAGE_CHILDREN)
    return f"{A_PERSON} memberships a person, {A_GUILD} a guild"


def _command(place: Path, *words: str) -> None:
    state = {**os.environ, "RECONCILER_STATE": str(place / "state")}
    told = subprocess.run(
        [sys.executable, "-m", "reconciler", *words],
        cwd=place,
        env=state,
        check=True,
        capture_output=True,
        text=True,
    )
    sys.stdout.write(told.stderr)


def _say(what: str, seconds: float, whose: int = resource.RUSAGE_SELF) -> None:
    peak = resource.getrusage(whose).ru_maxrss / 1024
    sys.stdout.write(f"  {what}: peak {peak:.0f} MiB, {seconds:.2f} s\n")


def worked(name: str, memberships: int) -> str:
    """Do it in this process; what came of it."""
    return _WORK[name](memberships)


_WORK = {"plan": _plan, "file": _file, "sync": _sync}


def main() -> None:
    """Run what was asked for, one child after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", nargs="*", help=" ".join(_WORK))
    parser.add_argument("--memberships", type=int, default=1_000_000)
    parser.add_argument("--limit", type=int, default=0)
    parser.add_argument(_CHILD, action="store_true")
    asked = parser.parse_args()
    if asked.child:
        if asked.limit:
            most = asked.limit * _MEBIBYTE
            resource.setrlimit(resource.RLIMIT_AS, (most, most))
        collect_seldom()
        sys.stdout.write(f"  {worked(asked.work[0], asked.memberships)}\n")
        return
    for name in asked.work or _WORK:
        sys.stdout.write(f"{name}, {asked.memberships} memberships\n")
        sys.stdout.flush()
        numbers = ("--memberships", str(asked.memberships), "--limit", str(asked.limit))
        subprocess.run(
            [sys.executable, "-m", "tests.bench.memory", name, *numbers, _CHILD], check=True
        )


if __name__ == "__main__":
    main()

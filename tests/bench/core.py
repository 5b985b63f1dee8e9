"""The core alone: planning, plan files, guards, the journal. Each beside the least it could cost.

``BENCH_LARGEST`` is the largest number of memberships; without it, a million. What is compared is
in one group, and measured in turn in the same process.
"""

import os
from collections.abc import Callable
from functools import cache
from io import StringIO
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import LiteralScalarString

from reconciler import journal
from reconciler.guard_sight import around
from reconciler.guards import judged
from reconciler.journal_reading import matches
from reconciler.models.journal import RunStart
from reconciler.models.operations import Operation, Outcome, Step
from reconciler.models.plan import Plan
from reconciler.models.scope import FullScope
from reconciler.models.settings import SyncSettings
from reconciler.operations import operations
from reconciler.plan_text import as_yaml, from_text
from reconciler.planner import Sites, make_plan
from tests.bench.communities import Sides, Size, sides
from tests.bench.plans import a_plan
from tests.world import SITE

Bench = Any
"""pytest-benchmark's fixture: it has no types."""

LARGEST = int(os.environ.get("BENCH_LARGEST", "1000000"))
ROUNDS = 5
SIZES = [size for size in (1_000, 10_000, 100_000, 1_000_000) if size < LARGEST] + [LARGEST]
GUILDS = [guilds for guilds in (10, 100, 1_000, 10_000) if guilds * 10 <= LARGEST]
LINES = min(100_000, LARGEST)


@cache
def community(memberships: int, guilds: int | None = None) -> Sides:
    """Both sides, made once a size."""
    return sides(Size.of(memberships, guilds))


def measured(benchmark: Bench, work: Callable[[], object]) -> None:
    """Median and spread over at least five runs, after one that does not count."""
    benchmark.pedantic(work, rounds=ROUNDS, warmup_rounds=1)


def plan_of(found: Sides) -> Plan:
    return make_plan(FullScope(), found.snapshots, SyncSettings(), Sites("avc", "ss")).plan


def differences(found: Sides) -> list[tuple[frozenset[int], frozenset[int]]]:
    return [
        (wanted - found.actual[guild], found.actual[guild] - wanted)
        for guild, wanted in found.wanted.items()
    ]


@pytest.mark.parametrize("memberships", SIZES)
def test_plan(benchmark: Bench, memberships: int) -> None:
    """Planning changes what is to change, one membership in a hundred, and nothing else."""
    benchmark.group = f"planning {memberships} memberships"
    found = community(memberships)
    expected = sum(len(come) + len(go) for come, go in differences(found))
    assert sum(len(cohort.members) for cohort in plan_of(found).cohorts) == expected
    measured(benchmark, lambda: plan_of(found))


@pytest.mark.parametrize("memberships", SIZES)
def test_bare_set_difference(benchmark: Bench, memberships: int) -> None:
    """The same sets, subtracted, and nothing else."""
    benchmark.group = f"planning {memberships} memberships"
    found = community(memberships)
    measured(benchmark, lambda: differences(found))


@pytest.mark.parametrize("guilds", GUILDS)
def test_plan_by_guilds(benchmark: Bench, guilds: int) -> None:
    """A tenth of the largest community, in few guilds or in many."""
    benchmark.group = f"planning {LARGEST // 10} memberships, by guilds"
    found = community(LARGEST // 10, guilds)
    measured(benchmark, lambda: plan_of(found))


def bare_yaml(plan: Plan) -> dict[str, Any]:
    """The same literal blocks, and nothing else."""
    text = as_yaml(plan)
    document = YAML(typ="safe", pure=True).load(text)
    return {
        "cohorts": [
            {"guild": cohort["guild"], "members": LiteralScalarString(cohort["members"])}
            for cohort in document["cohorts"]
        ]
    }


def bare_dump(document: dict[str, Any]) -> str:
    out = StringIO()
    yaml = YAML(typ="rt", pure=True)
    yaml.width = 10**9
    yaml.dump(document, out)
    return out.getvalue()


def test_write_plan_file(benchmark: Bench) -> None:
    """A plan file of a hundred thousand members."""
    benchmark.group = f"writing {LINES} member lines"
    plan = a_plan(LINES)
    assert as_yaml(plan).count("\n    + moodle:") == LINES
    measured(benchmark, lambda: as_yaml(plan))


def test_bare_dump(benchmark: Bench) -> None:
    """ruamel.yaml alone, on the same literal blocks."""
    benchmark.group = f"writing {LINES} member lines"
    document = bare_yaml(a_plan(LINES))
    measured(benchmark, lambda: bare_dump(document))


def test_read_plan_file(benchmark: Bench) -> None:
    """The same plan, checked against its digest."""
    benchmark.group = f"reading {LINES} member lines"
    plan = a_plan(LINES)
    text = as_yaml(plan)
    assert from_text(text, "plan.yaml") == plan
    measured(benchmark, lambda: from_text(text, "plan.yaml"))


def test_bare_load(benchmark: Bench) -> None:
    """ruamel.yaml alone, on the same literal blocks."""
    benchmark.group = f"reading {LINES} member lines"
    text = bare_dump(bare_yaml(a_plan(LINES)))
    measured(benchmark, lambda: YAML(typ="safe", pure=True).load(text))


@cache
def first_sync(memberships: int) -> tuple[Plan, tuple[Operation, ...]]:
    """The plan of a site that has nothing yet, and its steps."""
    plan = a_plan(memberships)
    return plan, operations(plan)


def test_guards(benchmark: Bench) -> None:
    """What all guards say of a plan with that many operations, none of which they hold back."""
    benchmark.group = f"{LARGEST} operations"
    plan, found = first_sync(LARGEST)
    settings = SyncSettings(joined=True)
    moodle = community(1_000).snapshots.moodle
    sight = around(plan, moodle, settings, None, {uid: uid + 100 for uid in range(LARGEST)})
    assert all(verdict.figures.ok for verdict in judged(found, sight, settings.guards))
    measured(benchmark, lambda: judged(found, sight, settings.guards))


def test_a_walk_over_operations(benchmark: Bench) -> None:
    """One look at each operation: what each guard has to do at least."""
    benchmark.group = f"{LARGEST} operations"
    _, found = first_sync(LARGEST)
    measured(benchmark, lambda: sum(operation.cohort == 0 for operation in found))  # type: ignore[union-attr]


def recorded(directory: Path, plan: Plan, found: tuple[Operation, ...]) -> None:
    """A run of these operations, as the journal takes it."""
    start = RunStart(
        avc=plan.avc, moodle=plan.moodle, scope="full", digest="", undoes=None, by="bench"
    )
    with journal.recorded(directory, start, [Step(operation) for operation in found]) as record:
        for number in range(len(found)):
            record(Outcome(number, "done"))


def test_journal(benchmark: Bench, tmp_path: Path) -> None:
    """A run of a tenth of the operations, written down, each with its outcome."""
    benchmark.group = f"the journal, {LARGEST // 10} operations"
    plan, found = first_sync(LARGEST // 10)
    numbers = count()

    def fresh() -> tuple[tuple[Path, Plan, tuple[Operation, ...]], dict[str, Any]]:
        directory = tmp_path / str(next(numbers))
        directory.mkdir(mode=0o700)
        return (directory, plan, found), {}

    benchmark.pedantic(recorded, setup=fresh, rounds=ROUNDS)


def test_matches_of_the_journal(benchmark: Bench, tmp_path: Path) -> None:
    """What each plan asks of it: who was matched with whom, last time."""
    benchmark.group = f"the journal, {LARGEST // 10} operations"
    plan, found = first_sync(LARGEST // 10)
    directory = tmp_path / "journal"
    directory.mkdir(mode=0o700)
    recorded(directory, plan, found)
    known = matches(directory, SITE)
    assert known is not None
    assert len(known) == len(found)
    measured(benchmark, lambda: matches(directory, SITE))

"""Guards: what a plan does not do unless somebody has looked at it."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256

from reconciler.guard_rules import RULES, Around, Found
from reconciler.models.guards import GUARDS, GuardFigures, GuardName, GuardSettings
from reconciler.models.operations import Operation

_COSTS = ("last_enrolments", "suspends")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one guard says."""

    figures: GuardFigures
    counted: frozenset[int]
    """Positions of the operations that it holds back; none when it is content."""


def judged(
    operations: Sequence[Operation], around: Around, settings: GuardSettings
) -> tuple[Verdict, ...]:
    """What each guard says of these operations, in their order in ``GUARDS``."""
    numbered = list(enumerate(operations))
    return tuple(
        _verdict(name, RULES[name](numbered, around, settings), operations, around)
        for name in GUARDS
    )


def _verdict(
    name: GuardName, found: Found, operations: Sequence[Operation], around: Around
) -> Verdict:
    counted = frozenset(found.counted)
    held = [operations[number] for number in sorted(counted)]
    figures = GuardFigures(
        guard=name,
        limit=found.limit,
        found=found.found,
        ok=not found.tripped,
        acknowledge=f"{name}@{_hash(name, held, around)}" if found.tripped else None,
    )
    return Verdict(figures, counted)


def _hash(name: GuardName, held: Sequence[Operation], around: Around) -> str:
    """Twelve hex digits of exactly these operations, for this guard and these sites."""
    told = sorted(_identity(operation) for operation in held)
    return sha256(json.dumps([name, around.avc, around.url, told]).encode()).hexdigest()[:12]


def _identity(operation: Operation) -> str:
    fields = {k: v for k, v in asdict(operation).items() if k not in _COSTS}
    return json.dumps([type(operation).__name__, fields], sort_keys=True, default=_plain)


def _plain(value: object) -> object:
    dump: Callable[[], object] = value.model_dump  # type: ignore[attr-defined]
    return dump()

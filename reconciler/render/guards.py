"""Guards, for reading: what they allow, what they found, and what to do about it."""

import shlex
from collections.abc import Iterable, Iterator

from reconciler.guards import REMEDIES
from reconciler.held_back import HeldBack
from reconciler.models.guards import GuardFigures
from reconciler.models.plan import Plan
from reconciler.operations import operations
from reconciler.wording import number

IDLE = "Nothing is to be done; if it were, guards would hold it back"
"""What guards hold where there is nothing to hold."""


def guard_lines(guards: Iterable[GuardFigures]) -> Iterator[str]:
    """Every guard with its figures; those that hold something back say what acknowledges it."""
    for guard in guards:
        sign = "✗" if not guard.ok else "✓" if guard.checked else "–"
        yield f"  {sign} {guard.guard}: {guard.found} (limit: {guard.limit})"
        if guard.acknowledge:
            yield f"      {REMEDIES[guard.guard]}."
            yield f"      --ack {guard.acknowledge}"


def tripped(plan: Plan) -> Iterator[str]:
    """Those that hold the plan back."""
    found = [guard for guard in plan.guards if not guard.ok]
    if found and plan.empty:
        yield f"⚠ {IDLE}:"
    elif found:
        yield "⚠ Guards hold this plan back: apply takes it only with each of them acknowledged."
    yield from guard_lines(found)


def holding_back(held: HeldBack, total: int, *, dry_run: bool) -> Iterator[str]:
    """How much of so many operations guards hold back of a one-shot run, and which guards."""
    if not held.tripped:
        return
    count, would = len(held.positions), "would " if dry_run else ""
    if not total:
        yield f"⚠ {IDLE}:"
    elif count == total:
        yield f"⚠ Guards {would}hold all {number(total, 'operation')} back."
    else:
        rest = "the rest would be" if dry_run else "the rest is"
        yield f"⚠ Guards {would}hold {count} of {total} operations back; {rest} carried out."
    yield from guard_lines(held.tripped)


def acknowledged(held: HeldBack) -> Iterator[str]:
    """Which guards were acknowledged, and which acknowledgements did nothing."""
    for guard in held.acknowledged:
        yield f"ℹ Acknowledged: {guard.guard}, {guard.found} (limit: {guard.limit})"
    for word in held.idle:
        yield f"⚠ --ack {word} acknowledges nothing here: it is for other operations or sites"


def would_hold_back(held: HeldBack) -> Iterator[str]:
    """What is wrong, where there was nothing to do anyway."""
    yield f"✗ {IDLE}:"
    yield from guard_lines(held.tripped)


def held_back_lines(held: HeldBack, plan: Plan, file: str, before: str) -> Iterator[str]:
    """What a one-shot run did not do, why, and the command that would.

    ``before`` is what the command needs in front of it, to find the same state directory.
    """
    count = number(len(operations(plan)), "operation")
    yield f"✗ Held back, as nobody has acknowledged it: {count}"
    yield from guard_lines(held.tripped)
    yield f"Look at it: reconciler show {shlex.quote(file)}"
    yield "If it is meant:"
    yield f"  {before}{apply_command(plan, file)}"


def apply_command(plan: Plan, file: str) -> str:
    """What applies a plan that is in a file, and acknowledges all that guards hold back of it."""
    acks = [f"--ack {guard.acknowledge}" for guard in plan.guards if guard.acknowledge]
    return f"reconciler apply {' '.join([shlex.quote(file), *acks])}"

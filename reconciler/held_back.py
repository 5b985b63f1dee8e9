"""What guards keep from being carried out, and what becomes of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from reconciler.dependencies import falling, needs
from reconciler.errors import GuardTripped
from reconciler.guard_sight import Around
from reconciler.guards import REMEDIES, Verdict, judged
from reconciler.models.guards import GuardFigures, GuardSettings
from reconciler.models.operations import CreateCohort
from reconciler.models.plan import Plan
from reconciler.operations import operations
from reconciler.selection import restricted
from reconciler.stale import Checked


@dataclass(frozen=True, slots=True)
class HeldBack:
    """What is not carried out, as nobody has acknowledged it."""

    tripped: tuple[GuardFigures, ...] = ()
    positions: frozenset[int] = frozenset()
    """Of the operations that are held back, and of what depends on them."""
    acknowledged: tuple[GuardFigures, ...] = ()
    """Guards that tripped, and were acknowledged."""
    idle: tuple[str, ...] = ()
    """Acknowledgements that fit no guard of this plan: of other operations, or not tripped."""


def held_back(
    verdicts: Sequence[Verdict], checked: Sequence[Checked], acknowledgements: Collection[str]
) -> HeldBack:
    """What the verdicts hold back of a plan, but for what is acknowledged.

    A guard all of whose operations are done has nothing to hold back any more.
    """
    left = {number for number, item in enumerate(checked) if item.state != "done"}
    tripped = [verdict for verdict in verdicts if not verdict.figures.ok]
    known = {verdict.figures.acknowledge for verdict in tripped} & set(acknowledgements)
    open_ = [
        verdict
        for verdict in tripped
        if verdict.figures.acknowledge not in known
        and (not verdict.counted or not left.isdisjoint(verdict.counted))
    ]
    counted = frozenset().union(*(verdict.counted for verdict in open_))
    return HeldBack(
        tripped=tuple(verdict.figures for verdict in open_),
        positions=falling([item.operation for item in checked], counted),
        acknowledged=tuple(v.figures for v in tripped if v.figures.acknowledge in known),
        idle=tuple(sorted(set(acknowledgements) - known)),
    )


def refuse_held_back(held: HeldBack) -> None:
    """Raise GuardTripped, naming each guard, what it found, and what acknowledges it."""
    if held.tripped:
        raise GuardTripped(
            "Guards hold this plan back; nothing was written. What is meant can be acknowledged;"
            " what is not can be left out: plan again with --only or --exclude.",
            tuple(said(figures) for figures in held.tripped),
        )


def said(figures: GuardFigures) -> str:
    """What a guard has found, in a sentence."""
    return (
        f"{figures.guard}: {figures.found} (limit: {figures.limit}). {REMEDIES[figures.guard]}."
        f" To acknowledge it: --ack {figures.acknowledge}"
    )


def held_plan(plan: Plan, held: HeldBack, around: Around, settings: GuardSettings) -> Plan:
    """What was held back of a plan, as a plan of its own.

    Creations that it needs are in it; where they are done by then, applying finds them so.
    """
    found = operations(plan)
    waits = needs(found)
    kept = {found[number] for number in held.positions}
    kept |= {
        found[need]
        for number in held.positions
        for need in waits[number]
        if isinstance(found[need], CreateCohort)
    }
    return guarded(restricted(plan, kept), around, settings)


def guarded(plan: Plan, around: Around, settings: GuardSettings) -> Plan:
    """The plan with what the guards find in it."""
    verdicts = judged(operations(plan), around, settings)
    return plan.model_copy(update={"guards": tuple(verdict.figures for verdict in verdicts)})

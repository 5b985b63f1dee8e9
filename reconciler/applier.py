"""Carrying out a saved plan: exactly its operations, each only while it still fits."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from reconciler.dependencies import needs
from reconciler.errors import PartlyApplied
from reconciler.models.operations import Operation, Outcome, Run, Step
from reconciler.operations import words
from reconciler.ports import MoodleSite
from reconciler.stale import Checked


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of an operation."""

    operation: Operation
    outcome: Outcome


def to_do(checked: Sequence[Checked], left_out: Collection[int] = ()) -> list[Operation]:
    """What is to do, in order; ``left_out`` as ``steps`` has it."""
    return [
        item.operation
        for number, item in enumerate(checked)
        if item.state == "to do" and number not in left_out
    ]


def steps(checked: Sequence[Checked], left_out: Collection[int] = ()) -> tuple[Step, ...]:
    """What is to do, in order, with what each step depends on.

    ``left_out`` are positions, in ``checked``, of what is not to be carried out, and of all that
    depends on it.
    """
    todo = to_do(checked, left_out)
    return tuple(Step(*step) for step in zip(todo, needs(todo), strict=True))


def carry_out(todo: Sequence[Step], moodle: MoodleSite, run: Run) -> Iterator[Applied]:
    """Do the steps; yields each with its outcome as it comes. Raises what ``write`` raises."""
    for outcome in moodle.write(todo, run):
        yield Applied(todo[outcome.step].operation, outcome)


def require_success(applied: Sequence[Applied], residue: Sequence[str]) -> None:
    """Raise PartlyApplied, naming each operation that failed, was held back, or did not last."""
    failed = failures(applied)
    if failed:
        raise PartlyApplied(
            f"{len(failed)} of {len(applied)} operations were not carried out; the others were."
            " Mend what is named, then apply again.",
            (*failed, *residue),
        )
    if residue:
        raise PartlyApplied(
            "Everything was written, but Moodle, read again, differs from what was asked:"
            " somebody may be changing it at this moment. Plan again.",
            tuple(residue),
        )


def failures(applied: Sequence[Applied]) -> tuple[str, ...]:
    """What failed or was held back, each with the reason."""
    return tuple(
        f"{words(item.operation)}: {item.outcome.reason}"
        for item in applied
        if not item.outcome.fulfilled
    )

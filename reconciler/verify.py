"""Whether Moodle, read again, is what was asked for."""

from collections.abc import Iterator, Sequence

from reconciler.models.operations import Facts, Operation, facts_after
from reconciler.operations import words


def residue(done: Sequence[Operation], found: Sequence[Facts]) -> tuple[str, ...]:
    """What was carried out and is not so afterwards; one sentence each.

    ``found`` is what Moodle shows of each, in the same order. What it cannot show is not asked.
    """
    # One after the other: a million of them together take 200 MB.
    return tuple(
        line
        for operation, facts in zip(done, found, strict=True)
        if (wanted := _expected(operation, facts)) != facts
        for line in _differences(operation, wanted, facts)
    )


def _expected(operation: Operation, facts: Facts) -> Facts:
    wanted = facts_after(operation)
    return {name: value for name, value in wanted.items() if name in facts or not facts}


def _differences(operation: Operation, wanted: Facts, facts: Facts) -> Iterator[str]:
    from deepdiff import DeepDiff  # noqa: PLC0415 - 0.2 s that only a difference is worth

    for line in DeepDiff(wanted, dict(facts)).pretty().splitlines():
        yield f"{words(operation)}: {line}"

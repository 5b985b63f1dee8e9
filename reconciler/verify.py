"""Whether Moodle, read again, is what was asked for."""

from collections.abc import Sequence

from reconciler.models.operations import Facts, Operation, facts_after
from reconciler.operations import words


def residue(done: Sequence[Operation], found: Sequence[Facts]) -> tuple[str, ...]:
    """What was carried out and is not so afterwards; one sentence each.

    ``found`` is what Moodle shows of each, in the same order. What it cannot show is not asked.
    """
    expected = [
        {name: value for name, value in facts_after(item).items() if name in facts or not facts}
        for item, facts in zip(done, found, strict=True)
    ]
    if expected == list(found):
        return ()
    from deepdiff import DeepDiff  # noqa: PLC0415 - 0.2 s that only a difference is worth

    return tuple(
        f"{words(operation)}: {line}"
        for operation, wanted, facts in zip(done, expected, found, strict=True)
        for line in DeepDiff(wanted, dict(facts)).pretty().splitlines()
    )

"""The integration test, on a terminal."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from reconciler.checks import tally
from reconciler.models.checks import Check
from reconciler.render.sync import RULE, WIDTH
from reconciler.render.terminal import name
from reconciler.render.wrapping import hanging

_BELOW = " " * 9
_MARKS = {"PASS": "✓", "FAIL": "✗", "SKIP": "ℹ"}


def heading(avc: str, moodle: str) -> Iterator[str]:
    """The lines on top."""
    yield RULE
    yield "AVC-Moodle Integration Test"
    yield RULE
    yield f"AVC Site: {name(avc)}"
    yield f"Moodle Site: {name(moodle)}"


def check_lines(checks: Sequence[Check]) -> Iterator[str]:
    """Each check in its group, and how many came out how."""
    for group, members in groupby(checks, key=lambda check: check.group):
        yield ""
        yield group
        for check in members:
            yield from _lines(check)
    yield ""
    yield from _totals(checks)


def _lines(check: Check) -> Iterator[str]:
    text = f"{name(check.name)}: {name(check.words)}"
    mark = "⚠" if check.costs else _MARKS[check.result]
    yield from hanging(f"  {mark} {check.result} ", text, WIDTH)
    if check.mend:
        yield from hanging(f"{_BELOW}→ ", name(check.mend), WIDTH)
    if check.command:
        # In one piece, however long it is: somebody will copy it.
        yield f"{_BELOW}$ {name(check.command)}"


def _totals(checks: Sequence[Check]) -> Iterator[str]:
    found = tally(checks)
    yield (
        f"Total: {found.total}, passed: {found.passed}, failed: {found.failed},"
        f" skipped: {found.skipped}"
    )
    rate = "nothing ran" if found.rate is None else f"{found.rate}% of those that ran"
    yield f"Success rate: {rate}"

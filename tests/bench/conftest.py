"""Benchmarks are run by hand: ``pytest tests/bench/core.py``. Nothing here asserts a duration."""

import gc
from collections.abc import Iterator

import pytest

from reconciler.running import collect_seldom


@pytest.fixture(autouse=True, scope="session")
def _as_the_commands_do() -> None:
    """Garbage is looked for as seldom as when a command runs."""
    collect_seldom()


@pytest.fixture(autouse=True)
def _nothing_left_behind() -> Iterator[None]:
    """What an earlier benchmark left to be collected is not this one's work."""
    gc.collect()
    yield
    gc.collect()

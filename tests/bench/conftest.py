"""Benchmarks are run by hand: ``pytest tests/bench/core.py``. Nothing here asserts a duration."""

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _nothing_left_behind() -> Iterator[None]:
    """What an earlier benchmark left to be collected is not this one's work."""
    gc.collect()
    yield
    gc.collect()

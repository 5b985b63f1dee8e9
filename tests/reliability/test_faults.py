"""A tenth of the proof under faults."""

from tests.reliability import faults


def test_no_invariant_breaks_under_faults() -> None:
    """Whatever fails, in 200 sequences: see docs/reliability.md for what is checked."""
    figures = faults.run(200, 1)
    assert figures.sequences >= 200
    assert figures.ends["PartlyApplied"] > 20
    assert figures.ends["done"] > 200

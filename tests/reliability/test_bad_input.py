"""A tenth of the proof on bad input."""

from tests.reliability import bad_input


def test_bad_input_is_an_error_of_ours_and_nothing_else() -> None:
    """In 10,000 cases: no other exception, nothing written that is not due, nothing that hangs."""
    figures = bad_input.run(10_000, 1)
    assert figures.failures == []
    assert sum(kind.cases for kind in figures.kinds.values()) == 10_000
    assert all(kind.accepted for kind in figures.kinds.values())

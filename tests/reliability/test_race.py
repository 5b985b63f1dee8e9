"""A tenth of the proof Race."""

from tests.reliability.proof import side_by_side
from tests.reliability.race import races
from tests.sandbox.php import required_php


def test_of_two_syncs_one_works_and_the_other_says_so() -> None:
    """Fifteen times two start together, five each way: one does all of it, nothing is done twice.

    Between machines, too, where whoever comes second may find all of it done instead.
    """
    required_php()
    cases = side_by_side(("webservice", "cli"), lambda via: races(via, range(1, 6), seed=1))
    assert len(cases) == 15
    assert [case for case in cases if case.faults] == []

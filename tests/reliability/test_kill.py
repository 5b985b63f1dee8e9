"""A tenth of the proof Kill."""

from tests.reliability.kill import kills
from tests.reliability.proof import side_by_side
from tests.sandbox.php import required_php


def test_a_killed_run_is_finished_by_the_next() -> None:
    """Twenty runs, ten each way, are killed anywhere: applied again, all is as without that.

    Field by field; nothing was done twice; the journal can be read.
    """
    required_php()
    cases = side_by_side(("webservice", "cli"), lambda via: kills(via, range(1, 11), seed=1))
    assert len(cases) == 20
    assert [case for case in cases if case.faults] == []

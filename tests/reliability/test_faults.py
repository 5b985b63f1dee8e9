"""A tenth of the proof under faults."""

from tests.reliability import faults
from tests.reliability.faults_machine import FaultMachine
from tests.reliability.faults_meets import Meets
from tests.reliability.faults_state import Scope


def test_no_invariant_breaks_under_faults() -> None:
    """Whatever fails, in 200 sequences: see docs/reliability.md for what is checked."""
    figures = faults.run(200, 1)
    assert figures.sequences >= 200
    assert figures.ends["PartlyApplied"] > 20
    assert figures.ends["done"] > 200


def test_no_invariant_breaks_under_any_single_fault() -> None:
    """Each kind of fault, at each sort of call, once and until we give up."""
    assert faults.each_fault().sequences >= 400


def test_no_invariant_breaks_when_the_ground_of_a_saved_removal_is_gone() -> None:
    """Somebody leaves, it is planned, they come back, and the plan is applied all the same."""
    machine = FaultMachine()
    seen = Meets(acknowledged=True)
    try:
        machine.start("keep", idnumbers=False, limit=None, edits=[], first=seen)
        machine.people_edit_avc([("leave", 0, 0)])
        machine.plan(Scope(), seen)
        machine.people_edit_avc([("join", 0, 0)])
        machine.apply_later([], 0, seen, skip_stale=True)
    finally:
        machine.teardown()

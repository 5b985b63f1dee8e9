"""Of a run that was cut off nothing is undone that a later run did: it is that one's."""

from dataclasses import replace

import pytest

from reconciler.errors import PlanFileError
from reconciler.later_runs import without_later
from reconciler.models.journal import RunRecord, RunStep
from reconciler.models.operations import Operation, Status
from reconciler.models.plan import TextChange
from reconciler.operations import operations
from reconciler.reconciliation_alone import require_undoing
from reconciler.render.problems import sentence
from reconciler.undo import holds, inverse
from tests.fake_moodle import FakeMoodle
from tests.memory_state import MemoryState
from tests.test_undo import (
    ADD,
    CREATE,
    DEFINE,
    GIVE,
    NAME,
    REMOVE,
    ROLE_KEY,
    TAKE,
    UNDONE,
    UNTIL,
    change,
    run,
)
from tests.world import Community, pair

INSIDE = replace(ADD, key=ROLE_KEY, cohort=None)
IN_COHORT = replace(ADD, key=ROLE_KEY, cohort=8)
RENAME = change("update", name=NAME)
SAME: list[tuple[str, Operation, Operation]] = [
    ("to the letter", ADD, ADD),
    ("whatever it was thought to cost", REMOVE, replace(REMOVE, last_enrolments=3)),
    ("on another ground", REMOVE, replace(REMOVE, because="blocked")),
    ("a role, on another ground", TAKE, replace(TAKE, because="left-guild")),
    ("by a guild's new name", ADD, replace(ADD, guild="a-b")),
    ("matched with somebody else", ADD, replace(ADD, uid=9)),
    ("a role", GIVE, GIVE),
    ("a definition", DEFINE, DEFINE),
    ("a rename", RENAME, RENAME),
    ("a cohort, by another name", CREATE, replace(CREATE, name="AVC - B", idnumber="b")),
]
OTHERS: list[tuple[str, Operation, Operation]] = [
    ("another account", ADD, replace(ADD, account=104)),
    ("another cohort", ADD, replace(ADD, cohort=9)),
    ("the opposite", ADD, REMOVE),
    ("another role", GIVE, replace(GIVE, role="teacher")),
    ("another name", RENAME, change("update", name=TextChange(from_="AVC - A", to="AVC - C"))),
]


def cut(*found: Operation | RunStep) -> RunRecord:
    """A run of which no outcome was recorded, but of steps that say so."""
    return run(*(s if isinstance(s, RunStep) else RunStep(s) for s in found), ended=None)


@pytest.mark.parametrize(("lost", "did"), [c[1:] for c in SAME], ids=[c[0] for c in SAME])
def test_what_a_later_run_did_is_not_undone(lost: Operation, did: Operation) -> None:
    """Nor is it held, nor told: the run that was cut off had not done it."""
    left = without_later(cut(lost), [run(), run(did)])
    assert inverse(left).empty
    assert inverse(left).problems == ()
    assert holds(left, UNTIL) == ()


@pytest.mark.parametrize(("lost", "did"), [c[1:] for c in OTHERS], ids=[c[0] for c in OTHERS])
def test_what_no_later_run_did_may_be_the_runs_own(lost: Operation, did: Operation) -> None:
    """It is undone if Moodle shows it."""
    assert without_later(cut(lost), [run(did)]) == cut(lost)


@pytest.mark.parametrize("status", ["already", "stale", "failed", "held", None])
def test_a_later_run_that_changed_nothing_shows_nothing(status: Status | None) -> None:
    """It may have found it so because the run that was cut off had done it."""
    assert without_later(cut(ADD), [run(RunStep(ADD, status))]) == cut(ADD)


def test_what_the_run_itself_recorded_stays_its_own() -> None:
    """Somebody took it back by hand in between: what Moodle shows decides."""
    assert without_later(run(ADD), [run(ADD)]) == run(ADD)


def test_a_member_of_a_cohort_that_the_run_made_is_known_by_the_cohort() -> None:
    """The plan did not know its number yet, and the later one did."""
    found = cut(RunStep(CREATE, "done", cohort=8), INSIDE)
    assert without_later(found, [run(IN_COHORT)]).steps == found.steps[:1]
    assert without_later(found, [run(replace(IN_COHORT, cohort=9))]) == found


def test_of_the_rest_it_is_told_that_the_run_was_cut_off() -> None:
    """And of no guild of which nothing is left."""
    other = replace(ADD, account=104, guild="b")
    plan = inverse(without_later(cut(ADD, other), [run(other)]))
    assert operations(plan) == (UNDONE,)
    assert [sentence(p).partition(" is not")[0] for p in plan.problems] == [
        "The run was cut off: what it did to a"
    ]


def test_a_plan_that_undoes_a_later_runs_work_is_not_believed() -> None:
    """As little as one that undoes what no run did."""
    first = replace(cut(ADD), id="first")
    plan = inverse(first)
    sites = pair(Community((), (), {}), FakeMoodle({}, {}, {}))
    require_undoing(plan, replace(sites, state=MemoryState([first])))
    with pytest.raises(PlanFileError, match="does more than that"):
        require_undoing(plan, replace(sites, state=MemoryState([first, run(ADD)])))

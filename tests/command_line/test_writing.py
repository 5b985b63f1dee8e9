"""Steps as PHP is told them, and its answers as they are believed."""

from typing import Any

import pytest

from providers.carriers.errors import Ended
from reconciler.errors import IncompleteRead, ReadError, SiteUnreachable, UnexpectedAnswer
from reconciler.models.desired import CohortKey
from reconciler.models.operations import (
    AddMember,
    AssignRole,
    ChangeCohort,
    CreateCohort,
    DefineRole,
    Operation,
    Outcome,
    RemoveMember,
    Run,
    Step,
    UnassignRole,
    UndefineRole,
)
from reconciler.models.plan import FlagChange, TextChange
from tests.command_line.playback import HELLO, Part, site

KEY = CohortKey(uuid="u", role="teacher")
TOLD = {"uuid": "u", "role": "teacher"}
RUN = Run(avc="a", scope="guild g", digest="sha256:0", by="ada@ops, process 7")
CREATE = CreateCohort(
    key=KEY, guild="g", idnumber="g", name="AVC - G", description="<p>…</p>", component="c"
)
ADD = AddMember(key=KEY, guild="g", cohort=None, account=3, uid=7)
STEPS = [Step(CREATE), Step(ADD, needs=(0,))]
FACTS = {"idnumber": "g", "name": "AVC - G", "description": "<p>…</p>", "component": "c"}
SHOWN = {"kind": "facts", "rows": [[0, FACTS], [1, {"member": True}]]}
TRAILER = {"kind": "trailer", "counts": {"steps": 2}}


def answer(step: int, status: str = "done", **more: Any) -> dict[str, Any]:
    return {"kind": "outcome", "step": step, "status": status, "reason": "", "cohort": 9, **more}


WHOLE = (HELLO, answer(0), answer(1), SHOWN, TRAILER)

_TOLD: list[tuple[Operation, dict[str, Any]]] = [
    (CREATE, {"kind": "create", "cohort": None, "after": FACTS}),
    (
        ChangeCohort(
            key=KEY,
            guild="g",
            action="adopt",
            cohort=9,
            name=TextChange(from_=None, to="N"),
            visible=FlagChange(from_=True, to=False),
        ),
        {
            "kind": "change",
            "cohort": 9,
            "before": {"name": None, "visible": True},
            "after": {"name": "N", "visible": False},
        },
    ),
    (ADD, {"kind": "add", "cohort": None, "account": 3, "after": {"member": True}}),
    (
        RemoveMember(key=KEY, guild="g", cohort=9, account=3, uid=7, because="left-guild"),
        {"kind": "remove", "cohort": 9, "account": 3, "after": {"member": False}},
    ),
    (
        AssignRole(
            key=KEY, guild="g", cohort=9, account=3, uid=7, role="r", component="avc_moodle_sync"
        ),
        {
            "kind": "assign",
            "cohort": 9,
            "account": 3,
            "role": "r",
            "component": "avc_moodle_sync",
            "after": {"assigned": True},
        },
    ),
    (
        UnassignRole(
            key=KEY, guild="g", cohort=9, account=3, uid=7, role="r", component="local_cohortrole"
        ),
        {
            "kind": "unassign",
            "cohort": 9,
            "account": 3,
            "role": "r",
            "component": "local_cohortrole",
            "after": {"assigned": False},
        },
    ),
    (
        DefineRole(key=KEY, guild="g", cohort=9, role="r"),
        {"kind": "define", "cohort": 9, "role": "r", "after": {"defined": True}},
    ),
    (
        UndefineRole(key=KEY, guild="g", cohort=9, role="r"),
        {"kind": "undefine", "cohort": 9, "role": "r", "after": {"defined": False}},
    ),
]


@pytest.mark.parametrize(("operation", "told"), _TOLD, ids=[told["kind"] for _, told in _TOLD])
def test_what_php_is_told_of_a_step(operation: Operation, told: dict[str, Any]) -> None:
    """All that it needs to check and to do it, and nothing about people."""
    moodle, carrier = site(SiteUnreachable("enough"))
    with pytest.raises(SiteUnreachable):
        list(moodle.write([Step(operation, needs=(4, 5))], RUN))
    assert carrier.request == {
        "avc": "a",
        "scope": "guild g",
        "digest": "sha256:0",
        "by": "ada@ops, process 7",
        "signature": "avc-moodle-sync",
        "steps": [{"needs": [4, 5], "key": TOLD, **told}],
    }


def test_outcomes_come_one_by_one() -> None:
    """The first is there before the last has been said."""
    moodle, carrier = site(HELLO, answer(0), SiteUnreachable("gone"))
    outcomes = moodle.write(STEPS, RUN)
    assert next(outcomes) == Outcome(0, "done", cohort=9)
    assert carrier.closed == 0
    outcomes.close()  # type: ignore[attr-defined]
    assert carrier.closed == 1


def test_every_answer_becomes_an_outcome() -> None:
    """Status, reason and the id of the cohort, as they were said."""
    answers = [answer(0), answer(1, "stale", reason="account 3 was deleted", cohort=None)]
    moodle, _ = site(HELLO, *answers, SHOWN, TRAILER)
    assert list(moodle.write(STEPS, RUN)) == [
        Outcome(0, "done", cohort=9),
        Outcome(1, "stale", "account 3 was deleted"),
    ]


def test_reading_back_starts_no_program() -> None:
    """It is what the last write showed in its end, in any order."""
    moodle, carrier = site(*WHOLE)
    list(moodle.write(STEPS, RUN))
    assert moodle.read_back([ADD, CREATE]) == ({"member": True}, FACTS)
    assert moodle.read_back([]) == ()
    assert len(carrier.programs) == 1


def test_what_no_write_showed_cannot_be_read_back() -> None:
    """Before any write, of another operation, and after a write that did not end."""
    moodle, carrier = site(*WHOLE)
    with pytest.raises(IncompleteRead, match="of guild g: the last write"):
        moodle.read_back([ADD])
    list(moodle.write(STEPS, RUN))
    other = AddMember(key=KEY, guild="h", cohort=9, account=3, uid=7)
    with pytest.raises(IncompleteRead, match="of guild h"):
        moodle.read_back([ADD, other])
    carrier.parts = WHOLE[:-1]
    with pytest.raises(IncompleteRead, match="is cut"):
        list(moodle.write(STEPS, RUN))
    with pytest.raises(IncompleteRead, match="of guild g"):
        moodle.read_back([ADD])


def test_an_empty_run_is_a_run() -> None:
    """Moodle is asked all the same: it records that all is as it should be."""
    moodle, carrier = site(HELLO, {"kind": "trailer", "counts": {"steps": 0}})
    assert list(moodle.write([], RUN)) == []
    assert len(carrier.programs) == 1


def test_a_run_that_moodle_cannot_remember_is_told() -> None:
    """It spoils nothing: the operations are carried out."""
    note = {"kind": "unrecorded", "message": "disk full"}
    moodle, _ = site(*WHOLE[:-1], note, TRAILER)
    assert len(list(moodle.write(STEPS, RUN))) == 2
    assert moodle.traffic().endswith("; this run is not recorded there: disk full")


_BROKEN: dict[str, tuple[tuple[Part, ...], type[ReadError], str]] = {
    "refused": (
        (HELLO, {"kind": "refused", "why": "locked"}),
        SiteUnreachable,
        r"is being written to by another run of this program\. Try again when that is over\.$",
    ),
    "cut": (
        WHOLE[:2],
        IncompleteRead,
        "is cut: .* 1 of 2 steps had been answered; .* Plan again to see",
    ),
    "exit code": (
        (*WHOLE[:3], Ended("php", 255, ("Fatal",))),
        IncompleteRead,
        "exit code 255: Fatal.* 2 of 2 steps had been answered",
    ),
    "exception": (
        (*WHOLE[:2], {"kind": "failed", "message": "gone away"}),
        IncompleteRead,
        "stopped: gone away.* 1 of 2 steps had been answered",
    ),
    "answers missing": ((HELLO, SHOWN, TRAILER), IncompleteRead, "gave 0 answers and counts 2"),
    "facts missing": ((*WHOLE[:3], TRAILER), IncompleteRead, "gave 0 facts and counts 2"),
    "steps lost": (
        (*WHOLE[:4], {"kind": "trailer", "counts": {"steps": 1}}),
        IncompleteRead,
        "gave 2 answers and counts 1",
    ),
    "out of turn": ((HELLO, answer(1)), UnexpectedAnswer, "answered step 1 out of its turn"),
    "twice": ((*WHOLE[:2], answer(0)), IncompleteRead, "answered step 0 out of its turn"),
    "one too many": ((*WHOLE[:3], answer(2)), IncompleteRead, "answered step 2 out of its turn"),
    "facts of no step": (
        (*WHOLE[:3], {"kind": "facts", "rows": [[0, FACTS], [2, {"member": True}]]}, TRAILER),
        IncompleteRead,
        "answered step 2 out of its turn",
    ),
    "facts from the end": (
        (*WHOLE[:3], {"kind": "facts", "rows": [[0, FACTS], [-1, {"member": True}]]}, TRAILER),
        IncompleteRead,
        "answered step -1 out of its turn",
    ),
    "unknown status": ((HELLO, answer(0, "maybe")), UnexpectedAnswer, "does not know"),
}


@pytest.mark.parametrize("case", _BROKEN)
def test_a_write_that_breaks_off_is_an_error(case: str) -> None:
    """It tells how far it came: what came after that may be written or not."""
    parts, error, sentence = _BROKEN[case]
    moodle, carrier = site(*parts)
    with pytest.raises(error, match=sentence):
        list(moodle.write(STEPS, RUN))
    assert carrier.closed == 1

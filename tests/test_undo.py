"""What undoes a run, operation by operation, and what is told of it.

Guild a is of ``roles_world``; its run is put together by hand.
"""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from reconciler.dependencies import needs
from reconciler.models.desired import NOBODYS, CohortKey
from reconciler.models.journal import RunRecord, RunStart, RunStep
from reconciler.models.moodle import COMPONENT
from reconciler.models.operations import (
    AddMember,
    AssignRole,
    ChangeCohort,
    CreateCohort,
    DefineRole,
    Operation,
    RemoveMember,
    Status,
    UnassignRole,
    UndefineRole,
)
from reconciler.models.plan import AvcSide, FlagChange, MoodleSide, TextChange
from reconciler.models.scope import FullScope, GuildScope, Scope, UserScope
from reconciler.operations import operations
from reconciler.plan_text import as_json, as_yaml, from_text
from reconciler.render.plan import plan_lines
from reconciler.render.problems import sentence
from reconciler.undo import holds, inverse
from tests.roles_world import BESIDE, OWN, A
from tests.world import SITE

KEY, ROLE_KEY = CohortKey(uuid=A.uuid), CohortKey(uuid=A.uuid, role="coursecreator")
START = RunStart(
    avc=AvcSide(site="avc", uuid=SITE, guilds=2, memberships=3),
    moodle=MoodleSide(site="ss", url="https://moodle.example"),
    scope="full",
    digest="sha256:…",
    by="somebody",
)
UNTIL = date(2026, 12, 31)
CREATED = (
    "The run created cohort 8 for a: put away, and not deleted. Delete it in Moodle, once no course"
    " needs it"
)


def run(*done: Operation | RunStep, **fields: Any) -> RunRecord:
    steps = (s if isinstance(s, RunStep) else RunStep(s, "done") for s in done)
    return replace(RunRecord("20261125T201432Z-3f9a", 0, START, tuple(steps), ended=1), **fields)


def change(action: Any, **fields: Any) -> ChangeCohort:
    return ChangeCohort(KEY, "a", action, 7, **fields)


NAME, MANE = TextChange(from_="AVC - A", to="AVC - B"), TextChange(from_="AVC - B", to="AVC - A")
SHOWN, HIDDEN = FlagChange(from_=False, to=True), FlagChange(from_=True, to=False)
MARKED, UNMARKED = TextChange(from_="", to="mark"), TextChange(from_="mark", to="")
ADD = AddMember(KEY, "a", 7, 101, 1)
REMOVE = RemoveMember(KEY, "a", 7, 101, 1, "left-guild", last_enrolments=0, suspends=0)
UNDONE = replace(REMOVE, because="undone", last_enrolments=None, suspends=None)
GIVE = AssignRole(ROLE_KEY, "a", 8, 101, 1, "coursecreator", COMPONENT)
TAKE = UnassignRole(ROLE_KEY, "a", 8, 101, 1, "coursecreator", COMPONENT, "lost-role")
DEFINE, UNDEFINE = (kind(ROLE_KEY, "a", 8, "coursecreator") for kind in (DefineRole, UndefineRole))
CREATE = CreateCohort(ROLE_KEY, "a", BESIDE.idnumber, BESIDE.name, BESIDE.description)
INVERSES: list[tuple[str, Operation, Operation]] = [
    ("an addition", ADD, UNDONE),
    ("a removal", REMOVE, ADD),
    ("a removal of a stranger", replace(REMOVE, uid=None), replace(ADD, uid=None)),
    ("a role given", GIVE, replace(TAKE, because="undone")),
    ("a role taken", TAKE, GIVE),
    ("a definition made", DEFINE, UNDEFINE),
    ("a definition deleted", UNDEFINE, DEFINE),
    ("a rename", change("update", name=NAME), change("update", name=MANE)),
    ("an archive", change("archive", visible=HIDDEN), change("restore", visible=SHOWN)),
    ("a return", change("restore", visible=SHOWN), change("archive", visible=HIDDEN)),
    ("an adoption", change("adopt", description=MARKED), change("release", description=UNMARKED)),
    ("a release", change("release", description=UNMARKED), change("adopt", description=MARKED)),
    (
        "a field that was nothing before",
        change("update", idnumber=TextChange(to="a")),
        change("update", idnumber=TextChange(from_="a", to="")),
    ),
]


@pytest.mark.parametrize(
    ("done", "undone"), [i[1:] for i in INVERSES], ids=[i[0] for i in INVERSES]
)
def test_each_operation_has_its_opposite(done: Operation, undone: Operation) -> None:
    """And survives the plan file, in either form."""
    plan = inverse(run(done))
    assert operations(plan) == (undone,)
    assert from_text(as_yaml(plan), "plan.yaml") == plan
    assert from_text(as_json(plan), "plan.json") == plan
    assert plan.undoes == "20261125T201432Z-3f9a"
    assert (plan.avc, plan.moodle) == (START.avc, START.moodle)


def test_a_cohort_that_was_created_is_emptied_and_put_away() -> None:
    """As archiving does it, by the id that it got; its members and its role go before."""
    made = RunStep(CREATE, "done", cohort=8)
    inside = replace(ADD, key=ROLE_KEY, cohort=None)
    plan = inverse(run(made, replace(DEFINE, cohort=None), inside, replace(GIVE, cohort=None)))
    assert operations(plan) == (
        replace(TAKE, because="undone"),
        replace(UNDONE, key=ROLE_KEY, cohort=8),
        UNDEFINE,
        ChangeCohort(
            ROLE_KEY,
            "a",
            "archive",
            8,
            idnumber=TextChange(from_=BESIDE.idnumber, to=f"{BESIDE.idnumber}--archived-8"),
            name=TextChange(from_=BESIDE.name, to=f"{BESIDE.name} (archived)"),
            visible=HIDDEN,
        ),
    )
    assert [sentence(p) for p in plan.problems] == [CREATED]


def test_whoever_came_to_an_adopted_cohort_goes_before_it_is_let_go() -> None:
    """Afterwards it is not ours to take anybody out of."""
    plan = inverse(run(change("adopt", description=MARKED), ADD))
    assert operations(plan) == (UNDONE, change("release", description=UNMARKED))
    assert needs(operations(plan)) == ((), (0,))
    again = inverse(run(*(operations(plan))))
    assert operations(again) == (change("adopt", description=MARKED), ADD)


@pytest.mark.parametrize("status", ["already", "stale", "failed", "held"])
def test_what_a_run_did_not_do_is_not_undone(status: Status) -> None:
    """Somebody else did it, or nobody."""
    plan = inverse(run(RunStep(ADD, status)))
    assert plan.empty
    assert plan.problems == ()
    assert holds(run(RunStep(ADD, status)), UNTIL) == ()


LINES_LOST = (
    "The journal no longer has all that the run set out to do: the rest is undone. Look in Moodle"
    " for what else is to go"
)
CUT = (
    "The run was cut off: what it did to a is not recorded to its end. What Moodle shows to"
    " be done is undone: look there for what else is to go"
)
UNKNOWN = (
    "Whether the run created a cohort for a is not recorded, so it and its members are left"
    " as they are: look for it in Moodle"
)
ENROLLED = (
    "Leaving the cohort of a ended, or may have ended, enrolments of account 101 in Moodle:"
    " coming back enrols anew, and does not bring grades and groups back by itself. Grades come"
    " back, as far as Moodle's history has them, if 'Recover grades default' is set there before"
    " you apply"
)
NOT_OURS = (
    "account 101 had the role coursecreator by cohort 77, which was no cohort of ours any"
    " more: give it in Moodle, if it is to be had"
)
TOLD = [
    (
        "what became of it was not recorded",
        run(RunStep(ADD), ended=None),
        [CUT],
        (UNDONE,),
    ),
    (
        "nor whether a cohort was created, and with whom",
        run(RunStep(CREATE), RunStep(replace(ADD, key=ROLE_KEY, cohort=None)), ended=None),
        [
            CUT,
            UNKNOWN,
        ],
        (),
    ),
    (
        "nor all that it set out to do",
        run(ADD, missing=3),
        [LINES_LOST],
        (UNDONE,),
    ),
    (
        "a removal ended enrolments",
        run(replace(REMOVE, last_enrolments=2)),
        [ENROLLED],
        (ADD,),
    ),
    (
        "a removal may have",
        run(replace(REMOVE, last_enrolments=None, suspends=None)),
        [ENROLLED],
        (ADD,),
    ),
    ("a removal only suspended", run(replace(REMOVE, suspends=2)), [], (ADD,)),
    (
        "a role was taken that hung on nobody's cohort",
        run(replace(TAKE, key=NOBODYS, guild="left-77", cohort=77, because="cohort-gone")),
        [NOT_OURS],
        (),
    ),
]


@pytest.mark.parametrize(
    ("done", "says", "undone"), [case[1:] for case in TOLD], ids=[case[0] for case in TOLD]
)
def test_what_cannot_be_given_back_is_told(
    done: RunRecord, says: list[str], undone: tuple[Operation, ...]
) -> None:
    """Before anything is applied, in the plan itself."""
    plan = inverse(done)
    assert [sentence(problem) for problem in plan.problems] == says
    assert operations(plan) == undone


SCOPES: list[tuple[str, Scope]] = [
    ("full", FullScope()),
    ("guild a", GuildScope(uuid=A.uuid, name="a")),
    ("user 1", UserScope(uid=1)),
    ("release", GuildScope(uuid=A.uuid, name="a")),
    ("of another release of this program", FullScope()),
]


@pytest.mark.parametrize(("told", "scope"), SCOPES)
def test_the_scope_is_the_runs(told: str, scope: Scope) -> None:
    """A guild's with its UUID, which the journal has by each operation."""
    assert inverse(run(ADD, start=START.model_copy(update={"scope": told}))).scope == scope


def test_a_plan_that_undoes_says_so() -> None:
    """And not who was matched with whom: nobody was."""
    lines = list(plan_lines(inverse(run(ADD))))
    assert lines[0] == (
        "ss undoing run 20261125T201432Z-3f9a: 1 cohort with other members; 0 members to add,"
        " 1 to remove, at a cost that cannot be seen"
    )
    ground = "came with the run that is undone; what it costs them cannot be seen"
    assert f"  - account (Moodle 101, AVC 1): {ground}" in lines
    assert "Undoes run 20261125T201432Z-3f9a, whatever AVC calls for" in lines


def test_two_cohorts_of_one_guild_are_two() -> None:
    """The guild's own, and the one for a role."""
    plan = inverse(run(ADD, replace(ADD, key=ROLE_KEY, cohort=8)))
    assert [(c.role, c.cohort) for c in plan.cohorts] == [(None, OWN.id), ("coursecreator", 8)]

"""Operations judged by Moodle alone: to do when before holds, done when after does, else stale.

Here those of cohorts, and the sites that a plan is for.
"""

import pytest

from reconciler.errors import PlanFileError
from reconciler.models.moodle import COMPONENT
from reconciler.models.plan import FlagChange, TextChange
from reconciler.reconciliation_alone import saved_alone
from tests.preconditions_world import (
    CREATE,
    NO_BESIDE,
    RENAME,
    UNMARK,
    UNMARKED,
    Case,
    comes,
    defines,
    judged,
    own,
    plan,
    role,
    with_own,
)
from tests.roles_world import BESIDE, COMMUNITY, IN_STEP, OWN, Site
from tests.roles_world import without as left
from tests.world import OTHER_SITE, SITE, pair

FREE = own(idnumber=TextChange(from_="a", to="b"))
HIDE = own("archive", visible=FlagChange(from_=True, to=False))
SHOW = own("restore", visible=FlagChange(from_=False, to=True))
LOCK = own(component=TextChange(from_="", to=COMPONENT))
MARK = own("adopt", description=TextChange(from_="", to=OWN.description))
FOREIGN = OWN.model_copy(update={"description": OWN.description.replace(SITE, OTHER_SITE)})
MOVED = OWN.model_copy(update={"system": False})
HIDDEN = OWN.model_copy(update={"visible": False})
COHORTS = [
    Case("a field as it was", plan(RENAME), IN_STEP, ("to do",)),
    Case(
        "a field as it will be",
        plan(RENAME),
        with_own(OWN.model_copy(update={"name": "AVC - New"})),
        ("done",),
    ),
    Case(
        "a field as neither",
        plan(RENAME),
        with_own(OWN.model_copy(update={"name": "X"})),
        ("its name is 'X' now; planned was 'AVC - A' to 'AVC - New'",),
    ),
    Case("a flag that is false before", plan(SHOW), with_own(HIDDEN), ("to do",)),
    Case("a flag that is false after", plan(HIDE), with_own(HIDDEN), ("done",)),
    Case(
        "a change of what is not ours any more",
        plan(RENAME),
        with_own(UNMARKED),
        ("it no longer bears the mark of this guild",),
    ),
    Case(
        "of another AVC's cohort",
        plan(RENAME),
        with_own(FOREIGN),
        ("it no longer bears the mark of this guild",),
    ),
    Case("of one in a category", plan(RENAME), with_own(MOVED), ("that cohort is gone",)),
    Case("of one that is gone", plan(RENAME), Site(left(7)), ("that cohort is gone",)),
    Case(
        "an idnumber that another cohort has",
        plan(FREE),
        IN_STEP,
        ("cohort 9 has the idnumber 'b' now",),
    ),
    Case(
        "an empty idnumber is everybody's",
        plan(own(idnumber=TextChange(from_="a", to=""))),
        Site((OWN, BESIDE.model_copy(update={"idnumber": ""}), *left(7, 8))),
        ("to do",),
    ),
    Case(
        "a lock that cannot be seen",
        plan(LOCK),
        with_own(OWN.model_copy(update={"component": None})),
        ("its component cannot be seen this way",),
    ),
    Case("a mark that is taken away", plan(UNMARK), IN_STEP, ("to do",)),
    Case("a mark that was taken away", plan(UNMARK), with_own(UNMARKED), ("done",)),
    Case(
        "a mark that is given back, and members with it",
        plan(MARK.model_copy(update=comes(103))),
        with_own(UNMARKED),
        ("to do", "to do"),
    ),
    Case("a cohort to create", plan(CREATE), NO_BESIDE, ("to do",)),
    Case(
        "with its members, its role and what it gives one by one",
        plan(CREATE.model_copy(update={**comes(102), **defines("create"), **role("add", 102)})),
        Site(left(8), definitions=frozenset()),
        ("to do", "to do", "to do", "to do"),
    ),
    Case(
        "one that is created", plan(CREATE.model_copy(update=comes(101))), IN_STEP, ("done", "done")
    ),
    Case(
        "one that is there otherwise",
        plan(CREATE),
        Site((BESIDE.model_copy(update={"name": "X"}), *left(8))),
        ("the guild has cohort 8 'X' now",),
    ),
    Case(
        "one whose idnumber is taken, but for case",
        plan(CREATE),
        Site(
            (
                BESIDE.model_copy(update={"description": "", "idnumber": "A--COURSECREATOR"}),
                *left(8),
            )
        ),
        ("cohort 8 has the idnumber 'a--coursecreator' now",),
    ),
]


@pytest.mark.parametrize("case", COHORTS, ids=lambda case: case.says)
def test_a_cohort_is_judged_by_moodle_alone(case: Case) -> None:
    """AVC is never asked: the pair's AVC knows nobody, and nothing comes of that."""
    assert judged(case) == case.found


def test_a_plan_for_another_moodle_is_applied_nowhere_else() -> None:
    """Whatever its operations look like there."""
    with pytest.raises(PlanFileError, match=r"was made for the Moodle https://other\.example"):
        saved_alone(plan(RENAME, url="https://other.example"), pair(COMMUNITY, IN_STEP.moodle()))


def test_members_of_the_marked_cohorts_are_asked_for_and_no_others() -> None:
    """But where the plan itself takes marks away, or gives them: then of all that bear none."""
    for asked, cohorts in ((plan(RENAME), set()), (plan(UNMARK), {11})):
        moodle = IN_STEP.moodle()
        moodle.cohorts[11] = OWN.model_copy(update={"id": 11, "description": "", "name": "X"})
        saved_alone(asked, pair(COMMUNITY, moodle))
        (query,) = moodle.reads
        wanted = {c.id for c in moodle.cohorts.values() if query.wants_members_of(c)}
        assert wanted == {7, 8, 9, 10} | cohorts

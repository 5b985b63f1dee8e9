"""Operations judged by Moodle alone: to do when before holds, done when after does, else stale.

The world is that of ``roles_world``: cohort 7 is guild a's own, 8 the one for its course creators.
"""

from dataclasses import dataclass, replace
from typing import Any

import pytest

from reconciler.errors import PlanFileError
from reconciler.models.desired import CohortKey
from reconciler.models.members import MemberChange
from reconciler.models.moodle import COMPONENT, OTHER_WAY, PLUGIN, Grant
from reconciler.models.plan import (
    AvcSide,
    CohortPlan,
    DefinitionChange,
    FlagChange,
    MatchingUsed,
    MoodleSide,
    Plan,
    TextChange,
)
from reconciler.models.scope import FullScope
from reconciler.reconciliation_alone import saved_alone
from tests.fake_moodle import FakeMoodle
from tests.roles_world import BESIDE, COMMUNITY, DEFINED, IN_STEP, OURS, OWN, PLUGINS, A, Site
from tests.roles_world import without as left
from tests.world import CREATOR, OTHER_SITE, SITE, account, pair

OWN_KEY, BESIDE_KEY = CohortKey(uuid=A.uuid), CohortKey(uuid=A.uuid, role="coursecreator")


def plan(*cohorts: CohortPlan, url: str = "https://moodle.example") -> Plan:
    return Plan(
        avc=AvcSide(site="avc", uuid=SITE, guilds=2, memberships=3),
        moodle=MoodleSide(site="ss", url=url),
        scope=FullScope(),
        matching=MatchingUsed(),
        cohorts=cohorts,
    )


def own(action: Any = "update", **fields: Any) -> CohortPlan:
    return CohortPlan(guild="a", uuid=A.uuid, action=action, **{"cohort": 7} | fields)


def beside(action: Any = "update", **fields: Any) -> CohortPlan:
    return CohortPlan(
        guild="a", uuid=A.uuid, role="coursecreator", action=action, **{"cohort": 8} | fields
    )


def comes(number: int) -> dict[str, Any]:
    return {"members": (MemberChange("add", number, number - 100),)}


def goes(number: int, **cost: Any) -> dict[str, Any]:
    line = MemberChange(
        "remove", number, number - 100, because="undone", last_enrolments=None, suspends=None
    )
    return {"members": (replace(line, **cost),)}


def role(change: Any, number: int, through: Any = COMPONENT, name: str = "coursecreator") -> Any:
    line = MemberChange(change, number, number - 100, role=name, through=through)
    return {"assignments": (line,)}


def defines(action: Any, name: str = "coursecreator") -> dict[str, Any]:
    return {"definition": DefinitionChange(role=name, action=action)}


RENAME = own(name=TextChange(from_="AVC - A", to="AVC - New"))
FREE = own(idnumber=TextChange(from_="a", to="b"))
HIDE = own("archive", visible=FlagChange(from_=True, to=False))
SHOW = own("restore", visible=FlagChange(from_=False, to=True))
LOCK = own(component=TextChange(from_="", to=COMPONENT))
UNMARK = own("release", description=TextChange(from_=OWN.description, to=""))
MARK = own("adopt", description=TextChange(from_="", to=OWN.description))
CREATE = beside(
    "create",
    cohort=None,
    name=TextChange(to=BESIDE.name),
    description=TextChange(to=BESIDE.description),
)
UNMARKED = OWN.model_copy(update={"description": ""})
FOREIGN = OWN.model_copy(update={"description": OWN.description.replace(SITE, OTHER_SITE)})
MOVED = OWN.model_copy(update={"system": False})
NO_BESIDE = Site(left(8), definitions=None, assigned={})
HIDDEN = OWN.model_copy(update={"visible": False})
UNSEEN: dict[str, Any] = {"roles": None, "abilities": frozenset()}


def with_own(cohort: Any, **more: Any) -> Site:
    return Site((cohort, *left(7)), **more)


def shown(*accounts: Any, **more: Any) -> Site:
    """A site that shows all its accounts, these among them."""
    return Site(more={"gives_all": True, "also": accounts, **more})


@dataclass(frozen=True)
class Case:
    """A plan, a Moodle, and the verdict on its operations: why, for a stale one."""

    says: str
    plan: Plan
    site: Site
    found: tuple[str, ...]


GONE, LOST = "cohort 7 is gone", "cohort 7 no longer bears the mark of this guild"
CASES = [
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
    Case("a member to add", plan(own(**comes(103))), IN_STEP, ("to do",)),
    Case("a member who is in", plan(own(**comes(101))), IN_STEP, ("done",)),
    Case("a member for a cohort that is gone", plan(own(**comes(103))), Site(left(7)), (GONE,)),
    Case("for one that is not ours any more", plan(own(**comes(103))), with_own(UNMARKED), (LOST,)),
    Case(
        "for one that cannot be created",
        plan(CREATE.model_copy(update=comes(103))),
        Site(
            (
                BESIDE.model_copy(update={"description": "", "idnumber": "A--COURSECREATOR"}),
                *left(8),
            )
        ),
        ("cohort 8 has the idnumber 'a--coursecreator' now", "its cohort is gone"),
    ),
    Case(
        "for one of two with one mark",
        plan(CREATE.model_copy(update=comes(103))),
        Site((OWN, BESIDE, BESIDE.model_copy(update={"id": 9}), *left(7, 8, 9))),
        ("done", "cohorts 8, 9 all bear its mark"),
    ),
    Case(
        "an account that is not there any more",
        plan(own(**comes(188))),
        shown(),
        ("there is no such account any more",),
    ),
    Case("an account that is perhaps not shown", plan(own(**comes(188))), IN_STEP, ("to do",)),
    Case(
        "an account that is not confirmed",
        plan(own(**comes(109))),
        shown(account(9, confirmed=False)),
        ("the account is not confirmed",),
    ),
    Case(
        "the guest",
        plan(own(**comes(109))),
        shown(account(9, username="guest")),
        ("the account is the guest's",),
    ),
    Case("a member to remove", plan(own(**goes(101))), IN_STEP, ("to do",)),
    Case("a member who is out", plan(own(**goes(103))), IN_STEP, ("done",)),
    Case("a member of a cohort that is gone", plan(own(**goes(101))), Site(left(7)), (GONE,)),
    Case("of one that is not ours any more", plan(own(**goes(101))), with_own(UNMARKED), (LOST,)),
    Case(
        "who is out of what this plan let go",
        plan(UNMARK.model_copy(update=goes(103))),
        with_own(UNMARKED),
        ("done", "done"),
    ),
    Case(
        "a role to give",
        plan(beside(**role("add", 101))),
        Site(definitions=None, assigned={}),
        ("to do",),
    ),
    Case(
        "a role that is given",
        plan(beside(**role("add", 101))),
        Site(definitions=None, assigned={OURS: {101}}),
        ("done",),
    ),
    Case(
        "a role for who is no member",
        plan(beside(**role("add", 102))),
        IN_STEP,
        ("the account is no member of the cohort",),
    ),
    Case(
        "for who becomes one",
        plan(beside(**comes(102), **role("add", 102))),
        IN_STEP,
        ("to do", "to do"),
    ),
    Case(
        "a role that there is not",
        plan(beside(**role("add", 101, name="none"))),
        IN_STEP,
        ("there is no role 'none'",),
    ),
    Case("a role to take", plan(beside(**role("remove", 101, PLUGIN))), IN_STEP, ("to do",)),
    Case("a role that is taken", plan(beside(**role("remove", 101))), IN_STEP, ("done",)),
    Case(
        "a role of a cohort that is gone",
        plan(beside(**role("remove", 101))),
        NO_BESIDE,
        ("cohort 8 is gone",),
    ),
    Case(
        "roles that cannot be seen",
        plan(beside(**role("remove", 101))),
        Site(more=UNSEEN),
        ("whether it is so cannot be seen this way",),
    ),
    Case(
        "a definition to make",
        plan(beside(**defines("create"))),
        Site(definitions=frozenset(), assigned={}),
        ("to do",),
    ),
    Case("one that is made", plan(beside(**defines("create"))), IN_STEP, ("done",)),
    Case("one to delete", plan(beside(**defines("delete"))), IN_STEP, ("to do",)),
    Case(
        "one that is deleted",
        plan(beside(**defines("delete"))),
        Site(definitions=frozenset(), assigned={}),
        ("done",),
    ),
    Case(
        "one where the plugin is not installed",
        plan(beside(**defines("create"))),
        Site(definitions=None, assigned={}),
        ("whether it is so cannot be seen this way",),
    ),
    Case(
        "one of a role that there is not",
        plan(beside(**defines("create", "none"))),
        IN_STEP,
        ("there is no role 'none'",),
    ),
]
LEFT_OVER = Grant(cohort=77, role=CREATOR.id, component=COMPONENT)


def forget(cohort: int, change: Any = "remove") -> Plan:
    gone = CohortPlan(guild=f"left-{cohort}", uuid="", cohort=cohort, action="forget")
    return plan(gone.model_copy(update=role(change, 101)))


CASES += [
    Case(
        "what is left of a cohort that is gone",
        forget(77),
        Site(assigned={LEFT_OVER: {101}}),
        ("to do",),
    ),
    Case("what was left of one", forget(77), IN_STEP, ("done",)),
    Case(
        "what is left of one that is somebody's again",
        forget(8),
        Site(assigned={OURS: {101}}),
        ("cohort 8 bears a mark again",),
    ),
    Case(
        "what was left of one, to give back",
        forget(77, "add"),
        IN_STEP,
        ("cohort 77 is not ours any more",),
    ),
    Case(
        "where that cannot be seen",
        forget(77),
        Site(more=UNSEEN),
        ("whether it is so cannot be seen this way",),
    ),
]


def moodle_of(site: Site) -> FakeMoodle:
    also = site.more.get("also", ())
    rest = {key: value for key, value in site.more.items() if key != "also"}
    moodle = replace(site, more=rest).moodle()
    moodle.accounts |= {found.id: found for found in also}
    return moodle


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.says)
def test_an_operation_is_judged_by_moodle_alone(case: Case) -> None:
    """AVC is never asked: the pair's AVC knows nobody, and nothing comes of that."""
    work = saved_alone(case.plan, pair(COMMUNITY, moodle_of(case.site)))
    found = tuple(i.why.partition(": ")[2] if i.state == "stale" else i.state for i in work.checked)
    assert found == case.found
    assert work.now is None


COURSE = {"courses": {7: frozenset({30})}, "enrolled": {101: {30: frozenset({7})}}}
PRICES = [
    ("as planned", {"last_enrolments": 1}, COURSE, ""),
    ("cheaper than planned", {"last_enrolments": 2}, COURSE, ""),
    (
        "dearer",
        {"last_enrolments": 0},
        COURSE,
        "it would cost them their last enrolment in 1 courses now; planned was 0",
    ),
    ("unknown when it was planned", {"last_enrolments": None, "suspends": None}, COURSE, ""),
    (
        "unknown now",
        {"last_enrolments": 1},
        {},
        "what it costs cannot be seen this way; planned was 1 courses",
    ),
    (
        "suspends now",
        {"last_enrolments": 1},
        {**COURSE, "on_removal": "suspend"},
        "it would suspend them in 1 courses now; planned was 0",
    ),
    (
        "enrolled otherwise, too",
        {"last_enrolments": 0},
        {**COURSE, "enrolled": {101: {30: frozenset({7, OTHER_WAY})}}},
        "",
    ),
]


@pytest.mark.parametrize(
    ("planned", "site", "why"), [case[1:] for case in PRICES], ids=[case[0] for case in PRICES]
)
def test_a_removal_that_costs_more_than_the_plan_said_is_stale(
    planned: dict[str, Any], site: dict[str, Any], why: str
) -> None:
    """Its price is worked out from what enrols people now."""
    sites = pair(COMMUNITY, Site(more=site).moodle())
    (found,) = saved_alone(
        plan(own(**goes(101, **{"last_enrolments": 0, "suspends": 0} | planned))), sites
    ).checked
    assert (found.state, found.why.partition(": ")[2]) == ("stale" if why else "to do", why)


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


def test_defined_and_given_are_two_things() -> None:
    """What local_cohortrole gives is not what this program gives."""
    sites = pair(COMMUNITY, Site(definitions=DEFINED, assigned={PLUGINS: {101}}).moodle())
    (found,) = saved_alone(plan(beside(**role("remove", 101))), sites).checked
    assert found.state == "done"

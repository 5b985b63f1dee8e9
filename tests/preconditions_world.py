"""Plans of one cohort, and what Moodle alone says of their operations.

The world is that of ``roles_world``: cohort 7 is guild a's own, 8 the one for its course creators.
"""

from dataclasses import dataclass, replace
from typing import Any

from reconciler.models.members import MemberChange
from reconciler.models.moodle import COMPONENT
from reconciler.models.plan import (
    AvcSide,
    CohortPlan,
    DefinitionChange,
    MatchingUsed,
    MoodleSide,
    Plan,
    TextChange,
)
from reconciler.models.scope import FullScope
from reconciler.reconciliation_alone import saved_alone
from tests.fake_moodle import FakeMoodle
from tests.roles_world import BESIDE, COMMUNITY, OWN, A, Site
from tests.roles_world import without as left
from tests.world import SITE, pair


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
UNMARK = own("release", description=TextChange(from_=OWN.description, to=""))
CREATE = beside(
    "create",
    cohort=None,
    name=TextChange(to=BESIDE.name),
    description=TextChange(to=BESIDE.description),
)
UNMARKED = OWN.model_copy(update={"description": ""})
NO_BESIDE = Site(left(8), definitions=None, assigned={})
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


def moodle_of(site: Site) -> FakeMoodle:
    also = site.more.get("also", ())
    rest = {key: value for key, value in site.more.items() if key != "also"}
    moodle = replace(site, more=rest).moodle()
    moodle.accounts |= {found.id: found for found in also}
    return moodle


def judged(case: Case) -> tuple[str, ...]:
    """What comes of each operation; for a stale one, why."""
    work = saved_alone(case.plan, pair(COMMUNITY, moodle_of(case.site)))
    assert work.now is None
    return tuple(i.why.partition(": ")[2] if i.state == "stale" else i.state for i in work.checked)

"""What an explanation says that people lose, in any world, against what they have afterwards."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.explain import person_explained
from reconciler.explain_view import view
from reconciler.models.explanation import PlannedOperation
from reconciler.models.moodle import PLUGIN
from reconciler.models.operations import UnassignRole, UndefineRole
from reconciler.operations import operations
from reconciler.reconciliation import SitePair, apply, fresh, plan_now
from tests.explain_world import Sites, subjects
from tests.fake_moodle import FakeMoodle
from tests.guards_world import FULL
from tests.test_explain_agrees import role_worlds
from tests.world import LIBRARIAN

Held = set[tuple[int | None, int, str]]
"""Cohort, account, and the role that it has by that cohort."""


@st.composite
def losing_worlds(draw: st.DrawFn) -> Sites:
    """The second guild may be gone, the role not be mapped any more, or given in another way."""
    sites = draw(role_worlds())
    avc = dict(sites.avc)
    if draw(st.booleans()):
        avc.pop(2)
    more = draw(
        st.sampled_from(
            [
                {},
                {"role_mapping": {"guild_admin": "coursecreator"}},
                {"roles_by": {"librarian": "course-enrolment"}},
                {"roles_by": {"librarian": "assignment"}},
            ]
        )
    )
    return replace(
        sites,
        avc=avc,
        roles={number: held for number, held in sites.roles.items() if number in avc},
        settings={**sites.settings, **more},
    )


def _held(moodle: FakeMoodle, *, by_plugin: bool) -> Held:
    """Who has the role by a cohort, and is in it; by local_cohortrole, or in any way."""
    return {
        (grant.cohort, account, LIBRARIAN.shortname)
        for grant, accounts in moodle.assigned.items()
        for account in accounts
        if grant.role == LIBRARIAN.id and (grant.component == PLUGIN or not by_plugin)
    }


def _members(moodle: FakeMoodle) -> set[tuple[int, int]]:
    return {(cohort, account) for cohort, some in moodle.members.items() for account in some}


def _moodle(sites: SitePair) -> FakeMoodle:
    assert isinstance(sites.moodle, FakeMoodle)
    return sites.moodle


def _told(items: tuple[PlannedOperation, ...], account: int | None) -> Held:
    """What goes with them for an account."""
    return {
        (getattr(item.operation, "cohort", None), account or 0, taken.role)
        for item in items
        for taken in item.takes
    }


@settings(derandomize=True)
@given(losing_worlds())
def test_who_is_told_to_lose_a_role_has_it_no_more_and_nobody_else_loses_one(sites: Sites) -> None:
    """By that cohort, once the plan is carried out; taking it one by one is an operation of its
    own.
    """
    there = sites.pair()
    now = plan_now(there, FULL)
    found = view(now.plan, there)
    places = [
        place
        for subject, seen in subjects(found, there)
        for part in person_explained(found, seen, subject).guilds
        for place in part.places
    ]
    told = {
        one
        for place in places
        for one in _told((*place.operations, *place.definitions), place.account)
    }
    taken = {
        (op.cohort, op.account, op.role)
        for op in operations(now.plan)
        if isinstance(op, UnassignRole)
    }
    before, by_plugin = (
        _held(_moodle(there), by_plugin=False),
        _held(_moodle(there), by_plugin=True),
    )
    inside = _members(_moodle(there))
    apply(fresh(now), there)
    after = _held(_moodle(there), by_plugin=False)
    lost = {one for one in before - after if one[:2] in inside}
    assert told <= by_plugin - after
    assert lost <= told | taken
    for place in places:
        for item in place.definitions:
            assert isinstance(item.operation, UndefineRole)
            assert len(item.grounds) == 1

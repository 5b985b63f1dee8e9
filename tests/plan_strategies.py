"""Nasty plans: every field that a plan has, whether or not they go together."""

from dataclasses import replace
from typing import get_args

from hypothesis import strategies as st

from reconciler.models.members import MemberChange, Reason
from reconciler.models.plan import (
    AvcSide,
    CohortPlan,
    DefinitionChange,
    FlagChange,
    MatchingUsed,
    MoodleSide,
    Plan,
    Problem,
    ProblemKind,
    RolePlan,
    TextChange,
    Way,
    WayReason,
)
from reconciler.models.scope import FullScope, GuildScope, UserScope
from tests.strategies import NAMES, UUIDS, nasty_text

_ids = st.integers(1, 10**9)
_changes = st.none() | st.builds(TextChange, from_=st.none() | nasty_text, to=nasty_text)
_members = st.builds(
    MemberChange,
    change=st.sampled_from(["add", "remove"]),
    moodle=_ids,
    avc=st.none() | _ids,
    by=st.sampled_from([None, "link", "idnumber", "email", "username"]),
    because=st.sampled_from([None, *get_args(Reason)]),
    last_enrolments=st.integers(0, 3),
    suspends=st.integers(0, 3),
    name=nasty_text | st.sampled_from(NAMES),
).flatmap(lambda line: st.sampled_from([line, replace(line, last_enrolments=None, suspends=None)]))
_assignments = _members.map(
    lambda line: replace(
        line, role="coursecreator", through="local_cohortrole", last_enrolments=0, suspends=0
    )
)
_plans_of_cohorts = st.builds(
    CohortPlan,
    guild=nasty_text,
    uuid=st.sampled_from(UUIDS),
    role=st.none() | nasty_text,
    cohort=st.none() | _ids,
    action=st.sampled_from(["create", "adopt", "update", "archive", "restore", "release"]),
    idnumber=_changes,
    name=_changes,
    description=_changes,
    component=_changes,
    visible=st.none() | st.builds(FlagChange, from_=st.booleans(), to=st.booleans()),
    definition=st.none()
    | st.builds(DefinitionChange, role=nasty_text, action=st.sampled_from(["create", "delete"])),
    assignments=st.lists(_assignments, max_size=3).map(tuple),
    members=st.lists(_members, max_size=4).map(tuple),
)
_problems = st.builds(
    Problem,
    kind=st.sampled_from(get_args(ProblemKind)),
    roles=st.lists(nasty_text, max_size=2).map(tuple),
    avc=st.none() | _ids,
    name=st.none() | nasty_text,
    guilds=st.lists(nasty_text, max_size=3).map(tuple),
    accounts=st.lists(_ids, max_size=2).map(tuple),
)
plans = st.builds(
    Plan,
    avc=st.builds(AvcSide, site=st.just("avc"), uuid=nasty_text, guilds=_ids, memberships=_ids),
    moodle=st.builds(MoodleSide, site=st.just("ss"), url=nasty_text),
    scope=st.one_of(
        st.just(FullScope()),
        st.builds(GuildScope, uuid=nasty_text, name=nasty_text),
        st.builds(UserScope, uid=_ids),
    ),
    matching=st.sampled_from(
        [MatchingUsed(used=("email",), unavailable=("link",)), MatchingUsed(used=())]
    ),
    roles=st.lists(
        st.builds(
            RolePlan,
            role=nasty_text,
            guild_roles=st.lists(nasty_text, min_size=1, max_size=2).map(tuple),
            way=st.sampled_from(get_args(Way)),
            because=st.sampled_from(get_args(WayReason)),
        ),
        max_size=2,
    ).map(tuple),
    cohorts=st.lists(_plans_of_cohorts, max_size=3).map(tuple),
    problems=st.lists(_problems, max_size=3).map(tuple),
)

"""Runs to remember, and operations of every kind with awkward texts."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, get_args

from hypothesis import strategies as st

from reconciler.models.desired import CohortKey
from reconciler.models.journal import RunStart
from reconciler.models.members import Component, Reason
from reconciler.models.operations import (
    AddMember,
    AssignRole,
    ChangeCohort,
    CreateCohort,
    DefineRole,
    Operation,
    Outcome,
    RemoveMember,
    Step,
    UnassignRole,
    UndefineRole,
)
from reconciler.models.plan import (
    AvcSide,
    CohortPlan,
    FlagChange,
    MatchingUsed,
    MoodleSide,
    Plan,
    TextChange,
)
from reconciler.models.scope import FullScope
from reconciler.state import StateDirectory
from tests.strategies import nasty_text

URL = "https://ss.example/moodle"
AVC = "6f0c"
KEY = CohortKey(uuid="2aaf2f3d-e1c7-4f50-a6f2-a498aceb1ddc")


def start(
    scope: str = "full", url: str = URL, site: str = "ss", by: str = "ann@here", avc: str = AVC
) -> RunStart:
    """What is known of a run before it writes."""
    return RunStart(
        avc=AvcSide(site="avc", uuid=avc, guilds=2, memberships=9),
        moodle=MoodleSide(site=site, url=url, release="4.5"),
        scope=scope,
        digest="sha256:" + "ab" * 32,
        by=by,
    )


def addition(account: int, uid: int | None) -> AddMember:
    """Somebody comes to a cohort."""
    return AddMember(KEY, "web-dev", 42, account, uid)


def removal(account: int, uid: int | None) -> RemoveMember:
    """Somebody goes."""
    return RemoveMember(KEY, "web-dev", 42, account, uid, "left-guild")


def as_steps(operations: Iterable[Operation]) -> list[Step]:
    """The operations, none needing another."""
    return [Step(operation) for operation in operations]


def remember(
    state: StateDirectory,
    operations: Sequence[Operation],
    outcomes: Iterable[Outcome] | None = None,
    of: RunStart | None = None,
) -> None:
    """Record a run that came to its end; without ``outcomes``, one that did all of it."""
    told = outcomes or [Outcome(number, "done") for number in range(len(operations))]
    with state.run(of or start(), as_steps(operations)) as record:
        for outcome in told:
            record(outcome)


def plan_of(*cohorts: CohortPlan, **fields: Any) -> Plan:
    """A plan for the same Moodle."""
    began = start()
    return Plan.model_validate(
        {
            "avc": began.avc,
            "moodle": began.moodle,
            "scope": FullScope(),
            "matching": MatchingUsed(used=("email",)),
            "cohorts": cohorts,
            **fields,
        }
    )


def journal_of(state: StateDirectory) -> Path:
    """The current file of the only Moodle's journal."""
    (directory,) = state.directories()
    return directory / "journal.jsonl"


_ids = st.integers(1, 2**53)
_keys = st.builds(CohortKey, uuid=nasty_text, role=st.none() | nasty_text)
_texts = st.none() | st.builds(TextChange, from_=st.none() | nasty_text, to=nasty_text)
_place = {"key": _keys, "guild": nasty_text, "cohort": st.none() | _ids}
_person = {**_place, "account": _ids, "uid": st.none() | _ids}
_because = st.sampled_from([None, *get_args(Reason)])
_given = {**_person, "role": nasty_text, "component": st.sampled_from(get_args(Component))}
_cost = st.none() | st.integers(0, 9)
operations: st.SearchStrategy[Operation] = st.one_of(
    st.builds(
        CreateCohort,
        key=_keys,
        guild=nasty_text,
        idnumber=nasty_text,
        name=nasty_text,
        description=nasty_text,
        component=nasty_text,
    ),
    st.builds(
        ChangeCohort,
        key=_keys,
        guild=nasty_text,
        action=st.sampled_from(["adopt", "update", "archive", "restore", "release"]),
        cohort=_ids,
        idnumber=_texts,
        name=_texts,
        description=_texts,
        component=_texts,
        visible=st.none() | st.builds(FlagChange, from_=st.booleans(), to=st.booleans()),
    ),
    st.builds(AddMember, **_person),
    st.builds(RemoveMember, **_person, because=_because, last_enrolments=_cost, suspends=_cost),
    st.builds(AssignRole, **_given),
    st.builds(UnassignRole, **_given, because=_because),
    st.builds(DefineRole, **_place, role=nasty_text),
    st.builds(UndefineRole, **_place, role=nasty_text),
)

"""What runs meet: who changed what before and meanwhile, and what fails."""

from dataclasses import dataclass
from typing import Literal

from hypothesis import strategies as st

from tests.reliability import faults_state as state
from tests.reliability.faults_avc import AVC_KINDS, AvcKind
from tests.reliability.faults_edits import (
    AVC_EDITS,
    GUILDS,
    MOODLE_EDITS,
    PEOPLE,
    MoodleEdit,
    guild,
)
from tests.reliability.faults_moodle import AFTER_WRITING, KINDS, PLACES, WRITES, Fault

_FEW = st.integers(0, 8)
AVC_CHANGES = st.tuples(st.sampled_from(AVC_EDITS), _FEW, _FEW)
MOODLE_CHANGES = st.tuples(st.sampled_from(MOODLE_EDITS), _FEW, _FEW)
_FAULT = st.builds(
    Fault,
    # What fails while reading is soon told: most has to fail while writing.
    st.sampled_from((*PLACES, *WRITES, *WRITES, "after a write")),
    st.sampled_from((0, 0, 0, 1, 2, 4)),
    st.sampled_from((*KINDS, *AFTER_WRITING)),
    st.sampled_from((1, 3, 2)),
)
SCOPES = st.one_of(
    st.just(state.Scope()),
    st.just(state.Scope()),
    st.sampled_from((1, 2, 3, 1, 2, GUILDS)).map(
        lambda number: state.Scope("guild", uuid=guild(number).uuid)
    ),
    st.sampled_from((*range(1, PEOPLE + 1), PEOPLE + 2)).map(
        lambda uid: state.Scope("user", uid=uid)
    ),
)
STRANGERS: st.SearchStrategy[Literal["keep", "remove"]] = st.sampled_from(("keep", "remove"))
_AVC_FAULT = st.one_of(st.none(), st.none(), st.none(), st.none(), st.sampled_from(AVC_KINDS))


@dataclass(frozen=True)
class Meets:
    """What a run meets."""

    faults: tuple[Fault, ...] = ()
    avc: AvcKind | None = None
    between: tuple[MoodleEdit, ...] = ()
    """What people do in Moodle after it was read, and before it is written."""
    acknowledged: bool = False
    """Whether somebody acknowledges what guards find."""


def _meets(
    faults: list[Fault], avc: AvcKind | None, between: list[MoodleEdit], acknowledged: bool
) -> Meets:
    # What is left of something lost is never acknowledged here.
    return Meets(tuple(faults), avc, tuple(between), acknowledged and avc is None)


MEETS = st.builds(
    _meets,
    st.lists(_FAULT, max_size=3),
    _AVC_FAULT,
    st.just([]) | st.lists(MOODLE_CHANGES, min_size=1, max_size=2),
    st.booleans(),
)

"""One writer a Moodle: by the lock of a real one, in whatever database it keeps that."""

import json
import os
import signal
from contextlib import closing
from typing import Any

import pytest

from reconciler.errors import ReadError, SiteUnreachable
from reconciler.models.operations import AddMember, Run, Step
from tests.live.directory import DirectoryBackdoor
from tests.moodle.places import Place
from tests.moodle.support import KEY, RUN, UNKNOWN, statuses

_MANY = [Step(AddMember(KEY, "guild", UNKNOWN, account, None)) for account in range(1, 5_001)]
"""More than fits into a pipe: while nobody listens to what became of them, their PHP waits."""
_BY = Run(avc=RUN.avc, by="ada@ops, process 7")


@pytest.fixture
def place(shell_place: Place) -> Place:
    return shell_place


def _word(moodle: DirectoryBackdoor) -> Any:
    return dict(moodle.ask("recorded")).get("writer")


def test_the_second_hears_who_writes(place: Place, moodle: DirectoryBackdoor) -> None:
    """It writes nothing, and afterwards it can."""
    with closing(place.site.write(_MANY, _BY)) as first:  # type: ignore[type-var]
        assert next(first).status == "stale"
        with pytest.raises(SiteUnreachable, match=r"by ada@ops, process 7 \(PHP process \d+ of"):
            place.create("second")
        assert _word(moodle)
        assert place.cohorts() == {}
        assert {outcome.status for outcome in first} == {"stale"}
    assert _word(moodle) is None
    assert len(place.create("second")) == 1


def test_who_was_killed_is_not_in_the_way(place: Place, moodle: DirectoryBackdoor) -> None:
    """Its word stays, its lock does not: the next one writes, and takes the word away."""
    first = place.site.write(_MANY, _BY)
    next(first)
    os.kill(json.loads(_word(moodle))["pid"], signal.SIGKILL)
    with pytest.raises(ReadError):
        list(first)
    assert _word(moodle)
    assert statuses(place.write(place.creation("second"))) == ["done"]
    assert _word(moodle) is None

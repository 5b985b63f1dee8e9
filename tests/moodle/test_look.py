"""Looking at a Moodle by web services: whether it may be written, and what time it is there."""

from typing import Any

import httpx2
import pytest

from reconciler.errors import UnexpectedAnswer
from tests.moodle.support import SEARCH, URL, Meddled, json, refusal

_UPDATE = "core_cohort_update_cohorts"


def test_inspecting_asks_for_one_cohort_and_tries_to_write_on_it(meddled: Meddled) -> None:
    """It asks for what needs the right to see cohorts: no id that is unknown would do."""
    meddled.fill("a", "b")
    seen: list[Any] = []
    meddled.meddle = lambda _form, ask: seen.append(ask())
    assert meddled.site().inspect().writable is True
    assert meddled.functions == [SEARCH, _UPDATE]
    assert [cohort["id"] for cohort in seen[0]["cohorts"]] == [1]


def test_without_a_cohort_there_is_nothing_to_try_writing_on(meddled: Meddled) -> None:
    """Whether it may be written is then not known, rather than denied."""
    assert meddled.site().inspect().writable is None
    assert meddled.functions == [SEARCH]


@pytest.mark.parametrize(
    ("answer", "writable"), [(refusal("nopermissions"), False), (refusal("invalidparameter"), True)]
)
def test_a_user_who_may_not_write_is_told_from_one_who_may(
    meddled: Meddled, answer: httpx2.Response, writable: bool
) -> None:
    """Moodle checks the capability before the category (recorded): it tells without writing."""
    meddled.fill("a")
    meddled.meddle = lambda form, _ask: answer if form["wsfunction"] == _UPDATE else None
    assert meddled.site().inspect().writable is writable


@pytest.mark.parametrize("answer", [refusal("codingerror"), json(None)])
def test_any_other_answer_proves_nothing(meddled: Meddled, answer: httpx2.Response) -> None:
    """Neither another refusal, nor a change that was taken."""
    meddled.fill("a")
    meddled.meddle = lambda form, _ask: answer if form["wsfunction"] == _UPDATE else None
    with pytest.raises(UnexpectedAnswer, match=URL):
        meddled.site().inspect()


def test_the_clock_is_the_one_of_the_last_answer(meddled: Meddled) -> None:
    """From the header ``Date``; without it, or with something else in it, it is not known."""
    for date, clock in (
        ("Wed, 25 Nov 2026 17:12:45 GMT", 1795626765),
        ("yesterday", None),
        (None, None),
    ):
        answer = json({"cohorts": []})
        answer.headers.update({"date": date} if date else {})
        meddled.meddle = lambda _form, _ask, answer=answer: answer  # type: ignore[misc]
        assert meddled.site().inspect().clock == clock

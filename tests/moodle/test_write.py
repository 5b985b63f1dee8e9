"""Nothing is called done that the site, read back, does not show."""

from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from providers.moodle import batches, write
from providers.sandbox.moodle import store
from reconciler.errors import ReadError, SiteUnreachable, UnexpectedAnswer
from reconciler.models.desired import CohortKey
from reconciler.models.operations import (
    AddMember,
    ChangeCohort,
    CreateCohort,
    Operation,
    Outcome,
    Step,
)
from reconciler.models.plan import FlagChange, TextChange
from tests.moodle.support import (
    KEY,
    MARKED,
    RELEASES,
    RUN,
    Form,
    Meddled,
    addition,
    json,
    new_sandbox,
    refusal,
    removal,
    statuses,
    written,
)

_GET = "core_cohort_get_cohorts"
_CREATE = "core_cohort_create_cohorts"
_UPDATE = "core_cohort_update_cohorts"
_MEMBERS = "core_cohort_get_cohort_members"
_ADD = "core_cohort_add_cohort_members"
_REMOVE = "core_cohort_delete_cohort_members"
_SEARCH = "core_cohort_search_cohorts"
_WRITES = {_CREATE, _UPDATE, _ADD, _REMOVE}
_LOOK = (_GET, _SEARCH)
"""What a look at the touched cohorts costs before they are written to."""
_RENAME = ChangeCohort(KEY, "guild", "update", 1, name=TextChange(from_="Kept", to="New"))


def _creation(name: str) -> CreateCohort:
    return CreateCohort(CohortKey(uuid=name), name, name, name, MARKED + name)


def _addition(name: str, account: int) -> AddMember:
    """To the cohort that `_creation` makes."""
    return AddMember(CohortKey(uuid=name), name, None, account, None)


def _write(meddled: Meddled, *operations: Operation) -> list[Outcome]:
    return written(meddled.site(), *operations)


@pytest.fixture(autouse=True)
def _filled(meddled: Meddled) -> None:
    """One cohort, Kept, with the account 3 in it."""
    with store.connect(meddled.path) as db:
        db.execute(
            "INSERT INTO cohort (name, idnumber, description) VALUES ('Kept', 'kept', ?)", (MARKED,)
        )
        db.execute("INSERT INTO cohort_members VALUES (1, 3)")


def _answer_to(meddled: Meddled, function: str, change: Callable[[Any], Any]) -> None:
    """Let the site's answers to a function be changed ones, once something has been written."""

    def meddle(form: Form, ask: Callable[[], Any]) -> httpx2.Response | None:
        wanted = form["wsfunction"] == function
        return json(change(ask())) if wanted and _WRITES & {*meddled.functions} else None

    meddled.meddle = meddle


@pytest.mark.parametrize(
    ("operation", "function", "shown", "reason"),
    [
        (_creation("a"), _CREATE, [], "Failed to create cohort in Moodle: Moodle does not show it"),
        (_creation("a"), _GET, [], "Failed to create cohort in Moodle: Moodle does not show it"),
        (_creation("a"), _GET, {"name": "A"}, "its name is 'A'"),
        (_creation("a"), _GET, {"idnumber": "A"}, "its idnumber is 'A'"),
        (_creation("a"), _GET, {"description": "a"}, "its description is 'a'"),
        (_creation("a"), _GET, {"visible": False}, "its visible is False"),
        (addition(1, 4), _MEMBERS, {"userids": [3]}, "Moodle took it, and does not show it"),
        (removal(1, 3), _MEMBERS, {"userids": [3]}, "Moodle took it, and still shows the member"),
    ],
)
def test_what_is_not_shown_is_not_done(
    meddled: Meddled, operation: Operation, function: str, shown: Any, reason: str
) -> None:
    """Whatever the call itself answered, the step fails with what the site shows instead."""
    assert statuses(_write(meddled, _creation("z"))) == ["done"]
    meddled.functions.clear()
    _answer_to(
        meddled,
        function,
        lambda rows: [{**row, **shown} for row in rows] if shown else [],
    )
    (outcome,) = _write(meddled, operation)
    assert outcome.status == "failed"
    assert reason in outcome.reason


@pytest.mark.parametrize(
    ("operation", "shown", "reason"),
    [
        (_RENAME, {}, "its name is 'Kept'"),
        (
            ChangeCohort(KEY, "guild", "archive", 1, visible=FlagChange(from_=True, to=False)),
            {},
            "its visible is True",
        ),
        (_RENAME, None, "Moodle does not show it"),
    ],
)
def test_a_change_that_is_not_shown_is_not_done(
    meddled: Meddled, operation: ChangeCohort, shown: dict[str, Any] | None, reason: str
) -> None:
    """Before it is written the cohort is as expected; afterwards it is not as wanted."""

    def meddle(form: Form, ask: Callable[[], Any]) -> httpx2.Response | None:
        if form["wsfunction"] == _UPDATE:
            return json(None)
        if form["wsfunction"] == _GET and _UPDATE in meddled.functions:
            return json([{**row, **shown} for row in ask()] if shown is not None else [])
        return None

    meddled.meddle = meddle
    (outcome,) = _write(meddled, operation)
    assert (outcome.status, outcome.reason) == ("failed", reason)


def test_a_cohort_that_goes_while_it_is_emptied(meddled: Meddled) -> None:
    """Nobody is a member of it then, but nothing of ours did that."""

    def meddle(form: Form, _ask: Callable[[], Any]) -> None:
        if form["wsfunction"] == _MEMBERS and _REMOVE in meddled.functions:
            with store.connect(meddled.path) as db:
                db.execute("DELETE FROM cohort WHERE id = 1")

    meddled.meddle = meddle
    (outcome,) = _write(meddled, removal(1, 3))
    assert (outcome.status, outcome.reason) == ("stale", "the cohort is gone")


@pytest.mark.parametrize("deleted_before", [_SEARCH, _ADD])
def test_an_account_that_is_deleted_is_added_nowhere(meddled: Meddled, deleted_before: str) -> None:
    """Between plan and apply, or during it: the addition is stale, and the others are made."""

    def meddle(form: Form, _ask: Callable[[], Any]) -> None:
        if form["wsfunction"] == deleted_before:
            with store.connect(meddled.path) as db:
                db.execute("UPDATE user SET deleted = 1 WHERE id = 4")

    meddled.meddle = meddle
    outcomes = _write(meddled, addition(1, 4), addition(1, 5))
    assert statuses(outcomes) == ["stale", "done"]
    assert outcomes[0].reason == "user id=4 not exists"
    assert store.dump(meddled.path)[0]["members"] == [3, 5]


def test_fewer_cohorts_in_an_answer_than_were_asked_for(meddled: Meddled) -> None:
    """Those that are named are done; of the one that is not, nothing is claimed."""
    _answer_to(meddled, _CREATE, lambda rows: rows[:1] + rows[2:])
    outcomes = _write(meddled, _creation("a"), _creation("b"), _creation("c"))
    assert statuses(outcomes) == ["done", "failed", "done"]
    assert [outcome.cohort for outcome in outcomes] == [2, None, 4]


@pytest.mark.parametrize("broken", [_GET, _MEMBERS])
@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx2.Response(502), SiteUnreachable),
        (httpx2.Response(503), SiteUnreachable),
        (httpx2.Response(200, text="<html>"), UnexpectedAnswer),
        (refusal("sitemaintenance"), SiteUnreachable),
        (json({"warnings": []}), UnexpectedAnswer),
    ],
    ids=str,
)
def test_no_removal_follows_a_reading_that_failed(
    meddled: Meddled, broken: str, answer: httpx2.Response, kind: type[ReadError]
) -> None:
    """When what was written cannot be read back, nothing further is written."""
    steps = [
        Step(_creation("a")),
        Step(_addition("a", 3), needs=(0,)),
        Step(removal(1, 3)),
        Step(_RENAME),
    ]

    def meddle(form: Form, _ask: Callable[[], Any]) -> httpx2.Response | None:
        due = broken == _GET or _ADD in meddled.functions
        return answer if form["wsfunction"] == broken and due else None

    meddled.meddle = meddle
    told: list[Outcome] = []
    with pytest.raises(kind):
        told.extend(meddled.site().write(steps, RUN))
    assert _REMOVE not in meddled.functions
    assert _UPDATE not in meddled.functions
    assert (_ADD in meddled.functions) == (broken == _MEMBERS)
    kept = store.dump(meddled.path)[0]
    assert (kept["name"], kept["members"]) == ("Kept", [3])


def test_outcomes_come_as_they_are_known(meddled: Meddled) -> None:
    """What was done before the site was lost has been told."""
    meddled.meddle = lambda form, _ask: (
        httpx2.Response(503) if form["wsfunction"] == _MEMBERS else None
    )
    outcomes = meddled.site().write([Step(_creation("a")), Step(addition(1, 4))], RUN)
    assert next(outcomes) == Outcome(0, "done", cohort=2)
    assert meddled.functions == [_CREATE, _GET]
    with pytest.raises(SiteUnreachable):
        next(outcomes)


def test_a_lost_answer_to_a_creation_is_no_second_creation(meddled: Meddled) -> None:
    """The error tells; the cohort is there, once, for the next plan to see."""

    def meddle(form: Form, ask: Callable[[], Any]) -> httpx2.Response | None:
        if form["wsfunction"] != _CREATE:
            return None
        ask()
        return httpx2.Response(504)

    meddled.meddle = meddle
    with pytest.raises(SiteUnreachable):
        _write(meddled, _creation("a"))
    assert [cohort["idnumber"] for cohort in store.dump(meddled.path)] == ["kept", "a"]


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("operation", [removal, addition])
def test_truncation_is_noticed(
    tmp_path: Any,
    monkeypatch: pytest.MonkeyPatch,
    release: Any,
    operation: Callable[[int, int], Operation],
) -> None:
    """Where PHP drops the end of a call without a word, the dropped steps are not called done.

    Seen on 4.5.6 and 5.1.3 at max_input_vars 5000; the batches are made too big for 35 here.
    """
    site = new_sandbox(tmp_path / "small.sqlite", release, max_input_vars=35)
    with store.connect(site) as db:
        db.executemany(
            "INSERT INTO cohort (name, idnumber, description) VALUES (?, ?, ?)",
            [(name, name, MARKED) for name in "abc"],
        )
        if operation is removal:
            db.executemany(
                "INSERT INTO cohort_members VALUES (?, ?)",
                [(cohort, account) for cohort in (1, 2, 3) for account in range(3, 13)],
            )
    monkeypatch.setattr(batches, "VARIABLES", 10_000)
    pairs = [(cohort, account) for cohort in (1, 2, 3) for account in range(3, 13)]
    outcomes = _write(Meddled(site), *(operation(*pair) for pair in pairs))
    arrived = 16 if operation is removal else 8
    assert statuses(outcomes) == ["done"] * arrived + ["failed"] * (30 - arrived)
    assert all(outcome.reason for outcome in outcomes[arrived:])


@pytest.mark.parametrize("size", [1, 2, 3])
def test_long_runs_are_written_and_read_back_in_parts(
    meddled: Meddled, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    """Each part is read back before the next one is written."""
    monkeypatch.setattr(write, "CHUNK", size)
    outcomes = _write(meddled, *(addition(1, account) for account in range(4, 10)))
    assert outcomes == [Outcome(number, "done") for number in range(6)]
    assert meddled.functions == [*_LOOK, _MEMBERS, _ADD, _MEMBERS] * (6 // size)


def test_a_run_of_each_kind_is_one_call_and_two_readings(meddled: Meddled) -> None:
    """Steps in a row are written together, however many cohorts they are for."""
    steps = [Step(_creation(name)) for name in "abcd"]
    steps += [Step(_addition(name, 5), needs=(number,)) for number, name in enumerate("abcd")]
    outcomes = list(meddled.site().write([*steps, Step(removal(1, 3)), Step(_RENAME)], RUN))
    assert statuses(outcomes) == ["done"] * 10
    assert meddled.functions == [
        *(_CREATE, _GET),
        *(*_LOOK, _MEMBERS, _ADD, _MEMBERS),
        *(*_LOOK, _MEMBERS, _REMOVE, _MEMBERS),
        *(*_LOOK, _UPDATE, _GET),
    ]


def test_nothing_to_do_costs_nothing(meddled: Meddled) -> None:
    """No step, no call."""
    assert _write(meddled) == []
    assert meddled.functions == []


def test_held_steps_cost_nothing(meddled: Meddled) -> None:
    """Nor does a run of which every step is held."""
    meddled.meddle = lambda form, _ask: (
        refusal("dmlwriteexception") if form["wsfunction"] == _CREATE else None
    )
    steps = [Step(_creation("a")), Step(addition(1, 4), (0,)), Step(removal(1, 3), (1,))]
    outcomes = list(meddled.site().write(steps, RUN))
    assert statuses(outcomes) == ["failed", "held", "held"]
    assert meddled.functions == [_CREATE]
    assert {outcome.reason for outcome in outcomes[1:]} == {
        "something it depends on was not carried out"
    }

"""No call is too big, and no good item suffers for a bad one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.moodle import batches, calls
from providers.moodle.client import Client
from providers.moodle.write import Writing
from reconciler.errors import CallRefused
from reconciler.models.operations import ChangeCohort, CreateCohort, Operation, Step
from reconciler.models.plan import FlagChange, TextChange
from tests.moodle.support import KEY, MARKED, RUN, TOKEN, URL, addition, json, removal, sent

_LIMIT = 900
_SIZES = st.one_of(st.integers(0, 500), st.sampled_from([109, 110, 111, 148, 149, 222, 445, 890]))


_EVERY = range(1, 900)
"""Every cohort that there is."""


def _stored(number: int) -> dict[str, object]:
    old = {"name": "old", "idnumber": f"old{number}", "description": MARKED, "visible": True}
    return {"id": number, **old}


@dataclass
class _Counting:
    """Answers like a Moodle in which everything is there; keeps what it was asked."""

    members: list[int] = field(default_factory=list)
    """Of every cohort."""
    calls: list[list[tuple[str, str]]] = field(default_factory=list)

    def client(self) -> Client:
        return Client(URL, TOKEN, timeout=5, transport=httpx2.MockTransport(self._answer))

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        form = sent(request)
        assert len(form) == request.content.count(b"=") == request.content.count(b"&") + 1
        self.calls.append(list(form.items()))
        ids = [int(value) for name, value in form.items() if name.startswith("cohortids[")]
        cohorts = [_stored(number) for number in ids or _EVERY]
        answers: dict[str, object] = {
            "core_cohort_get_cohorts": cohorts,
            "core_cohort_search_cohorts": {"cohorts": [_stored(number) for number in _EVERY]},
            "core_cohort_get_cohort_members": [
                {"cohortid": number, "userids": self.members} for number in ids
            ],
            "core_cohort_add_cohort_members": {"warnings": []},
        }
        return json(answers.get(form["wsfunction"], []))

    def values(self, function: str, ending: str) -> list[str]:
        """What was sent to a function in the fields with this ending, in order."""
        return [
            value
            for call in self.calls
            if ("wsfunction", function) in call
            for name, value in call
            if name.endswith(ending)
        ]


_READS: list[tuple[str, Callable[[Client, list[int]], Any]]] = [
    ("core_cohort_get_cohorts", calls.cohorts),
    ("core_cohort_get_cohort_members", calls.members),
    (
        "core_user_get_users_by_field",
        lambda client, ids: calls.users(client, "id", (f"{number:06}" for number in ids)),
    ),
]


@pytest.mark.parametrize(("function", "read"), _READS, ids=[name for name, _ in _READS])
@given(size=_SIZES)
def test_reading_asks_for_everything_in_small_calls(
    function: str, read: Callable[[Client, list[int]], Any], size: int
) -> None:
    """Each id is asked for once, in order, and no call has 900 fields; for nothing, no call."""
    moodle = _Counting()
    read(moodle.client(), list(range(1, size + 1)))
    asked = [int(value) for value in moodle.values(function, "]")]
    assert asked == list(range(1, size + 1))
    assert all(len(call) < _LIMIT for call in moodle.calls)
    assert bool(moodle.calls) == bool(size)


def _creation(number: int) -> Operation:
    return CreateCohort(KEY, "guild", f"id{number}", f"name{number}", f"about{number}")


def _change(number: int) -> Operation:
    idnumber = TextChange(from_=f"old{number}", to=f"new{number}")
    name = TextChange(from_="old", to="new")
    about = TextChange(from_=MARKED, to="new")
    flag = FlagChange(from_=True, to=False)
    return ChangeCohort(KEY, "guild", "update", number, idnumber, name, about, visible=flag)


_WRITES: list[tuple[str, str, Callable[[int], Operation]]] = [
    ("core_cohort_create_cohorts", "[idnumber]", _creation),
    ("core_cohort_update_cohorts", "[id]", _change),
    ("core_cohort_add_cohort_members", "[usertype][value]", lambda n: addition(5, n)),
    ("core_cohort_delete_cohort_members", "[userid]", lambda n: removal(5, n)),
]


@pytest.mark.parametrize(
    ("function", "ending", "operation"), _WRITES, ids=[name for name, *_ in _WRITES]
)
@given(size=_SIZES)
def test_writing_sends_everything_in_small_calls(
    function: str, ending: str, operation: Callable[[int], Operation], size: int
) -> None:
    """Each step is sent once, in order, and no call has 900 fields, with all fields sent."""
    moodle = _Counting(list(range(1, size + 1)) if operation(1) == removal(5, 1) else [])
    steps = [Step(operation(number)) for number in range(1, size + 1)]
    outcomes = list(Writing(moodle.client(), RUN.avc, {}).run(steps))
    assert [outcome.step for outcome in outcomes] == list(range(size))
    wanted = [int(value.removeprefix("id")) for value in moodle.values(function, ending)]
    assert wanted == list(range(1, size + 1))
    assert all(len(call) < _LIMIT for call in moodle.calls)


def test_every_function_is_driven() -> None:
    """All functions of calls.py that take many items are counted above."""
    counted = {"cohorts", "members", "users", "create", "update", "add", "remove"}
    single = {"all_cohorts", "system_cohorts", "look", "may_write", "shown_accounts"}
    public = {
        name
        for name, thing in vars(calls).items()
        if not name.startswith("_") and getattr(thing, "__module__", "") == calls.__name__
    }
    assert public == counted | single


@given(st.lists(st.tuples(st.integers(), st.booleans()), max_size=200))
def test_halving_finds_exactly_the_bad_items(items: list[tuple[int, bool]]) -> None:
    """Whatever is bad is refused, whatever is good is done once, and both keep their order."""
    numbered = list(enumerate(items))
    refused: list[Any] = []

    def call(batch: Sequence[Any]) -> Sequence[Any]:
        if any(bad for _, (_, bad) in batch):
            raise CallRefused("no", "x")
        return batch

    def note(item: Any, error: CallRefused) -> None:
        assert error.code == "x"
        refused.append(item)

    done = [item for batch in batches.halving(numbered, call, note) for item in batch]
    assert done == [item for item in numbered if not item[1][1]]
    assert refused == [item for item in numbered if item[1][1]]


@given(st.integers(0, 300), st.data())
def test_one_bad_item_costs_little(size: int, data: st.DataObject) -> None:
    """To find one bad item takes two calls a halving, not one an item."""
    items = list(range(size))
    bad = data.draw(st.sampled_from(items)) if items else None
    counted: list[int] = []

    def call(batch: Sequence[int]) -> None:
        counted.append(len(batch))
        if bad in batch:
            raise CallRefused("no", "x")

    list(batches.halving(items, call, lambda _item, _error: None))
    assert len(counted) <= 2 * size.bit_length() + 1
    assert 0 not in counted


def test_other_errors_are_not_halved() -> None:
    """A site that is lost is not asked for every item."""
    counted: list[int] = []

    def call(batch: Sequence[int]) -> None:
        counted.append(len(batch))
        raise KeyError

    with pytest.raises(KeyError):
        list(batches.halving([1, 2, 3], call, lambda _item, _error: None))
    assert counted == [3]

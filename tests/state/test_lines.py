from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler import journal_lines as lines
from reconciler.models.operations import Operation, Outcome
from tests.state.support import operations, start
from tests.strategies import nasty_text


@given(operations)
def test_operations_come_back_equal(operation: Operation) -> None:
    """Whatever an operation holds, its line is one line of ASCII, and reads as the same again."""
    text = lines.operation_line(7, operation)
    event = lines.event(text)
    assert text.isascii()
    assert text.count(b"\n") == 1
    assert event is not None
    assert event["n"] == 7
    assert lines.operation(event) == operation


def test_every_kind_of_operation_has_a_name() -> None:
    """No operation of the model is one that the journal cannot hold."""
    assert set(lines.KINDS.values()) == set(get_args(Operation))


@given(nasty_text, nasty_text, st.none() | nasty_text)
def test_starts_come_back_equal(scope: str, by: str, undoes: str | None) -> None:
    """What is known of a run reads as the same again."""
    began = start(scope).model_copy(update={"by": by, "undoes": undoes})
    event = lines.event(lines.start_line("20261125T201432Z-3f9a", 5, began, 9))
    assert event is not None
    assert (event["run"], event["time"], event["operations"]) == ("20261125T201432Z-3f9a", 5, 9)
    assert lines.run_start(event) == began


@given(st.data())
def test_no_line_is_the_beginning_of_another(data: st.DataObject) -> None:
    """A line that was cut anywhere is never taken for a whole one."""
    text = data.draw(
        st.sampled_from(
            [
                lines.start_line("r", 5, start(), 9),
                lines.operation_line(1, data.draw(operations)),
                lines.outcome_line(Outcome(3, "failed", "no }", 4)),
                lines.end_line(12, "it }"),
            ]
        )
    )
    assert lines.event(text[: data.draw(st.integers(0, len(text) - 2))]) is None


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\0" * 4096,
        b"[]",
        b"null",
        b"{}",
        b"[" * 100_000,
        b'{"n":true,"status":"done"}',
        b'{"n":1,"status":"lost"}',
        b'{"n":1,"status":[]}',
        b'{"n":1,"status":"done","reason":5}',
        b'{"n":1,"status":"done","cohort":"5"}',
        b'{"n":1,"op":"explode"}',
        b'{"n":1,"op":{}}',
        b'{"n":1,"op":"add","account":"5","uid":5}',
        b'{"end":"now"}',
        b'{"end":1,"error":[]}',
        b'{"run":1}',
        b'{"run":"r","format":2,"time":1,"operations":0,"start":{}}',
        b'{"run":"r","format":1,"time":1,"operations":"0","start":{}}',
        b'{"n":1,"status":"done","reason":"\xff"}',
    ],
)
def test_what_is_no_line_of_ours(text: bytes) -> None:
    """What does not have the shape of an event is none, and raises nothing."""
    assert lines.event(text) is None


def test_reasons_are_kept_without_addresses() -> None:
    """An e-mail address in a site's words is not kept, and half a character does no harm."""
    event = lines.event(lines.outcome_line(Outcome(1, "failed", "no <bob@example.org>\udc80!")))
    assert event is not None
    assert event["reason"] == "no <(an address)>\\udc80!"

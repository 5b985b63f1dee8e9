"""The journal's lines: what happened in a run as JSON, and back.

A run is a line with ``run``, one with ``op`` for each operation that it is about to carry out, one
with ``status`` for each outcome, and one with ``end``. No line is the beginning of another, so that
a line that was cut is never taken for a whole one.
"""

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json

from reconciler.models.journal import RunStart
from reconciler.models.operations import (
    AddMember,
    AssignRole,
    ChangeCohort,
    CreateCohort,
    DefineRole,
    Operation,
    Outcome,
    RemoveMember,
    Status,
    UnassignRole,
    UndefineRole,
)

FORMAT = 1

KINDS: dict[str, type[Operation]] = {
    "create": CreateCohort,
    "change": ChangeCohort,
    "add": AddMember,
    "remove": RemoveMember,
    "assign": AssignRole,
    "unassign": UnassignRole,
    "define": DefineRole,
    "undefine": UndefineRole,
}
STATUSES: tuple[Status, ...] = get_args(Status)

_KNOWN = tuple(KINDS)
_NAMES = {kind: name for name, kind in KINDS.items()}
_ADDRESS = re.compile(r"[^\s@<>()\[\]'\",;:]+@[^\s@<>()\[\]'\",;:]+")

Event = Mapping[str, Any]
"""A line's content, of known shape."""


def start_line(run: str, moment: int, start: RunStart, operations: int) -> bytes:
    """A run begins: its id, Unix time, and how many operations follow."""
    told = start.model_dump(mode="json", by_alias=True)
    for count in ("held_back", "left_out"):
        # Earlier releases know no such key, and read what has none.
        if not told[count]:
            del told[count]
    return line(
        {"run": run, "format": FORMAT, "time": moment, "operations": operations, "start": told}
    )


def operation_line(number: int, operation: Operation) -> bytes:
    """An operation that is about to be carried out, and its position."""
    return line({"n": number, **operation_fields(operation)})


def operation_fields(operation: Operation) -> dict[str, Any]:
    """An operation as JSON has it, with its kind."""
    kind = _NAMES[type(operation)]
    return {"op": kind, **_adapter(kind).dump_python(operation, mode="json", by_alias=True)}


def outcome_line(outcome: Outcome) -> bytes:
    """What became of the operation at a position."""
    told: dict[str, object] = {"n": outcome.step, "status": outcome.status}
    if outcome.reason:
        told["reason"] = masked(outcome.reason)
    if outcome.cohort is not None:
        told["cohort"] = outcome.cohort
    return line(told)


def end_line(moment: int, error: str) -> bytes:
    """The run has ended, by an error if there is one."""
    return line({"end": moment, "error": masked(error)} if error else {"end": moment})


def line(event: Event) -> bytes:
    """One line, in ASCII: no site's text can break it."""
    return json.dumps(event, separators=(",", ":")).encode() + b"\n"


def masked(text: str) -> str:
    """A site's words without e-mail addresses, which are not to be kept, and as Unicode."""
    return _ADDRESS.sub("(an address)", text.encode(errors="backslashreplace").decode())


def event(text: bytes) -> Event | None:
    """What a line says; None for one that is no line of ours."""
    try:
        # Three times as fast as the standard library's, and lines are many.
        found = from_json(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) and _known(found) else None


def operation(found: Event) -> Operation | None:
    """The operation of a line with ``op``; None for one that this release does not know."""
    fields = {key: value for key, value in found.items() if key not in {"n", "op"}}
    try:
        made: Operation = _adapter(found["op"]).validate_python(fields)
    except ValidationError:
        return None
    return made


def run_start(found: Event) -> RunStart | None:
    """What the line with ``run`` says of it; None for one that this release does not know."""
    try:
        return RunStart.model_validate(found["start"])
    except ValidationError:
        return None


def _known(found: dict[str, Any]) -> bool:
    if "status" in found:
        return (
            type(found.get("n")) is int
            and found["status"] in STATUSES
            and isinstance(found.get("reason", ""), str)
            and type(found.get("cohort", 0)) is int
        )
    if "op" in found:
        numbers = (found.get("uid"), found.get("account"))
        whole = all(number is None or type(number) is int for number in numbers)
        return type(found.get("n")) is int and found["op"] in _KNOWN and whole
    if "end" in found:
        return type(found["end"]) is int and isinstance(found.get("error", ""), str)
    return (
        isinstance(found.get("run"), str)
        and found.get("format") == FORMAT
        and type(found.get("time")) is int
        and type(found.get("operations")) is int
        and isinstance(found.get("start"), dict)
    )


@cache
def _adapter(kind: str) -> TypeAdapter[Any]:
    return TypeAdapter(KINDS[kind])

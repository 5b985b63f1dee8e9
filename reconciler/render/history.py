"""Runs that the journal remembers, for reading."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from reconciler.erasure import Erased
from reconciler.journal_lines import operation_fields
from reconciler.lock import utc_time
from reconciler.models.journal import RunRecord, RunStart, RunStep
from reconciler.models.operations import (
    AddMember,
    AssignRole,
    ChangeCohort,
    CreateCohort,
    DefineRole,
    Operation,
    RemoveMember,
    UnassignRole,
    UndefineRole,
)
from reconciler.operations import words
from reconciler.render.terminal import name
from reconciler.wording import number

NOTHING = "No run is remembered here"

_DONE: dict[type[Operation], str] = {
    CreateCohort: "created",
    ChangeCohort: "changed",
    DefineRole: "defined",
    AddMember: "added",
    AssignRole: "given",
    UnassignRole: "taken",
    RemoveMember: "removed",
    UndefineRole: "undefined",
}
_STATUSES = {
    "done": ("✓", ""),
    "already": ("✓", "was so already"),
    "stale": ("⚠", "no longer fitted"),
    "failed": ("✗", "failed"),
    "held": ("⚠", "waited for what was not carried out"),
    None: ("⚠", "what became of it is not known"),
}
_DIGEST = 8
"""Hex digits of a plan's digest that people tell plans apart by."""


def moodle_line(record: RunRecord) -> str:
    """Which Moodle runs are of: names are given by nwp.yml, and there may be several."""
    return f"Moodle {name(record.start.moodle.url)}"


def run_lines(record: RunRecord, *, running: bool) -> Iterator[str]:
    """A run in a few lines: which, and what it did."""
    start = record.start
    plan = f", plan {_short(start.digest)}" if start.digest else ""
    what = f"{name(start.moodle.site)}, {name(start.scope)}{plan}"
    yield f"{record.id}  {utc_time(record.started)}  {what}"
    if start.undoes:
        yield f"  undoes run {name(start.undoes)}"
    yield f"  {figures(record)}: {ending(record, running=running)}; by {name(start.by)}"


def step_lines(record: RunRecord, *, running: bool) -> Iterator[str]:
    """A run, with each of its operations."""
    start = record.start
    yield f"Run {record.id}: {name(start.moodle.site)} from {name(start.avc.site)}"
    yield f"Moodle   {name(start.moodle.url)}"
    yield f"scope    {name(start.scope)}"
    if start.digest:
        yield f"plan     {name(start.digest)}"
    if start.undoes:
        yield f"undoes   {name(start.undoes)}"
    yield f"by       {name(start.by)}"
    yield f"began    {utc_time(record.started)}"
    if record.ended is not None:
        yield f"ended    {utc_time(record.ended)}"
    yield f"outcome  {ending(record, running=running)}"
    yield ""
    yield from (_step(step) for step in record.steps)
    if start.held_back:
        yield f"⚠ Held back by guards, and not listed: {number(start.held_back, 'operation')}."
    if start.left_out:
        left = number(start.left_out, "operation")
        yield f"⚠ Left out, as it did not fit any more, and not listed: {left}."
    if record.missing:
        yield (
            f"ℹ {number(record.missing, 'operation')} of it the journal has not: somebody was"
            " erased, or lines are lost."
        )


def erased_lines(erased: Erased, uid: int | None) -> Iterator[str]:
    """What was taken out of the journal, and what could not be reached."""
    who = [f"user {uid} of AVC"] if uid is not None else []
    who += [f"account {account} of Moodle" for account in sorted(erased.accounts)]
    yield f"✓ {', '.join(who)}: {number(erased.operations, 'operation')} taken out of the journal."
    for plan in erased.plans:
        yield f"✓ {plan} deleted."
    if not erased.accounts:
        yield (
            "ℹ The journal had no account of theirs. With --account ID, what it says of that"
            " account alone goes, too."
        )
    yield (
        "ℹ Out of reach: plan files elsewhere (git keeps them), logs, backups, and what both sites"
        " hold."
    )


def figures(record: RunRecord) -> str:
    """What a run did, counted."""
    done = Counter(type(step.operation) for step in record.steps if step.status == "done")
    told = [f"{done[kind]} {verb}" for kind, verb in _DONE.items() if done[kind]]
    return ", ".join(told) or "nothing changed"


def ending(record: RunRecord, *, running: bool) -> str:
    """How a run ended."""
    waiting = _waiting(record.start)
    if running:
        return ", ".join(("still running", *waiting))
    if record.ended is None:
        return ", ".join(("cut off", *waiting))
    if record.error:
        return f"{', '.join(('failed', *waiting))}: {name(record.error)}"
    failed = sum(step.status not in {"done", "already"} for step in record.steps)
    left = ", ".join((*([f"{failed} not carried out"] if failed else ()), *waiting))
    return f"partly: {left}" if left and record.steps else left or "done"


def _waiting(start: RunStart) -> tuple[str, ...]:
    """What was not to be done in a run, counted."""
    told = ((start.held_back, "held back"), (start.left_out, "left out"))
    return tuple(f"{count} {how}" for count, how in told if count)


def run_document(record: RunRecord, *, running: bool, steps: bool) -> dict[str, Any]:
    """A run for machines, with its operations or only their number by kind and status."""
    document: dict[str, Any] = {
        "run": record.id,
        "started": record.started,
        "ended": record.ended,
        "running": running,
        "error": record.error,
        "missing": record.missing,
        **record.start.model_dump(mode="json"),
    }
    if steps:
        return {**document, "steps": [_step_document(step) for step in record.steps]}
    statuses = Counter(step.status or "unknown" for step in record.steps)
    return {**document, "statuses": dict(sorted(statuses.items()))}


def _step(step: RunStep) -> str:
    mark, status = _STATUSES[step.status]
    told = ": ".join(part for part in (status, name(step.reason)) if part)
    return f"{mark} {name(_told(step.operation))}{f': {told}' if told else ''}"


def _told(operation: Operation) -> str:
    """In a few words; of a person, who they are in AVC and on what ground they lose something."""
    who = getattr(operation, "account", None)
    uid, ground = (getattr(operation, field, None) for field in ("uid", "because"))
    person = f"AVC user {uid}" if uid is not None else ""
    more = ", ".join(part for part in (person, ground) if part)
    told = words(operation)
    # The first of that form: guilds, whatever they are called, come after it.
    return told.replace(f"account {who}", f"account {who} ({more})", 1) if more else told


def _step_document(step: RunStep) -> dict[str, Any]:
    return {
        "operation": operation_fields(step.operation),
        "status": step.status,
        "reason": step.reason,
        "created": step.cohort,
    }


def _short(digest: str) -> str:
    return name(digest.removeprefix("sha256:")[:_DIGEST])

"""The output of ``pl avc-moodle-sync``, as its specification has it."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from reconciler.desired import active_members
from reconciler.models.operations import (
    AddMember,
    AssignRole,
    ChangeCohort,
    CreateCohort,
    DefineRole,
    RemoveMember,
    UnassignRole,
    UndefineRole,
)
from reconciler.models.plan import Plan, Problem
from reconciler.models.scope import UserScope
from reconciler.operations import words
from reconciler.planner import Planned
from reconciler.reconciliation import Report
from reconciler.render.problems import Elsewhere, sentence
from reconciler.sync_record import record_of
from reconciler.wording import number

WIDTH = 80
"""Columns, however wide the terminal is."""
RULE = "=" * WIDTH
NOT_RECORDED = "Moodle keeps no record of this run: web services cannot write one"
_ROLE_LINES = (
    (DefineRole, ("role definition made", "role definitions made")),
    (AssignRole, ("role given", "roles given")),
    (UnassignRole, ("role taken", "roles taken")),
    (UndefineRole, ("role definition deleted", "role definitions deleted")),
)
SHOWN_PROBLEMS = 5
"""Problems that are told one by one without --verbose."""


def heading(avc: str, moodle: str, mode: str, *, dry_run: bool) -> Iterator[str]:
    """The lines on top."""
    yield RULE
    yield "AVC-Moodle Sync"
    yield RULE
    yield f"AVC Site: {avc}"
    yield f"Moodle Site: {moodle}"
    yield f"Mode: {mode}"
    if dry_run:
        yield "⚠ DRY RUN MODE - No changes will be made"
    yield ""


def standard(planned: Planned, report: Report) -> Iterator[str]:
    """What a real run did, in figures."""
    done = [item.operation for item in report.applied if item.outcome.status == "done"]
    created = sum(isinstance(op, CreateCohort) for op in done)
    changed = [op for op in done if isinstance(op, ChangeCohort)]
    archived = sum(op.action == "archive" for op in changed)
    mark = "✓" if report.clean else "⚠"
    users = record_of(planned, report.applied).users
    yield f"  {mark} Processed {number(_guilds(planned), 'guild')}"
    yield f"  {mark} Synchronized {number(users, 'user')}"
    if created:
        yield f"  ℹ {number(created, 'cohort')} created"
    if len(changed) > archived:
        yield f"  ℹ {number(len(changed) - archived, 'cohort')} updated"
    if archived:
        yield f"  ℹ {number(archived, 'cohort')} archived"
    yield f"  ℹ {_users([op.account for op in done if isinstance(op, AddMember)])} added to cohorts"
    removed = [op for op in done if isinstance(op, RemoveMember)]
    yield f"  ℹ {_users([op.account for op in removed])} removed from cohorts"
    yield from (f"  {line}" for line in _costs(removed))
    for kind, what in _ROLE_LINES:
        count = sum(isinstance(op, kind) for op in done)
        if count:
            yield f"  ℹ {number(count, *what)}"


def _costs(removed: Sequence[RemoveMember]) -> Iterator[str]:
    """What removals cost, if it could be seen; the specification has no word for the rest."""
    lost = sum(operation.last_enrolments or 0 for operation in removed)
    suspended = sum(operation.suspends or 0 for operation in removed)
    if lost:
        yield f"⚠ {number(lost, 'enrolment')} lost, with all grades there"
    if suspended:
        yield f"ℹ {number(suspended, 'enrolment')} suspended"


def failures(report: Report) -> Iterator[str]:
    """What was not carried out, and what did not last."""
    for item in report.applied:
        if not item.outcome.fulfilled:
            yield f"  ✗ {words(item.operation)}: {item.outcome.reason}"
    for line in report.residue:
        yield f"  ✗ {line}"


def problems(plan: Plan, found: Sequence[Problem], *, verbose: bool) -> Iterator[str]:
    """What of a plan's problems needs a human, the first few or all of it."""
    elsewhere = Elsewhere.of(plan)
    shown = found if verbose else found[:SHOWN_PROBLEMS]
    for problem in shown:
        yield f"  ⚠ {sentence(problem, elsewhere)}"
    if len(found) > len(shown):
        yield f"  ⚠ {number(len(found) - len(shown), 'more problem')} (--verbose shows all)"


def ending(seconds: float, *, failed: bool, held: bool, dry_run: bool) -> Iterator[str]:
    """The last steps; ``held``: guards held something back, which is no failure."""
    verb = "failed" if failed else "completed"
    but = ", but for what was held back" if held and not failed else ""
    yield ""
    yield f"[4/5] Synchronization {verb} in {seconds:.0f}s{but}"
    yield ""
    if dry_run:
        yield "⚠ DRY RUN completed - no changes were made"
        yield "Run without --dry-run to apply changes"
    else:
        yield "[5/5] Updated integration status"


def ended(seconds: float, *, failed: bool, held: bool) -> str:
    """When a run ended, in Unix time, and how: for logs, in which runs follow each other."""
    how = "with failures" if failed else "with a part held back" if held else "all done"
    return f"ℹ This run ended on {datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC, {how}"


def _guilds(planned: Planned) -> int:
    """Guilds that a run saw to; of one person, those that they are in."""
    if not isinstance(planned.plan.scope, UserScope):
        return len(planned.guilds)
    uid, avc = planned.plan.scope.uid, planned.snapshots.avc
    return sum(uid in active_members(avc, guild.pair.guild.id) for guild in planned.guilds)


def _users(accounts: Sequence[int]) -> str:
    people = number(len(set(accounts)), "user")
    return people if len(set(accounts)) == len(accounts) else f"{people} ({len(accounts)} times)"

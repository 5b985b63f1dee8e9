"""The output of ``pl avc-moodle-sync``, as its specification has it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reconciler.applier import Applied, words
from reconciler.desired import active_members
from reconciler.models.operations import AddMember, ChangeCohort, CreateCohort, RemoveMember
from reconciler.models.plan import Problem
from reconciler.models.scope import GuildScope, UserScope
from reconciler.plan_cohorts import GuildPlanned
from reconciler.planner import Planned
from reconciler.reconciliation import Report
from reconciler.render.problems import sentence
from reconciler.render.terminal import name, number

RULE = "=" * 80
SHOWN_PROBLEMS = 5
"""Problems that are told one by one without --verbose."""

_LEFT = {
    "left-guild": "User left guild",
    "blocked": "User is blocked",
    "guild-gone": "Guild is gone",
    "stranger": "Nobody in the guild",
}


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
    guilds, people = _involved(planned)
    yield f"  ✓ Processed {number(guilds, 'guild')}"
    yield f"  ✓ Synchronized {number(people, 'user')}"
    if created:
        yield f"  ℹ {number(created, 'cohort')} created"
    if len(changed) > archived:
        yield f"  ℹ {number(len(changed) - archived, 'cohort')} updated"
    if archived:
        yield f"  ℹ {number(archived, 'cohort')} archived"
    yield f"  ℹ {_users([op.account for op in done if isinstance(op, AddMember)])} added to cohorts"
    yield (
        f"  ℹ {_users([op.account for op in done if isinstance(op, RemoveMember)])}"
        " removed from cohorts"
    )


def failures(report: Report) -> Iterator[str]:
    """What was not carried out, and what did not last."""
    for item in report.applied:
        if item.outcome.status != "done":
            yield f"  ✗ {words(item.operation)}: {item.outcome.reason}"
    for line in report.residue:
        yield f"  ✗ {line}"


def problems(found: Sequence[Problem], *, verbose: bool) -> Iterator[str]:
    """What needs a human, the first few or all of it."""
    shown = found if verbose else found[:SHOWN_PROBLEMS]
    for problem in shown:
        yield f"  ⚠ {sentence(problem)}"
    if len(found) > len(shown):
        yield f"  ⚠ {number(len(found) - len(shown), 'more problem')} (--verbose shows all)"


def verbose(planned: Planned, report: Report) -> Iterator[str]:
    """What a real run did, guild by guild and person by person."""
    results = {
        (item.operation.key, item.operation.account): item
        for item in report.applied
        if isinstance(item.operation, AddMember | RemoveMember)
    }
    created = {
        item.operation.key: item.outcome.cohort
        for item in report.applied
        if isinstance(item.operation, CreateCohort)
    }
    tally = _Tally()
    for guild in planned.guilds:
        cohort = guild.pair.cohort.id if guild.pair.cohort else created.get(guild.desired.key)
        yield ""
        yield from _guild_block(planned, guild, cohort)
        yield "  User sync operations:"
        for account, who in _concerned(planned, guild):
            result = results.get((guild.desired.key, account))
            yield f"    {tally.count(who, cohort, result)}"
    yield ""
    yield "  Summary:"
    yield f"    Added: {tally.added}"
    yield f"    Removed: {tally.removed}"
    yield f"    Unchanged: {tally.unchanged}"
    yield f"    Total: {tally.added + tally.removed + tally.unchanged}"


def dry_run(planned: Planned, *, verbose: bool) -> Iterator[str]:
    """What a run would do."""
    scope = planned.plan.scope
    one_person = isinstance(scope, UserScope)
    yield ""
    if isinstance(scope, UserScope):
        yield from _user_block(planned, scope.uid)
    elif isinstance(scope, GuildScope):
        for guild in planned.guilds:
            yield from _guild_block(
                planned, guild, guild.pair.cohort.id if guild.pair.cohort else None
            )
    intentions = [
        *_cohort_intentions(planned),
        *(item for guild in planned.guilds for item in _intentions(planned, guild)),
        *_orphan_intentions(planned),
    ]
    shown = [text for kind, text in intentions if kind != "same" or verbose or one_person]
    yield "  Would perform:"
    yield from (f"    {text}" for text in shown or ["Nothing"])
    yield ""
    counts = Counter(kind for kind, _ in intentions)
    yield "  Summary (DRY RUN):"
    yield f"    Would add: {counts['add']}"
    yield f"    Would remove: {counts['remove']}"
    yield f"    Would leave unchanged: {counts['same']}"


def ending(seconds: float, *, failed: bool, dry_run: bool) -> Iterator[str]:
    """The last steps."""
    verb = "failed" if failed else "completed"
    yield ""
    yield f"[4/5] Synchronization {verb} in {seconds:.0f}s"
    yield ""
    if dry_run:
        yield "⚠ DRY RUN completed - no changes were made"
        yield "Run without --dry-run to apply changes"
    else:
        yield "[5/5] Updated integration status"


def status(planned: Planned) -> Iterator[str]:
    """A short status, in the place of the dashboard."""
    plan = planned.plan
    yield ""
    yield "Updated integration status:"
    yield f"  {plan.avc.site} → {plan.moodle.site} ({plan.moodle.url})"
    yield f"  Guilds: {plan.avc.guilds}, memberships read: {plan.avc.memberships}"
    yield f"  Problems: {len(plan.problems)}"


@dataclass(slots=True)
class _Tally:
    """What became of people, counted while it is told."""

    added: int = 0
    removed: int = 0
    unchanged: int = 0

    def count(self, who: str, cohort: int | None, result: Applied | None) -> str:
        """The line of one person."""
        if result is None:
            self.unchanged += 1
            return f"✓ {who} → Already in cohort {cohort}"
        adds = isinstance(result.operation, AddMember)
        if result.outcome.status != "done":
            self.unchanged += not adds
            verb = "added to" if adds else "removed from"
            return f"✗ {who} → Not {verb} cohort {cohort}: {result.outcome.reason}"
        if adds:
            self.added += 1
            return f"✓ {who} → Added to cohort {cohort}"
        self.removed += 1
        return f"ℹ {who} → Removed from cohort {cohort}"


def _guild_block(planned: Planned, guild: GuildPlanned, cohort: int | None) -> Iterator[str]:
    yield f"  Guild: {guild.pair.name}"
    yield f"    Members: {len(active_members(planned.snapshots.avc, guild.pair.guild.id))}"
    yield f"    Cohort ID: {cohort if cohort is not None else 'none yet'}"
    yield f"    Cohort Name: {name(guild.desired.name)}"
    yield ""


def _user_block(planned: Planned, uid: int) -> Iterator[str]:
    avc = planned.snapshots.avc
    joined = [g for g in planned.guilds if uid in active_members(avc, g.pair.guild.id)]
    account = planned.matching.account_of.get(uid)
    cohorts = [
        str(guild.pair.cohort.id)
        for guild in joined
        if guild.pair.cohort
        and account in planned.snapshots.moodle.members.get(guild.pair.cohort.id, ())
    ]
    yield f"  User: {name(avc.people[uid].name)} (ID: {uid})"
    yield f"    Current guilds: {', '.join(guild.pair.name for guild in joined) or 'none'}"
    yield f"    Current cohorts: {', '.join(cohorts) or 'none'}"
    yield ""


def _concerned(planned: Planned, guild: GuildPlanned) -> list[tuple[int, str]]:
    """(account, name) of everybody who is to be in the cohort, or to leave it."""
    diff = guild.diff.members
    wanted = guild.desired.members & (_actual(planned, guild) | diff.add)
    named = [(account, _who(planned, account)) for account in wanted | diff.remove.keys()]
    return sorted(named, key=lambda item: (item[1], item[0]))


def _intentions(planned: Planned, guild: GuildPlanned) -> Iterator[tuple[str, str]]:
    """(add, remove or same; the line) for one guild's people."""
    diff = guild.diff.members
    cohort = guild.pair.cohort.id if guild.pair.cohort else "(new)"
    one_person = isinstance(planned.plan.scope, UserScope)
    for account, person in _concerned(planned, guild):
        who = "" if one_person else f"{person}: "
        if account in diff.add:
            yield "add", f"✓ {who}Add to cohort {cohort} ({guild.pair.name})"
        elif account in diff.remove:
            why = _LEFT[diff.remove[account].because or "left-guild"]
            yield "remove", f"✗ {who}Remove from cohort {cohort} ({guild.pair.name}) - {why}"
        else:
            place = f"cohort {cohort} ({guild.pair.name})"
            yield "same", f"✓ {who}Add to {place} - Already present"


def _cohort_intentions(planned: Planned) -> Iterator[tuple[str, str]]:
    for cohort in planned.plan.cohorts:
        if cohort.name is not None:
            after = name(cohort.name.to)
            number_ = f" {cohort.cohort}" if cohort.cohort is not None else ""
            yield "cohort", f"ℹ {cohort.action.capitalize()} cohort{number_} ({after})"
        elif any((cohort.idnumber, cohort.description, cohort.visible)):
            yield "cohort", f"ℹ {cohort.action.capitalize()} cohort {cohort.cohort}"


def _orphan_intentions(planned: Planned) -> Iterator[tuple[str, str]]:
    living = {guild.pair.guild.uuid for guild in planned.guilds}
    for cohort in planned.plan.cohorts:
        if cohort.uuid in living:
            continue
        for member in cohort.members:
            who = f"{name(member.name)} (Moodle ID: {member.moodle})"
            yield "remove", f"✗ {who}: Remove from cohort {cohort.cohort} - {_LEFT['guild-gone']}"


def _involved(planned: Planned) -> tuple[int, int]:
    """Guilds and people that a run saw to; of one person, only what is theirs."""
    if isinstance(planned.plan.scope, UserScope):
        uid, avc = planned.plan.scope.uid, planned.snapshots.avc
        joined = sum(uid in active_members(avc, guild.pair.guild.id) for guild in planned.guilds)
        return joined, int(uid in planned.matching.account_of)
    accounts = set().union(*(guild.desired.members for guild in planned.guilds))
    return len(planned.guilds), len(accounts)


def _actual(planned: Planned, guild: GuildPlanned) -> frozenset[int]:
    cohort = guild.pair.cohort
    return planned.snapshots.moodle.members.get(cohort.id, frozenset()) if cohort else frozenset()


def _who(planned: Planned, account: int) -> str:
    uid = planned.matching.person_of.get(account)
    if uid is not None:
        return f"{name(planned.snapshots.avc.people[uid].name)} (ID: {uid})"
    known = planned.snapshots.moodle.accounts.get(account)
    return f"{name(known.username) if known else 'account'} (Moodle ID: {account})"


def _users(accounts: Sequence[int]) -> str:
    people = number(len(set(accounts)), "user")
    return people if len(set(accounts)) == len(accounts) else f"{people} ({len(accounts)} times)"

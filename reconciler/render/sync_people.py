"""``pl avc-moodle-sync`` in detail: guild by guild and person by person."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reconciler.applier import Applied
from reconciler.desired import active_members, wanted_members
from reconciler.models.desired import CohortKey
from reconciler.models.members import MemberChange
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
from reconciler.models.plan import CohortPlan
from reconciler.models.scope import GuildScope, UserScope
from reconciler.operations import operations, words
from reconciler.plan_cohorts import GuildPlanned
from reconciler.planner import Planned
from reconciler.reconciliation import Report
from reconciler.render.terminal import name
from reconciler.summary import summarise
from reconciler.wording import number

_LEFT = {
    "left-guild": "User left guild",
    "lost-role": "User lost the role",
    "blocked": "User is blocked",
    "person-gone": "User is gone",
    "guild-gone": "Guild is gone",
    "role-gone": "Role is no longer mapped",
    "cohort-gone": "Cohort is deleted",
    "withdrawn": "Role is not allowed",
    "stranger": "Nobody in the guild",
}
_DONE = {
    "create": "Created",
    "adopt": "Adopted",
    "update": "Updated",
    "restore": "Restored",
    "archive": "Archived",
}
_OF_ROLES = AssignRole | UnassignRole | DefineRole | UndefineRole
_Costs = Mapping[tuple[CohortKey, int], str]
"""What leaving a cohort costs an account."""


def verbose(planned: Planned, report: Report) -> Iterator[str]:
    """What a real run did."""
    results = {
        (item.operation.key, item.operation.account): item
        for item in report.applied
        if isinstance(item.operation, AddMember | RemoveMember)
    }
    made = {
        item.operation.key: item.outcome.cohort
        for item in report.applied
        if isinstance(item.operation, CreateCohort)
    }
    tally = _Tally()
    yield from _cohort_results(planned, report)
    for guild in planned.cohorts:
        if not _touches(planned, guild):
            continue
        cohort = guild.pair.cohort.id if guild.pair.cohort else made.get(guild.desired.key)
        yield ""
        yield from _guild_block(planned, guild, cohort)
        yield "  User sync operations:"
        for account, who in _concerned(planned, guild):
            yield f"    {tally.count(who, cohort, results.get((guild.desired.key, account)))}"
    for gone in _gone(planned):
        yield ""
        yield f"  Guild: {_cohort_of(name(gone.guild), gone.role)} (gone in AVC)"
        yield f"    Cohort ID: {gone.cohort}"
        yield ""
        yield "  User sync operations:"
        for member in gone.members:
            result = results.get((gone.key, member.moodle))
            yield f"    {tally.count(_who(planned, member.moodle), gone.cohort, result)}"
    yield from tally.summary()


def _cohort_results(planned: Planned, report: Report) -> Iterator[str]:
    names = {cohort.key: cohort for cohort in planned.plan.cohorts}
    lines = [
        f"    ✓ {_cohort_words(names[item.operation.key], _DONE, item.outcome.cohort)}"
        for item in report.applied
        if isinstance(item.operation, CreateCohort | ChangeCohort) and item.outcome.fulfilled
    ]
    of_roles = (item for item in report.applied if isinstance(item.operation, _OF_ROLES))
    lines += [f"    ✓ {words(item.operation)}" for item in of_roles if item.outcome.fulfilled]
    if lines:
        yield ""
        yield "  Cohort operations:"
        yield from lines


def _cohort_words(cohort: CohortPlan, verbs: dict[str, str], made: int | None = None) -> str:
    renames = cohort.action == "update" and cohort.name is not None
    verb = "Renamed" if renames and verbs is _DONE else verbs[cohort.action]
    number = cohort.cohort or made
    what = f"{verb} cohort {number}" if number is not None else f"{verb} cohort"
    if cohort.name is None:
        return f"{what} ({cohort.guild})"
    before = f"{name(cohort.name.from_)} → " if cohort.name.from_ is not None else ""
    return f"{what}: {before}{name(cohort.name.to)}"


def _gone(planned: Planned) -> list[CohortPlan]:
    """The cohorts whose guild is gone, and whose members go."""
    living = {guild.pair.guild.uuid for guild in planned.guilds}
    return [c for c in planned.plan.cohorts if c.uuid not in living and c.members]


def _touches(planned: Planned, guild: GuildPlanned) -> bool:
    """Whether a guild concerns the run: one person's run, only where they are or were."""
    scope = planned.plan.scope
    if not isinstance(scope, UserScope):
        return True
    members = wanted_members(guild.pair, planned.wishes)
    return scope.uid in members or bool(guild.diff.members.remove)


def dry_run(planned: Planned, *, verbose: bool) -> Iterator[str]:
    """What a run would do."""
    scope = planned.plan.scope
    one_person = isinstance(scope, UserScope)
    yield ""
    if isinstance(scope, UserScope):
        yield from _user_block(planned, scope.uid)
    elif isinstance(scope, GuildScope):
        for guild in planned.cohorts:
            cohort = guild.pair.cohort.id if guild.pair.cohort else None
            yield from _guild_block(planned, guild, cohort)
    costs = _costs(planned)
    intentions = [
        *_cohort_intentions(planned),
        *(item for guild in planned.cohorts for item in _intentions(planned, guild, costs)),
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
    yield from (f"    {line}" for line in _would_cost(planned))
    yield f"    Would leave unchanged: {counts['same']}"


def _would_cost(planned: Planned) -> Iterator[str]:
    found = summarise(planned.plan)
    if found.lost:
        yield f"⚠ Would end: {number(found.lost, 'enrolment')}, with all grades there"
    if found.suspended:
        yield f"ℹ Would suspend: {number(found.suspended, 'enrolment')}"


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
        removal = result.operation if isinstance(result.operation, RemoveMember) else None
        if not result.outcome.fulfilled:
            self.unchanged += removal is not None
            verb = "removed from" if removal else "added to"
            return f"✗ {who} → Not {verb} cohort {cohort}: {result.outcome.reason}"
        if removal is None:
            self.added += 1
            return f"✓ {who} → Added to cohort {cohort}"
        self.removed += 1
        return f"ℹ {who} → Removed from cohort {cohort}{_cost(removal)}"

    def summary(self) -> Iterator[str]:
        """The lines below everybody."""
        yield ""
        yield "  Summary:"
        yield f"    Added: {self.added}"
        yield f"    Removed: {self.removed}"
        yield f"    Unchanged: {self.unchanged}"
        yield f"    Total: {self.added + self.removed + self.unchanged}"


def _guild_block(planned: Planned, guild: GuildPlanned, cohort: int | None) -> Iterator[str]:
    yield f"  Guild: {_cohort_of(guild.pair.name, guild.pair.role)}"
    yield f"    Members: {len(wanted_members(guild.pair, planned.wishes))}"
    yield f"    Cohort ID: {cohort if cohort is not None else 'none yet'}"
    yield f"    Cohort Name: {name(guild.desired.name)}"
    yield ""


def _cohort_of(guild: str, role: str | None) -> str:
    """The guild; for the cohort of a role, that role, too."""
    return f"{guild}, {role}" if role else guild


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


def _intentions(planned: Planned, guild: GuildPlanned, costs: _Costs) -> Iterator[tuple[str, str]]:
    """(add, remove or same; the line) for one guild's people."""
    diff, key = guild.diff.members, guild.desired.key
    cohort = guild.pair.cohort.id if guild.pair.cohort else "(new)"
    place = f"cohort {cohort} ({_cohort_of(guild.pair.name, guild.pair.role)})"
    one_person = isinstance(planned.plan.scope, UserScope)
    for account, person in _concerned(planned, guild):
        who = "" if one_person else f"{person}: "
        if account in diff.add:
            yield "add", f"✓ {who}Add to {place}"
        elif account in diff.remove:
            why = _LEFT[diff.remove[account].because or "left-guild"]
            yield "remove", f"✗ {who}Remove from {place} - {why}{costs.get((key, account), '')}"
        else:
            yield "same", f"✓ {who}Add to {place} - Already present"


def _cohort_intentions(planned: Planned) -> Iterator[tuple[str, str]]:
    verbs = {action: action.capitalize() for action in _DONE}
    for cohort in planned.plan.cohorts:
        if cohort.changes_fields:
            yield "cohort", f"ℹ {_cohort_words(cohort, verbs)}"
    for operation in operations(planned.plan):
        if isinstance(operation, _OF_ROLES):
            yield "role", f"ℹ {words(operation)}"


def _orphan_intentions(planned: Planned) -> Iterator[tuple[str, str]]:
    for cohort in _gone(planned):
        place = f"cohort {cohort.cohort} ({_cohort_of(name(cohort.guild), cohort.role)})"
        for member in cohort.members:
            why = f"{_LEFT['guild-gone']}{_cost(member)}"
            who = _who(planned, member.moodle)
            yield "remove", f"✗ {who}: Remove from {place} - {why}"


def _costs(planned: Planned) -> _Costs:
    """What removals cost, where they cost anything."""
    return {
        (cohort.key, member.moodle): cost
        for cohort in planned.plan.cohorts
        for member in cohort.members
        if (cost := _cost(member))
    }


def _cost(removal: MemberChange | RemoveMember) -> str:
    """What it costs, as far as it can be seen: the specification has no word for the rest."""
    if removal.last_enrolments:
        return f"; enrolment and grades lost in {number(removal.last_enrolments, 'course')}"
    return f"; suspended in {number(removal.suspends, 'course')}" if removal.suspends else ""


def _actual(planned: Planned, guild: GuildPlanned) -> frozenset[int]:
    cohort = guild.pair.cohort
    return planned.snapshots.moodle.members.get(cohort.id, frozenset()) if cohort else frozenset()


def _who(planned: Planned, account: int) -> str:
    uid = planned.matching.person_of.get(account)
    if uid is not None:
        return f"{name(planned.snapshots.avc.people[uid].name)} (ID: {uid})"
    known = planned.snapshots.moodle.accounts.get(account)
    return f"{name(known.username) if known else 'account'} (Moodle ID: {account})"

"""Why a plan does something in a guild, or does not, in sentences."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from reconciler.models.explained_people import Doubt
from reconciler.models.explanation import CohortPart, GuildExplained, PlannedOperation
from reconciler.models.guards import GuardFigures
from reconciler.models.operations import (
    AddMember,
    AssignRole,
    Operation,
    RemoveMember,
    UnassignRole,
)
from reconciler.models.plan import Plan
from reconciler.models.scope import UserScope
from reconciler.operations import words
from reconciler.render.explain import from_file, guild_heading, hold_words
from reconciler.render.explain_operations import CHANGED, cost, ground, guard_words, operation_words
from reconciler.render.explain_why import why_words
from reconciler.render.problems import Elsewhere, sentence
from reconciler.render.terminal import name
from reconciler.render.wrapping import wrapped
from reconciler.wording import number

SHOWN = 10
"""Of many alike, those that are told one by one; removals always are."""
_VERBS: Mapping[type[Operation], str] = {
    AddMember: "add",
    RemoveMember: "remove",
    AssignRole: "give",
    UnassignRole: "take from",
}

_DOUBTS: Mapping[Doubt, str] = {
    "no-moodle-account": "without a Moodle account",
    "several-accounts": "whose account could be one of several",
    "shared-account": "whose account others claim, too",
    "contradicting-evidence": "whom the rules give different accounts",
    "unconfirmed-account": "whose account is not confirmed",
}


def guild_lines(found: GuildExplained, plan: Plan, width: int) -> Iterator[str]:
    """A guild, cohort by cohort, in lines of ``width`` columns."""
    for text in _texts(found, plan):
        yield from wrapped(text, width)


def _texts(found: GuildExplained, plan: Plan) -> Iterator[str]:
    yield guild_heading(found.guild)
    if found.guild.there is None:
        yield from from_file(plan)
    else:
        yield f"  • AVC: {_of_avc(found)}."
    yield from (f"  • Hold: {hold_words(hold)}." for hold in found.guild.holds)
    elsewhere = Elsewhere.of(plan)
    yield from (f"  • Problem: {sentence(problem, elsewhere)}." for problem in found.problems)
    for part in found.cohorts:
        yield ""
        yield from _cohort(part, found, plan)


def _of_avc(found: GuildExplained) -> str:
    if not found.guild.there:
        return "it has no such guild any more"
    published = "" if found.guild.published else "not published, and synced like others; "
    if found.members is None:
        return f"{published}its members were not read, as the plan is not about all of them"
    doubts = [f"{count} {_DOUBTS[kind]}" for kind, count in sorted(found.doubts.items())]
    blocked = [f"{found.blocked} blocked, so in no guild"] if found.blocked else []
    details = f" ({'; '.join([*blocked, *doubts])})" if blocked or doubts else ""
    return f"{published}{number(found.members, 'member')}{details}"


def _cohort(part: CohortPart, found: GuildExplained, plan: Plan) -> Iterator[str]:
    yield _heading(part)
    if found.guild.there is not None and part.cohort is not None:
        yield f"  • Moodle: {_members(part)}."
    if part.why is not None:
        yield f"  • Plan: {_nothing(part, plan)}."
    for alike in _grouped(part.operations):
        yield from _alike(alike, found, plan)
    if found.guild.there is not None:
        yield from _guards(part.operations)
        yield from _states(part.operations)
        yield from _fresh(part.fresh)


def _heading(part: CohortPart) -> str:
    role = f" for the role {name(part.key.role)}" if part.key.role else ""
    if part.cohort is None:
        return f"Its cohort{role}: there is none yet"
    called = f" '{name(part.name)}'" if part.name else ""
    return f"Its cohort{role}: {part.cohort}{called}"


def _members(part: CohortPart) -> str:
    if not part.name:
        return "that cohort is gone, or no longer the guild's"
    if part.inside is None:
        return "who is in it was not read"
    kept = [f"{part.strangers} kept whom AVC does not account for"] if part.strangers else []
    kept += [f"{part.frozen} left alone, as not clear"] if part.frozen else []
    return f"{number(part.inside, 'member')}{f' ({chr(59).join(kept)})' if kept else ''}"


def _nothing(part: CohortPart, plan: Plan) -> str:
    if part.why == "already" and isinstance(plan.scope, UserScope):
        # It saw no more of the guild than that one person needs.
        return f"Nothing: it is about {name(str(plan.scope))}, and needs nothing here for them"
    if part.why == "already":
        return "Nothing: the cohort is as it should be"
    return why_words(part.why, plan) if part.why else ""


def _grouped(items: Iterable[PlannedOperation]) -> Iterable[Sequence[PlannedOperation]]:
    """Those that are done alike, and on the same ground, in their order."""
    found: dict[object, list[PlannedOperation]] = defaultdict(list)
    for item in items:
        operation = item.operation
        shared = (type(operation), getattr(operation, "because", None))
        role = getattr(operation, "role", None)
        found[(*shared, role) if _account(operation) else operation].append(item)
    return found.values()


def _alike(alike: Sequence[PlannedOperation], found: GuildExplained, plan: Plan) -> Iterator[str]:
    first = alike[0].operation
    if not _account(first):
        yield f"  • Plan: {operation_words(alike[0], plan)}."
        return
    what = f"{_VERBS[type(first)]} {number(len(alike), 'account')}"
    role = f" the role {name(first.role)}" if isinstance(first, AssignRole | UnassignRole) else ""
    because = ground(alike[0], plan)
    yield f"  • Plan: {what}{role}{f', because {because}' if because else ''}."
    people = [_person(item.operation, found) for item in alike]
    if not isinstance(first, RemoveMember):
        more = f" and {len(people) - SHOWN} more" if len(people) > SHOWN else ""
        yield f"    • {', '.join(people[:SHOWN])}{more}."
        return
    for item, person in zip(alike, people, strict=True):
        yield f"    • {person}; cost: {cost(item)}."


def _account(operation: Operation) -> int | None:
    return getattr(operation, "account", None)


def _person(operation: Operation, found: GuildExplained) -> str:
    """An account, its user name, and whose it is."""
    account, uid = _account(operation), getattr(operation, "uid", None)
    called = found.names.get(account or 0, "")
    told = [*([name(called)] if called else []), *([f"AVC {uid}"] if uid is not None else [])]
    return f"account {account} ({', '.join(told)})" if told else f"account {account}"


def _guards(items: Iterable[PlannedOperation]) -> Iterator[str]:
    held = Counter[GuardFigures](guard for item in items for guard in item.held)
    counted = Counter[GuardFigures](guard for item in items for guard in item.counted)
    for guard, count in held.items():
        yield (
            f"  ✗ Guard: {guard_words(guard)} holds back {number(count, 'operation')} here. If that"
            f" is meant: --ack {guard.acknowledge}"
        )
    past = Counter[GuardFigures](guard for item in items for guard in item.past)
    for guard, count in past.items():
        yield (
            f"  • Guard: {guard_words(guard)} counts {number(count, 'operation')} here, and would"
            f" hold {'it' if count == 1 else 'them'} back if not done already."
        )
    falls = sum(item.falls for item in items)
    if falls:
        yield f"  ✗ Guard: {number(falls, 'operation')} here waits for what a guard holds back."
    for guard, count in counted.items():
        yield (
            f"  • Guard: {guard_words(guard)} counts {number(count, 'operation')} here, and lets"
            f" {'it' if count == 1 else 'them'} through."
        )


def _states(items: Iterable[PlannedOperation]) -> Iterator[str]:
    """How the operations stand now."""
    found = Counter(item.state for item in items)
    if not found:
        return
    stale = [item for item in items if item.state == "stale"]
    for item in stale[:SHOWN]:
        yield f"  ⚠ Now: the sites have changed, this no longer fits: {name(item.found)}."
    if len(stale) > SHOWN:
        yield f"  ⚠ Now: {len(stale) - SHOWN} more no longer fit."
    if stale:
        yield "  ⚠ Now: plan again."
    yield f"  • Now: {found['done']} done already, {found['to do']} to be done, {len(stale)} stale."


def _fresh(fresh: Iterable[Operation]) -> Iterator[str]:
    found = [name(words(operation)) for operation in fresh]
    for text in found[:SHOWN]:
        yield f"  ⚠ Now: a plan made now would also {text}."
    if len(found) > SHOWN:
        yield f"  ⚠ Now: and {len(found) - SHOWN} more of that kind."
    if found:
        yield f"  ⚠ Now: {CHANGED}. Plan again."

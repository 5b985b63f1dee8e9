"""Guards: what a plan does not do unless somebody has looked at it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from hashlib import sha256
from typing import get_args

from reconciler.guard_rules import RULES, Found, members_of
from reconciler.guard_sight import Around
from reconciler.models.base import Model
from reconciler.models.desired import CohortKey
from reconciler.models.guards import GUARDS, GuardFigures, GuardName, GuardSettings
from reconciler.models.operations import (
    AddMember,
    DefineRole,
    Operation,
    RemoveMember,
    UndefineRole,
)

REMEDIES: Mapping[GuardName, str] = {
    "moodle-host": "Is this the Moodle of this AVC, and the AVC no copy? Then name its host under"
    " moodle_integration: sync: guards: moodle_hosts",
    "empty-avc": "An empty community would empty every cohort. Check that this is the right"
    " database, and wholly restored",
    "leftovers": "Memberships or roles are left in AVC whose guild, person or membership is"
    " nowhere. Drupal deletes these together, so the rest may be lost and not gone. Restore the"
    " database whole; if it is, delete these leftovers from it",
    "no-roles": "Nobody in AVC holds a role in any guild, which would empty the cohorts for roles."
    " Check that the database is wholly restored",
    "removals-per-guild": "Look at who goes, and why",
    "removals": "Look at who goes, and why",
    "archives": "Look whether these guilds are really gone",
    "privileged-roles": "Look at who is to have a role that rules the site",
    "protected": "nwp.yml protects these people or guilds; look at who goes, and why",
    "changed-matches": "Somebody is taken for another account, or an account for another person,"
    " than in an earlier run. Look whether an address or a login was taken over",
}
"""What to do about a guard that holds something back."""

_COSTS = ("last_enrolments", "suspends")
_FIELDS = {
    kind: [field.name for field in fields(kind) if field.name not in _COSTS]
    for kind in get_args(Operation)
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one guard says."""

    figures: GuardFigures
    counted: frozenset[int]
    """Positions of the operations that it holds back; none when it is content."""


def judged(
    operations: Sequence[Operation], around: Around, settings: GuardSettings
) -> tuple[Verdict, ...]:
    """What each guard says of these operations, in their order in ``GUARDS``."""
    numbered = list(enumerate(operations))
    return tuple(
        _verdict(name, RULES[name](numbered, around, settings), operations, around)
        for name in GUARDS
    )


def _verdict(
    name: GuardName, found: Found, operations: Sequence[Operation], around: Around
) -> Verdict:
    counted = frozenset(found.counted)
    held = [operations[number] for number in sorted(counted)]
    figures = GuardFigures(
        guard=name,
        limit=found.limit,
        found=found.found,
        ok=not found.tripped,
        acknowledge=f"{name}@{_hash(name, held, operations, around)}" if found.tripped else None,
    )
    return Verdict(figures, counted)


def _hash(
    name: GuardName, held: Sequence[Operation], operations: Sequence[Operation], around: Around
) -> str:
    """Twelve hex digits of exactly these operations, for this guard and these sites."""
    told = sorted(_identity(operation) for operation in held)
    told += sorted(_insiders(held, operations, around))
    return sha256(json.dumps([name, around.avc, around.url, told]).encode()).hexdigest()[:12]


def _insiders(
    held: Sequence[Operation], operations: Sequence[Operation], around: Around
) -> Iterator[str]:
    """Whom definitions give a role, or take it from: those who are inside when all is done."""
    inside = {
        op.key: set(members_of(op.key, op.cohort, around))
        for op in held
        if isinstance(op, DefineRole | UndefineRole)
    }
    for op in operations if inside else ():
        if isinstance(op, AddMember) and op.key in inside:
            inside[op.key].add(op.account)
        elif isinstance(op, RemoveMember) and op.key in inside:
            inside[op.key].discard(op.account)
    return (json.dumps([asdict(key), sorted(accounts)]) for key, accounts in inside.items())


def _identity(operation: Operation) -> str:
    # Not asdict of the whole, which copies whatever is in it: a guard may hold back a million.
    told = {name: getattr(operation, name) for name in _FIELDS[type(operation)]}
    return json.dumps([type(operation).__name__, told], sort_keys=True, default=_plain)


def _plain(value: CohortKey | Model) -> object:
    return asdict(value) if isinstance(value, CohortKey) else value.model_dump()

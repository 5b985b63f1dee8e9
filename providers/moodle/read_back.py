"""A last look at what was written by web services."""

from collections.abc import Mapping, Sequence

from providers.moodle import calls
from providers.moodle.answers import CohortRow
from providers.moodle.client import Client
from reconciler.errors import IncompleteRead
from reconciler.models.desired import CohortKey
from reconciler.models.operations import (
    AddMember,
    ChangeCohort,
    CreateCohort,
    Facts,
    Operation,
    RemoveMember,
    facts_after,
)

_INVISIBLE = "component"
"""Of a cohort's fields, the one that no web service shows."""
# Shared: a first sync asks this of every member of the site.
_MEMBER: Facts = {"member": True}
_NO_MEMBER: Facts = {"member": False}


def read_back(
    client: Client, operations: Sequence[Operation], created: Mapping[CohortKey, int]
) -> tuple[Facts, ...]:
    """See the port. ``created`` has the cohorts of operations that name none. Raises ReadError."""
    places = [_place(operation, created) for operation in operations]
    cohorts = calls.cohorts(client, sorted(set(places) - {0}))
    filled = {
        place
        for place, operation in zip(places, operations, strict=True)
        if place in cohorts and isinstance(operation, AddMember | RemoveMember)
    }
    members = calls.members(client, sorted(filled))
    if members.keys() != filled:
        raise IncompleteRead(
            f"Moodle at {client.url} deleted a cohort while it was read. Try again."
        )
    return tuple(
        _facts(operation, cohorts[place], members.get(place)) if place in cohorts else {}
        for place, operation in zip(places, operations, strict=True)
    )


def _place(operation: Operation, created: Mapping[CohortKey, int]) -> int:
    """The id of the operation's cohort; 0, which no cohort has, when it was never made."""
    named = None if isinstance(operation, CreateCohort) else operation.cohort
    return named or created.get(operation.key, 0)


def _facts(operation: Operation, row: CohortRow, members: frozenset[int] | None) -> Facts:
    if isinstance(operation, CreateCohort | ChangeCohort):
        return {f: getattr(row, f) for f in facts_after(operation) if f != _INVISIBLE}
    if isinstance(operation, AddMember | RemoveMember):
        return _MEMBER if operation.account in (members or ()) else _NO_MEMBER
    return {}

"""What has to be carried out before what, and what falls with what."""

from collections.abc import Collection, Mapping, Sequence

from reconciler.models.desired import CohortKey
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


def needs(operations: Sequence[Operation]) -> tuple[tuple[int, ...], ...]:
    """For each operation of a list, in order, the positions of those that it waits for.

    Members are added only to a cohort that is there, and that is ours: that has been created,
    adopted or restored first. Somebody is removed anywhere only when all their additions
    succeeded, so that nobody who moves between guilds falls out of a course. A role given in one
    way is taken in another only when it is given. A cohort is put away, or let go, when everybody
    who is to go has gone.
    """
    # Only places that anybody waits for: of a first sync those are few, and the others millions.
    provided: dict[_Place, list[int]] = {
        place: [] for operation in operations for place in _waits_for(operation)
    }
    for number, operation in enumerate(operations):
        for place in _provides(operation):
            if place in provided:
                provided[place].append(number)
    known: dict[tuple[int, ...], tuple[int, ...]] = {}
    found = (_needs(operation, provided) for operation in operations)
    # One for all who wait for the same: there may be a million.
    return tuple(known.setdefault(numbers, numbers) for numbers in found)


def falling(operations: Sequence[Operation], left_out: Collection[int]) -> frozenset[int]:
    """Positions of what cannot be carried out without those that are left out; these, too."""
    gone = set(left_out)
    # What an operation waits for stands before it.
    for number, waits in enumerate(needs(operations)) if gone else ():
        if not gone.isdisjoint(waits):
            gone.add(number)
    return frozenset(gone)


def _needs(operation: Operation, provided: Mapping["_Place", Sequence[int]]) -> tuple[int, ...]:
    found = (provided[place] for place in _waits_for(operation))
    return tuple(number for numbers in found for number in numbers)


_Place = tuple[str, CohortKey | int | tuple[CohortKey, int]]
"""Something that operations provide, and that others wait for."""


def _provides(  # noqa: PLR0911 - one branch a kind of operation
    operation: Operation,
) -> tuple[_Place, ...]:
    match operation:
        case CreateCohort():
            return (("ours", operation.key),)
        case ChangeCohort():
            claims = operation.action in {"adopt", "restore"}
            return (("ours", operation.key),) if claims else ()
        case DefineRole():
            return (("defined", operation.key),)
        case AddMember():
            place = operation.key, operation.account
            return ("gains of", operation.account), ("member", place)
        case AssignRole():
            return ("gains of", operation.account), ("assigned in", operation.key)
        case RemoveMember() | UnassignRole():
            return (("taken in", operation.key),)
        case UndefineRole():
            return ()


def _waits_for(  # noqa: PLR0911 - one branch a kind of operation
    operation: Operation,
) -> tuple[_Place, ...]:
    match operation:
        case CreateCohort():
            return ()
        case ChangeCohort():
            ends = operation.action in {"archive", "release"}
            return (("taken in", operation.key),) if ends else ()
        case AddMember() | DefineRole():
            return (("ours", operation.key),)
        case AssignRole():
            return ("ours", operation.key), ("member", (operation.key, operation.account))
        case RemoveMember():
            return (("gains of", operation.account),)
        case UnassignRole():
            return ("defined", operation.key), ("gains of", operation.account)
        case UndefineRole():
            return ("assigned in", operation.key), ("taken in", operation.key)

"""Putting accounts into cohorts and taking them out by web services: in batches, each read back.

That an account is confirmed and not the guest is not looked at again: it would cost 2.5 ms each.
Moodle itself refuses accounts that are deleted.
"""

from collections.abc import Callable, Iterator, Mapping

from providers.moodle import calls
from providers.moodle.client import Client
from providers.moodle.ownership import not_ours, touched
from reconciler.errors import CallRefused
from reconciler.models.desired import CohortKey
from reconciler.models.operations import AddMember, Outcome, RemoveMember

Operations = Mapping[int, AddMember | RemoveMember]
"""All of one kind, by step."""

Pair = tuple[int, int]
"""Cohort and account."""


def write_members(
    client: Client, avc: str, operations: Operations, created: Mapping[CohortKey, int]
) -> Iterator[Outcome]:
    """Carry out the operations on cohorts that bear the mark of this AVC.

    ``created`` has the cohorts of operations that name none.
    """
    places = {number: op.cohort or created.get(op.key, 0) for number, op in operations.items()}
    cohorts = touched(client, sorted(set(places.values())))
    before = calls.members(client, sorted(cohorts))
    todo: dict[int, Pair] = {}
    for number, operation in operations.items():
        place = places[number]
        lost = not_ours(cohorts.get(place), avc, operation.key)
        if lost or place not in before:
            yield Outcome(number, "stale", lost or "the cohort is gone")
        elif (operation.account in before[place]) == isinstance(operation, AddMember):
            yield Outcome(number, "already")
        else:
            todo[number] = place, operation.account
    adding = any(isinstance(operation, AddMember) for operation in operations.values())
    yield from (_add if adding else _remove)(client, todo)


def _add(client: Client, pairs: Mapping[int, Pair]) -> Iterator[Outcome]:
    refused: dict[Pair, str] = {}
    warned = calls.add(client, list(dict.fromkeys(pairs.values())), _note(refused))
    said = {warning.message for warning in warned}
    members = _members(client, pairs)
    for number, (cohort, account), repeated in _numbered(pairs):
        # The words of add_cohort_members (cohort/externallib.php), which has them in English only.
        absent = {f"cohort id={cohort} not exists", f"user id={account} not exists"} & said
        if account in members.get(cohort, ()):
            yield Outcome(number, "already" if repeated else "done")
        elif absent:
            yield Outcome(number, "stale", "; ".join(sorted(absent)))
        else:
            shown = "Moodle took it, and does not show it"
            yield Outcome(number, "failed", refused.get((cohort, account), shown))


def _remove(client: Client, pairs: Mapping[int, Pair]) -> Iterator[Outcome]:
    refused: dict[Pair, str] = {}
    calls.remove(client, list(dict.fromkeys(pairs.values())), _note(refused))
    members = _members(client, pairs)
    for number, (cohort, account), repeated in _numbered(pairs):
        if cohort not in members:
            yield Outcome(number, "stale", "the cohort is gone")
        elif account in members[cohort]:
            shown = "Moodle took it, and still shows the member"
            yield Outcome(number, "failed", refused.get((cohort, account), shown))
        else:
            yield Outcome(number, "already" if repeated else "done")


def _numbered(pairs: Mapping[int, Pair]) -> Iterator[tuple[int, Pair, bool]]:
    """Each step with its pair, and whether an earlier step had the same."""
    seen: set[Pair] = set()
    for number, pair in pairs.items():
        yield number, pair, pair in seen
        seen.add(pair)


def _members(client: Client, pairs: Mapping[int, Pair]) -> dict[int, frozenset[int]]:
    return calls.members(client, sorted({cohort for cohort, _ in pairs.values()}))


def _note(refused: dict[Pair, str]) -> Callable[[Pair, CallRefused], None]:
    def note(pair: Pair, error: CallRefused) -> None:
        refused[pair] = str(error)

    return note

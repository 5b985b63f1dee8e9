"""Making and changing cohorts by web services: in batches, each read back."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Literal

from providers.moodle import calls
from providers.moodle.answers import CohortRow
from providers.moodle.client import Client
from providers.moodle.form import Value
from providers.moodle.ownership import not_ours, not_there, touched
from reconciler.errors import CallRefused
from reconciler.models.desired import CohortKey
from reconciler.models.moodle import Cohort
from reconciler.models.operations import TEXTS, ChangeCohort, CreateCohort, Outcome, Status

BY_COMMAND_LINE = (
    "web services cannot do this: it needs Moodle's command line (access: {via: cli} in nwp.yml)"
)

Verdict = tuple[Status, str]
"""What becomes of an operation without its being tried, and why."""


def create(
    client: Client, operations: Mapping[int, CreateCohort], created: dict[CohortKey, int]
) -> Iterator[Outcome]:
    """Make cohorts, and note the id of each in ``created``."""
    wanted = {number: op for number, op in operations.items() if not op.component}
    for number in operations.keys() - wanted.keys():
        yield Outcome(number, "failed", BY_COMMAND_LINE)
    refused: dict[str, CallRefused] = {}
    rows = calls.create(
        client,
        [_creation(operation) for operation in wanted.values()],
        lambda form, error: refused.update({str(form["idnumber"]): error}),
    )
    ids = {row.idnumber: row.id for row in rows}
    stored = calls.cohorts(client, sorted(ids.values()))
    for number, operation in wanted.items():
        row = stored.get(ids.get(operation.idnumber, 0))
        status, why = _creation_result(operation, row, refused.get(operation.idnumber))
        if row is None or status != "done":
            yield Outcome(number, status, f"Failed to create cohort in Moodle: {why}")
        else:
            created[operation.key] = row.id
            yield Outcome(number, "done", cohort=row.id)


def _creation_result(
    operation: CreateCohort, row: CohortRow | None, refused: CallRefused | None
) -> Verdict:
    # The only parameter of ours that create_cohorts (cohort/externallib.php) finds fault with is
    # an idnumber that is taken.
    if refused and refused.code == "invalidparameter":
        return "stale", f"the idnumber {operation.idnumber} is taken ({refused})"
    wanted = {field: getattr(operation, field) for field in TEXTS} | {"visible": True}
    why = str(refused) if refused else _difference(row, wanted)
    return ("failed" if why else "done"), why


def change(client: Client, avc: str, operations: Mapping[int, ChangeCohort]) -> Iterator[Outcome]:
    """Change cohorts that are as expected and bear the mark of this AVC."""
    before = _Before(client, avc, operations)
    todo: dict[int, ChangeCohort] = {}
    for number, operation in operations.items():
        verdict = before.verdict(operation)
        if verdict is None:
            todo[number] = operation
        else:
            yield Outcome(number, *verdict, operation.cohort)
    refused: dict[int, str] = {}
    calls.update(
        client,
        [_update(before.cohorts[operation.cohort], operation) for operation in todo.values()],
        lambda form, error: refused.update({int(str(form["id"])): str(error)}),
    )
    after = calls.cohorts(client, sorted({operation.cohort for operation in todo.values()}))
    for number, operation in todo.items():
        row = after.get(operation.cohort)
        why = refused.get(operation.cohort) or _difference(row, _values(operation, "to"))
        yield Outcome(number, "failed" if why else "done", why, operation.cohort)


class _Before:
    """The touched cohorts, read just before they are changed."""

    def __init__(self, client: Client, avc: str, operations: Mapping[int, ChangeCohort]) -> None:
        self._avc = avc
        self.cohorts = touched(
            client,
            sorted({operation.cohort for operation in operations.values()}),
            # update_cohorts takes an idnumber that another cohort has.
            all_others=any(operation.idnumber for operation in operations.values()),
        )
        self._holders: dict[str, set[int]] = defaultdict(set)
        for cohort in self.cohorts.values():
            self._holders[_folded(cohort.idnumber)].add(cohort.id)

    def verdict(self, operation: ChangeCohort) -> Verdict | None:
        """What becomes of the operation; None when it is to be tried."""
        found = self.cohorts.get(operation.cohort)
        lost = (
            not_there(found) if operation.description else not_ours(found, self._avc, operation.key)
        )
        if lost:
            return "stale", lost
        if operation.component:
            return "failed", BY_COMMAND_LINE
        if not _difference(found, _values(operation, "to")):
            return "already", ""
        moved = _difference(found, _values(operation, "from_"))
        if moved:
            return "stale", f"it changed since it was read: {moved}"
        return self._taken(operation)

    def _taken(self, operation: ChangeCohort) -> Verdict | None:
        wanted = operation.idnumber.to if operation.idnumber else ""
        if not wanted:
            return None
        holders = self._holders[_folded(wanted)]
        others = holders - {operation.cohort}
        holders.add(operation.cohort)
        return ("stale", f"cohort {min(others)} has the idnumber {wanted}") if others else None


def _folded(idnumber: str) -> str:
    """As MariaDB compares: without case, accents, and blanks at the end."""
    parts = unicodedata.normalize("NFKD", idnumber)
    bare = "".join(part for part in parts if not unicodedata.combining(part))
    return bare.casefold().rstrip(" ")


def _creation(operation: CreateCohort) -> dict[str, Value]:
    return {
        "categorytype": calls.SYSTEM,
        "name": operation.name,
        "idnumber": operation.idnumber,
        "description": operation.description,
        "descriptionformat": 1,
    }


def _update(found: Cohort, operation: ChangeCohort) -> dict[str, Value]:
    """Name, idnumber and category type are mandatory; what is left out keeps its value."""
    update: dict[str, Value] = {
        "id": found.id,
        "categorytype": calls.SYSTEM,
        "name": operation.name.to if operation.name else found.name,
        "idnumber": operation.idnumber.to if operation.idnumber else found.idnumber,
    }
    if operation.description:
        update |= {"description": operation.description.to, "descriptionformat": 1}
    if operation.visible:
        update["visible"] = operation.visible.to
    return update


def _values(operation: ChangeCohort, end: Literal["from_", "to"]) -> dict[str, object]:
    return {field: getattr(change, end) for field, change in operation.changes().items()}


def _difference(found: CohortRow | Cohort | None, wanted: Mapping[str, object]) -> str:
    """How a stored cohort differs from what is wanted; empty when it does not."""
    if found is None:
        return "Moodle does not show it"
    differing = [
        f"its {field} is {getattr(found, field)!r}"
        for field, value in wanted.items()
        if getattr(found, field) != value
    ]
    return ", ".join(differing)

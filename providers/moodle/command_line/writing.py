"""Steps for the PHP program, and outcomes from it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing

from providers.moodle.command_line import errors
from providers.moodle.command_line.conversation import Php
from providers.moodle.command_line.documents import Answered, Shown, Unrecorded
from providers.moodle.command_line.holder import LONGEST
from providers.php.documents import Trailer
from reconciler.errors import IncompleteRead, ReadError
from reconciler.models.desired import SIGNATURE
from reconciler.models.operations import (
    AddMember,
    AssignRole,
    ChangeCohort,
    CreateCohort,
    DefineRole,
    Facts,
    Operation,
    Outcome,
    RemoveMember,
    Run,
    Step,
    UnassignRole,
    UndefineRole,
    facts_after,
)

_KINDS: dict[type[Operation], str] = {
    CreateCohort: "create",
    ChangeCohort: "change",
    AddMember: "add",
    RemoveMember: "remove",
    AssignRole: "assign",
    UnassignRole: "unassign",
    DefineRole: "define",
    UndefineRole: "undefine",
}


class Writing:
    """One run through a list of steps, by one process."""

    def __init__(self, php: Php, steps: Sequence[Step]) -> None:
        self._php = php
        self._steps = steps
        self._answered = 0
        self._facts: dict[int, Facts] = {}
        self.unrecorded = ""
        """Why Moodle does not remember this run; empty when it does."""

    def outcomes(self, run: Run) -> Iterator[Outcome]:
        """Each step's outcome as it comes. Raises ReadError: the site may be written in part."""
        try:
            with closing(self._php.ask("write", request(self._steps, run))) as documents:
                for document in documents:
                    match document:
                        case Answered():
                            yield self._outcome(document)
                        case Shown():
                            self._take(document)
                        case Unrecorded(message=message):
                            self.unrecorded = message
                        case Trailer():
                            self._check_whole(document)
        except ReadError as error:
            if not self._answered:
                raise
            raise errors.while_writing(
                error, self._php.place, self._answered, len(self._steps)
            ) from error

    def facts(self) -> dict[Operation, Facts]:
        """What the site showed of each operation in the end; empty before that."""
        return {self._steps[number].operation: facts for number, facts in self._facts.items()}

    def _take(self, shown: Shown) -> None:
        for number, facts in shown.rows:
            if not 0 <= number < len(self._steps):
                raise errors.out_of_order(self._php.place, number)
            self._facts[number] = facts

    def _outcome(self, answer: Answered) -> Outcome:
        if answer.step != self._answered or answer.step >= len(self._steps):
            raise errors.out_of_order(self._php.place, answer.step)
        self._answered += 1
        return Outcome(answer.step, answer.status, answer.reason, answer.cohort)

    def _check_whole(self, trailer: Trailer) -> None:
        told = {"answers": self._answered, "facts": len(self._facts), "steps": len(self._steps)}
        for what, number in told.items():
            if number != trailer.counts.get("steps"):
                raise self._php.miscounted(what, number, trailer.counts.get("steps"))


def shown(facts: Mapping[Operation, Facts], operations: Sequence[Operation]) -> tuple[Facts, ...]:
    """What the site showed of these operations. Raises IncompleteRead for one it was not asked."""
    unknown = next((operation for operation in operations if operation not in facts), None)
    if unknown is not None:
        raise IncompleteRead(
            f"Nothing was read back of guild {unknown.guild}: the last write did not come to its"
            " end. Make a new plan."
        )
    return tuple(facts[operation] for operation in operations)


def request(steps: Sequence[Step], run: Run) -> dict[str, object]:
    """What the PHP program is told: the run, and each step."""
    return {
        "avc": run.avc,
        "scope": run.scope,
        "digest": run.digest,
        "by": run.by[:LONGEST],
        "signature": SIGNATURE,
        "steps": [_step(step) for step in steps],
    }


def _step(step: Step) -> dict[str, object]:
    operation = step.operation
    told: dict[str, object] = {
        "kind": _KINDS[type(operation)],
        "needs": step.needs,
        "key": {"uuid": operation.key.uuid, "role": operation.key.role},
        "after": facts_after(operation),
        "cohort": None if isinstance(operation, CreateCohort) else operation.cohort,
    }
    if isinstance(operation, ChangeCohort):
        told["before"] = {field: change.from_ for field, change in operation.changes().items()}
    if isinstance(operation, AddMember | RemoveMember | AssignRole | UnassignRole):
        told["account"] = operation.account
    if isinstance(operation, AssignRole | UnassignRole | DefineRole | UndefineRole):
        told["role"] = operation.role
    if isinstance(operation, AssignRole | UnassignRole):
        told["component"] = operation.component
    return told

"""The journal read back, run by run; no more than one run is held in memory."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from reconciler import journal_lines as lines
from reconciler.errors import StateError
from reconciler.journal import CURRENT, files, rotated
from reconciler.journal_lines import Event
from reconciler.models.journal import RunRecord, RunStep
from reconciler.models.operations import Operation
from reconciler.private_files import open_private, told


def events(directory: Path) -> Iterator[Event]:
    """All that the journal says, in order. Raises StateError for damage: see ``checked``."""
    # The current one first: a run that begins now may give it another name.
    current = _opened(directory / CURRENT)
    try:
        seen = os.fstat(current) if current is not None else None
        for file in rotated(directory):
            found = _opened(file)
            if found is None:
                continue
            if seen is not None and os.path.samestat(os.fstat(found), seen):
                os.close(found)
                continue
            yield from _events(found, file)
        if current is not None:
            found, current = current, None
            yield from _events(found, directory / CURRENT)
    finally:
        if current is not None:
            os.close(current)


def records(directory: Path) -> Iterator[RunRecord]:
    """Its runs, oldest first. Raises StateError for damage."""
    run: _Run | None = None
    for event in events(directory):
        if "run" in event:
            if run is not None:
                yield run.record()
            run = _Run(event, directory)
        elif run is not None:
            run.take(event)
    if run is not None:
        yield run.record()


def matches(directory: Path, avc: str, without: str = "") -> dict[int, int] | None:
    """AVC uid → the account of the last operation about them that was carried out, or was so.

    Of the AVC with this UUID, and no other, and not from runs of the plan with the digest
    ``without``; whose operation is newest comes last. None where there is no journal. Raises
    StateError for damage: a match that is forgotten would be one that nobody is warned of when it
    changes.
    """
    if not files(directory):
        return None
    found: dict[int, int] = {}
    people: dict[int, tuple[int, int]] = {}
    theirs = False
    for event in events(directory):
        if "run" in event:
            people.clear()
            start = lines.run_start(event)
            theirs = start is None or start.avc.uuid == avc
            theirs = theirs and not (start is not None and without and start.digest == without)
        elif theirs and "op" in event:
            uid, account = event.get("uid"), event.get("account")
            if uid is not None and account is not None:
                people[event["n"]] = uid, account
        elif event.get("status") in {"done", "already"} and event["n"] in people:
            uid, account = people[event["n"]]
            found.pop(uid, None)
            found[uid] = account
    return found


def checked(texts: Iterable[bytes], file: Path) -> Iterator[Event]:
    """What lines say, in so far as they follow from each other.

    What does not is passed over in a run that was cut off. Before an ``end`` it is damage: raises
    StateError with file and line.
    """
    order = _Order()
    damage: list[int] = []
    for number, text in enumerate(texts, 1):
        event = lines.event(text)
        if event is not None and "run" in event:
            order, damage = _Order(event["operations"]), []
        elif event is None or not order.takes(event):
            if not damage:
                damage = [number, number]
            elif damage[1] == number - 1:
                damage[1] = number
            if event is None or "end" not in event:
                continue
        if damage and event is not None and "end" in event:
            raise _damaged(file, *damage)
        if event is not None:
            yield event


class _Order:
    """Which line may follow in a run: operations in their order, outcomes, and the end."""

    def __init__(self, operations: int | None = None) -> None:
        self._operations = operations or 0
        self._open = operations is not None
        self._last = -1
        self._begun = False

    def takes(self, event: Event) -> bool:
        """Whether this line may come now; none but a new run's may come after the end."""
        if not self._open:
            return False
        if "end" in event:
            self._open = False
            return True
        number = event["n"]
        if not 0 <= number < self._operations:
            return False
        if "status" in event:
            return self._may_begin()
        fits: bool = not self._begun and number > self._last
        self._last = max(self._last, number)
        return fits

    def _may_begin(self) -> bool:
        self._begun = True
        return True


class _Run:
    """A run, while its lines come in."""

    def __init__(self, begun: Event, directory: Path) -> None:
        self._begun = begun
        self._directory = directory
        start = lines.run_start(begun)
        if start is None:
            raise self._unknown()
        self._start = start
        self._steps: dict[int, Operation] = {}
        self._outcomes: dict[int, Event] = {}
        self._end: Event = {}

    def take(self, event: Event) -> None:
        if "op" in event:
            operation = lines.operation(event)
            if operation is None:
                raise self._unknown()
            self._steps[event["n"]] = operation
        elif "status" in event:
            self._outcomes[event["n"]] = event
        else:
            self._end = event

    def record(self) -> RunRecord:
        return RunRecord(
            id=self._begun["run"],
            started=self._begun["time"],
            start=self._start,
            steps=tuple(self._step(number) for number in self._steps),
            ended=self._end.get("end"),
            error=self._end.get("error", ""),
            missing=self._begun["operations"] - len(self._steps),
        )

    def _step(self, number: int) -> RunStep:
        told = self._outcomes.get(number, {})
        return RunStep(
            operation=self._steps[number],
            status=told.get("status"),
            reason=told.get("reason", ""),
            cohort=told.get("cohort"),
        )

    def _unknown(self) -> StateError:
        return StateError(
            f"{self._directory}: run {self._begun['run']} has a line that this release does not"
            " know. Use the release that wrote it."
        )


def _opened(file: Path) -> int | None:
    try:
        return open_private(file, os.O_RDONLY)
    except FileNotFoundError:
        return None


def _events(descriptor: int, file: Path) -> Iterator[Event]:
    with told(file, "cannot be read"), os.fdopen(descriptor, "rb") as texts:
        yield from checked(texts, file)


def _damaged(file: Path, first: int, last: int) -> StateError:
    what, them, they = (
        ("this line is", "it", "it says")
        if first == last
        else (f"lines {first} to {last} are", "them", "they say")
    )
    return StateError(
        f"{file}:{first}: {what} damaged, or a newer release's. If damaged, keep a copy and take"
        f" {them} out, to go on without what {they}: sed -i '{first},{last}d' '{file}'"
    )

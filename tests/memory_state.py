"""What a machine keeps, kept in memory."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from reconciler.errors import NotFound, SiteLocked
from reconciler.models.journal import RunRecord, RunStart, RunStep
from reconciler.models.operations import Outcome, Step
from reconciler.models.plan import Plan


@dataclass
class MemoryState:
    """Implements ``reconciler.ports.State``."""

    runs: list[RunRecord] = field(default_factory=list)
    held: list[Plan] = field(default_factory=list)
    holders: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def lock(self, site: str, by: str) -> Iterator[None]:
        """See the port."""
        if site in self.holders:
            raise SiteLocked(f"{self.holders[site]} is writing to {site}.")
        self.holders[site] = by
        try:
            yield
        finally:
            del self.holders[site]

    def matches(self, moodle: str, avc: str, without: str = "") -> Mapping[int, int] | None:
        """See the port."""
        runs = [run for run in self.runs if run.start.moodle.url == moodle]
        if not runs:
            return None
        found: dict[int, int] = {}
        others = (run for run in runs if not (without and run.start.digest == without))
        for run in (run for run in others if run.start.avc.uuid == avc):
            for step in run.steps:
                uid = getattr(step.operation, "uid", None)
                if uid is not None and step.status in {"done", "already"}:
                    found.pop(uid, None)
                    found[uid] = step.operation.account  # type: ignore[union-attr]
        return found

    @contextmanager
    def run(self, start: RunStart, steps: Sequence[Step]) -> Iterator[Callable[[Outcome], None]]:
        """See the port."""
        place = len(self.runs)
        self.runs.append(
            RunRecord(f"run-{place}", 0, start, tuple(RunStep(step.operation) for step in steps))
        )

        def record(outcome: Outcome) -> None:
            run = self.runs[place]
            done = list(run.steps)
            done[outcome.step] = replace(
                done[outcome.step],
                status=outcome.status,
                reason=outcome.reason,
                cohort=outcome.cohort,
            )
            self.runs[place] = replace(run, steps=tuple(done))

        yield record
        self.runs[place] = replace(self.runs[place], ended=0)

    def find(self, run: str) -> RunRecord:
        """See the port."""
        for record in self.runs:
            if record.id == run:
                return record
        raise NotFound(run)

    def later(self, run: RunRecord) -> Iterator[RunRecord]:
        """See the port."""
        after = self.runs[self.runs.index(run) + 1 :]
        yield from (one for one in after if one.start.moodle.url == run.start.moodle.url)

    def keep(self, held: Plan) -> str:
        """See the port."""
        self.held.append(held)
        return f"held-{len(self.held)}"

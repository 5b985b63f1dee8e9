"""The state directory: what this machine remembers of what it did to Moodle sites."""

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from reconciler import journal, journal_reading
from reconciler.errors import NotFound, StateError
from reconciler.lock import hold, holder
from reconciler.models.journal import RunRecord, RunStart
from reconciler.models.operations import Outcome, Step
from reconciler.models.plan import Plan
from reconciler.plan_file import digest
from reconciler.plan_text import as_text
from reconciler.private_files import (
    REMEDY,
    VARIABLE,
    file_name,
    make_directory,
    refuse_foreign,
    replace,
    told,
)

NAME = "avc-moodle-sync"
HELD = 10
"""Plans that were held back and are kept, a Moodle."""

LAST = "last"
"""In place of a run's id: the newest one."""
PLANS = "held"
"""The directory of plans that were held back, below a Moodle's."""

_LOCKS = "locks"
_OTHERS = {_LOCKS, PLANS}
"""What is no Moodle's: earlier releases made an empty directory for plans there, too."""


class StateDirectory:
    """Implements ``reconciler.ports.State`` in a directory; planning and reading make nothing."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def lock(self, site: str, by: str) -> AbstractContextManager[None]:
        """See the port."""
        return hold(self._make(_LOCKS), site, by)

    def matches(self, moodle: str, avc: str, without: str = "") -> Mapping[int, int] | None:
        """See the port. Raises StateError, too, for a damaged journal."""
        directory = self._of(moodle)
        return journal_reading.matches(directory, avc, without) if self._ours(directory) else None

    @contextmanager
    def run(self, start: RunStart, steps: Sequence[Step]) -> Iterator[Callable[[Outcome], None]]:
        """See the port. Raises SiteLocked while another process records a run of this Moodle."""
        directory = self._make(self._of(start.moodle.url).name)
        with (
            self.writing(directory, start.by),
            journal.recorded(directory, start, steps) as record,
        ):
            yield record

    def keep(self, held: Plan) -> str:
        """See the port."""
        plans = self._make(self._of(held.moodle.url).name, PLANS)
        moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        known = f"{digest(held).removeprefix('sha256:')[:8]}.yaml"
        # What is held back each night stays where last night's mail says.
        file = next(plans.glob(f"[0-9]*-{known}"), plans / f"{moment}-{known}")
        replace(file, as_text(held, file.name).encode())
        with told(plans, "cannot be tidied"):
            # One that was cut off while it was written begins with a dot.
            others = [one for one in plans.iterdir() if one != file]
            for old in sorted(others, key=lambda one: one.name.lstrip("."))[: 1 - HELD]:
                old.unlink(missing_ok=True)
        return str(file)

    def writing(self, directory: Path, by: str) -> AbstractContextManager[None]:
        """Keep everybody else on this machine from the journal in this directory."""
        return hold(self._make(_LOCKS), _journal_in(directory), by)

    def running(self, record: RunRecord) -> bool:
        """Whether a run that has not ended is still being carried out. Raises StateError."""
        locks = self.path / _LOCKS
        if record.ended is not None or not self._ours(locks):
            return False
        writer = holder(locks, _journal_in(self._of(record.start.moodle.url)))
        return writer is not None and writer.by == record.start.by

    def records(self, moodle: str | None = None) -> Iterator[RunRecord]:
        """The runs of all Moodles, or of one: by its name in nwp.yml, or its address.

        One Moodle after the other, each from its oldest run on. Raises StateError.
        """
        for directory in self.directories():
            for record in journal_reading.records(directory):
                if moodle is None or is_of(record, moodle):
                    yield record

    def runs(self, moodle: str | None = None) -> tuple[RunRecord, ...]:
        """The same, oldest first. Raises StateError."""
        return tuple(sorted(self.records(moodle), key=lambda record: record.started))

    def find(self, run: str, moodle: str | None = None) -> RunRecord:
        """The run of this id, or of the only one that begins so; ``last`` is the newest.

        Raises NotFound, StateError.
        """
        found: list[RunRecord] = []
        for record in self.records(moodle):
            if run == LAST:
                newer = not found or record.started >= found[0].started
                found = [record] if newer else found
            elif record.id.startswith(run):
                found.append(record)
        exact = [record for record in found if record.id == run] or found
        if len(exact) == 1:
            return exact[0]
        what = f"{len(exact)} runs begin with {run!r}" if exact else f"there is no run {run!r}"
        raise NotFound(f"In {self.path} {what}; 'reconciler history' lists them.")

    def later(self, run: RunRecord) -> Iterator[RunRecord]:
        """See the port."""
        directory = self._of(run.start.moodle.url)
        found = journal_reading.records(directory) if self._ours(directory) else iter(())
        for record in found:
            if record.id == run.id:
                yield from found

    def directories(self) -> list[Path]:
        """One for each Moodle that anything is kept of. Raises StateError."""
        if not self._ours(self.path):
            return []
        with told(self.path, "cannot be read"):
            found = [place for place in sorted(self.path.iterdir()) if place.is_dir()]
        return [place for place in found if place.name not in _OTHERS and self._ours(place)]

    def known(self) -> list[str]:
        """How each Moodle that anything is kept of can be named. Raises StateError."""
        return [_named(directory) for directory in self.directories()]

    def directories_of(self, moodle: str) -> list[Path]:
        """Those of a Moodle: one by its address or its directory's name, any number by its name in
        nwp.yml. Raises StateError.
        """
        return [
            directory
            for directory in self.directories()
            if directory == self._of(moodle)
            or directory.name == moodle
            or any(is_of(record, moodle) for record in journal_reading.records(directory))
        ]

    def _of(self, moodle: str) -> Path:
        return self.path / file_name(moodle.rstrip("/"))

    def _ours(self, directory: Path) -> bool:
        """Whether it is there. Raises StateError where it, or the whole, cannot be trusted."""
        for place in (self.path, directory):
            if not os.path.lexists(place):
                return False
            refuse_foreign(place)
        return True

    def _make(self, *names: str) -> Path:
        directory = self.path
        make_directory(directory)
        for name in names:
            directory /= name
            make_directory(directory)
        return directory


def state_directory() -> StateDirectory:
    """The one that the environment names. Nothing is made. Raises StateError."""
    named = os.environ.get(VARIABLE)
    if named:
        return StateDirectory(Path(os.path.realpath(named)))
    states = os.environ.get("XDG_STATE_HOME", "")
    try:
        # The XDG specification: what is no absolute path is to be ignored.
        base = Path(states) if Path(states).is_absolute() else Path.home() / ".local" / "state"
    except RuntimeError as error:
        raise StateError(
            "There is no home directory to keep the state in (journal, locks, held plans)."
            f" {REMEDY}."
        ) from error
    return StateDirectory(Path(os.path.realpath(base / NAME)))


def is_of(record: RunRecord, moodle: str) -> bool:
    """Whether a run was of the Moodle with this name in nwp.yml, or this address."""
    side = record.start.moodle
    return moodle == side.site or moodle.rstrip("/") == side.url.rstrip("/")


def _named(directory: Path) -> str:
    """The address, and the names that nwp.yml gave it; the directory's own, without a journal."""
    sides = [record.start.moodle for record in journal_reading.records(directory)]
    names = ", ".join(sorted({side.site for side in sides}))
    return f"{sides[-1].url} ({names})" if sides else directory.name


def _journal_in(directory: Path) -> str:
    return f"journal {directory.name}"

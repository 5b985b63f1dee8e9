"""Taking a person out of what this machine remembers of a Moodle."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from reconciler import journal_lines as lines
from reconciler.errors import PlanFileError
from reconciler.journal import files
from reconciler.journal_lines import Event
from reconciler.journal_reading import events
from reconciler.models.plan import Plan
from reconciler.models.scope import UserScope
from reconciler.plan_text import from_text
from reconciler.private_files import replace, told


@dataclass(frozen=True, slots=True)
class Sought:
    """Whom to take out."""

    uid: int | None
    """In AVC."""
    account: int | None
    """In Moodle."""
    beside: frozenset[int]
    """Accounts that the journal has beside that uid."""

    @property
    def accounts(self) -> frozenset[int]:
        """All that are theirs in Moodle."""
        return self.beside if self.account is None else self.beside | {self.account}

    def is_meant(self, uid: int | None, account: int | None) -> bool:
        """Whether an operation on these two is about them.

        An account that is only known beside their uid is another person's where it stands beside
        another uid.
        """
        if account is not None and account == self.account:
            return True
        return account in self.beside if uid is None else uid == self.uid


@dataclass(frozen=True, slots=True)
class Erased:
    """What was taken out."""

    accounts: frozenset[int]
    """The Moodle accounts that were looked for."""
    operations: int
    plans: tuple[Path, ...]


def erase(directory: Path, plans: Path, uid: int | None, account: int | None) -> Erased:
    """Take a person out of the journal in ``directory``, and delete the ``plans`` that name them.

    An account that the journal has beside the uid is theirs, too. Nobody may write to the journal
    meanwhile. What is left can be read as before; each run counts what it has lost as missing.
    Raises StateError, for a damaged journal too: in what cannot be read they may still be named.
    """
    beside = {
        found["account"]
        for found in events(directory)
        if "op" in found and uid is not None and found.get("uid") == uid and "account" in found
    }
    sought = Sought(uid, account, frozenset(beside))
    operations = sum(_rewritten(file, sought) for file in files(directory))
    return Erased(sought.accounts, operations, tuple(_deleted(plans, sought)))


def _rewritten(file: Path, sought: Sought) -> int:
    """How many operations were taken out of a file."""
    with told(file, "cannot be read"):
        content = file.read_bytes()
    rewriting = _Rewriting(sought)
    kept = b"".join(rewriting.kept(text) for text in content.splitlines(keepends=True))
    if kept != content:
        replace(file, kept)
    return rewriting.operations


class _Rewriting:
    """Line after line of a journal, without a person."""

    def __init__(self, sought: Sought) -> None:
        self._sought = sought
        self._gone: set[int] = set()
        self._whole_run = False
        self.operations = 0

    def kept(self, text: bytes) -> bytes:
        """What is left of a line; nothing of one that was cut, for it may name them."""
        found = lines.event(text)
        if found is None:
            return b""
        if "run" in found:
            return self._begun(found, text)
        if "end" in found:
            return lines.end_line(found["end"], self._words(found, "error"))
        if "op" in found and self._sought.is_meant(found.get("uid"), found.get("account")):
            self._gone.add(found["n"])
            self.operations += 1
        return b"" if found["n"] in self._gone else text

    def _begun(self, found: Event, text: bytes) -> bytes:
        self._gone.clear()
        scope = str(UserScope(uid=self._sought.uid)) if self._sought.uid is not None else None
        self._whole_run = found["start"].get("scope") == scope
        if not self._whole_run:
            return text
        return lines.line({**found, "start": {**found["start"], "scope": "user"}})

    def _words(self, found: Event, key: str) -> str:
        """What ended a run; of one for this person alone only that something did."""
        said: str = found.get(key, "")
        return "(erased)" if said and self._whole_run else said


def _deleted(plans: Path, sought: Sought) -> Iterator[Path]:
    """The plans that name them, or of which that cannot be told, once they are deleted."""
    with told(plans, "cannot be tidied"):
        found = sorted(plans.iterdir()) if plans.is_dir() else []
        for file in found:
            if _names(file, sought):
                file.unlink()
                yield file


def _names(file: Path, sought: Sought) -> bool:
    try:
        plan = from_text(file.read_text(encoding="utf-8"), file.name)
    except (PlanFileError, UnicodeDecodeError):
        return True
    uids, accounts = _everybody(plan)
    return sought.uid in uids or bool(sought.accounts & accounts)


def _everybody(plan: Plan) -> tuple[set[int], set[int]]:
    """Everybody whom a plan names: uids in AVC, accounts in Moodle."""
    uids: set[int | None] = {plan.scope.uid} if isinstance(plan.scope, UserScope) else set()
    accounts: set[int] = set()
    for line in plan.lines:
        uids.add(line.avc)
        accounts.add(line.moodle)
    for problem in plan.problems:
        uids |= {problem.avc, *problem.others}
        accounts |= set(problem.accounts)
    for word in (*plan.only, *plan.exclude):
        kind, _, number = word.partition(":")
        if kind == "user" and number.isascii() and number.isdigit():
            uids.add(int(number))
    return {uid for uid in uids if uid is not None}, accounts

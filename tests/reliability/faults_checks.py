"""The invariants, each against the rows of the database and never against what the program says."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from reconciler.errors import PartlyApplied
from reconciler.models.operations import (
    AddMember,
    ChangeCohort,
    CreateCohort,
    Operation,
    RemoveMember,
)
from tests.reliability import faults_model as model
from tests.reliability import faults_state as state
from tests.reliability.faults_driver import Ended
from tests.reliability.faults_moodle import Tables

FIELDS = ("context", "name", "idnumber", "description", "visible")
_CLAIM = re.compile(r"(\d+) of (\d+) operations were carried out and read back")


@dataclass
class Broken(AssertionError):
    """An invariant does not hold."""

    invariant: str
    what: str

    def __str__(self) -> str:
        """For whoever reads the shrunk sequence."""
        return f"{self.invariant}: {self.what}"


@dataclass(frozen=True)
class Run:
    """One run of the program, and the sites around it."""

    ended: Ended
    scope: state.Scope
    rules: state.Rules
    avc: state.Avc
    """As it was read."""
    seen: state.Moodle
    """As it was read."""
    before: Tables
    """When the writing began."""
    after: Tables
    meddled: bool
    """Whether people edited Moodle between reading and writing."""
    saved: bool
    """Whether the plan is one of before."""
    avc_failed: bool
    leftovers: bool
    """Whether AVC had, as it was read, what is left of something lost."""
    acknowledged: bool
    """Whether somebody acknowledged what guards found."""
    faults: Counter[str] = field(default_factory=Counter)


class Checks:
    """Raises Broken; counts what was looked at."""

    def __init__(self, counted: Counter[str]) -> None:
        self._counted = counted

    def run(self, run: Run) -> None:
        """Everything about a run that can be told from the rows."""
        self._nothing_foreign(run)
        if not run.ended.writing or (run.ended.error and run.ended.code in {1, 3, 4}):
            self._hold("nothing written", run.before == run.after, f"{run.ended.error!r}")
        self._refused_as_due(run)
        if run.ended.writing:
            self._only_what_is_due(run)
            self._only_what_was_planned(run)
            self._within_limits(run)
            self._told_truly(run)
            self._exit_is_true(run)

    def histories(
        self, site: state.Moodle, ever: set[tuple[str, int]], put: set[tuple[int, int]]
    ) -> None:
        """Nobody is in a cohort of ours whom neither AVC, at some moment, nor a hand put there."""
        for cohort in site.cohorts.values():
            mark = cohort.mark
            if mark and mark[0] == state.SITE:
                for account in site.members[cohort.id]:
                    known = (mark[2], account) in ever or (cohort.id, account) in put
                    self._hold("put there by AVC", known, f"{account} in {cohort}")

    def same(self, expected: state.Moodle, found: state.Moodle) -> None:
        """The site is, row for row, what the model says."""
        for number, cohort in expected.cohorts.items():
            self._hold("as desired", found.cohorts.get(number) == cohort, f"{cohort} is not so")
            there = found.members.get(number)
            wanted = expected.members[number]
            self._hold("as desired", there == wanted, f"in {cohort}: {there}, not {wanted}")
        new = [found.cohorts[number] for number in found.cohorts.keys() - expected.cohorts.keys()]
        rows = {cohort.idnumber: replace(cohort, id=0) for cohort in new}
        self._hold("as desired", len(rows) == len(new) and rows == expected.made, f"made: {new}")
        for cohort in new:
            there, wanted = found.members[cohort.id], expected.new[cohort.idnumber]
            self._hold("as desired", there == wanted, f"in {cohort}: {there}, not {wanted}")

    def nothing_to_do(self, ended: Ended) -> None:
        """A plan of a site that is as desired holds nothing."""
        self._hold("converged", ended.code == 0 and not ended.operations, f"{ended}")

    def _hold(self, invariant: str, holds: bool, what: str) -> None:
        self._counted[invariant] += 1
        if not holds:
            raise Broken(invariant, what)

    def _nothing_foreign(self, run: Run) -> None:
        same = run.before.others() == run.after.others()
        self._hold("nothing foreign touched", same, "a table that is none of ours")
        before, after = run.before.moodle(), run.after.moodle()
        expected = model.after(run.avc, run.seen, run.rules, run.scope)
        for number, cohort in before.cohorts.items():
            adopted = expected.cohorts.get(number, cohort).ours
            if not cohort.ours and not (adopted and not run.seen.cohorts[number].ours):
                found = after.cohorts.get(number), after.members.get(number)
                same = found == (cohort, before.members[number])
                self._hold("nothing foreign touched", same, f"{cohort} became {found}")

    def _refused_as_due(self, run: Run) -> None:
        """What has to be refused is; what nothing stood against is done."""
        code, said = run.ended.code, f"{run.ended.error!r}"
        if run.avc_failed:
            self._hold("half a read refused", code in {1, 3}, said)
        gone = run.scope.kind == "guild" and run.scope.uuid not in {
            guild.uuid for guild in run.avc.guilds.values()
        }
        gone |= run.scope.kind == "user" and run.scope.uid not in run.avc.people
        if gone:
            self._hold("gone refused", code in {1, 4}, said)
        elif not (run.faults or run.meddled or run.saved or run.avc_failed):
            usual = {0} if run.acknowledged else {0, 1}
            self._hold("exit is true", run.ended.error is None and code in usual, said)

    def _only_what_is_due(self, run: Run) -> None:
        """Every row that changed is one that evidence, and AVC, called for."""
        expected = model.after(run.avc, run.seen, run.rules, run.scope)
        before, after = run.before.moodle(), run.after.moodle()
        for number, cohort in before.cohorts.items():
            found = after.cohorts.get(number)
            if found is None:
                raise Broken("nothing deleted", f"{cohort}")
            was, due = run.seen.cohorts.get(number), expected.cohorts.get(number)
            for name in FIELDS:
                value = getattr(found, name)
                if value != getattr(cohort, name):
                    called = was and due and value == getattr(due, name) != getattr(was, name)
                    self._hold("changed as called for", bool(called), f"{name} of {found}")
            seen = run.seen.members.get(number, set())
            wanted = expected.members.get(number, set())
            came = after.members[number] - before.members[number]
            gone = before.members[number] - after.members[number]
            self._hold("added as called for", came <= wanted - seen, f"{came} to {found}")
            self._hold("removed on evidence", gone <= seen - wanted, f"{gone} from {found}")
        self._made_as_due(expected, before, after)

    def _made_as_due(
        self, expected: state.Moodle, before: state.Moodle, after: state.Moodle
    ) -> None:
        new = [after.cohorts[number] for number in after.cohorts.keys() - before.cohorts.keys()]
        once = len({cohort.idnumber for cohort in new}) == len(new)
        self._hold("made once", once, f"{new}")
        for cohort in new:
            due = expected.made.get(cohort.idnumber) == replace(cohort, id=0)
            self._hold("made as called for", due, f"{cohort}")
            inside, wanted = after.members[cohort.id], expected.new[cohort.idnumber]
            self._hold("added as called for", inside <= wanted, f"{inside} in {cohort}")

    def _only_what_was_planned(self, run: Run) -> None:
        """Nothing that the plan does not say."""
        before, after = run.before.moodle(), run.after.moodle()
        planned = run.ended.operations
        changes = {op.cohort: op.changes() for op in planned if isinstance(op, ChangeCohort)}
        adds = {(op.key.uuid, op.account) for op in planned if isinstance(op, AddMember)}
        removes = {(op.cohort, op.account) for op in planned if isinstance(op, RemoveMember)}
        creates = {op.idnumber for op in planned if isinstance(op, CreateCohort)}
        for number, cohort in after.cohorts.items():
            was = before.cohorts.get(number)
            if was is None:
                self._hold("as planned", cohort.idnumber in creates, f"{cohort}")
            elif was != cohort:
                changed = {f for f in FIELDS if getattr(was, f) != getattr(cohort, f)}
                self._hold("as planned", changed <= changes.get(number, {}).keys(), f"{cohort}")
            mark = cohort.mark
            key = mark[2] if mark else ""
            there = before.members.get(number, set())
            came = {(key, account) for account in after.members[number] - there}
            gone = {(number, account) for account in there - after.members[number]}
            self._hold("as planned", came <= adds or not mark, f"{came} in {cohort}")
            self._hold("as planned", gone <= removes, f"{gone} from {cohort}")

    def _within_limits(self, run: Run) -> None:
        """What nobody acknowledged is not too much, and takes nobody where AVC may be damaged."""
        if run.acknowledged:
            return
        before, after = run.before.moodle(), run.after.moodle()
        if run.avc.empty:
            self._hold("an empty AVC empties nothing", run.before == run.after, f"{run.ended}")
        lost = [len(there - after.members[c]) for c, there in before.members.items()]
        away = sum(
            state.put_away(after.cohorts[c]) > state.put_away(was)
            for c, was in before.cohorts.items()
        )
        if run.leftovers:
            self._hold("leftovers keep people", not (sum(lost) or away), f"{run.ended}")
        if run.rules.limit is not None:
            within = max(sum(lost), away) <= run.rules.limit
            self._hold("within the limits", within, f"{lost} and {away}: {run.ended}")

    def _told_truly(self, run: Run) -> None:
        """What is told to be done is so; what is told not to be was not written."""
        before, after = run.before.moodle(), run.after.moodle()
        unsure = run.faults["exception after writing"] or run.faults["written late"]
        for item in run.ended.told:
            so = holds(item.operation, after)
            if item.outcome.fulfilled:
                self._hold("told truly", so, f"{item}")
            elif not unsure:
                self._hold("told truly", not so or holds(item.operation, before), f"{item}")

    def _exit_is_true(self, run: Run) -> None:
        after = run.after.moodle()
        held = sum(holds(operation, after) for operation in run.ended.operations)
        whole = held == len(run.ended.operations)
        if run.ended.code == 0:
            # What was so when it was read, people may have undone meanwhile.
            self._hold("exit is true", whole or run.meddled, "it said that all was done")
            # Not where people edited meanwhile, nor for a plan of another day.
            if not run.saved and not run.meddled:
                self.same(model.after(run.avc, run.seen, run.rules, run.scope), after)
        elif isinstance(run.ended.error, PartlyApplied):
            claim = _CLAIM.search(str(run.ended.error))
            if claim:
                self._hold("exit is true", int(claim[1]) <= held, f"{run.ended.error}: {held}")


def holds(operation: Operation, site: state.Moodle) -> bool:
    """Whether the rows are as they are to be after the operation."""
    match operation:
        case CreateCohort():
            wanted = (operation.idnumber, operation.name, operation.description)
            return any((c.idnumber, c.name, c.description) == wanted for c in site.cohorts.values())
        case ChangeCohort():
            found = site.cohorts.get(operation.cohort)
            changes = operation.changes()
            return found is not None and all(getattr(found, f) == changes[f].to for f in changes)
        case AddMember() | RemoveMember():
            inside = any(operation.account in site.members[c] for c in _places(operation, site))
            return inside is isinstance(operation, AddMember)
        case _:
            raise Broken("as planned", f"no web service can do this: {operation}")


def _places(operation: AddMember | RemoveMember, site: state.Moodle) -> Iterator[int]:
    if operation.cohort is not None:
        yield from {operation.cohort} & site.cohorts.keys()
        return
    for cohort in site.cohorts.values():
        mark = cohort.mark
        if mark and (mark[0], mark[2]) == (state.SITE, operation.key.uuid):
            yield cohort.id

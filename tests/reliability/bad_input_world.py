"""Two sites to try bad input on, and a look at whether anything was written that must not be."""

import shutil
from pathlib import Path
from tempfile import mkdtemp

from reconciler.models.plan import Plan
from reconciler.reconciliation import SitePair
from tests.memory_state import MemoryState
from tests.reliability import faults_driver as driver
from tests.reliability import faults_model as model
from tests.reliability import faults_state as state
from tests.reliability.faults_avc import FaultyAvc
from tests.reliability.faults_edits import PEOPLE, Hands, community, edit_avc
from tests.reliability.faults_moodle import FaultyMoodle, Tables, copied, new_moodle, tables


class World:
    """A community of three guilds, and a Moodle with their cohorts and with others'."""

    def __init__(self) -> None:
        self.directory = Path(mkdtemp())
        self.rules = state.Rules()
        self._path = self.directory / "moodle.sqlite"
        self._template = self._made()
        self.avc = FaultyAvc(community())
        self.moodle = FaultyMoodle(self._path)
        self.fresh()

    def close(self) -> None:
        """Delete it."""
        shutil.rmtree(self.directory)

    def fresh(self) -> None:
        """As it was in the beginning: somebody has come, left and been renamed since the sync."""
        copied(self._template, self._path)
        self.avc.community = community()
        for told in (
            ("leave", 0, 0),
            ("join", 4, 1),
            ("rename guild", 1, 4),
            ("delete guild", 2, 0),
        ):
            edit_avc(self.avc.community, told)
        self.moodle.settle()

    def pair(self) -> SitePair:
        """The two sites."""
        return driver.pair(self.avc, self.moodle, self.rules, MemoryState())

    def apply(self, plan: Plan, *, skip_stale: bool) -> None:
        """Apply a plan; raises what it raises. What was written is what a sync would write."""
        before = tables(self._path)
        ended = driver.apply_later(
            self.pair(), plan, lambda: None, acknowledge=True, skip_stale=skip_stale
        )
        self.due(before)
        if ended.error:
            raise ended.error

    def due(self, before: Tables) -> None:
        """Raise AssertionError where something was written that a sync would not write."""
        after = tables(self._path)
        assert before.others() == after.others(), "a table that is none of ours"
        expected = model.after(self.avc.community, before.moodle(), self.rules, state.Scope())
        was, found = before.moodle(), after.moodle()
        for number, cohort in was.cohorts.items():
            assert number in found.cohorts, f"{cohort} is gone"
            wanted = expected.cohorts[number]
            for name in ("context", "name", "idnumber", "description", "visible"):
                value = getattr(found.cohorts[number], name)
                assert value in {getattr(cohort, name), getattr(wanted, name)}, f"{name}: {value}"
            came = found.members[number] - was.members[number]
            gone = was.members[number] - found.members[number]
            assert came <= expected.members[number] - was.members[number], f"{came} in {cohort}"
            assert gone <= was.members[number] - expected.members[number], f"{gone} of {cohort}"
        for number in found.cohorts.keys() - was.cohorts.keys():
            made = found.cohorts[number]
            assert made.idnumber in expected.made, f"{made} was made"

    def foreign(self, before: Tables) -> None:
        """Raise AssertionError where anything was touched that does not bear our mark."""
        after = tables(self._path)
        assert before.others() == after.others(), "a table that is none of ours"
        was, found = before.moodle(), after.moodle()
        for number, cohort in was.cohorts.items():
            assert number in found.cohorts, f"{cohort} is gone"
            if not cohort.ours:
                assert found.cohorts[number] == cohort, f"{cohort} was changed"
                assert found.members[number] == was.members[number], f"members of {cohort}"

    def tables(self) -> Tables:
        """Moodle's rows."""
        return tables(self._path)

    def _made(self) -> Path:
        template = self.directory / "template.sqlite"
        new_moodle(template, PEOPLE)
        copied(template, self._path)
        hands = Hands(self._path)
        avc, moodle = FaultyAvc(community()), FaultyMoodle(self._path)
        pair = driver.pair(avc, moodle, self.rules, MemoryState())
        ended = driver.sync(pair, state.Scope(), lambda: None, acknowledge=True)
        assert ended.error is None
        for number in (1, 2, 3):
            hands.edit(("new cohort", number, number))
        hands.edit(("add by hand", 0, 5))
        return copied(self._path, template)

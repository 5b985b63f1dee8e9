"""A machine that syncs, plans, applies and edits, while everything fails that can."""

from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from reconciler.models.plan import Plan
from reconciler.reconciliation import SitePair
from tests.memory_state import MemoryState
from tests.reliability import faults_driver as driver
from tests.reliability import faults_model as model
from tests.reliability import faults_state as state
from tests.reliability.faults_avc import FaultyAvc
from tests.reliability.faults_checks import Broken, Checks, Run
from tests.reliability.faults_edits import (
    PEOPLE,
    AvcEdit,
    Hands,
    MoodleEdit,
    community,
    edit_avc,
)
from tests.reliability.faults_meets import (
    AVC_CHANGES,
    MEETS,
    MOODLE_CHANGES,
    SCOPES,
    STRANGERS,
    Meets,
)
from tests.reliability.faults_moodle import FaultyMoodle, Tables, copied, new_moodle, tables

ROUNDS = 5
"""More full syncs than any community needs until there is nothing to do."""
SAVED = 3


@dataclass
class Figures:
    """What has been tried."""

    sequences: int = 0
    steps: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    checks: Counter[str] = field(default_factory=Counter)
    rounds: Counter[int] = field(default_factory=Counter)
    """Full syncs after the faults, until there was nothing to do → sequences."""


FIGURES = Figures()
_TEMPLATE = TemporaryDirectory()
_MADE = new_moodle(Path(_TEMPLATE.name) / "moodle.sqlite", PEOPLE)


class FaultMachine(RuleBasedStateMachine):
    """One AVC, one Moodle, and whoever works on them."""

    def __init__(self) -> None:
        super().__init__()
        FIGURES.sequences += 1
        self._directory = TemporaryDirectory()
        path = copied(_MADE, Path(self._directory.name) / "moodle.sqlite")
        self._moodle = FaultyMoodle(path)
        self._avc = FaultyAvc(community())
        self._hands = Hands(path)
        self._checks = Checks(FIGURES.checks)
        self._rules = state.Rules()
        self._ever: set[tuple[str, int]] = set()
        self._saved: list[Plan] = []
        self._state = MemoryState()
        self._rows: Tables | None = None
        """Moodle's, until somebody changes them."""

    @initialize(
        strangers=STRANGERS,
        idnumbers=st.booleans(),
        limit=st.sampled_from((None, None, 1)),
        edits=st.lists(MOODLE_CHANGES, max_size=3),
        first=st.none() | MEETS,
    )
    def start(
        self,
        strangers: Literal["keep", "remove"],
        idnumbers: bool,
        limit: int | None,
        edits: list[MoodleEdit],
        first: Meets | None,
    ) -> None:
        self._rules = state.Rules(strangers, idnumbers, limit)
        for told in edits:
            self._edit_moodle(told)
        if first:
            self._sync(state.Scope(), first)

    @rule(edits=st.lists(AVC_CHANGES, min_size=1, max_size=3))
    def people_edit_avc(self, edits: list[AvcEdit]) -> None:
        for told in edits:
            edit_avc(self._avc.community, told)
            self._remember()

    @rule(edits=st.lists(MOODLE_CHANGES, min_size=1, max_size=3))
    def people_edit_moodle(self, edits: list[MoodleEdit]) -> None:
        for told in edits:
            self._edit_moodle(told)
            self._remember()

    @rule(
        edits=st.lists(AVC_CHANGES, max_size=3),
        scope=SCOPES,
        meets=MEETS,
    )
    def sync(self, edits: list[AvcEdit], scope: state.Scope, meets: Meets) -> None:
        self.people_edit_avc(edits)
        self._sync(scope, meets)

    @rule(scope=SCOPES, meets=MEETS)
    def plan(self, scope: state.Scope, meets: Meets) -> None:
        ended = self._run(lambda _others: driver.plan(self._pair(), scope), scope, meets)
        if ended.plan is not None:
            self._saved = [*self._saved, ended.plan][-SAVED:]

    @rule(
        edits=st.lists(AVC_CHANGES, max_size=2),
        which=st.integers(0, SAVED - 1),
        meets=MEETS,
        skip_stale=st.booleans(),
    )
    def apply_later(self, edits: list[AvcEdit], which: int, meets: Meets, skip_stale: bool) -> None:
        if not self._saved:
            return
        self.people_edit_avc(edits)
        made = self._saved[which % len(self._saved)]
        self._run(
            lambda others: driver.apply_later(
                self._pair(), made, others, acknowledge=meets.acknowledged, skip_stale=skip_stale
            ),
            driver.scope_of(made),
            meets,
            saved=True,
        )

    @invariant()
    def nobody_else_is_inside(self) -> None:
        FIGURES.steps += 1
        site = self._now().moodle()
        self._checks.histories(site, self._ever, self._hands.put)

    def teardown(self) -> None:
        """No more faults: now syncs lead to what AVC wants, and then have nothing to do."""
        try:
            self._converge()
        finally:
            self._directory.cleanup()

    def _converge(self) -> None:
        for done in range(ROUNDS):
            seen = self._now().moodle()
            expected = model.after(self._avc.community, seen, self._rules, state.Scope())
            if expected == seen:
                self._checks.nothing_to_do(driver.plan(self._pair(), state.Scope()))
                FIGURES.rounds[done] += 1
                return
            self._sync(state.Scope())
        raise Broken("converged", f"not after {ROUNDS} full syncs")

    def _sync(self, scope: state.Scope, meets: Meets | None = None) -> driver.Ended:
        found = meets or Meets(acknowledged=True)
        return self._run(
            lambda others: driver.sync(self._pair(), scope, others, acknowledge=found.acknowledged),
            scope,
            found,
        )

    def _run(
        self,
        work: Callable[[Callable[[], None]], driver.Ended],
        scope: state.Scope,
        meets: Meets,
        *,
        saved: bool = False,
    ) -> driver.Ended:
        self._remember()
        avc = deepcopy(self._avc.community)
        before = [self._now()]
        seen = before[0].moodle()

        def others() -> None:
            for told in meets.between:
                self._edit_moodle(told)
            before.append(self._now())

        self._avc.expect(meets.avc)
        self._moodle.expect(*meets.faults)
        injected = self._moodle.injected.copy()
        ended = work(others)
        self._moodle.settle()
        self._rows = None
        met = self._moodle.injected - injected
        avc_met = self._avc.met
        self._avc.expect(None)
        FIGURES.faults.update(met + avc_met)
        FIGURES.ends[_end(ended)] += 1
        lost = bool(avc_met["AVC lost a guild whole"])
        self._checks.run(
            Run(
                ended=ended,
                scope=scope,
                rules=self._rules,
                avc=_without_first(avc) if lost else avc,
                seen=seen,
                before=before[-1],
                after=self._now(),
                meddled=bool(meets.between),
                saved=saved,
                avc_failed=bool(avc_met) and not lost,
                leftovers=lost,
                acknowledged=meets.acknowledged,
                faults=met,
            )
        )
        return ended

    def _pair(self) -> SitePair:
        return driver.pair(self._avc, self._moodle, self._rules, self._state)

    def _edit_moodle(self, told: MoodleEdit) -> None:
        self._hands.edit(told)
        self._rows = None

    def _now(self) -> Tables:
        if self._rows is None:
            self._rows = tables(self._moodle.path)
        return self._rows

    def _remember(self) -> None:
        site = self._now().moodle()
        wanted = model.wanted(self._avc.community, site, self._rules)
        self._ever |= {(uuid, account) for uuid, found in wanted.items() for account in found}


def _end(ended: driver.Ended) -> str:
    if ended.held:
        return "held back in part"
    return type(ended.error).__name__ if ended.error else "done"


def _without_first(avc: state.Avc) -> state.Avc:
    first = next(iter(avc.guilds), None)
    if first is not None:
        del avc.guilds[first], avc.members[first]
    return avc

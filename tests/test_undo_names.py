"""Who is in a plan that undoes a run: Moodle's user names, as far as the settings let them be."""

from dataclasses import replace

import pytest

from reconciler.errors import PlanFileError
from reconciler.models.journal import RunRecord
from reconciler.models.plan import Plan
from reconciler.models.settings import SyncSettings
from reconciler.plan_text import as_json, as_yaml, from_text
from reconciler.reconciliation_alone import planned_alone, require_undoing
from reconciler.render.plan import plan_lines
from reconciler.render.problems import sentence
from reconciler.undo import inverse
from tests.fake_moodle import FakeMoodle
from tests.memory_state import MemoryState
from tests.roles_world import OWN
from tests.test_undo import ADD, GIVE, REMOVE, ROLE_KEY, START, run
from tests.world import SITE, Community, account, pair

COSTLY = replace(REMOVE, last_enrolments=2)
RUN = run(
    ADD,
    replace(GIVE, account=102),
    replace(COSTLY, account=103),
    replace(COSTLY, account=102),
    replace(COSTLY, account=104),
    replace(COSTLY, account=102, guild="b", key=ROLE_KEY, cohort=8),
    replace(REMOVE, account=105),
)
ACCOUNTS = {
    101: account(1, username="ann@home.example"),
    102: account(2, username="bob\x1b[31m"),
    103: account(3),
}


def planned(done: RunRecord = RUN, *, gives_all: bool = True, **settings: bool) -> Plan:
    moodle = FakeMoodle(ACCOUNTS, {OWN.id: OWN}, {OWN.id: frozenset()}, gives_all=gives_all)
    sites = replace(
        pair(Community((), (), {}), moodle, SyncSettings(**settings)), state=MemoryState([done])
    )
    plan = inverse(done)
    assert plan.avc.uuid == SITE
    found = planned_alone(plan, sites).plan
    require_undoing(found, sites)
    return found


def names(plan: Plan) -> dict[int, set[str]]:
    return {
        number: {
            line.name
            for cohort in plan.cohorts
            for line in (*cohort.members, *cohort.assignments)
            if line.moodle == number
        }
        for number in range(101, 106)
    }


@pytest.mark.parametrize("gives_all", [True, False])
def test_each_line_names_the_account_as_moodle_does(gives_all: bool) -> None:
    """No whole address gets into a file; an account that is gone has no name.

    Nor does it matter whether Moodle gives all accounts or has to be asked for each: who comes back
    is in no cohort.
    """
    plan = planned(gives_all=gives_all)
    assert names(plan) == {
        101: {"an…@…"},
        102: {"bob\x1b[31m"},
        103: {"u3"},
        104: {""},
        105: {""},
    }
    assert from_text(as_json(plan), "plan.json") == plan
    assert from_text(as_yaml(plan), "plan.yaml") == plan
    assert any("an…@… (Moodle 101, AVC 1)" in line for line in plan_lines(plan))


def test_without_names_there_are_none() -> None:
    """``names: false`` holds for these plans, too."""
    plan = planned(names=False)
    assert set().union(*names(plan).values()) == {""}
    assert all(problem.name is None for problem in plan.problems)
    assert "accounts 102, 103, 104 in Moodle" in sentence(plan.problems[1])


def test_lost_enrolments_are_told_once_a_guild_with_everybody() -> None:
    """By name where there is one, and by the number that Moodle's pages have."""
    told = [sentence(p).partition(" in Moodle")[0] for p in planned().problems]
    bob = "bob\\x1b[31m (account 102)"
    assert [one.partition("the cohort of ")[2] for one in told] == [
        f"b ended, or may have ended, enrolments of {bob}",
        f"a ended, or may have ended, enrolments of {bob}, u3 (account 103), account 104",
    ]


def test_the_name_in_a_line_vouches_for_nothing() -> None:
    """A run is undone by numbers: a renamed account is the same, and another one is not."""
    plan = planned()
    sites = replace(pair(Community((), (), {}), FakeMoodle({}, {}, {})), state=MemoryState([RUN]))
    (first, *rest) = plan.cohorts[0].members
    for line, fits in ((replace(first, name="x"), True), (replace(first, moodle=999), False)):
        cohort = plan.cohorts[0].model_copy(update={"members": (line, *rest)})
        other = plan.model_copy(update={"cohorts": (cohort, *plan.cohorts[1:])})
        if fits:
            require_undoing(other, sites)
            continue
        with pytest.raises(PlanFileError):
            require_undoing(other, sites)


def test_the_moodle_is_the_runs() -> None:
    """The head of the plan names it."""
    assert next(plan_lines(planned())).startswith(f"{START.moodle.site} undoing run ")

"""What the program writes, and how it answers each step: on a stand-in."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from reconciler.models.desired import CohortKey
from reconciler.models.operations import (
    AddMember,
    ChangeCohort,
    CreateCohort,
    Operation,
    Outcome,
    RemoveMember,
    Run,
    Step,
    facts_after,
)
from reconciler.models.plan import FlagChange, TextChange
from reconciler.ports import MoodleSite
from tests.moodle.support import KEY, MARKED, RUN, UNKNOWN, statuses
from tests.sandbox.stand_in import StandIn

_NEW = CreateCohort(CohortKey(uuid="new"), "new", "new", "New", "<p>new</p>")
_PLANNED = Run(avc=RUN.avc, digest="sha256:abc")
_GUEST, _ADMIN, _ONE, _TWO, _THREE = 1, 2, 3, 4, 5


@pytest.fixture
def cohort(stand_in: StandIn) -> int:
    """A cohort that bears the mark of KEY, with one member."""
    made = stand_in.edit(
        "INSERT INTO cohort (name, idnumber, description) VALUES ('Old', 'old', ?)", MARKED
    )
    stand_in.edit("INSERT INTO cohort_members VALUES (?, ?)", made, _ONE)
    return made


def _written(site: MoodleSite, *operations: Operation, run: Run = RUN) -> list[Outcome]:
    return list(site.write([Step(operation) for operation in operations], run))


def _add(cohort: int | None, account: int) -> AddMember:
    return AddMember(KEY, "guild", cohort, account, None)


def _remove(cohort: int, account: int) -> RemoveMember:
    return RemoveMember(KEY, "guild", cohort, account, None)


def _change(cohort: int, **fields: object) -> ChangeCohort:
    return ChangeCohort(KEY, "guild", "update", cohort, **fields)  # type: ignore[arg-type]


def _text(before: str | None, after: str) -> TextChange:
    return TextChange(from_=before, to=after)


def _recorded(stand_in: StandIn) -> dict[str, str]:
    """What the site remembers of runs."""
    rows = stand_in.rows("SELECT name, value FROM config_plugins WHERE plugin = 'avc_moodle_sync'")
    return dict(rows)


_DONE: list[Callable[[int], Operation]] = [
    lambda _cohort: _NEW,
    lambda _cohort: CreateCohort(KEY, "x", "x", "X", "<p>x</p>", component="avc_moodle_sync"),
    lambda cohort: _change(cohort, name=_text("Old", "Ne\u2019w & <b>\U0001f9d9</b>")),
    lambda cohort: _change(cohort, idnumber=_text("old", "\u00c9t\u00e9")),
    lambda cohort: _change(cohort, idnumber=_text("old", "OLD")),
    lambda cohort: _change(cohort, description=_text(MARKED, "<p>'\\ \"$x {$y}\n\t</p>")),
    lambda cohort: _change(cohort, component=_text("", "avc_moodle_sync")),
    lambda cohort: _change(cohort, visible=FlagChange(from_=True, to=False)),
    lambda cohort: _add(cohort, _TWO),
    lambda cohort: _remove(cohort, _ONE),
]


@pytest.mark.parametrize("operation", _DONE)
def test_done_and_then_already_so(
    site: MoodleSite, cohort: int, operation: Callable[[int], Operation]
) -> None:
    """Every operation is carried out, is seen to be, and is not carried out again."""
    wanted = operation(cohort)
    (done,) = _written(site, wanted)
    assert (done.step, done.status, done.reason) == (0, "done", "")
    assert site.read_back([wanted]) == (facts_after(wanted),)
    (again,) = _written(site, wanted)
    assert (again.status, again.cohort) == ("already", done.cohort)


def test_a_new_cohort_is_moodles(site: MoodleSite, stand_in: StandIn) -> None:
    """In the system context, visible, its description HTML, made at a time."""
    (made,) = _written(site, _NEW)
    columns = "contextid, visible, descriptionformat, timecreated > 0, component"
    assert stand_in.rows(f"SELECT id, {columns} FROM cohort") == [(made.cohort, 1, 1, 1, 1, "")]


_STALE: list[tuple[str, Callable[[int], Operation], str]] = [
    ("UPDATE cohort SET idnumber = 'NEW'", lambda _c: _NEW, "has it"),
    ("UPDATE cohort SET name = 'Mine'", lambda c: _change(c, name=_text("Old", "New")), "Mine"),
    ("DELETE FROM cohort", lambda c: _change(c, name=_text("Old", "New")), "is not there"),
    ("UPDATE cohort SET description = ''", lambda c: _add(c, _TWO), "bore our mark"),
    ("UPDATE cohort SET description = ''", lambda c: _remove(c, _ONE), "bore our mark"),
    ("UPDATE cohort SET contextid = 3", lambda c: _add(c, _TWO), "was in the system context"),
    ("DELETE FROM cohort", lambda c: _remove(c, _ONE), "is not there"),
    ("UPDATE user SET deleted = 1 WHERE id = 4", lambda c: _add(c, _TWO), "was deleted"),
    ("DELETE FROM user WHERE id = 4", lambda c: _add(c, _TWO), "was deleted"),
    ("UPDATE user SET confirmed = 0 WHERE id = 4", lambda c: _add(c, _TWO), "is not confirmed"),
    ("DELETE FROM calls", lambda c: _add(c, _GUEST), "is the guest"),
    (
        "INSERT INTO cohort (name, idnumber) VALUES ('Other', 'taken')",
        lambda c: _change(c, idnumber=_text("old", "TAKEN")),
        "has it",
    ),
]


@pytest.mark.parametrize(("meanwhile", "operation", "reason"), _STALE)
def test_stale(  # noqa: PLR0913, PLR0917 - three fixtures and a case
    site: MoodleSite,
    stand_in: StandIn,
    cohort: int,
    meanwhile: str,
    operation: Callable[[int], Operation],
    reason: str,
) -> None:
    """A precondition that went between plan and apply: nothing is written, the others are."""
    stand_in.edit(meanwhile)
    before = stand_in.rows("SELECT * FROM cohort_members"), stand_in.rows("SELECT * FROM cohort")
    other = CreateCohort(CohortKey(uuid="z"), "z", "z", "Z", "<p>z</p>")
    stale, done = _written(site, operation(cohort), other)
    assert (stale.status, done.status) == ("stale", "done")
    assert reason in stale.reason
    stand_in.edit("DELETE FROM cohort WHERE idnumber = 'z'")
    after = stand_in.rows("SELECT * FROM cohort_members"), stand_in.rows("SELECT * FROM cohort")
    assert after == before


@pytest.mark.parametrize(
    "cohort_fields",
    [{"name": "n" * 255, "idnumber": "n"}, {"name": "n", "idnumber": "n" * 101}],
)
def test_failed(site: MoodleSite, cohort_fields: dict[str, str]) -> None:
    """What Moodle's database refuses fails in its words; what needs it is held."""
    key = CohortKey(uuid="long")
    long = CreateCohort(key, "long", **cohort_fields, description="<p>long</p>")
    steps = [
        Step(long),
        Step(AddMember(key, "long", None, _ONE, None), needs=(0,)),
        Step(_NEW),
    ]
    failed, held, done = sorted(site.write(steps, RUN), key=lambda outcome: outcome.step)
    assert (failed.status, held.status, done.status) == ("failed", "held", "done")
    assert "Error writing to database" in failed.reason


def test_a_batch_is_halved_down_to_the_bad_ones(
    site: MoodleSite, stand_in: StandIn, cohort: int
) -> None:
    """Of 1,000 creations three are refused by Moodle: 997 are there, and three are named."""
    stand_in.before(
        "cohort_add_cohort",
        "if (in_array($arguments[0]->idnumber, ['c1', 'c500', 'c999']))"
        " throw new moodle_exception('error', a: 'Not this one');",
    )
    wanted = [
        CreateCohort(CohortKey(uuid=f"u{n}"), f"c{n}", f"c{n}", f"C{n}", f"<p>{n}</p>")
        for n in range(1000)
    ]
    outcomes = _written(site, *wanted)
    assert [outcome.step for outcome in outcomes if outcome.status == "failed"] == [1, 500, 999]
    assert statuses(outcomes).count("done") == 997
    assert stand_in.rows("SELECT count(*) FROM cohort WHERE id <> ?", cohort) == [(997,)]


def test_a_failing_batch_leaves_nothing_of_itself(
    site: MoodleSite, stand_in: StandIn, cohort: int
) -> None:
    """What Moodle had written, and its observers, before it refused is rolled back."""
    stand_in.edit("INSERT INTO enrol (enrol, courseid, customint1) VALUES ('cohort', 7, ?)", cohort)
    stand_in.before("set_config", "")
    stand_in.edit(
        "CREATE TRIGGER refuses AFTER INSERT ON cohort_members WHEN new.userid = 5"
        " BEGIN INSERT INTO calls VALUES ('seen', 1, 1); SELECT raise(ABORT, 'no'); END"
    )
    outcomes = _written(site, *(_add(cohort, account) for account in (_TWO, _THREE, 6)))
    assert statuses(outcomes) == ["done", "failed", "done"]
    assert stand_in.rows("SELECT userid FROM cohort_members") == [(_ONE,), (_TWO,), (6,)]
    assert stand_in.rows("SELECT userid FROM user_enrolments") == [(_TWO,), (6,)]
    assert stand_in.rows("SELECT * FROM calls") == []


def test_an_account_deleted_while_its_batch_is_written(
    site: MoodleSite, stand_in: StandIn, cohort: int
) -> None:
    """It was alive when it was looked at: it is stale all the same, and no member is left."""
    stand_in.before(
        "cohort_add_member",
        f"if ($arguments[1] == {_TWO}) $DB->set_field('user', 'deleted', 1, ['id' => {_TWO}]);",
    )
    outcomes = _written(site, _add(cohort, _TWO), _add(cohort, _THREE))
    assert statuses(outcomes) == ["stale", "done"]
    assert stand_in.rows("SELECT userid FROM cohort_members") == [(_ONE,), (_THREE,)]


def test_an_account_deleted_during_an_earlier_batch(
    site: MoodleSite, stand_in: StandIn, cohort: int
) -> None:
    """Every batch looks afresh: whoever was there when the run began may be gone."""
    stand_in.before(
        "cohort_add_cohort",
        f"if ($calls === 2) $DB->set_field('user', 'deleted', 1, ['id' => {_TWO}]);",
    )
    made = [replace(_NEW, key=CohortKey(uuid=name), idnumber=name) for name in ("a", "b")]
    outcomes = _written(site, *made, _add(cohort, _TWO), _add(cohort, _THREE))
    assert statuses(outcomes) == ["done", "done", "stale", "done"]
    assert "was deleted" in outcomes[2].reason


def test_a_step_in_a_cohort_that_was_just_made(site: MoodleSite, stand_in: StandIn) -> None:
    """By the key of its creation, in whichever batch, and of two guilds each its own."""
    mark = "avc-moodle-sync"
    keys = [CohortKey(uuid="one"), CohortKey(uuid="one", role="teacher"), CohortKey(uuid="two")]
    steps = [
        Step(
            CreateCohort(
                key, "g", f"g{n}", f"G{n}", f"{mark} {RUN.avc} {key.uuid} {key.role or ''}"
            )
        )
        for n, key in enumerate(keys)
    ]
    steps += [
        Step(AddMember(key, "g", None, _ONE + n, None), needs=(n,)) for n, key in enumerate(keys)
    ]
    assert statuses(list(site.write(steps, RUN))) == ["done"] * 6
    found = "SELECT idnumber, userid FROM cohort JOIN cohort_members ON cohortid = cohort.id"
    assert stand_in.rows(f"{found} ORDER BY 1") == [("g0", _ONE), ("g1", _TWO), ("g2", _THREE)]


def test_one_process_writes_and_looks_back(
    site: MoodleSite, stand_in: StandIn, cohort: int
) -> None:
    """3,000 operations with 2,000 of them members; their facts cost no other process."""
    stand_in.edit(
        "WITH RECURSIVE n (i) AS (SELECT 101 UNION ALL SELECT i + 1 FROM n WHERE i < 2100)"
        " INSERT INTO user (id, username, email, firstname) SELECT i, 'u' || i, i, '' FROM n"
    )
    wanted: list[Operation] = [_add(cohort, account) for account in range(101, 2101)]
    assert set(statuses(_written(site, *wanted))) == {"done"}
    assert set(map(str, site.read_back(wanted))) == {"{'member': True}"}
    assert site.traffic().startswith("ss: 1 PHP processes")


def test_reading_back_shows_what_did_not_last(site: MoodleSite, cohort: int) -> None:
    """The end of all that was written, not what each step left; without a cohort, nothing."""
    wanted = (_add(cohort, _TWO), _remove(cohort, _TWO), _add(UNKNOWN, _TWO))
    steps = [Step(wanted[0]), Step(wanted[1], needs=(0,)), Step(wanted[2])]
    assert statuses(list(site.write(steps, RUN))) == ["done", "done", "stale"]
    assert site.read_back(wanted) == ({"member": False}, {"member": False}, {})


def test_a_full_run_is_recorded(site: MoodleSite, stand_in: StandIn, cohort: int) -> None:
    """Time, digest, and totals of this AVC alone, of living members; an empty run too."""
    theirs = MARKED.replace(RUN.avc, "another AVC")
    stand_in.edit("INSERT INTO cohort (name, description) VALUES ('Theirs', ?)", theirs)
    stand_in.edit("INSERT INTO cohort_members VALUES (?, ?)", cohort, UNKNOWN)
    _written(site, _add(cohort, _TWO), _remove(cohort, _ONE), run=_PLANNED)
    recorded = _recorded(stand_in)
    assert int(recorded["last_sync"]) > 1_700_000_000
    assert recorded["digest"] == "sha256:abc"
    totals = ("cohorts", "members", "members_added", "members_removed")
    assert [recorded[name] for name in totals] == ["1", "1", "1", "1"]
    _written(site, run=Run(avc=RUN.avc, digest="sha256:def"))
    recorded = _recorded(stand_in)
    assert (recorded["digest"], recorded["members_added"]) == ("sha256:def", "0")
    assert "failed_syncs" not in recorded


def test_a_scoped_run_has_keys_of_its_own(site: MoodleSite, stand_in: StandIn, cohort: int) -> None:
    """It says nothing about the last full one."""
    _written(site, _add(cohort, _TWO), run=replace(_PLANNED, scope="guild web-dev"))
    assert all(name.startswith("scoped_") for name in _recorded(stand_in))
    assert _recorded(stand_in)["scoped_scope"] == "guild web-dev"


def test_a_run_that_did_not_hold_only_counts(
    site: MoodleSite, stand_in: StandIn, cohort: int
) -> None:
    """Stale, failed or undone afterwards: the totals of the last good run stay."""
    for _run in range(2):
        _written(site, _add(UNKNOWN, _TWO), _add(cohort, _TWO), run=_PLANNED)
    assert _recorded(stand_in) == {"failed_syncs": "2"}


def test_what_no_plan_asked_for_is_not_recorded(
    site: MoodleSite, stand_in: StandIn, cohort: int
) -> None:
    """A cohort that is let go is no synchronisation, whether that goes well or not."""
    _written(site, _add(cohort, _TWO), _add(UNKNOWN, _TWO), run=Run(avc=RUN.avc))
    _written(site, _add(cohort, _TWO), run=Run(avc=RUN.avc))
    assert _recorded(stand_in) == {}

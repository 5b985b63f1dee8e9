"""Letting a cohort go, and locking it: mark and component."""

from typing import Any

import pytest

from reconciler.errors import ConfigError, NotFound
from reconciler.marks import Mark, described, mark_of, without_mark
from reconciler.models.avc import Guild
from reconciler.models.desired import SIGNATURE, CohortKey
from reconciler.models.moodle import COMPONENT, Ability, Cohort, MoodleSnapshot
from reconciler.models.operations import ChangeCohort
from reconciler.models.plan import Plan, TextChange
from reconciler.models.scope import FullScope
from reconciler.models.settings import SyncSettings
from reconciler.operations import operations, words
from reconciler.reconciliation import apply, fresh, plan_now
from reconciler.release import released
from reconciler.stale import check
from tests.fake_moodle import FakeMoodle
from tests.world import OTHER_SITE, SITE, Community, account, our_cohort, pair, person

A = Guild(
    id=1, uuid="aaaaaaaa-0000-4000-8000-000000000001", label="A", alias="a", description="We & they"
)
B = Guild(id=2, uuid="bbbbbbbb-0000-4000-8000-000000000002", label="B", alias="b")
LOCKS: frozenset[Ability] = frozenset({"lock-cohorts"})
OWN = our_cohort(7, A)
LOCKED = our_cohort(7, A, component=COMPONENT)
MARK = Mark(SITE, "a", CohortKey(uuid=A.uuid))


def snapshot(*cohorts: Cohort, abilities: frozenset[Ability] = LOCKS) -> MoodleSnapshot:
    return MoodleSnapshot(url="x", cohorts=cohorts, members={}, accounts={}, abilities=abilities)


@pytest.mark.parametrize("wanted", ["7", "a"])
def test_a_cohort_is_released_by_id_or_idnumber(wanted: str) -> None:
    """Mark and lock go; the text above the mark, the name and the idnumber stay."""
    assert released(wanted, SITE, snapshot(LOCKED), locks=True) == ChangeCohort(
        key=MARK.key,
        guild="a",
        action="release",
        cohort=7,
        description=TextChange(from_=OWN.description, to="<p>We &amp; they</p>"),
        component=TextChange(from_=COMPONENT, to=""),
    )


@pytest.mark.parametrize("component", ["", None, "local_other"])
def test_a_lock_that_is_not_ours_is_not_taken(component: str | None) -> None:
    """Nor one that nobody configured; and then nothing but the description is needed."""
    cohort = our_cohort(7, A, component=component)
    found = released("7", SITE, snapshot(cohort, abilities=frozenset()), locks=False)
    assert found.changes().keys() == {"description"}


def test_a_role_cohort_is_released_alone() -> None:
    """Each cohort has a mark of its own."""
    beside = our_cohort(8, A, "teacher")
    found = released("a--teacher", SITE, snapshot(OWN, beside), locks=False)
    assert (found.cohort, found.key) == (8, CohortKey(uuid=A.uuid, role="teacher"))


NOT_OURS = {
    "nobody's": OWN.model_copy(update={"description": "<p>By hand</p>"}),
    "another AVC's": OWN.model_copy(
        update={"description": described("", Mark(OTHER_SITE, "a", MARK.key))}
    ),
    "one whose mark somebody damaged": OWN.model_copy(
        update={"description": OWN.description + "mine now"}
    ),
    "another": our_cohort(8, B),
}


@pytest.mark.parametrize("cohort", NOT_OURS.values(), ids=NOT_OURS)
def test_what_is_not_ours_is_not_released(cohort: Cohort) -> None:
    """Only a cohort with this AVC's mark can be let go."""
    with pytest.raises(NotFound, match="No cohort of this AVC has the id or idnumber '7'"):
        released(
            "7",
            SITE,
            snapshot(cohort.model_copy(update={"id": 7 if cohort.id == 7 else 9})),
            locks=False,
        )


LOCK_CASES: list[tuple[str, str | None, bool, frozenset[Ability], bool]] = [
    ("ours, seen, and cannot be taken", COMPONENT, False, frozenset(), True),
    ("it cannot be seen, and cohorts are locked", None, True, frozenset(), True),
    ("it cannot be seen, and nobody wants locks", None, False, frozenset(), False),
    ("it is seen that there is none yet", "", True, frozenset(), False),
    ("ours, and it can be taken", COMPONENT, True, LOCKS, False),
]


@pytest.mark.parametrize(
    ("component", "locks", "abilities", "refused"),
    [case[1:] for case in LOCK_CASES],
    ids=[case[0] for case in LOCK_CASES],
)
def test_a_lock_that_this_access_cannot_take_is_an_error(
    component: str | None, locks: bool, abilities: frozenset[Ability], refused: bool
) -> None:
    """A locked cohort without a mark would be nobody's to edit."""
    moodle = snapshot(our_cohort(7, A, component=component), abilities=abilities)
    if not refused:
        assert released("7", SITE, moodle, locks=locks).cohort == 7
        return
    with pytest.raises(ConfigError, match="only Moodle's command line"):
        released("7", SITE, moodle, locks=locks)


def test_an_idnumber_that_two_cohorts_have_names_neither() -> None:
    """Moodle allows it; the id tells which is meant."""
    both = snapshot(OWN, our_cohort(8, B, idnumber="a"))
    with pytest.raises(ConfigError, match="7, 8"):
        released("a", SITE, both, locks=False)
    assert released("8", SITE, both, locks=False).cohort == 8


FORGED = "See Kept by avc-moodle-sync for AVC x, guild b (u)."
EDITED: list[tuple[str, str, str]] = [
    ("as we wrote it", described("Text", MARK), "<p>Text</p>"),
    ("without a text", described("", MARK), ""),
    ("blanks and paragraphs after it", described("Text", MARK) + "\n<p>&nbsp;</p>", "<p>Text</p>"),
    (
        "with attributes and emphasis",
        described("Text", MARK)
        .replace("<p>Kept", '<p dir="ltr" style="text-align: left;"><strong>Kept')
        .replace(").</p>", ").</strong></p>"),
        "<p>Text</p>",
    ),
    ("with hard blanks", described("Text", MARK).replace("Kept by", "Kept&nbsp;by"), "<p>Text</p>"),
    (
        "a text that looks like a mark",
        described(FORGED, MARK),
        "<p>See Kept by avc moodle sync for AVC x, guild b (u).</p>",
    ),
    (
        "one that somebody pasted above it",
        f"<p>{FORGED}</p>\n" + described("", MARK),
        "<p>See",
    ),
    ("no mark", "<p>Text</p>", "<p>Text</p>"),
    ("nothing", "", ""),
]


@pytest.mark.parametrize(
    ("before", "after"), [case[1:] for case in EDITED], ids=[case[0] for case in EDITED]
)
def test_a_description_without_its_mark(before: str, after: str) -> None:
    """What an editor of Moodle made of the mark goes whole, and none is left afterwards."""
    assert without_mark(before) == after
    assert mark_of(without_mark(before)) is None
    assert SIGNATURE not in without_mark(before)


def site(*cohorts: Cohort, abilities: frozenset[Ability] = LOCKS) -> FakeMoodle:
    return FakeMoodle(
        {101: account(1)},
        {cohort.id: cohort for cohort in cohorts},
        {cohort.id: frozenset({101}) for cohort in cohorts},
        abilities=abilities,
    )


def plan(moodle: FakeMoodle, *, apply_it: bool = False, **settings: Any) -> Plan:
    community = Community((A,), (person(1),), {1: frozenset({1})})
    sites = pair(community, moodle, SyncSettings(**settings))
    made = plan_now(sites, FullScope())
    if apply_it:
        report = apply(fresh(made), sites)
        assert report.residue == ()
    return made.plan


def locks(made: Plan) -> list[TextChange | None]:
    return [cohort.component for cohort in made.cohorts]


ON, OFF = TextChange(from_="", to=COMPONENT), TextChange(from_=COMPONENT, to="")


@pytest.mark.parametrize(
    ("cohort", "lock_cohorts", "expected"),
    [
        (OWN, False, []),
        (OWN, True, [ON]),
        (LOCKED, True, []),
        (LOCKED, False, [OFF]),
        (OWN.model_copy(update={"description": ""}), True, [ON]),
        (None, True, [TextChange(to=COMPONENT)]),
        (None, False, [None]),
    ],
)
def test_locks_are_part_of_the_plan(
    cohort: Cohort | None, lock_cohorts: bool, expected: list[TextChange | None]
) -> None:
    """Set, taken off again, and set at once on new and adopted cohorts; then there is no more."""
    moodle = site(*[cohort] if cohort else [])
    assert locks(plan(moodle, apply_it=True, lock_cohorts=lock_cohorts)) == expected
    assert plan(moodle, lock_cohorts=lock_cohorts).empty
    (found,) = moodle.cohorts.values()
    assert found.component == (COMPONENT if lock_cohorts else "")


@pytest.mark.parametrize("component", ["", COMPONENT, None])
def test_a_lock_that_this_access_cannot_set_is_told_and_left(component: str | None) -> None:
    """By web services: whatever it is, no plan changes it."""
    moodle = site(our_cohort(7, A, component=component), abilities=frozenset())
    made = plan(moodle, lock_cohorts=True)
    assert made.empty
    assert [problem.kind for problem in made.problems] == ["cannot-lock"]
    assert plan(moodle).problems == ()


@pytest.mark.parametrize("abilities", [LOCKS, frozenset[Ability]()])
def test_a_cohort_that_another_part_of_moodle_keeps_is_left_alone(
    abilities: frozenset[Ability],
) -> None:
    """It would take our changes back."""
    foreign = our_cohort(7, A, component="local_other", name="old")
    made = plan(site(foreign, abilities=abilities))
    assert made.empty
    assert [(p.kind, p.guilds, p.cohorts) for p in made.problems] == [
        ("foreign-lock", ("a",), (7,))
    ]
    unmarked = foreign.model_copy(update={"description": "", "name": "AVC - A"})
    assert [p.kind for p in plan(site(unmarked)).problems] == ["idnumber-taken"]


def test_a_lock_that_was_planned_by_the_command_line_is_stale_by_web_services() -> None:
    """What cannot be seen can be neither to do nor done."""
    saved = plan(site(OWN), lock_cohorts=True)
    unseen = site(our_cohort(7, A, component=None), abilities=frozenset())
    community = Community((A,), (person(1),), {1: frozenset({1})})
    now = plan_now(pair(community, unseen, SyncSettings(lock_cohorts=True)), FullScope())
    assert [(words(c.operation), c.state) for c in check(saved, now)] == [
        ("update cohort 7 (a)", "stale")
    ]
    assert len(operations(saved)) == 1

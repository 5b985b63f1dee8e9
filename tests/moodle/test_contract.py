"""The port MoodleSite, writing: what holds on a sandbox holds on a real Moodle."""

from typing import Any

import pytest

from reconciler.models.desired import CohortKey
from reconciler.models.operations import AddMember, ChangeCohort, CreateCohort, RemoveMember, Step
from reconciler.models.plan import FlagChange, TextChange
from tests.moodle.support import UNKNOWN, Place, addition, removal, statuses

_TEXTS = {
    "ampersands": "R&D &amp; &lt;more&gt; &#8217;",
    "quotes": "\"double\" 'single' `back` \u201ccurly\u201d",
    "markup": "A & B <b>x</b> <i>open",
    "emoji": "Guild \U0001f9d9\u200d\u2642\ufe0f \U0001f1f3\U0001f1ff",
    "right to left": "\u200f\u05e9\u05dc\u05d5\u05dd \u202eabc",
    "blanks at its ends": "  inside  and outside  ",
    "a no-break space": "\u00a0x\u00a0",
    "backslashes": "C:\\new\\0 %41+%2B=&x[]=1",
    "filters": "{mlang en}x{mlang} $$x^2$$ [[y]] {$a}",
    "combining letters": "e\u0301 \u00e9 \ufb01",
    "254 letters": "n" * 254,
    "254 letters beyond ASCII": "\u00fc\U0001f600" * 127,
    "a zero": "0",
}


def _change(cohort: int, **changes: tuple[Any, Any]) -> ChangeCohort:
    """To change each named field from one value to another."""
    texts: dict[str, Any] = {
        field: FlagChange(from_=before, to=after)
        if field == "visible"
        else TextChange(from_=before, to=after)
        for field, (before, after) in changes.items()
    }
    return ChangeCohort(CohortKey(uuid="guild"), "guild", "update", cohort, **texts)


def test_a_new_cohort_is_as_it_was_wanted(place: Place) -> None:
    """It is in the system context, visible, empty, and has the id that the outcome names."""
    (outcome,) = place.write(place.creation("new", description="<p>About.</p><!-- mark -->"))
    assert (outcome.step, outcome.status, outcome.reason) == (0, "done", "")
    assert outcome.cohort
    made = place.cohorts()[outcome.cohort]
    assert (made.name, made.idnumber) == (f"{place.prefix} new", f"{place.prefix}-new")
    assert made.description == "<p>About.</p><!-- mark -->"
    assert (made.visible, made.system) == (True, True)
    assert place.members(made.id) == [[]]


def test_every_text_survives_the_way(place: Place) -> None:
    """Names and descriptions come back letter by letter, whatever Moodle shows in its pages."""
    wanted = [
        place.creation(f"t{number}", name=text, description=f"<p>{text}</p>\r\n<!-- {text} -->")
        for number, text in enumerate(_TEXTS.values())
    ]
    outcomes = place.write(*wanted)
    assert statuses(outcomes) == ["done"] * len(_TEXTS)
    stored = {cohort.idnumber: cohort for cohort in place.cohorts().values()}
    for operation in wanted:
        made = stored[operation.idnumber]
        assert (made.name, made.description) == (operation.name, operation.description)


def test_every_text_survives_a_change(place: Place) -> None:
    """What can be created can be changed to, too."""
    ids = place.create(*(f"t{number}" for number in range(len(_TEXTS))))
    names = [(f"{place.prefix} t{number}", text) for number, text in enumerate(_TEXTS.values())]
    about = "<p>Made by a test.</p>"
    outcomes = place.write(
        *(
            _change(cohort, name=name, description=(about, name[1]))
            for cohort, name in zip(ids, names, strict=True)
        )
    )
    assert statuses(outcomes) == ["done"] * len(_TEXTS)
    stored = place.cohorts()
    assert [(stored[i].name, stored[i].description) for i in ids] == [
        (text, text) for text in _TEXTS.values()
    ]


def test_what_cannot_be_created_spoils_nothing_else(place: Place) -> None:
    """A taken idnumber, in whatever letters, and texts that are too long fail alone."""
    place.create("taken")
    long = place.creation("long", name="n" * 255)
    outcomes = place.write(
        place.creation("a"),
        place.creation("TAKEN"),
        place.creation("b"),
        place.creation("c"),
        long,
        place.creation("d"),
        place.creation("x" * 100),
        place.creation("e"),
    )
    expected = ["done", "failed", "done", "done", "failed", "done", "failed", "done"]
    assert statuses(outcomes) == expected
    made = {cohort.idnumber.removeprefix(f"{place.prefix}-") for cohort in place.cohorts().values()}
    assert made == {"taken", "a", "b", "c", "d", "e"}
    failed = [outcome for outcome in outcomes if outcome.status == "failed"]
    assert all(outcome.reason.startswith("Failed to create cohort in") for outcome in failed)
    assert ["invalidparameter" in outcome.reason for outcome in failed] == [True, False, False]
    assert [outcome.cohort for outcome in failed] == [None] * 3


@pytest.mark.parametrize(
    ("field", "before", "after"),
    [
        ("name", "Old name", "New & <b>name</b>"),
        ("description", "<p>Old</p>", "<ul><li>New</li></ul><!-- x -->"),
        ("description", "<p>Old</p>", ""),
        ("visible", True, False),
    ],
)
def test_a_change_changes_what_it_names(
    place: Place, field: str, before: object, after: object
) -> None:
    """The field has its new value, every other field and the members stay, and it can go back."""
    (cohort,) = place.create("c", name="Old name", description="<p>Old</p>")
    account = place.accounts()[0]
    place.add(cohort, account)
    untouched = place.cohorts()[cohort]
    (there,) = place.write(_change(cohort, **{field: (before, after)}))
    assert (there.status, there.cohort) == ("done", cohort)
    assert place.cohorts()[cohort] == untouched.model_copy(update={field: after})
    (back,) = place.write(_change(cohort, **{field: (after, before)}))
    assert (back.status, place.cohorts()[cohort]) == ("done", untouched)
    assert place.members(cohort) == [[account]]


def test_idnumbers_change_even_to_one_that_is_taken(place: Place) -> None:
    """Moodle guards idnumbers when it creates, not when it changes: collisions are ours to see."""
    first, second = place.create("first", "second")
    taken = f"{place.prefix}-first"
    (outcome,) = place.write(_change(second, idnumber=(f"{place.prefix}-second", taken)))
    assert outcome.status == "done"
    assert [place.cohorts()[cohort].idnumber for cohort in (first, second)] == [taken, taken]


def test_all_fields_change_at_once(place: Place) -> None:
    """One operation may name every field."""
    (cohort,) = place.create("c", name="Old", description="old")
    changes: dict[str, tuple[Any, Any]] = {
        "idnumber": (f"{place.prefix}-c", f"{place.prefix}-d"),
        "name": ("Old", "New"),
        "description": ("old", "new"),
        "visible": (True, False),
    }
    (outcome,) = place.write(_change(cohort, **changes))
    assert outcome.status == "done"
    changed = place.cohorts()[cohort]
    assert {field: (old, getattr(changed, field)) for field, (old, _) in changes.items()} == changes


@pytest.mark.parametrize(
    ("field", "before", "after"),
    [
        ("name", "Somebody's name", "New"),
        ("description", "<p>Somebody's</p>", "New"),
        ("idnumber", "somebody's", "new"),
        ("visible", False, True),
    ],
)
def test_what_changed_since_it_was_read_is_left_alone(
    place: Place, field: str, before: object, after: object
) -> None:
    """Where a field is not as the step expects it, the step fails and writes nothing at all."""
    (cohort, other) = place.create("c", "other", name="Old", description="Old")
    untouched = place.cohorts()[cohort]
    name = {} if field == "name" else {"name": ("Old", "New")}
    stale = _change(cohort, **{field: (before, after)}, **name)
    outcomes = place.write(stale, _change(other, name=("Old", "New")))
    assert statuses(outcomes) == ["failed", "done"]
    assert f"it changed since it was read: its {field} is " in outcomes[0].reason
    assert place.cohorts()[cohort] == untouched


def test_an_unknown_cohort_is_not_changed(place: Place) -> None:
    """It fails alone."""
    (cohort,) = place.create("c", name="Old")
    outcomes = place.write(
        _change(UNKNOWN, name=("Old", "New")), _change(cohort, name=("Old", "New"))
    )
    assert statuses(outcomes) == ["failed", "done"]
    assert "does not show it" in outcomes[0].reason


def test_adding_twice_is_adding_once(place: Place) -> None:
    """Who is a member already, or is named twice, is a member afterwards: that is all."""
    (cohort,) = place.create("c")
    one, two, *_ = place.accounts()
    assert statuses(place.add(cohort, one, two, one)) == ["done"] * 3
    assert statuses(place.add(cohort, two)) == ["done"]
    assert place.members(cohort) == [sorted([one, two])]


def test_an_unknown_account_is_added_nowhere(place: Place) -> None:
    """It fails in Moodle's words; who was in the same call is added."""
    (cohort,) = place.create("c")
    one, two, *_ = place.accounts()
    outcomes = place.add(cohort, one, UNKNOWN, two)
    assert statuses(outcomes) == ["done", "failed", "done"]
    assert outcomes[1].reason == f"user id={UNKNOWN} not exists"
    assert place.members(cohort) == [sorted([one, two])]


def test_an_unknown_cohort_gets_no_members(place: Place) -> None:
    """Adding to it fails in Moodle's words, removing from it fails, and the others are served."""
    (cohort,) = place.create("c")
    one, two, *_ = place.accounts()
    added = place.write(addition(UNKNOWN, one), addition(cohort, one), addition(cohort, two))
    assert statuses(added) == ["failed", "done", "done"]
    assert added[0].reason == f"cohort id={UNKNOWN} not exists"
    removed = place.write(removal(cohort, one), removal(UNKNOWN, one))
    assert statuses(removed) == ["done", "failed"]
    assert removed[1].reason == f"cohort {UNKNOWN} is gone"
    assert place.members(cohort) == [[two]]


def test_removing_is_for_members_and_others(place: Place) -> None:
    """Who was no member, or has no account at all, is none afterwards: that is done."""
    (cohort,) = place.create("c")
    one, two, three, *_ = place.accounts()
    place.add(cohort, one, two)
    assert statuses(place.remove(cohort, one, three, UNKNOWN, one)) == ["done"] * 4
    assert place.members(cohort) == [[two]]


def test_more_than_one_call_can_carry(place: Place) -> None:
    """Three hundred memberships are written in several calls, all of them, and taken back."""
    cohorts = place.create(*(f"c{number}" for number in range(30)))
    accounts = place.accounts()[:10]
    everybody = [(cohort, account) for cohort in cohorts for account in accounts]
    assert len(everybody) == 300
    added = place.write(*(addition(*pair) for pair in everybody))
    assert statuses(added) == ["done"] * 300
    assert place.members(*cohorts) == [accounts] * 30
    removed = place.write(*(removal(*pair) for pair in everybody if pair[1] != accounts[0]))
    assert statuses(removed) == ["done"] * 270
    assert place.members(*cohorts) == [accounts[:1]] * 30


def test_a_step_waits_for_what_it_needs(place: Place) -> None:
    """What needs a step that failed is held, and so is what needs that; nothing of it is tried."""
    kept, _taken = place.create("kept", "taken")
    one, two, *_ = place.accounts()
    place.add(kept, one, two)
    new, refused = CohortKey(uuid="new"), CohortKey(uuid="TAKEN")
    steps = [
        Step(place.creation("new")),
        Step(place.creation("TAKEN")),
        Step(AddMember(new, "new", None, one, None), needs=(0,)),
        Step(AddMember(refused, "taken", None, two, None), needs=(1,)),
        Step(RemoveMember(CohortKey(uuid="kept"), "kept", kept, one, None), needs=(2,)),
        Step(RemoveMember(CohortKey(uuid="kept"), "kept", kept, two, None), needs=(2, 3)),
    ]
    outcomes = list(place.site.write(steps))
    assert sorted(outcome.step for outcome in outcomes) == list(range(6))
    assert statuses(outcomes) == ["done", "failed", "done", "held", "done", "held"]
    (cohort,) = (outcome.cohort for outcome in outcomes if outcome.step == 0)
    assert cohort
    assert place.members(kept, cohort) == [[two], [one]]


def test_a_step_may_need_one_of_its_own_kind(place: Place) -> None:
    """A cohort can take over the idnumber that the step before it set free."""
    (old,) = place.create("old")
    idnumber = f"{place.prefix}-old"
    steps = [
        Step(_change(old, idnumber=(idnumber, f"{idnumber}-archived"))),
        Step(_change(old, idnumber=(f"{idnumber}-archived", idnumber)), needs=(0,)),
        Step(CreateCohort(CohortKey(uuid="x"), "x", f"{place.prefix}-x", "x", "x"), needs=(1,)),
    ]
    assert statuses(list(place.site.write(steps))) == ["done"] * 3
    assert place.cohorts()[old].idnumber == idnumber

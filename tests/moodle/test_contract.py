"""The port MoodleSite, writing: what holds on a sandbox holds on a real Moodle."""

from typing import Any

import pytest

from reconciler.models.operations import AddMember, Outcome, Step
from tests.moodle.places import Place
from tests.moodle.support import UNKNOWN, statuses

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


def test_a_new_cohort_is_as_it_was_wanted(place: Place) -> None:
    """It is in the system context, visible, empty, and has the id that the outcome names."""
    wanted = place.creation("new", "<p>About.</p><!-- x -->")
    (outcome,) = place.write(wanted)
    assert (outcome.step, outcome.status, outcome.reason) == (0, "done", "")
    assert outcome.cohort
    made = place.cohorts()[outcome.cohort]
    assert (made.name, made.idnumber) == (f"{place.prefix} new", f"{place.prefix}-new")
    assert made.description == wanted.description
    assert (made.visible, made.system) == (True, True)
    assert place.members(made.id) == [[]]


def test_every_text_survives_the_way(place: Place) -> None:
    """Names and descriptions come back letter by letter, whatever Moodle shows in its pages."""
    wanted = [
        place.creation(f"t{number}", f"<p>{text}</p>\r\n<!-- {text} -->", name=text)
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
    outcomes = place.write(
        *(
            place.change(cohort, name=name, description=(place.mark(f"t{number}"), name[1]))
            for number, (cohort, name) in enumerate(zip(ids, names, strict=True))
        )
    )
    assert statuses(outcomes) == ["done"] * len(_TEXTS)
    stored = place.cohorts()
    assert [(stored[i].name, stored[i].description) for i in ids] == [
        (text, text) for text in _TEXTS.values()
    ]


def test_what_cannot_be_created_spoils_nothing_else(place: Place) -> None:
    """A taken idnumber, in whatever letters, is stale; texts that are too long fail; both alone."""
    place.create("taken")
    names = ["a", "TAKEN", "b", "c", "long", "d", "x" * 100, "e"]
    texts = {"long": {"name": "n" * 255}}
    outcomes = place.write(*(place.creation(name, **texts.get(name, {})) for name in names))
    expected = ["done", "stale", "done", "done", "failed", "done", "failed", "done"]
    assert statuses(outcomes) == expected
    made = {cohort.idnumber.removeprefix(f"{place.prefix}-") for cohort in place.cohorts().values()}
    assert made == {"taken", "a", "b", "c", "d", "e"}
    _assert_explained(outcomes)
    assert [bool(outcome.cohort) for outcome in outcomes] == [word == "done" for word in expected]


def _assert_explained(outcomes: list[Outcome]) -> None:
    """What was not carried out says why, and only that."""
    assert [bool(outcome.reason) for outcome in outcomes] == [
        not outcome.fulfilled for outcome in outcomes
    ]


@pytest.mark.parametrize(
    ("field", "before", "after"),
    [
        ("name", "Old name", "New & <b>name</b>"),
        ("description", "<p>Old</p>", "<ul><li>New</li></ul><!-- x -->"),
        ("description", "<p>Old</p>", ""),
        ("idnumber", "Old", "New"),
        ("visible", True, False),
    ],
)
def test_a_change_changes_what_it_names(
    place: Place, field: str, before: object, after: object
) -> None:
    """The field has its new value, every other field and the members stay, and it can go back."""
    (cohort,) = place.create("c", name="Old name", text="<p>Old</p>")
    account = place.accounts()[0]
    place.add(cohort, account)
    untouched = place.cohorts()[cohort]
    if field in {"description", "idnumber"}:
        before = getattr(untouched, field)
    if field == "idnumber":
        after = f"{place.prefix}-new"
    (there,) = place.write(place.change(cohort, **{field: (before, after)}))
    assert there.status == "done"
    assert place.cohorts()[cohort] == untouched.model_copy(update={field: after})
    (back,) = place.write(place.change(cohort, **{field: (after, before)}))
    assert (back.status, place.cohorts()[cohort]) == ("done", untouched)
    assert place.members(cohort) == [[account]]


def test_an_idnumber_changes_to_a_free_one_only(place: Place) -> None:
    """Moodle itself guards idnumbers when it creates, and not when it changes."""
    category = place.create_in_category("category", "")
    first, second, third = place.create("first", "second", "third")
    wanted = ["FIRST", "category", "new"]
    outcomes = place.write(
        *(
            place.change(cohort, idnumber=(f"{place.prefix}-{old}", f"{place.prefix}-{new}"))
            for cohort, old, new in zip(
                [second, third, third], ["second", "third", "third"], wanted, strict=True
            )
        ),
    )
    assert statuses(outcomes) == ["stale", "stale", "done"]
    _assert_explained(outcomes)
    found = place.cohorts()
    assert [
        found[cohort].idnumber.removeprefix(f"{place.prefix}-")
        for cohort in (first, second, third, category)
    ] == ["first", "second", "new", "category"]


def test_all_fields_change_at_once(place: Place) -> None:
    """One operation may name every field."""
    (cohort,) = place.create("c", name="Old")
    changes: dict[str, tuple[Any, Any]] = {
        "idnumber": (f"{place.prefix}-c", f"{place.prefix}-d"),
        "name": ("Old", "New"),
        "description": (place.mark("c"), "new"),
        "visible": (True, False),
    }
    (outcome,) = place.write(place.change(cohort, **changes))
    assert outcome.status == "done"
    changed = place.cohorts()[cohort]
    assert {field: (old, getattr(changed, field)) for field, (old, _) in changes.items()} == changes


def test_what_is_so_already_is_not_written(place: Place) -> None:
    """A change whose after holds, whatever its before was, is fulfilled."""
    (cohort,) = place.create("c", name="New")
    untouched = place.cohorts()[cohort]
    outcomes = place.write(place.change(cohort, name=("Old", "New"), visible=(False, True)))
    assert statuses(outcomes) == ["already"]
    assert place.cohorts()[cohort] == untouched


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
    """Where a field is not as the step expects it, the step is stale and writes nothing at all."""
    (cohort, other) = place.create("c", "other", name="Old", text="Old")
    untouched = place.cohorts()[cohort]
    name = {} if field == "name" else {"name": ("Old", "New")}
    stale = place.change(cohort, **{field: (before, after)}, **name)
    outcomes = place.write(stale, place.change(other, name=("Old", "New")))
    assert statuses(outcomes) == ["stale", "done"]
    _assert_explained(outcomes)
    assert place.cohorts()[cohort] == untouched


def test_an_unknown_cohort_is_not_changed(place: Place) -> None:
    """It is stale, alone."""
    (cohort,) = place.create("c", name="Old")
    outcomes = place.write(
        place.change(UNKNOWN, name=("Old", "New")), place.change(cohort, name=("Old", "New"))
    )
    assert statuses(outcomes) == ["stale", "done"]
    _assert_explained(outcomes)


def test_adding_twice_is_adding_once(place: Place) -> None:
    """Who is a member already, or is named twice, is a member afterwards: that is all."""
    (cohort,) = place.create("c")
    one, two, *_ = place.accounts()
    assert statuses(place.add(cohort, one, two, one)) == ["done", "done", "already"]
    assert statuses(place.add(cohort, two)) == ["already"]
    assert place.members(cohort) == [sorted([one, two])]


def test_an_unknown_account_is_added_nowhere(place: Place) -> None:
    """It is stale, with the reason; who was in the same call is added."""
    (cohort,) = place.create("c")
    one, two, *_ = place.accounts()
    outcomes = place.add(cohort, one, UNKNOWN, two)
    assert statuses(outcomes) == ["done", "stale", "done"]
    assert str(UNKNOWN) in outcomes[1].reason
    assert place.members(cohort) == [sorted([one, two])]


def test_an_unknown_cohort_gets_no_members(place: Place) -> None:
    """Adding to it and removing from it are stale, and the others are served."""
    (cohort,) = place.create("c")
    one, two, *_ = place.accounts()
    added = place.write(
        place.addition(UNKNOWN, one), place.addition(cohort, one), place.addition(cohort, two)
    )
    assert statuses(added) == ["stale", "done", "done"]
    removed = place.write(place.removal(cohort, one), place.removal(UNKNOWN, one))
    assert statuses(removed) == ["done", "stale"]
    _assert_explained([*added, *removed])
    assert place.members(cohort) == [[two]]


def test_removing_is_for_members_and_others(place: Place) -> None:
    """Who was no member, or has no account at all, is none afterwards: that is fulfilled."""
    (cohort,) = place.create("c")
    one, two, three, *_ = place.accounts()
    place.add(cohort, one, two)
    outcomes = place.remove(cohort, one, three, UNKNOWN, one)
    assert statuses(outcomes) == ["done", "already", "already", "already"]
    assert place.members(cohort) == [[two]]


def test_more_than_one_call_can_carry(place: Place) -> None:
    """Three hundred memberships are written in several calls, all of them, and taken back."""
    cohorts = place.create(*(f"c{number}" for number in range(30)))
    accounts = place.accounts()[:10]
    everybody = [(cohort, account) for cohort in cohorts for account in accounts]
    assert len(everybody) == 300
    added = place.write(*(place.addition(*pair) for pair in everybody))
    assert statuses(added) == ["done"] * 300
    assert place.members(*cohorts) == [accounts] * 30
    removed = place.write(*(place.removal(*pair) for pair in everybody if pair[1] != accounts[0]))
    assert statuses(removed) == ["done"] * 270
    assert place.members(*cohorts) == [accounts[:1]] * 30


def test_a_step_waits_for_what_it_needs(place: Place) -> None:
    """What needs a step that was not carried out is held, and so is what needs that."""
    kept, _taken = place.create("kept", "taken")
    one, two, *_ = place.accounts()
    place.add(kept, one, two)
    new, refused = place.key("new"), place.key("TAKEN")
    outcomes = place.carry_out(
        [
            Step(place.creation("new")),
            Step(place.creation("TAKEN")),
            Step(AddMember(new, "new", None, one, None), needs=(0,)),
            Step(AddMember(refused, "taken", None, two, None), needs=(1,)),
            Step(place.removal(kept, one), needs=(2,)),
            Step(place.removal(kept, two), needs=(2, 3)),
        ]
    )
    assert statuses(outcomes) == ["done", "stale", "done", "held", "done", "held"]
    _assert_explained(outcomes)
    assert outcomes[0].cohort
    assert place.members(kept, outcomes[0].cohort) == [[two], [one]]


def test_what_is_so_already_is_enough_for_a_step_that_needs_it(place: Place) -> None:
    """A removal is carried out where the addition that it needs was made before."""
    first, second = place.create("first", "second")
    account = place.accounts()[0]
    place.add(first, account)
    place.add(second, account)
    outcomes = place.carry_out(
        [Step(place.addition(second, account)), Step(place.removal(first, account), needs=(0,))]
    )
    assert statuses(outcomes) == ["already", "done"]
    assert place.members(first, second) == [[], [account]]


def test_a_step_may_need_one_of_its_own_kind(place: Place) -> None:
    """A cohort can take over the idnumber that the step before it set free."""
    (old,) = place.create("old")
    idnumber = f"{place.prefix}-old"
    outcomes = place.carry_out(
        [
            Step(place.change(old, idnumber=(idnumber, f"{idnumber}-archived"))),
            Step(place.change(old, idnumber=(f"{idnumber}-archived", idnumber)), needs=(0,)),
            Step(place.creation("x"), needs=(1,)),
        ]
    )
    assert statuses(outcomes) == ["done"] * 3
    assert place.cohorts()[old].idnumber == idnumber

"""The port MoodleSite: it writes only to cohorts that bear the right mark, and shows the end."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from reconciler.models.desired import CohortKey
from reconciler.models.operations import AddMember, Operation, Step, facts_after
from tests.moodle.places import Place
from tests.moodle.support import RUN, UNKNOWN, statuses

_OTHER = "00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda mark, _uuid: mark.replace("avc-moodle-sync", "somebody"),
        lambda mark, _uuid: mark.replace(RUN.avc, _OTHER),
        lambda mark, uuid: mark.replace(uuid, _OTHER),
        lambda _mark, _uuid: "",
    ],
    ids=["signature", "AVC", "guild", "all of it"],
)
def test_a_cohort_that_lost_its_mark_is_left_alone(
    place: Place, spoilt: Callable[[str, str], str]
) -> None:
    """Somebody took it out of our hands: whatever would be written to it is stale."""
    lost, kept = place.create("lost", "kept", name="Old")
    one, two, *_ = place.accounts()
    for cohort in (lost, kept):
        place.add(cohort, one)
    place.backdoor.describe(lost, spoilt(place.mark("lost"), place.key("lost").uuid))
    untouched = place.cohorts()[lost]
    for wanted in (
        [place.addition(cohort, two) for cohort in (lost, kept)],
        [place.removal(cohort, one) for cohort in (lost, kept)],
        [place.change(cohort, name=("Old", "New")) for cohort in (lost, kept)],
    ):
        assert statuses(place.write(*wanted)) == ["stale", "done"]
    assert place.members(lost, kept) == [[one], [two]]
    assert place.cohorts()[lost] == untouched


def test_a_role_cohort_bears_its_role(place: Place) -> None:
    """A guild's mark alone is not the mark of the guild's cohort for a role."""
    own, teachers = place.create("own", "teachers")
    account = place.accounts()[0]
    for cohort in (own, teachers):
        key = place.keys[cohort]
        place.keys[cohort] = CohortKey(uuid=key.uuid, role="editingteacher")
    marked = place.mark("teachers").replace(").", "), role editingteacher.")
    place.backdoor.describe(teachers, marked)
    outcomes = place.write(place.addition(own, account), place.addition(teachers, account))
    assert statuses(outcomes) == ["stale", "done"]


def test_a_new_description_needs_no_mark(place: Place) -> None:
    """Adopting a cohort gives it its mark; releasing one takes it away. What was there decides."""
    (cohort,) = place.create("c")
    mark = place.mark("c")
    for before, after in ((mark, "<p>Free</p>"), ("<p>Free</p>", mark)):
        assert statuses(place.write(place.change(cohort, description=(before, after)))) == ["done"]
        assert place.cohorts()[cohort].description == after


def test_a_cohort_is_adopted_before_it_is_filled(place: Place) -> None:
    """The mark that a step gives it counts for the steps after it."""
    (cohort,) = place.create("c")
    place.backdoor.describe(cohort, "<p>Free</p>")
    account = place.accounts()[0]
    adopted = place.change(cohort, description=("<p>Free</p>", place.mark("c")))
    steps = [Step(adopted), Step(place.addition(cohort, account), needs=(0,))]
    assert statuses(place.carry_out(steps)) == ["done", "done"]
    assert place.members(cohort) == [[account]]


def test_a_cohort_of_a_course_category_is_never_ours(place: Place) -> None:
    """Even with the right mark: it is neither changed, nor moved, nor filled, nor emptied."""
    category = place.create_in_category("category", place.mark("category"))
    place.keys[category] = place.key("category")
    one, two, *_ = place.accounts()
    place.backdoor.put(category, [one])
    untouched = place.cohorts()[category]
    outcomes = place.write(
        place.change(category, name=(untouched.name, "New")),
        place.change(category, description=(untouched.description, "New")),
        place.addition(category, two),
        place.removal(category, one),
    )
    assert statuses(outcomes) == ["stale"] * 4
    assert place.cohorts()[category] == untouched
    assert place.members(category) == [[one]]


def test_reading_back_shows_what_was_written(place: Place) -> None:
    """Every operation that was carried out is seen to be, new cohorts and their members too."""
    old, archived = place.create("old", "archived", name="Old")
    one, two, *_ = place.accounts()
    place.add(old, one)
    steps = [
        Step(place.creation("new")),
        Step(place.change(archived, name=("Old", "New"), visible=(True, False))),
        Step(AddMember(place.key("new"), "new", None, one, None), needs=(0,)),
        Step(place.addition(old, two)),
        Step(place.removal(old, one)),
    ]
    assert statuses(place.carry_out(steps)) == ["done"] * 5
    operations = [step.operation for step in steps]
    for operation, shown in zip(operations, place.site.read_back(operations), strict=True):
        expected = dict(facts_after(operation))
        assert {**expected, **shown} == expected
        assert shown.keys() >= expected.keys() - {"component"}


def test_reading_back_is_a_look_at_the_end(place: Place) -> None:
    """What did not last is shown as it is; of a cohort that is not there, nothing."""
    (cohort,) = place.create("c", name="Old")
    one, two, *_ = place.accounts()
    steps = [
        Step(place.addition(cohort, one)),
        Step(place.addition(cohort, two)),
        Step(place.removal(cohort, one), needs=(0,)),
        Step(place.change(cohort, name=("Old", "New"))),
        Step(place.change(cohort, name=("New", "Newer")), needs=(3,)),
        Step(place.addition(UNKNOWN, one)),
        Step(place.change(UNKNOWN, name=("Old", "New"))),
        Step(replace(place.creation("C"), name="Never")),
        Step(AddMember(place.key("C"), "C", None, one, None), needs=(7,)),
    ]
    wanted = ["done"] * 5 + ["stale"] * 3 + ["held"]
    assert statuses(place.carry_out(steps)) == wanted
    operations: list[Operation] = [step.operation for step in steps]
    assert place.site.read_back(operations) == (
        {"member": False},
        {"member": True},
        {"member": False},
        {"name": "Newer"},
        {"name": "Newer"},
        {},
        {},
        {},
        {},
    )


def test_reading_back_nothing(place: Place) -> None:
    """No operation, no fact."""
    assert place.site.read_back([]) == ()

"""Courses that a real Moodle enrols cohorts in: proved by rows, after Moodle's own enrol sync."""

from dataclasses import dataclass

import pytest

from reconciler.models.moodle import OTHER_WAY, MoodleQuery
from reconciler.models.operations import Step
from tests.live.directory import DirectoryBackdoor
from tests.moodle.places import Place
from tests.moodle.support import statuses

_ACTIVE = 0


@dataclass(frozen=True)
class Course:
    """A course that enrols cohorts of ``place``, with one manual grade item."""

    id: int
    moodle: DirectoryBackdoor

    def enrolled(self, account: int) -> object:
        """The cohorts that enrol somebody, 0 for another way, with their status; the roles."""
        self.moodle.ask("sync_enrolments", self.id)
        return self.moodle.ask("enrolled", self.id, account)

    def grade(self, account: int) -> float | None:
        found: float | None = self.moodle.ask("grade", self.id, account)
        return found


@pytest.fixture
def place(shell_place: Place) -> Place:
    return shell_place


def _course(place: Place, moodle: DirectoryBackdoor, *enrols: tuple[int, str]) -> Course:
    return Course(moodle.ask("create_course_for", f"{place.prefix}-course", enrols), moodle)


def test_members_as_students_and_the_role_cohort_as_teachers(
    place: Place, moodle: DirectoryBackdoor
) -> None:
    """A course with an enrolment for each of a guild's cohorts has exactly these people."""
    guild, teachers = place.create("guild", "guild--teacher")
    course = _course(place, moodle, (guild, "student"), (teachers, "teacher"))
    student, mentor, neither, *_ = place.accounts()
    place.add(guild, student, mentor)
    place.add(teachers, mentor)
    expected = {
        student: [[[guild, _ACTIVE]], ["student"]],
        mentor: [[[guild, _ACTIVE], [teachers, _ACTIVE]], ["student", "teacher"]],
        neither: [[], []],
    }
    assert {who: course.enrolled(who) for who in expected} == expected
    place.remove(teachers, mentor)
    assert course.enrolled(mentor) == expected[student]


def test_who_moves_between_guilds_of_a_course_keeps_the_grades(
    place: Place, moodle: DirectoryBackdoor
) -> None:
    """The removal waits for the addition, so the enrolment that goes is never the last."""
    old, new = place.create("old", "new")
    course = _course(place, moodle, (old, "student"), (new, "student"))
    account = place.accounts()[0]
    place.add(old, account)
    moodle.ask("give_grade", course.id, account, 77)
    steps = [Step(place.addition(new, account)), Step(place.removal(old, account), needs=(0,))]
    assert statuses(place.carry_out(steps)) == ["done", "done"]
    assert course.enrolled(account) == [[[new, _ACTIVE]], ["student"]]
    assert course.grade(account) == 77


@pytest.mark.parametrize("first", ["remove", "add"])
def test_why_additions_come_first(place: Place, moodle: DirectoryBackdoor, first: str) -> None:
    """Moodle drops the grades with the last enrolment, even where the next comes at once."""
    if moodle.ask("site")["unenrolaction"]:
        pytest.fail("this Moodle suspends who leaves: set enrol_cohort/unenrolaction to 0")
    old, new = place.create("old", "new")
    course = _course(place, moodle, (old, "student"), (new, "student"))
    account = place.accounts()[0]
    place.add(old, account)
    moodle.ask("give_grade", course.id, account, 77)
    steps = [place.removal(old, account), place.addition(new, account)]
    place.write(*(steps if first == "remove" else reversed(steps)))
    assert course.enrolled(account) == [[[new, _ACTIVE]], ["student"]]
    assert course.grade(account) == (None if first == "remove" else 77)


def test_what_is_read_of_courses(place: Place, moodle: DirectoryBackdoor) -> None:
    """Courses by cohort, and what enrols whom: cohorts, and any other way."""
    guild, teachers, idle = place.create("guild", "guild--teacher", "idle")
    course = _course(place, moodle, (guild, "student"), (teachers, "teacher"))
    one, two, three, four, *_ = place.accounts()
    place.add(guild, one, two)
    place.add(teachers, two)
    place.add(idle, three)
    for account in (two, three):
        moodle.ask("enrol_by_hand", course.id, account)
    enrolment = place.site.read(MoodleQuery()).enrolment
    assert enrolment
    for instances in (enrolment.courses, enrolment.joins):
        assert instances[guild] == instances[teachers] == {course.id}
        assert idle not in instances
    suspends = moodle.ask("site")["unenrolaction"] != 0
    assert enrolment.on_removal == ("suspend" if suspends else "unenrol")
    enrolled = place.site.enrolments(frozenset({one, two, three, four}), frozenset({course.id}))
    assert {
        who: {c: set(ways) for c, ways in found.items()} for who, found in enrolled.items()
    } == {
        one: {course.id: {guild}},
        two: {course.id: {guild, teachers, OTHER_WAY}},
        three: {course.id: {OTHER_WAY}},
    }


def test_a_disabled_enrolment_costs_all_the_same(place: Place, moodle: DirectoryBackdoor) -> None:
    """Moodle unenrols from it on removal, and enrols nobody who joins."""
    (guild,) = place.create("guild")
    course = _course(place, moodle, (guild, "student"))
    account, late, *_ = place.accounts()
    place.add(guild, account)
    moodle.ask("give_grade", course.id, account, 77)
    moodle.ask("disable_enrolments", course.id)
    place.add(guild, late)
    assert course.enrolled(late) == [[], []]
    enrolment = place.site.read(MoodleQuery()).enrolment
    assert enrolment
    assert enrolment.courses[guild] == {course.id}
    assert guild not in enrolment.joins
    enrolled = place.site.enrolments(frozenset({account}), frozenset({course.id}))
    assert enrolled == {account: {course.id: {guild}}}
    place.remove(guild, account)
    assert course.enrolled(account) == [[], []]
    assert course.grade(account) is None

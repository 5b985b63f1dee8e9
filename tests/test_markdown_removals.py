"""What a comment on a merge request says of cohorts and roles that go, and of what is cut."""

from dataclasses import replace

from reconciler.models.plan import CohortPlan, DefinitionChange, Plan, Problem, RolePlan
from reconciler.render.markdown import comment
from reconciler.render.review import review
from tests.big_plans import big_plan
from tests.example_plans import monday

LEAST = 8_000
LIMIT = 60_000


def unfolded(plan: Plan, limit: int = LIMIT) -> str:
    """What nobody has to open to see it."""
    return comment(review(plan), limit).partition("<details>")[0]


def gone(plan: Plan) -> list[str]:
    """The lines of what goes."""
    section = unfolded(plan).partition("#### Who and what goes\n")[2].partition("#### ")[0]
    return [row for row in section.split("\n") if row.startswith("- ")]


def test_a_cohort_that_loses_its_role_is_seen() -> None:
    """One definition less takes the role from everybody in the cohort, with no line for each."""
    radio = monday().cohorts[0]
    loses = CohortPlan(
        guild=radio.guild,
        uuid=radio.uuid,
        role="coursecreator",
        cohort=45,
        action="update",
        definition=DefinitionChange(role="coursecreator", action="delete"),
    )
    plan = monday().model_copy(update={"cohorts": (loses,)})
    (row,) = gone(plan)
    assert "coursecreator" in row
    assert review(plan).guilds[0].cohorts[0].definition in row


def test_an_archived_cohort_is_seen() -> None:
    """Even if nobody is in it."""
    (radio,) = [cohort for cohort in monday().cohorts if cohort.action == "archive"]
    plan = monday().model_copy(update={"cohorts": (radio.model_copy(update={"members": ()}),)})
    told = "- The cohort is put away: hidden, its idnumber freed, and not deleted"
    assert gone(plan) == [told]


def test_roles_that_are_taken_stay_when_additions_are_left_out() -> None:
    """What somebody loses matters more than what others get."""
    plan = big_plan(guilds=1, coming=300, going=0)
    (cohort,) = plan.cohorts
    taken = tuple(
        replace(
            line,
            change="remove",
            role="coursecreator",
            through="local_cohortrole",
            because="lost-role",
        )
        for line in cohort.members[:20]
    )
    full = cohort.model_copy(update={"assignments": taken})
    text = comment(review(plan.model_copy(update={"cohorts": (full,)})), LEAST)
    assert text.count("- role `coursecreator` of ") == 20
    assert "additions in 1 guild" in text
    assert "taken in" not in text


def test_guild_roles_that_are_not_named_are_counted() -> None:
    """Of many that become one role."""

    def told(count: int) -> str:
        names = tuple(f"guild_role_{number}" for number in range(count))
        role = RolePlan(role="teacher", guild_roles=names, way="none", because="impossible")
        return comment(review(monday().model_copy(update={"roles": (role,)})), LIMIT)

    assert "`guild_role_9` and 3 more): " in told(13)
    assert "`guild_role_9`): " in told(10)


def test_a_problem_with_thousands_of_ids_leaves_room_for_others() -> None:
    """They are counted, and the next problem of its kind is told, too."""
    long = Problem(kind="several-marked-cohorts", guilds=("a",), cohorts=tuple(range(1, 9000)))
    short = Problem(kind="several-marked-cohorts", guilds=("b",), cohorts=(1, 2))
    plan = monday().model_copy(update={"cohorts": (), "problems": (long, short)})
    text = comment(review(plan), LEAST)
    assert "19, 20 and 8979 more all bear its mark" in text
    assert "`b` is left alone: cohorts 1, 2 all bear" in text

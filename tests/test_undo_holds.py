"""What is held so that an undone run stays undone, ready to be put into nwp.yml."""

from dataclasses import replace
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from reconciler.models.desired import NOBODYS, CohortKey
from reconciler.models.plan import Plan
from reconciler.render.holds import hold_lines
from reconciler.undo import holds, inverse
from reconciler.yaml_text import load_plain
from tests.roles_world import A
from tests.test_undo import ADD, DEFINE, GIVE, NAME, REMOVE, TAKE, UNTIL, change, run


def test_holds_are_one_a_person_and_guild_and_one_a_guild() -> None:
    """By AVC's user id where there is one, else by account; ready to be read as YAML."""
    done = run(
        change("update", name=NAME), ADD, GIVE, replace(REMOVE, account=104, uid=None), DEFINE
    )
    text = "\n".join(hold_lines(holds(done, UNTIL), inverse(done)))
    assert [{**entry, "until": str(entry["until"])} for entry in held(text)] == [
        {"guild": A.uuid, "until": "2026-12-31"},
        {"guild": A.uuid, "account": 104, "until": "2026-12-31"},
        {"guild": A.uuid, "user": 1, "until": "2026-12-31"},
    ]
    assert text.count("# a") == 1


def held(text: str) -> Any:
    """The entries, of nwp.yml with what is printed pasted below the site."""
    pasted = "sites:\n  avc:\n    recipe: avc\n" + text
    found: Any = load_plain(pasted, "nwp.yml")
    return found["sites"]["avc"]["moodle_integration"]["sync"]["hold"]


def named(plan: Plan, name: str) -> Plan:
    """The plan with everybody in it called so."""
    cohorts = (
        part.model_copy(update={"members": tuple(replace(m, name=name) for m in part.members)})
        for part in plan.cohorts
    )
    return plan.model_copy(update={"cohorts": tuple(cohorts)})


def test_whoever_is_held_is_named_beside_it() -> None:
    """By user or by account, as far as the plan has names; a guild's own hold names nobody."""
    done = run(change("update", name=NAME), ADD, replace(REMOVE, account=104, uid=None))
    (guild, *people) = list(hold_lines(holds(done, UNTIL), named(inverse(done), "carla")))[-3:]
    assert guild.endswith("until: 2026-12-31}")
    assert [line.partition("}")[2] for line in people] == ["  # carla"] * 2
    assert "carla" not in "\n".join(hold_lines(holds(done, UNTIL), inverse(done)))


HOSTILE = (
    st.text(st.sampled_from("a #:{}'\"-\\\n\r\t\x00\x85\ufeff\u2028\u2029\u202e\ud800é"))
    | st.text()
)


@given(HOSTILE, HOSTILE, st.text(min_size=1))
@example("a\n- b\u202e", "x}\n          - {guild: y}", "1e5: }\n")
def test_a_hold_says_nothing_that_yaml_would_take_otherwise(
    guild: str, person: str, uuid: str
) -> None:
    """Whatever a site calls its guild and its people, and whatever it takes for a UUID."""
    odd = run(replace(ADD, key=CohortKey(uuid=uuid), guild=guild))
    lines = list(hold_lines(holds(odd, UNTIL), named(inverse(odd), person)))
    text = "\n".join(lines)
    assert len(lines) == len(text.splitlines()) == 5
    assert [(entry["guild"], entry["user"], str(entry["until"])) for entry in held(text)] == [
        (uuid, 1, "2026-12-31")
    ]


def test_what_is_left_of_nobodys_cohort_is_held_by_nothing() -> None:
    """There is no guild to hold."""
    assert holds(run(replace(TAKE, key=NOBODYS, guild="left-77")), UNTIL) == ()

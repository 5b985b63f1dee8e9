"""Machine names, marks of ownership, and which cohort is whose."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.desired import archived_name, cohort_name
from reconciler.gather import guild_scope
from reconciler.machine_names import Names, archived_idnumber, cohort_idnumber, machine_names
from reconciler.marks import DESCRIPTION_LIMIT, Mark, described, mark_of
from reconciler.models.avc import Guild
from reconciler.models.desired import SIGNATURE, CohortKey
from reconciler.models.moodle import Cohort
from reconciler.models.scope import FullScope
from reconciler.models.settings import SyncSettings
from reconciler.pairing import pair_up
from reconciler.reconciliation import plan_now
from tests.fake_moodle import FakeMoodle
from tests.strategies import UUIDS, nasty_text
from tests.world import OTHER_SITE, ROLES, SITE, Community, FakeAvc, account, pair, person

A, B, C = UUIDS[:3]


def guild(number: int, label: str = "Web Development", alias: str | None = None) -> Guild:
    return Guild(id=number, uuid=UUIDS[number - 1], label=label, alias=alias)


def cohort(number: int, idnumber: str, mark: Mark | None = None, **fields: object) -> Cohort:
    description = described("", mark) if mark else ""
    base = Cohort(
        id=number,
        name="AVC - x",
        idnumber=idnumber,
        description=description,
        visible=True,
        system=True,
    )
    return base.model_copy(update=fields)


def mark(uuid: str, name: str = "web-dev", site: str = SITE, role: str | None = None) -> Mark:
    return Mark(site, name, CohortKey(uuid=uuid, role=role))


NAMES: list[tuple[str, list[Guild], dict[str, str], dict[str, str], list[str]]] = [
    ("the alias", [guild(1, alias="web-dev")], {}, {}, ["web-dev"]),
    ("else the label", [guild(1, "Équipe Café & Co")], {}, {}, ["equipe-cafe-co"]),
    ("else the id", [guild(1, "!!!")], {}, {}, ["guild-1"]),
    ("a number is no name", [guild(1, "42")], {}, {}, ["guild-42"]),
    ("nor as an alias", [guild(1, alias="7")], {}, {}, ["guild-7"]),
    ("blanks are no part of a name", [guild(1, alias="web dev")], {}, {}, ["web-dev"]),
    ("the configured one first", [guild(1, alias="x")], {A: "web-dev"}, {}, ["web-dev"]),
    ("the mark before the alias", [guild(1, alias="new")], {}, {A: "old"}, ["old"]),
    ("the configuration before the mark", [guild(1)], {A: "web"}, {A: "old"}, ["web"]),
    (
        "lowest id first, compared without case",
        [guild(2, alias="web-dev"), guild(1, alias="WEB-DEV"), guild(3, alias="web-dev")],
        {},
        {},
        ["web-dev-2", "WEB-DEV", "web-dev-3"],
    ),
    (
        "a name once given stays with its guild",
        [guild(1, alias="web-dev"), guild(2, alias="web-dev")],
        {},
        {B: "web-dev"},
        ["web-dev-2", "web-dev"],
    ),
]


@pytest.mark.parametrize(
    ("guilds", "configured", "marked", "expected"),
    [case[1:] for case in NAMES],
    ids=[case[0] for case in NAMES],
)
def test_machine_names(
    guilds: list[Guild], configured: dict[str, str], marked: dict[str, str], expected: list[str]
) -> None:
    """What the case says."""
    names = machine_names(guilds, [], Names(SITE, configured, marked))
    assert [names[g.uuid] for g in guilds] == expected


@given(st.lists(nasty_text, min_size=1, max_size=6), st.lists(nasty_text, max_size=6))
def test_machine_names_are_different_and_fit(labels: list[str], aliases: list[str]) -> None:
    """Whatever the labels, names differ without case, have no blanks, and leave room for more."""
    guilds = [
        Guild(id=n + 1, uuid=UUIDS[n], label=label, alias=aliases[n] if n < len(aliases) else None)
        for n, label in enumerate(labels)
    ]
    roles = ("editingteacher",)
    names = machine_names(guilds, [], Names(SITE, {}, {}, roles)).values()
    assert len({name.casefold() for name in names}) == len(guilds)
    for name in names:
        assert name
        assert not any(char.isspace() for char in name)
        assert not name.isdecimal()
        assert len(f"{name}--editingteacher") <= 100
        assert len(archived_idnumber(name, None, 9_999_999_999)) <= 100


@pytest.mark.parametrize("role", ["teacher", "r" * 100])
@pytest.mark.parametrize("name", ["web-dev", "x" * 79, "é" * 100])
def test_idnumbers_of_role_cohorts_fit(name: str, role: str) -> None:
    """Whatever name a guild has kept: with the role, and archived, at most 100 characters."""
    idnumber = cohort_idnumber(name, role)
    assert len(archived_idnumber(name, role, 9_999_999_999)) <= 100
    assert archived_idnumber(name, role, 7) == f"{idnumber}--archived-7"
    assert cohort_idnumber(name + "x", role) != idnumber != cohort_idnumber(name, role + "x")
    assert cohort_idnumber("web-dev", "teacher") == "web-dev--teacher"


def test_a_guild_named_like_anothers_role_cohort_gets_another_name() -> None:
    """Each guild has its own name to itself, and those of its cohorts for roles."""
    guilds = [guild(1, alias="web"), guild(2, alias="Web--Teacher"), guild(3, alias="web--tutor")]
    names = machine_names(guilds, [], Names(SITE, {}, {}, ("teacher",)))
    assert [names[g.uuid] for g in guilds] == ["web", "Web--Teacher-2", "web--tutor"]


@pytest.mark.parametrize("alias", ["web-dev", "a" * 95])
def test_a_guild_has_one_name_in_every_scope_and_by_every_access(alias: str) -> None:
    """What ``--guild`` means is what the full plan calls it, whether roles can be seen or not."""
    one = guild(1, alias=alias)
    settings = SyncSettings(role_sync=True, role_mapping={"guild_admin": "r" * 30, "x": "teacher"})
    community = Community((one,), (person(1),), {1: frozenset({1})})
    names = set()
    for roles in (None, ROLES):
        moodle = FakeMoodle({101: account(1)}, roles=roles)
        scope = guild_scope(alias, FakeAvc(community), moodle, settings)
        own = plan_now(pair(community, moodle, settings), scope)
        full = plan_now(pair(community, moodle, settings), FullScope())
        names |= {scope.name, *own.pairing.names.values(), *full.pairing.names.values()}
    assert len(names) == 1


TAKEN = [
    ("a category's cohort takes the name", cohort(1, "WEB-DEV", system=False), "web-dev-2"),
    ("another AVC's cohort takes it", cohort(1, "web-dev", mark(A, site=OTHER_SITE)), "web-dev-2"),
    ("a gone guild's cohort takes it", cohort(1, "web-dev", mark(C)), "web-dev-2"),
    ("the guild's own cohort does not", cohort(1, "web-dev", mark(A)), "web-dev"),
    ("an unmarked one does not: it is adopted, or a problem", cohort(1, "web-dev"), "web-dev"),
]


@pytest.mark.parametrize(
    ("other", "expected"), [case[1:] for case in TAKEN], ids=[case[0] for case in TAKEN]
)
def test_names_that_cohorts_take(other: Cohort, expected: str) -> None:
    """What the case says."""
    pairing = pair_up(SITE, [guild(1, alias="web-dev")], [other], SyncSettings())
    assert pairing.names == {A: expected}


ONE = cohort(1, "web-dev", mark(A))
PAIRINGS: list[tuple[str, list[Cohort], int | None, str]] = [
    ("there is none", [], None, "new"),
    ("the mark decides, whatever the idnumber", [cohort(1, "x", mark(A))], 1, "ours"),
    ("another guild's mark does not", [cohort(1, "web-dev-2", mark(B))], None, "new"),
    ("another AVC's mark does not", [cohort(1, "x", mark(A, site=OTHER_SITE))], None, "new"),
    ("unmarked, named AVC: adopted", [cohort(1, "WEB-dev")], 1, "adopt"),
    ("unmarked, other name", [cohort(1, "web-dev", name="Mine")], None, "idnumber-taken"),
    ("two unmarked", [cohort(1, "web-dev"), cohort(2, "Web-Dev")], None, "idnumber-taken"),
    ("two with the mark", [ONE, cohort(2, "x", mark(A))], None, "several-marked-cohorts"),
    (
        "the mark in a category",
        [cohort(1, "web-dev", mark(A), system=False)],
        None,
        "cohort-outside-system",
    ),
    ("a role's cohort is not the guild's", [cohort(1, "x", mark(A, role="t"))], None, "new"),
    (
        "put away before",
        [cohort(7, archived_idnumber("web-dev", None, 7), mark(A))],
        7,
        "archived",
    ),
]


@pytest.mark.parametrize(
    ("cohorts", "expected", "relation"),
    [case[1:] for case in PAIRINGS],
    ids=[case[0] for case in PAIRINGS],
)
def test_pairing(cohorts: list[Cohort], expected: int | None, relation: str) -> None:
    """What the case says."""
    pairing = pair_up(SITE, [guild(1, alias="web-dev")], cohorts, SyncSettings())
    if pairing.problems:
        assert [problem.kind for problem in pairing.problems] == [relation]
        assert pairing.problems[0].cohorts == tuple(sorted(c.id for c in cohorts))
        assert pairing.pairs == ()
        return
    (found,) = pairing.pairs
    assert (found.cohort.id if found.cohort else None) == expected
    assert (found.adopt, found.archived) == (relation == "adopt", relation == "archived")


@given(nasty_text, st.sampled_from([None, "teacher"]))
def test_a_mark_is_found_again(text: str, role: str | None) -> None:
    """Whatever the guild's text, the description ends with its mark, and contains its UUIDs."""
    wanted = mark(A, role=role)
    description = described(text, wanted)
    assert mark_of(description) == wanted
    assert SITE in description
    assert A in description


@given(nasty_text)
def test_a_guilds_text_cannot_pass_for_a_mark(text: str) -> None:
    """A text that ends with another guild's mark changes nothing: only the real end counts."""
    forged = text + " " + described("", mark(B))
    assert mark_of(described(forged, mark(A))) == mark(A)


@pytest.mark.parametrize("tail", ["", "\n", "<br />", "<p></p>", " &nbsp;\n", "</div>"])
def test_what_an_editor_leaves_behind_does_not_hide_a_mark(tail: str) -> None:
    """Blank markup after the mark is nothing; text after it means that people took it over."""
    assert mark_of(described("x", mark(A)) + tail) == mark(A)
    assert mark_of(described("x", mark(A)) + tail + "now ours") is None


@given(nasty_text, st.sampled_from(["", SIGNATURE, f"x{SIGNATURE}y", SIGNATURE * 60]))
def test_only_the_mark_says_that_a_cohort_is_kept(text: str, forged: str) -> None:
    """Its line deleted, nothing in the guild's own text looks like what is left of a mark."""
    own, _, line = described(f"{text} {forged} {text}", mark(A)).rpartition("<p>")
    assert SIGNATURE not in own
    assert line.count(SIGNATURE) == 1


def test_descriptions_show_text_as_text() -> None:
    """Markup in a guild's text is shown, not run; long texts are cut to 500 characters."""
    assert described("<b>a & b</b>", mark(A)).startswith("<p>&lt;b&gt;a &amp; b&lt;/b&gt;</p>\n")
    shown, _, _ = described("x" * 1000, mark(A)).partition("</p>")
    assert len(shown.removeprefix("<p>")) == DESCRIPTION_LIMIT


@given(nasty_text)
def test_names_fit_into_moodle(label: str) -> None:
    """A cohort's name, archived too, has at most 254 characters; archiving twice changes none."""
    name = cohort_name(label)
    assert name.startswith("AVC -")
    assert len(name) <= 254
    assert len(archived_name(name)) <= 254
    assert archived_name(archived_name(name)) == archived_name(name)

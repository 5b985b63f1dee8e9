"""``reconciler explain``: why somebody is removed, or not there, asked of a plan's file."""

from pathlib import Path

import pytest

from tests.guards_world import guild
from tests.two_sites import TwoSites
from tests.world import account, person

PEOPLE = [person(n, name=name) for n, name in enumerate(("ann", "bob", "carol", "dave"), 1)]


def community(sites: TwoSites, members: dict[int, list[int]]) -> None:
    """Write AVC anew."""
    (sites.directory / "avc.sqlite").unlink(missing_ok=True)
    sites.avc([guild(number) for number in members], PEOPLE, members)


@pytest.fixture
def monday(sites: TwoSites) -> TwoSites:
    """Bob has left guild 1, carol has joined it, and dave, who has too, has no account."""
    community(sites, {1: [1, 2], 2: [1]})
    sites.moodle([account(n, username=PEOPLE[n - 1].name) for n in (1, 2, 3)])
    sites.configure()
    assert sites.reconciler("sync", "avc", "ss").code == 0
    community(sites, {1: [1, 3, 4], 2: [1]})
    assert sites.reconciler("plan", "avc", "ss", "-o", "monday.yaml").code == 0
    return sites


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")


ASKED = {
    ("--user", "bob"): "Plan: remove account 102 from g1, because left-guild:",
    ("--user", "2"): "AVC: not a member.",
    ("--user", "moodle:103"): "Plan: add account 103 to g1, because AVC has them in the guild",
    ("--user", "dave"): "Plan: Nothing: no Moodle account is known to be theirs.",
    ("--user", "ann"): "Plan: Nothing: they are a member already, as AVC wants it.",
    ("--user", "bob", "--guild", "g2"): "AVC does not have them in this guild",
    ("--guild", "g1"): "account 103 (carol, AVC 3).",
    ("--guild", guild(2).uuid): "Plan: Nothing: the cohort is as it should be.",
    ("--user", "bob", "--plan-only"): "because left-guild:",
    ("--guild", "g1", "--plan-only"): "Problem: dave (ID: 4) has no Moodle account",
}


@pytest.mark.parametrize("options", ASKED, ids=" ".join)
def test_a_question_is_answered(monday: TwoSites, options: tuple[str, ...]) -> None:
    """With exit code 0, by both sites or the file alone, and nothing is written anywhere."""
    writes = monday.writes()
    ran = monday.reconciler("explain", "monday.yaml", *options)
    assert (ran.code, ran.err) == (0, "")
    assert ASKED[options] in ran.out
    assert monday.writes() == writes


@pytest.mark.parametrize("columns", [40, 80])
def test_lines_fit_the_terminal(
    monday: TwoSites, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each goes on below, as far in as its words begin."""
    monkeypatch.setenv("COLUMNS", str(columns))
    for options in (("--user", "bob"), ("--guild", "g1")):
        lines = monday.reconciler("explain", "monday.yaml", *options).out.splitlines()
        assert max(map(len, lines)) <= columns
        assert any(line.startswith("    ") for line in lines)


def test_the_file_alone_asks_neither_site(monday: TwoSites) -> None:
    """A reviewer needs no nwp.yml and no site; without --plan-only that is one error."""
    for file in ("nwp.yml", "avc.sqlite", "moodle.sqlite"):
        (monday.directory / file).unlink()
    assert monday.reconciler("explain", "monday.yaml", "--user", "bob", "--plan-only").code == 0
    ran = monday.reconciler("explain", "monday.yaml", "--user", "bob")
    assert (ran.code, ran.err.count("\n")) == (1, 1)


WRONG = {
    (): "say whom it is about",
    ("--user", "nobody"): "Nobody in AVC or Moodle",
    ("--user", "moodle:999"): "Moodle account 999 is",
    ("--guild", "nowhere"): "no guild 'nowhere'",
    ("--user", "nobody", "--plan-only"): "names nobody who is called 'nobody'",
}


@pytest.mark.parametrize("options", WRONG, ids=" ".join)
def test_a_question_about_nobody_is_one_sentence(
    monday: TwoSites, options: tuple[str, ...]
) -> None:
    """Exit code 1, and what to give instead."""
    ran = monday.reconciler("explain", "monday.yaml", *options)
    assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1)
    assert WRONG[options] in ran.err


def test_a_plan_of_other_sites_is_refused(monday: TwoSites) -> None:
    """As it is by apply: what is said would be of somebody else."""
    monday.in_moodle("UPDATE setting SET value = 'https://other.example' WHERE name = 'wwwroot'")
    ran = monday.reconciler("explain", "monday.yaml", "--user", "bob")
    assert ran.code == 1
    assert "made for the Moodle https://ss.example" in ran.err


def test_what_is_gone_is_explained_from_the_file(monday: TwoSites) -> None:
    """A plan of one guild that AVC has no more: the error names the way that is left."""
    assert monday.reconciler("plan", "avc", "ss", "--guild", "g1", "-o", "g1.yaml").code == 0
    community(monday, {2: [1]})
    ran = monday.reconciler("explain", "g1.yaml", "--user", "2")
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert "--plan-only" in ran.err


def test_debug_tells_what_the_sites_were_asked(monday: TwoSites, state_path: Path) -> None:
    """On standard error; and the state directory is not made for a question."""
    before = sorted(state_path.rglob("*"))
    ran = monday.reconciler("explain", "monday.yaml", "--user", "bob", "--debug")
    assert "debug: " in ran.err
    assert sorted(state_path.rglob("*")) == before

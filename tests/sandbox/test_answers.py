"""What a sandbox Moodle answers beyond its recordings: order, pages, texts, codes."""

from pathlib import Path
from typing import Any

import pytest

from providers.sandbox.moodle import store
from providers.sandbox.moodle.answers import Release
from tests.sandbox.asking import add, additional, ask, asked, cohort, make, new_site, search


def test_taken_idnumbers_are_compared_as_mariadb_does(site: Path) -> None:
    """Case and accents do not tell two idnumbers apart."""
    make(site, cohort("équipe"))
    assert make(site, cohort("EQUIPE"))["errorcode"] == "invalidparameter"


def test_members_come_by_name(site: Path) -> None:
    """Members are listed as Moodle sorts people, not by id."""
    with store.connect(site) as db:
        db.execute("UPDATE user SET firstname = 'Zoe' WHERE id = 3")
    make(site, cohort("a"), cohort("empty"))
    add(site, (1, 3), (1, 4), (1, 5))
    listed = asked(site, "core_cohort_get_cohort_members", {"cohortids": [1, 2]})
    assert listed == [{"cohortid": 1, "userids": [4, 5, 3]}, {"cohortid": 2, "userids": []}]


def test_search_sees_only_the_system(site: Path) -> None:
    """Cohorts of a category are not in the system context; an update moves them."""
    make(site, cohort("a"), cohort("b", categorytype={"type": "id", "value": "1"}))
    assert search(site) == ["Cohort a"]
    ask(site, "core_cohort_update_cohorts", {"cohorts": [{"id": 2, **cohort("b")}]})
    assert search(site) == ["Cohort a", "Cohort b"]


def test_search_has_pages_of_25_by_name(site: Path) -> None:
    """Names are in order across pages, and `limitfrom` is the number of the page."""
    make(site, *(cohort(f"{number:02}") for number in reversed(range(30))))
    names = [f"Cohort {number:02}" for number in range(30)]
    assert search(site) == names[:25]
    assert search(site, limitfrom=1) == names[25:]
    assert search(site, limitfrom=2, limitnum=7) == names[14:21]


@pytest.mark.parametrize("flag", ["1", "true", True])
def test_raw_texts_are_answered_as_they_are_stored(site: Path, flag: object) -> None:
    """With moodlewssettingraw no filter touches names and descriptions, in any function."""
    text = "<ul><li>R&D</li></ul><!-- mark -->"
    wanted = {**cohort("a", description=text), "name": "R&D"}
    raw = {"moodlewssettingraw": flag}
    made = asked(site, "core_cohort_create_cohorts", {"cohorts": [wanted], **raw})
    assert (made[0]["name"], made[0]["description"]) == ("R&D", text)
    assert search(site, **raw) == ["R&D"]


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("plain", "plain"),
        ("<!-- mark -->", ""),
        ("R&D &amp; more", "R&amp;D &amp; more"),
        ("a<p>b<b>c</b></p><!-- <ul> -->", "a<p>b<b>c</b></p>"),
    ],
)
def test_descriptions_are_filtered(site: Path, stored: str, shown: str) -> None:
    """Comments go, and bare ampersands are written out."""
    assert make(site, cohort("a", description=stored))[0]["description"] == shown


def test_json_is_php_s(site: Path) -> None:
    """Slashes are escaped, and letters beyond ASCII are written as numbers."""
    make(site, {**cohort("a"), "name": "É/Ω"})
    assert rb'"name":"\u00c9\/\u03a9"' in ask(site, "core_cohort_get_cohorts").data


def test_a_site_has_its_own_address_and_limit(tmp_path: Path) -> None:
    """The wwwroot is in the images' addresses; max_input_vars cuts where it says."""
    site = new_site(tmp_path / "m", "5.1.3", wwwroot="https://m.test", max_input_vars=6)
    params = {"field": "username", "values": ["ann", "bob", "carol", "sus"]}
    found = asked(site, "core_user_get_users_by_field", params)
    assert [user["username"] for user in found] == ["ann", "bob", "carol"]
    image = "https://m.test/theme/image.php/boost/core/1795349980/u/f1"
    assert found[0]["profileimageurl"] == image


@pytest.mark.parametrize(("release", "code"), [("4.5.6", "invaliduser"), ("5.1.3", None)])
def test_codes_are_the_release_s(tmp_path: Path, release: Release, code: str | None) -> None:
    """An unknown user and an unknown cohort have codes of their own only before 5.1."""
    site = new_site(tmp_path / "m", release)
    make(site, cohort("a"))
    batch = [{"cohortid": 1, "userid": 99999}, {"cohortid": 999, "userid": 3}]
    answer = asked(site, "core_cohort_delete_cohort_members", {"members": batch})
    assert answer["errorcode"] == (code or "invalidrecordunknown")


_NULLS = [call for call in additional() if call["note"].startswith("a cohort whose idnumber and")]


@pytest.mark.parametrize("call", _NULLS, ids=[call["release"] for call in _NULLS])
def test_a_row_without_texts_is_shown_as_recorded(tmp_path: Path, call: dict[str, Any]) -> None:
    """By hand, or by a plugin: the columns may be NULL."""
    site = new_site(tmp_path / "m", call["release"])
    row = {**call["body"][0], "description": None}
    with store.connect(site) as db:
        db.execute(
            "INSERT INTO cohort (id, name, idnumber, description)"
            " VALUES (:id, :name, :idnumber, :description)",
            row,
        )
    assert asked(site, call["function"], call["params"]) == call["body"]


_EMAILS = [call for call in additional() if call["note"].startswith("by e-mail")]


@pytest.mark.parametrize(
    "call", _EMAILS, ids=[f"{call['release']} {call['note'][33:]}" for call in _EMAILS]
)
def test_odd_addresses_are_looked_up_as_recorded(tmp_path: Path, call: dict[str, Any]) -> None:
    """Only blanks at the ends make an address illegal; whatever else it holds, nobody has it."""
    site = new_site(tmp_path / "m", call["release"])
    assert asked(site, call["function"], call["params"]) == call["body"]


def test_addresses_beyond_ascii_find_accounts(site: Path) -> None:
    """With or without the accent: MariaDB holds them equal (seen on 4.4 and 4.5.6)."""
    for address in ("probe.óne@example.org", "PROBE.ONE@example.org"):
        found = asked(site, "core_user_get_users_by_field", {"field": "email", "values": [address]})
        assert [user["username"] for user in found] == ["accent"]


_MOVES = [call for call in additional() if call["note"].startswith("a move to a category")]


@pytest.mark.parametrize("call", _MOVES, ids=[call["release"] for call in _MOVES])
def test_a_move_to_nowhere_is_refused_as_recorded(tmp_path: Path, call: dict[str, Any]) -> None:
    """And the cohort stays as it was."""
    site = new_site(tmp_path / "m", call["release"])
    before = make(site, cohort("a"))
    assert asked(site, call["function"], call["params"]) == call["body"]
    assert asked(site, "core_cohort_get_cohorts")[0]["name"] == before[0]["name"]

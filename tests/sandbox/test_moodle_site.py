"""A sandbox Moodle as a site: what calls change, what is counted, edits by hand."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from providers.sandbox.moodle import store
from tests.sandbox.asking import TOKEN, add, ask, asked, cohort, make, search


def _members(site: Path) -> list[object]:
    return [cohort["members"] for cohort in store.dump(site)]


def test_a_site_is_never_overwritten(site: Path) -> None:
    """Making a site where there is a file fails, and the file stays."""
    before = site.read_bytes()
    with pytest.raises(FileExistsError):
        store.create(site, release="4.5.6", token=TOKEN, accounts=[])
    assert site.read_bytes() == before


def test_accounts_must_fit_together(tmp_path: Path) -> None:
    """Two accounts with one username make no site, and leave no file."""
    twins = [{"id": number, "username": "twin", "email": "twin@example.org"} for number in (3, 4)]
    with pytest.raises(ValueError, match="username"):
        store.create(tmp_path / "m", release="4.5.6", token=TOKEN, accounts=twins)
    assert list(tmp_path.iterdir()) == []


def test_a_site_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    """Connecting to a missing file is an error, not a new site."""
    with pytest.raises(FileNotFoundError), store.connect(tmp_path / "none"):
        pass
    assert not (tmp_path / "none").exists()


def test_reading_writes_nothing(site: Path) -> None:
    """Reads, failed calls and additions of members who are there count 0 writes."""
    make(site, cohort("a"))
    add(site, (1, 3), (1, 4))
    done = store.write_count(site)
    before = store.dump(site)
    search(site)
    ask(site, "core_cohort_get_cohorts")
    add(site, (1, 3), (1, 4))
    make(site, cohort("b"), cohort("A"))
    ask(site, "core_cohort_delete_cohort_members", {"members": [{"cohortid": 1, "userid": 9}]})
    assert (done, store.write_count(site)) == (3, 3)
    assert store.dump(site) == before


def test_every_changed_row_is_counted(site: Path) -> None:
    """Cohorts, members and role assignments count, a deleted cohort with its members."""
    make(site, cohort("a"), cohort("b"))
    add(site, (1, 3), (1, 4), (2, 3))
    gone = [{"cohortid": 2, "userid": user} for user in (3, 4)]
    ask(site, "core_cohort_delete_cohort_members", {"members": gone})
    role = [{"roleid": 2, "userid": 3, "contextid": 1}]
    ask(site, "core_role_assign_roles", {"assignments": role})
    ask(site, "core_role_assign_roles", {"assignments": role})
    ask(site, "core_cohort_delete_cohorts", {"cohortids": [1]})
    assert store.write_count(site) == 2 + 3 + 1 + 1 + 3


def test_calls_are_counted_by_function(site: Path) -> None:
    """Calls that fail or are refused count too."""
    search(site)
    search(site, limitfrom=1)
    ask(site, "core_cohort_get_cohorts", token="wrong")
    ask(site, "core_webservice_get_site_info")
    assert store.call_counts(site) == {
        "core_cohort_get_cohorts": 1,
        "core_cohort_search_cohorts": 2,
        "core_webservice_get_site_info": 1,
    }


def test_a_failed_batch_uses_up_its_ids(site: Path) -> None:
    """The ids of the cohorts before the one at fault are not given again."""
    failed = make(site, cohort("a"), cohort("b"), cohort("a"), cohort("c"))
    assert failed["errorcode"] == "invalidparameter"
    assert [cohort["id"] for cohort in make(site, cohort("a"), cohort("b"))] == [3, 4]


def test_edits_by_hand_are_seen(site: Path) -> None:
    """What an administrator changes in the file is what web services answer from then on."""
    with store.connect(site) as db:
        db.execute("INSERT INTO cohort (name, idnumber) VALUES ('By hand', 'hand')")
        db.execute("INSERT INTO cohort_members VALUES (1, 3)")
        db.execute("UPDATE user SET email = 'new@example.org' WHERE id = 3")
    found = asked(
        site, "core_user_get_users_by_field", {"field": "email", "values": ["NEW@example.org"]}
    )
    assert [user["id"] for user in found] == [3]
    assert make(site, cohort("next"))[0]["id"] == 2
    assert search(site) == ["By hand", "Cohort next"]
    assert store.write_count(site) == 1


def _edit_half(site: Path) -> None:
    with store.connect(site) as db:
        db.execute("INSERT INTO cohort (name) VALUES ('Half')")
        db.execute("INSERT INTO nowhere VALUES (1)")


def test_an_edit_that_fails_leaves_no_trace(site: Path) -> None:
    """An exception in the block of `connect` takes back what the block did."""
    with pytest.raises(sqlite3.OperationalError, match="nowhere"):
        _edit_half(site)
    assert store.dump(site) == []


def test_dump_shows_cohorts_with_members(site: Path) -> None:
    """A dump holds what the cohorts are and who is in them."""
    make(site, cohort("a", visible=False, description="x"))
    add(site, ("A", "carol"), ("a", "bob"), by=("idnumber", "username"))
    assert store.dump(site) == [
        {
            "id": 1,
            "category": None,
            "name": "Cohort a",
            "idnumber": "a",
            "description": "x",
            "visible": False,
            "members": [4, 5],
        }
    ]


def test_a_member_named_twice_is_added_once(site: Path) -> None:
    """The second time within one call is a warning 3, as for one who was there before."""
    make(site, cohort("a"))
    message = "record already exists: cohort(id=1 id=3)"
    assert add(site, (1, 3), (1, 3)) == {"warnings": [{"warningcode": "3", "message": message}]}
    assert _members(site) == [[3]]


def test_one_fault_stops_a_batch_of_deletions(site: Path) -> None:
    """A deletion with an unknown user deletes nobody."""
    make(site, cohort("a"))
    add(site, (1, 3))
    batch = [{"cohortid": 1, "userid": 3}, {"cohortid": 1, "userid": 99999}]
    ask(site, "core_cohort_delete_cohort_members", {"members": batch})
    assert _members(site) == [[3]]


def test_update_changes_only_what_is_sent(site: Path) -> None:
    """Description and visible keep their values unless they are sent."""
    make(site, cohort("a", description="old", visible=False))
    update = {"id": 1, **cohort("a2")}
    ask(site, "core_cohort_update_cohorts", {"cohorts": [update]})
    kept = store.dump(site)[0]
    assert (kept["idnumber"], kept["description"], kept["visible"]) == ("a2", "old", False)
    ask(site, "core_cohort_update_cohorts", {"cohorts": [{**update, "description": "new"}]})
    assert store.dump(site)[0]["description"] == "new"


def test_calls_at_once_lose_nothing(site: Path) -> None:
    """Eight threads add to one cohort; every member and every call is there afterwards."""
    make(site, cohort("a"))
    users = list(range(3, 11))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda user: add(site, (1, user)), users))
    assert _members(site) == [users]
    assert store.call_counts(site)["core_cohort_add_cohort_members"] == 8
    assert store.write_count(site) == 9

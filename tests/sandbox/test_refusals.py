"""What no recording shows, the sandbox refuses: HTTP 501, and nothing is done."""

from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from providers.sandbox.moodle import store
from providers.sandbox.moodle.wsgi import SandboxMoodle
from tests.sandbox.asking import SERVER, SYSTEM, TOKEN, ask, new_site

COHORT = {"categorytype": SYSTEM, "name": "Cohort", "idnumber": "c"}
SEARCH = {"query": "", "context": {"contextid": 1}, "includes": "self"}
ROLE = {"roleid": 2, "userid": 3, "contextid": 1}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return new_site(tmp_path / "moodle.sqlite", "5.1.3")


def _created(**more: object) -> tuple[str, dict[str, Any]]:
    """A good cohort, then one that is not shown in any recording."""
    first = {**COHORT, "idnumber": "first"}
    return "core_cohort_create_cohorts", {"cohorts": [first, {**COHORT, **more}]}


def _added(cohort: dict[str, str], user: dict[str, str]) -> tuple[str, dict[str, Any]]:
    return "core_cohort_add_cohort_members", {"members": [{"cohorttype": cohort, "usertype": user}]}


def _found(field: str, value: str) -> tuple[str, dict[str, Any]]:
    return "core_user_get_users_by_field", {"field": field, "values": [value]}


def _liked(key: str, value: str) -> tuple[str, dict[str, Any]]:
    return "core_user_get_users", {"criteria": [{"key": key, "value": value}]}


def _assigned(**more: object) -> tuple[str, dict[str, Any]]:
    return "core_role_assign_roles", {"assignments": [ROLE, {**ROLE, **more}]}


@pytest.mark.parametrize(
    ("function", "params"),
    [
        ("core_webservice_get_site_info", {}),
        ("", {}),
        _created(categorytype={"type": "id", "value": "7"}),
        _created(categorytype={"type": "idnumber", "value": "x"}),
        _created(descriptionformat=2),
        _created(theme="boost"),
        _created(customfields=[{"shortname": "a", "value": "b"}]),
        _created(name=" "),
        _created(name="R&D"),
        _created(description="<ul><li>x</li></ul>"),
        _created(description="<p>open"),
        _created(description="&eacute;"),
        ("core_cohort_search_cohorts", {**SEARCH, "query": "x"}),
        ("core_cohort_search_cohorts", {**SEARCH, "includes": "all"}),
        ("core_cohort_search_cohorts", {"query": "", "context": {"contextid": 1}}),
        ("core_cohort_search_cohorts", {**SEARCH, "context": {"contextid": 3}}),
        ("core_cohort_search_cohorts", {**SEARCH, "limitnum": 0}),
        ("core_cohort_get_cohorts", {"moodlewssettingfilter": 1}),
        ("core_cohort_get_cohorts", {"moodlewssettingraw": "yes"}),
        _added({"type": "id", "value": "1x"}, {"type": "id", "value": "3"}),
        _added({"type": "id", "value": "1"}, {"type": "email", "value": "ann@example.org"}),
        _found("firstname", "Ann"),
        _found("id", "3x"),
        _found("idnumber", ""),
        _liked("lastname", "Test"),
        _liked("email", "%@example.org"),
        _assigned(roleid=1),
        _assigned(contextid=3),
        ("core_role_unassign_roles", {"unassignments": [{**ROLE, "userid": 99999}]}),
    ],
)
def test_calls_that_were_not_recorded(site: Path, function: str, params: dict[str, Any]) -> None:
    """Such a call is refused in one sentence, and its batch leaves nothing behind."""
    _assert_refused(ask(site, function, params))
    assert store.dump(site) == []
    assert store.write_count(site) == 0


def test_an_idnumber_of_two_cohorts_names_neither(site: Path) -> None:
    """Which of them Moodle would take is not recorded."""
    with store.connect(site) as db:
        db.executemany("INSERT INTO cohort (name, idnumber) VALUES (?, 'c')", [("A",), ("B",)])
    member = _added({"type": "idnumber", "value": "C"}, {"type": "id", "value": "3"})
    _assert_refused(ask(site, *member))


@pytest.mark.parametrize(
    "request_",
    [
        {"method": "GET"},
        {"path": "/login/token.php"},
        {"query_string": f"wstoken={TOKEN}"},
        {"content_type": "application/json"},
        {"content_type": "multipart/form-data; boundary=x"},
        {"data": f"wstoken={TOKEN}&wsfunction=core_cohort_get_cohorts"},
        {"data": f"wstoken={TOKEN}&wsfunction=core_cohort_get_cohorts&moodlewsrestformat=xml"},
        {"data": "a=%ff"},
    ],
    ids=str,
)
def test_requests_that_were_not_recorded(site: Path, request_: dict[str, Any]) -> None:
    """Only POST forms to the REST server that ask for JSON are answered."""
    good: dict[str, Any] = {
        "path": SERVER,
        "method": "POST",
        "content_type": "application/x-www-form-urlencoded",
        "data": f"wstoken={TOKEN}&wsfunction=core_cohort_get_cohorts&moodlewsrestformat=json",
    }
    client = Client(SandboxMoodle(site))
    assert client.open(**good).status_code == 200
    _assert_refused(client.open(**{**good, **request_}))


def _assert_refused(answer: TestResponse) -> None:
    assert (answer.status_code, answer.mimetype) == (501, "text/plain")
    assert answer.text.startswith("sandbox: no recording shows ")
    assert answer.text.count("\n") == 1

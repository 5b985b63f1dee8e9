"""Reading is whole or fails, and sees what only real sites hold."""

from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from providers.moodle import calls
from providers.moodle.site import WebServiceSite
from reconciler.errors import IncompleteRead, UnexpectedAnswer
from reconciler.models.moodle import MoodleQuery
from tests.moodle.support import (
    RELEASES,
    SEARCH,
    URL,
    WITH_MARK,
    Form,
    Meddled,
    answering,
    json,
    refusal,
)
from tests.sandbox.asking import additional

_RECORDED = additional()


def _at_call(meddled: Meddled, number: int, function: str, edit: str) -> None:
    """Let an administrator do something just before a function is called for the nth time."""

    def meddle(form: Form, _ask: Callable[[], Any]) -> None:
        wanted = form["wsfunction"] == function
        if wanted and meddled.functions.count(function) == number:
            meddled.edit(edit)

    meddled.meddle = meddle


_GET = "core_cohort_get_cohorts"
_MEMBERS = "core_cohort_get_cohort_members"
_DELETE = "DELETE FROM cohort WHERE id = 1"


@pytest.mark.parametrize(
    ("call", "edit", "words"),
    [
        ((1, _GET), _DELETE, "lists cohort 1 in one answer and not in another"),
        ((1, _MEMBERS), _DELETE, "deleted a cohort while it was read"),
        ((2, SEARCH), "UPDATE cohort SET name = 'z' WHERE id = 1", "changed its cohorts"),
        ((2, SEARCH), "INSERT INTO cohort (name) VALUES ('0')", "changed its cohorts"),
        ((2, SEARCH), _DELETE, "lists cohort 1 in one answer"),
    ],
)
def test_a_site_that_moves_is_not_read(
    meddled: Meddled,
    monkeypatch: pytest.MonkeyPatch,
    call: tuple[int, str],
    edit: str,
    words: str,
) -> None:
    """Cohorts deleted, renamed or made between two answers make no snapshot."""
    monkeypatch.setattr(calls, "PAGE", 2)
    meddled.fill("a", "b", "c")
    assert meddled.site().read(WITH_MARK).members.keys() == {1, 2, 3}
    meddled.functions.clear()
    _at_call(meddled, *call, edit)
    with pytest.raises(IncompleteRead, match=words) as caught:
        meddled.site().read(WITH_MARK)
    assert URL in str(caught.value)


def test_an_answer_that_leaves_a_cohort_out_is_a_part(meddled: Meddled) -> None:
    """Moodle answers for every cohort or refuses: one that is left out is not empty, nor gone."""
    meddled.fill("a", "b", "c")
    meddled.meddle = lambda _form, ask: json(ask()[:-1])
    with pytest.raises(IncompleteRead):
        calls.members(meddled.client(), [1, 2, 3])


def test_a_refusal_that_names_no_cohort_is_no_cohort_that_is_gone(meddled: Meddled) -> None:
    """A database that fails under Moodle says nothing about whether a cohort is there."""
    meddled.fill("a", "b", "c")
    meddled.meddle = lambda _form, _ask: refusal("dmlreadexception")
    with pytest.raises(UnexpectedAnswer, match="dmlreadexception"):
        calls.members(meddled.client(), [1, 2, 3])


def test_members_of_the_others_are_still_asked_for(meddled: Meddled) -> None:
    """A cohort that went is found out by halving; the members of the rest are read."""
    meddled.fill("a", "b", "c")
    meddled.edit("DELETE FROM cohort WHERE id = 2")
    found = calls.members(meddled.client(), [1, 2, 3])
    assert found == {1: frozenset({3}), 3: frozenset({3})}


def test_an_answer_without_a_cohort_is_incomplete(meddled: Meddled) -> None:
    """Members are missing for a cohort that Moodle says nothing about."""
    meddled.fill("a", "b")

    def meddle(form: Form, ask: Callable[[], Any]) -> httpx2.Response | None:
        return json(ask()[:1]) if form["wsfunction"] == _MEMBERS else None

    meddled.meddle = meddle
    with pytest.raises(IncompleteRead):
        meddled.site().read(WITH_MARK)


def test_an_empty_query_costs_two_calls(meddled: Meddled) -> None:
    """Whoever asks for nobody is told of nobody, for the price of the cohorts."""
    meddled.fill("a")
    meddled.site().read(MoodleQuery(describe_members=True))
    assert meddled.functions == [SEARCH, _GET]


@pytest.mark.parametrize("release", RELEASES)
def test_a_cohort_without_an_idnumber_is_read(release: str) -> None:
    """Where PHP code left the idnumber NULL, Moodle answers null, and the site reads as a whole."""
    first, *_ = [c for c in _RECORDED if c["release"] == release and "NULL" in c["note"]]
    search, *_ = [c for c in _RECORDED if c["release"] == release and "searched" in c["note"]]
    answers = {_GET: first["body"], SEARCH: search["body"]}
    assert answers[_GET][0]["idnumber"] is None
    site = WebServiceSite(answering(lambda form: json(answers[form["wsfunction"]])))
    (cohort,) = site.read(MoodleQuery()).cohorts
    assert (cohort.idnumber, cohort.description, cohort.system) == ("", "", True)


@pytest.mark.parametrize("call", [c for c in _RECORDED if "with markup" in c["note"]])
def test_texts_are_asked_for_raw(call: dict[str, Any]) -> None:
    """Every call says so: without it 5.1.3 answers "A &amp; B x" for this name."""
    sent: list[Form] = []

    def answer(form: Form) -> httpx2.Response:
        sent.append(form)
        return json(call["body"])

    (row,) = calls.create(answering(answer), call["params"]["cohorts"], _never)
    assert row.name == call["params"]["cohorts"][0]["name"] == "A & B <b>x</b>"
    assert sent[0]["moodlewssettingraw"] == "1"


def test_an_account_has_what_moodle_says(meddled: Meddled) -> None:
    """Way of logging in, idnumber, and whether it is suspended or unconfirmed."""
    meddled.edit(
        "UPDATE user SET auth = 'ldap', idnumber = 'x-1', suspended = 1, confirmed = 0"
        " WHERE id = 4",
    )
    accounts = meddled.site().read(MoodleQuery(idnumbers=frozenset({"X-1"}))).accounts
    assert accounts.keys() == {4}
    account = accounts[4]
    assert (account.username, account.email) == ("user00002", "user00002@example.org")
    assert (account.auth, account.idnumber) == ("ldap", "x-1")
    assert (account.suspended, account.confirmed) == (True, False)


def test_two_accounts_with_one_address_are_both_found(meddled: Meddled) -> None:
    """Which of them is meant is not this side's to decide; accents do not count in MariaDB."""
    meddled.edit("UPDATE user SET email = 'USER\u00d600001@example.org' WHERE id = 4")
    meddled.edit("UPDATE user SET email = 'usero00001@example.org' WHERE id = 3")
    emails = frozenset({"usero00001@example.org"})
    assert meddled.site().read(MoodleQuery(emails=emails)).accounts.keys() == {3, 4}


def test_what_web_services_cannot_see(meddled: Meddled) -> None:
    """Links and locked idnumbers are no evidence here, addresses and user names are."""
    assert meddled.site().unavailable() == {"link", "idnumber"}


def _never(wanted: object, error: Exception) -> None:
    raise AssertionError(wanted) from error

"""Reading is whole or fails, and sees what only real sites hold."""

from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from providers.moodle import calls
from providers.moodle.site import WebServiceAccess, WebServiceSite, connect
from providers.sandbox.moodle import store
from reconciler.errors import (
    AccessRefused,
    ConfigError,
    IncompleteRead,
    ReadError,
    UnexpectedAnswer,
)
from reconciler.models.moodle import MoodleQuery
from reconciler.ports import M
from tests.moodle.support import RELEASES, TOKEN, URL, Form, Meddled, answering, json, refusal
from tests.sandbox.asking import additional

_RECORDED = additional()
_MARKED = MoodleQuery(member_marks=frozenset({"mark"}), unmarked="mark")


def _fill(meddled: Meddled, *names: str) -> None:
    """System cohorts with these names, marked, the first account in each; ids from 1."""
    with store.connect(meddled.path) as db:
        for number, name in enumerate(names, 1):
            db.execute(
                "INSERT INTO cohort (name, idnumber, description) VALUES (?, ?, 'mark')",
                (name, name),
            )
            db.execute("INSERT INTO cohort_members VALUES (?, 3)", (number,))


def _edit(meddled: Meddled, statement: str) -> None:
    with store.connect(meddled.path) as db:
        db.execute(statement)


def _at_call(meddled: Meddled, number: int, function: str, edit: str) -> None:
    """Let an administrator do something just before a function is called for the nth time."""

    def meddle(form: Form, _ask: Callable[[], Any]) -> None:
        wanted = form["wsfunction"] == function
        if wanted and meddled.functions.count(function) == number:
            _edit(meddled, edit)

    meddled.meddle = meddle


_SEARCH = "core_cohort_search_cohorts"
_GET = "core_cohort_get_cohorts"
_UPDATE = "core_cohort_update_cohorts"
_MEMBERS = "core_cohort_get_cohort_members"
_USERS = "core_user_get_users_by_field"
_DELETE = "DELETE FROM cohort WHERE id = 1"


@pytest.mark.parametrize(
    ("call", "edit", "words"),
    [
        ((1, _GET), _DELETE, "lists cohort 1 in one answer and not in another"),
        ((1, _MEMBERS), _DELETE, "deleted a cohort while it was read"),
        ((2, _SEARCH), "UPDATE cohort SET name = 'z' WHERE id = 1", "changed its cohorts"),
        ((2, _SEARCH), "INSERT INTO cohort (name) VALUES ('0')", "changed its cohorts"),
        ((2, _SEARCH), _DELETE, "lists cohort 1 in one answer"),
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
    _fill(meddled, "a", "b", "c")
    assert meddled.site().read(_MARKED).members.keys() == {1, 2, 3}
    meddled.functions.clear()
    _at_call(meddled, *call, edit)
    with pytest.raises(IncompleteRead, match=words) as caught:
        meddled.site().read(_MARKED)
    assert URL in str(caught.value)


def test_an_answer_that_leaves_a_cohort_out_is_a_part(meddled: Meddled) -> None:
    """Moodle answers for every cohort or refuses: one that is left out is not empty, nor gone."""
    _fill(meddled, "a", "b", "c")
    meddled.meddle = lambda _form, ask: json(ask()[:-1])
    with pytest.raises(IncompleteRead):
        calls.members(meddled.client(), [1, 2, 3])


def test_a_refusal_that_names_no_cohort_is_no_cohort_that_is_gone(meddled: Meddled) -> None:
    """A database that fails under Moodle says nothing about whether a cohort is there."""
    _fill(meddled, "a", "b", "c")
    meddled.meddle = lambda _form, _ask: refusal("dmlreadexception")
    with pytest.raises(UnexpectedAnswer, match="dmlreadexception"):
        calls.members(meddled.client(), [1, 2, 3])


def test_members_of_the_others_are_still_asked_for(meddled: Meddled) -> None:
    """A cohort that went is found out by halving; the members of the rest are read."""
    _fill(meddled, "a", "b", "c")
    _edit(meddled, "DELETE FROM cohort WHERE id = 2")
    found = calls.members(meddled.client(), [1, 2, 3])
    assert found == {1: frozenset({3}), 3: frozenset({3})}


def test_an_answer_without_a_cohort_is_incomplete(meddled: Meddled) -> None:
    """Members are missing for a cohort that Moodle says nothing about."""
    _fill(meddled, "a", "b")

    def meddle(form: Form, ask: Callable[[], Any]) -> httpx2.Response | None:
        return json(ask()[:1]) if form["wsfunction"] == _MEMBERS else None

    meddled.meddle = meddle
    with pytest.raises(IncompleteRead):
        meddled.site().read(_MARKED)


def test_an_empty_query_costs_two_calls(meddled: Meddled) -> None:
    """Whoever asks for nobody is told of nobody, for the price of the cohorts."""
    _fill(meddled, "a")
    meddled.site().read(MoodleQuery(describe_members=True))
    assert meddled.functions == [_SEARCH, _GET]


def test_inspecting_asks_for_one_cohort_and_tries_to_write_on_it(meddled: Meddled) -> None:
    """It asks for what needs the right to see cohorts: no id that is unknown would do."""
    _fill(meddled, "a", "b")
    seen: list[Any] = []
    meddled.meddle = lambda _form, ask: seen.append(ask())
    assert meddled.site().inspect().writable is True
    assert meddled.functions == [_SEARCH, _UPDATE]
    assert [cohort["id"] for cohort in seen[0]["cohorts"]] == [1]


def test_without_a_cohort_there_is_nothing_to_try_writing_on(meddled: Meddled) -> None:
    """Whether it may be written is then not known, rather than denied."""
    assert meddled.site().inspect().writable is None
    assert meddled.functions == [_SEARCH]


@pytest.mark.parametrize(
    ("answer", "writable"), [(refusal("nopermissions"), False), (refusal("invalidparameter"), True)]
)
def test_a_user_who_may_not_write_is_told_from_one_who_may(
    meddled: Meddled, answer: httpx2.Response, writable: bool
) -> None:
    """Moodle checks the capability before the category (recorded): it tells without writing."""
    _fill(meddled, "a")
    meddled.meddle = lambda form, _ask: answer if form["wsfunction"] == _UPDATE else None
    assert meddled.site().inspect().writable is writable


@pytest.mark.parametrize("answer", [refusal("codingerror"), json(None)])
def test_any_other_answer_proves_nothing(meddled: Meddled, answer: httpx2.Response) -> None:
    """Neither another refusal, nor a change that was taken."""
    _fill(meddled, "a")
    meddled.meddle = lambda form, _ask: answer if form["wsfunction"] == _UPDATE else None
    with pytest.raises(UnexpectedAnswer, match=URL):
        meddled.site().inspect()


def test_the_clock_is_the_one_of_the_last_answer(meddled: Meddled) -> None:
    """From the header ``Date``; without it, or with something else in it, it is not known."""
    for date, clock in (
        ("Wed, 25 Nov 2026 17:12:45 GMT", 1795626765),
        ("yesterday", None),
        (None, None),
    ):
        answer = json({"cohorts": []})
        answer.headers.update({"date": date} if date else {})
        meddled.meddle = lambda _form, _ask, answer=answer: answer  # type: ignore[misc]
        assert meddled.site().inspect().clock == clock


_ANYBODY = MoodleQuery(emails=frozenset({"user00001@example.org"}))


def _hiding(meddled: Meddled, *hidden: str) -> None:
    """Let Moodle leave these fields out, or the whole account."""

    def meddle(form: Form, ask: Callable[[], Any]) -> httpx2.Response | None:
        if form["wsfunction"] != _USERS:
            return None
        shown = [] if "all" in hidden else ask()
        return json([{k: v for k, v in row.items() if k not in hidden} for row in shown])

    meddled.meddle = meddle


@pytest.mark.parametrize(
    ("hidden", "capability"),
    [
        (("all",), "moodle/user:viewdetails and moodle/user:viewalldetails"),
        (("username", "auth", "confirmed"), "moodle/user:viewalldetails"),
        (("email",), "moodle/site:viewuseridentity"),
        (("suspended",), "moodle/user:viewhiddendetails"),
    ],
)
@pytest.mark.parametrize(
    "query",
    [
        _ANYBODY,
        MoodleQuery(usernames=frozenset({"user00001"})),
        MoodleQuery(idnumbers=frozenset({"x"})),
        MoodleQuery(hints={"nobody@example.org": "user00001"}),
        _MARKED.model_copy(update={"describe_members": True}),
    ],
)
def test_a_token_that_may_not_see_accounts_is_not_believed(
    meddled: Meddled, query: MoodleQuery, hidden: tuple[str, ...], capability: str
) -> None:
    """Moodle answers less without a word; that nobody was found is no proof of absence."""
    _fill(meddled, "a")
    _hiding(meddled, *hidden)
    with pytest.raises(AccessRefused, match=capability):
        meddled.site().read(query)


def test_the_guest_alone_shows_what_is_hidden(meddled: Meddled) -> None:
    """Accounts that show their address to everybody are found by it even so."""

    def meddle(form: Form, ask: Callable[[], Any]) -> httpx2.Response | None:
        if form.get("values[0]") != "guest":
            return None
        return json([{key: value for key, value in ask()[0].items() if key != "email"}])

    meddled.meddle = meddle
    with pytest.raises(AccessRefused, match="hides the field email"):
        meddled.site().read(_ANYBODY)


def test_a_member_that_is_not_shown_is_no_reading(meddled: Meddled) -> None:
    """Of every member whose account is wanted, it is read, or the reading fails."""
    _fill(meddled, "a")
    meddled.meddle = lambda form, _ask: (
        json([]) if form["wsfunction"] == _USERS and form["field"] == "id" else None
    )
    with pytest.raises(IncompleteRead, match="shows account 3 as a member, and no more of it"):
        meddled.site().read(_MARKED.model_copy(update={"describe_members": True}))


@pytest.mark.parametrize("release", RELEASES)
def test_a_cohort_without_an_idnumber_is_read(release: str) -> None:
    """Where PHP code left the idnumber NULL, Moodle answers null, and the site reads as a whole."""
    first, *_ = [c for c in _RECORDED if c["release"] == release and "NULL" in c["note"]]
    search, *_ = [c for c in _RECORDED if c["release"] == release and "searched" in c["note"]]
    answers = {_GET: first["body"], _SEARCH: search["body"]}
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
    _edit(
        meddled,
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
    _edit(meddled, "UPDATE user SET email = 'USER\u00d600001@example.org' WHERE id = 4")
    _edit(meddled, "UPDATE user SET email = 'usero00001@example.org' WHERE id = 3")
    emails = frozenset({"usero00001@example.org"})
    assert meddled.site().read(MoodleQuery(emails=emails)).accounts.keys() == {3, 4}


def test_only_an_illegal_value_finds_nobody(meddled: Meddled) -> None:
    """A look-up that fails for another reason is no proof of absence."""

    def meddle(form: Form, _ask: Callable[[], Any]) -> httpx2.Response | None:
        return refusal("dmlreadexception") if "users" in form["wsfunction"] else None

    meddled.meddle = meddle
    with pytest.raises(ReadError, match="dmlreadexception"):
        meddled.site().read(MoodleQuery(emails=frozenset({"a@x.org"})))


def test_what_web_services_cannot_see(meddled: Meddled) -> None:
    """Links and locked idnumbers are no evidence here, addresses and user names are."""
    assert meddled.site().unavailable() == {"link", "idnumber"}


class _Access:
    """A SiteAccess as the configuration would give it."""

    site = "ss"
    directory = "/nowhere"
    site_directory = "/nowhere/sites/ss"

    def __init__(self, url: str | None, token: str | None, /, **options: object) -> None:
        self.url = url
        self._token = token
        self._options = options

    def options(self, model: type[M]) -> M:
        return model.model_validate(self._options)

    def secret(self, key: str) -> str | None:
        return self._token if key == "token" else None


@pytest.mark.parametrize(
    ("access", "url"),
    [
        (_Access("https://a.example", TOKEN), "https://a.example"),
        (_Access("https://a.example", TOKEN, url="https://b.example/"), "https://b.example"),
        (_Access(None, TOKEN, url="https://b.example"), "https://b.example"),
    ],
)
def test_connecting_needs_an_address_and_a_token(access: _Access, url: str) -> None:
    """The site's own address comes before the one of its AVC; no call is made yet."""
    asked: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return json({"cohorts": []})

    site = connect(access, httpx2.MockTransport(answer))
    assert asked == []
    site.inspect()
    assert str(asked[0].url).startswith(f"{url}/webservice")


def test_connecting_without_either() -> None:
    """Each message names the site and what to set."""
    with pytest.raises(ConfigError, match=r"site ss has no address: set access\.url"):
        connect(_Access(None, TOKEN))
    for token in (None, ""):
        with pytest.raises(AccessRefused, match=r"Site ss has no web-service token: put it into"):
            connect(_Access("https://a.example", token))
    assert WebServiceAccess().timeout == 60


def _never(wanted: object, error: Exception) -> None:
    raise AssertionError(wanted) from error

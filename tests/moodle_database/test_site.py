"""A Moodle that is read by SQL and written by web services is one site, configured as one."""

from collections.abc import Mapping
from typing import Any

import httpx2
import pytest
from pydantic import ValidationError
from sqlalchemy import make_url

from providers.moodle.site import WebServiceAccess, WebServiceSite, connect
from reconciler.errors import AccessRefused, IncompleteRead
from reconciler.models.moodle import MoodleQuery
from reconciler.ports import M
from tests.databases import PASSWORD, account
from tests.moodle.support import TOKEN, json, sent
from tests.moodle_database.support import ADDRESS, EVERYBODY, read, small_site
from tests.moodle_database.tables import execute

_SHOWN = {
    row["id"]: {key: row[key] for key in ("id", "username", "email", "auth")}
    for row in small_site()["user"]
    if not row.get("deleted")
}
_COHORTS: list[dict[str, Any]] = small_site()["cohort"]


class _Access:
    """A SiteAccess as the configuration would give it."""

    site = "ss"
    directory = "/nowhere"
    site_directory = "/nowhere/sites/ss"
    url = ADDRESS

    def __init__(self, secrets: Mapping[str, str], /, **options: object) -> None:
        self._secrets = {"token": TOKEN, **secrets}
        self._options = options

    def options(self, model: type[M]) -> M:
        return model.model_validate(self._options)

    def secret(self, key: str) -> str | None:
        return self._secrets.get(key)


def _site(
    url: str,
    cohorts: list[dict[str, Any]] = _COHORTS,
    accounts: Mapping[int, Mapping[str, object]] = _SHOWN,
    **secrets: str,
) -> WebServiceSite:
    """A site whose web services show these cohorts and accounts."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        form = sent(request)
        if form["wsfunction"] == "core_cohort_search_cohorts":
            return json({"cohorts": []})
        if form["wsfunction"] == "core_cohort_get_cohorts":
            return json([{**row, "description": "as filters have it"} for row in cohorts])
        assert (form["wsfunction"], form["field"]) == ("core_user_get_users_by_field", "id")
        ids = [int(value) for name, value in form.items() if name.startswith("values[")]
        return json([accounts[number] for number in ids if number in accounts])

    return connect(_Access(secrets, database=url), httpx2.MockTransport(answer))


def test_everything_is_read_by_sql(moodle: str) -> None:
    """Two web-service calls make sure that it is the same site; no rule's evidence is missing."""
    site = _site(moodle)
    site.inspect()
    assert site.read(EVERYBODY) == read(moodle)
    assert site.enrolments(frozenset({3}), frozenset({20})) == {3: {20: frozenset({0, 1})}}
    assert site.unavailable() == frozenset()
    assert site.traffic() == ("3 web-service calls, 0.00 MiB received, 3 readings of the database")


@pytest.mark.parametrize(
    ("cohorts", "accounts", "words"),
    [
        (_COHORTS[:-1], _SHOWN, "cohort 4"),
        ([*_COHORTS, {**_COHORTS[0], "id": 5}], _SHOWN, "cohort 5"),
        ([{**_COHORTS[0], "idnumber": "another"}, *_COHORTS[1:]], _SHOWN, "cohort 1"),
        (_COHORTS, {**_SHOWN, 3: {"id": 3, "username": "somebody"}}, "account 3"),
    ],
)
def test_the_database_of_another_site(
    moodle: str,
    cohorts: list[dict[str, Any]],
    accounts: Mapping[int, Mapping[str, object]],
    words: str,
) -> None:
    """Its account ids are other people's on this site: nothing is believed."""
    with pytest.raises(IncompleteRead, match=f"do not show the same {words}. Check that") as caught:
        _site(moodle, cohorts, accounts).read(EVERYBODY)
    assert ADDRESS in str(caught.value)


@pytest.mark.parametrize("accounts", [{}, {3: {"id": 3}}])
def test_what_the_token_may_not_see_is_no_contradiction(
    moodle: str, accounts: Mapping[int, Mapping[str, object]]
) -> None:
    """Reading does not hang on it."""
    assert _site(moodle, accounts=accounts).read(EVERYBODY) == read(moodle)


def test_nobody_to_compare(moodle: str) -> None:
    """Where no account was read, none is asked for."""
    site = _site(moodle)
    site.read(MoodleQuery())
    assert site.traffic().startswith("1 web-service calls")


def test_both_ways_are_inspected(moodle: str) -> None:
    """A database that does not answer shows before anything is read; one that does, its facts."""
    facts = _site(moodle).inspect()
    assert (facts.url, facts.release) == (ADDRESS, read(moodle).release)
    assert (facts.issuers, facts.cohortrole) == (read(moodle).issuers, True)
    assert (facts.on_removal, facts.writable) == ("unenrol", None)
    assert facts.idnumber_locked == {"ldap": False, "manual": False, "oauth2": True}
    execute(moodle, "DROP TABLE mdl_config")
    with pytest.raises(Exception, match="shows no table 'mdl_config'"):
        _site(moodle).inspect()


def test_the_password_is_a_secret(moodle: str) -> None:
    """It is the site's ``password``; one in the address comes first."""
    with account(moodle) as reader:
        allowed = "ALL TABLES IN SCHEMA public"
        if moodle.startswith("mysql"):
            allowed = f"{make_url(moodle).database}.*"
        reader.run(f"GRANT SELECT ON {allowed} TO {reader.name}")
        bare = reader.url.replace(f":{PASSWORD}@", "@")
        assert _site(bare, password=PASSWORD).read(EVERYBODY) == read(moodle)
        assert _site(reader.url, password="wrong").read(EVERYBODY) == read(moodle)
        if moodle.startswith("mysql"):  # the test's PostgreSQL trusts everybody
            with pytest.raises(AccessRefused, match="refuses the login"):
                _site(bare, password="wrong").inspect()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"database": "moodle"}, "not a database URL"),
        ({"database": "sqlite:///moodle.sqlite"}, "not by sqlite://"),
        ({"database": f"oracle://u:{PASSWORD}@host/moodle"}, "addressed by mysql://, mariadb://"),
        ({"database": f"mysql://u:{PASSWORD}@b@host/moodle"}, "has an @ in it"),
        ({"database": "mysql://host/moodle", "prefix": "mdl-"}, "String should match pattern"),
    ],
)
def test_what_is_no_database_of_a_moodle(options: dict[str, str], words: str) -> None:
    """The key is named, and what is wrong, without any password."""
    with pytest.raises(ValidationError, match=words) as caught:
        WebServiceAccess.model_validate(options)
    assert PASSWORD not in str(caught.value)


def test_the_defaults() -> None:
    """No database, and the prefix that Moodle's installer proposes; no password is ever shown."""
    assert (WebServiceAccess().database, WebServiceAccess().prefix) == (None, "mdl_")
    shown = repr(WebServiceAccess(database=f"mysql://u:{PASSWORD}@host/moodle"))
    assert PASSWORD not in shown

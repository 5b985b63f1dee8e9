"""What Moodle does not show of accounts is no proof that it is not there."""

from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from reconciler.errors import AccessRefused, IncompleteRead, ReadError
from reconciler.models.moodle import MoodleQuery
from tests.moodle.support import USERS, WITH_MARK, Form, Meddled, json, refusal

_ANYBODY = MoodleQuery(emails=frozenset({"user00001@example.org"}))


def _hiding(meddled: Meddled, *hidden: str) -> None:
    """Let Moodle leave these fields out, or the whole account."""

    def meddle(form: Form, ask: Callable[[], Any]) -> httpx2.Response | None:
        if form["wsfunction"] != USERS:
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
        WITH_MARK.model_copy(update={"describe_members": True}),
    ],
)
def test_a_token_that_may_not_see_accounts_is_not_believed(
    meddled: Meddled, query: MoodleQuery, hidden: tuple[str, ...], capability: str
) -> None:
    """Moodle answers less without a word; that nobody was found is no proof of absence."""
    meddled.fill("a")
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
    meddled.fill("a")
    meddled.meddle = lambda form, _ask: (
        json([]) if form["wsfunction"] == USERS and form["field"] == "id" else None
    )
    with pytest.raises(IncompleteRead, match="shows account 3 as a member, and no more of it"):
        meddled.site().read(WITH_MARK.model_copy(update={"describe_members": True}))


def test_only_an_illegal_value_finds_nobody(meddled: Meddled) -> None:
    """A look-up that fails for another reason is no proof of absence."""

    def meddle(form: Form, _ask: Callable[[], Any]) -> httpx2.Response | None:
        return refusal("dmlreadexception") if "users" in form["wsfunction"] else None

    meddled.meddle = meddle
    with pytest.raises(ReadError, match="dmlreadexception"):
        meddled.site().read(MoodleQuery(emails=frozenset({"a@x.org"})))

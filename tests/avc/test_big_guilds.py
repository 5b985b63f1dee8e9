"""A guild with many members costs a walk through everybody, not a search for each member."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from providers.avc import people
from providers.databases.rows import rows
from reconciler.models.avc import AvcSnapshot, Claims
from reconciler.models.scope import GuildScope
from tests.avc.support import Rows, avc_at, load, member, small_site, user, user_data
from tests.avc.trap_cases import DATA

FIRST = GuildScope(uuid="group-1", name="web-dev")
CLAIMS = Claims(
    mails=frozenset({"CAROL@example.org"}), names=frozenset({"Twin"}), uids=frozenset({1})
)
STRANGER = 5
TWIN, ADDRESS, MEMBERS = 6, 7, 8
"""Somebody with a claimed name, somebody with a member's address, and the first member."""

Asking = Callable[[str], tuple[AvcSnapshot, list[str]]]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asking:
    """Reads the first guild; and what was asked about people."""

    def read(url: str) -> tuple[AvcSnapshot, list[str]]:
        queries: list[str] = []

        def noting(connection: Any, query: Any) -> Iterator[Any]:
            queries.append(str(query.compile(connection)))
            return rows(connection, query)

        monkeypatch.setattr(people, "rows", noting)
        return avc_at(url).read(FIRST, CLAIMS), queries

    return read


def big(name: str, size: int) -> Rows:
    """A guild of so many members; beside them a stranger, and people who claim to be somebody."""
    site = small_site()
    names = [f"{name}{number}" for number in range(size)]
    outside = [("stranger", "s@x"), ("TWIN", "t@x"), ("address", f"{names[0].upper()}@EXAMPLE.ORG")]
    inside = [(each, f"{each}@example.org") for each in names]
    for uid, (each, mail) in enumerate([*outside, *inside], STRANGER):
        site["users"].append(user(uid))
        site["users_field_data"].append(user_data(uid, each, mail=mail))
    site[DATA] += [member(1000 + uid, 1, uid) for uid in range(MEMBERS, MEMBERS + size)]
    site["users_field_data"][STRANGER]["status"] = None  # whom nobody asked about
    return site


@pytest.mark.parametrize(("name", "size"), [("p", 1100), ("П\u0130", 60)])
def test_many_texts_are_one_walk(asked: Asking, empty: str, name: str, size: int) -> None:
    """Also few that would be patterns; whoever is alike is found, and nobody else judged."""
    load(empty, big(name, size))
    snapshot, queries = asked(empty)
    wanted = {1, 2, 3, 4, TWIN, ADDRESS, *range(MEMBERS, MEMBERS + size)}
    assert set(snapshot.people) == wanted
    assert snapshot.counts.people == len(wanted)
    assert not [query for query in queries if "like" in query.lower()]
    assert len(queries) < 10


def test_few_texts_are_searched_for(asked: Asking, empty: str) -> None:
    """What is fetched for a small guild grows with the guild, not with the site."""
    load(empty, big("é", 3))
    snapshot, queries = asked(empty)
    assert set(snapshot.people) == {1, 2, 3, 4, TWIN, ADDRESS, *range(MEMBERS, MEMBERS + 3)}
    assert [query for query in queries if "like" in query.lower()]

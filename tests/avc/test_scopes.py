"""What each scope reads, and how much."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest

from providers.avc import people, read
from providers.databases.rows import rows
from providers.sandbox.avc.community import create
from reconciler.errors import NotFound
from reconciler.models.avc import AvcCounts, AvcSnapshot, Claims
from reconciler.models.scope import FullScope, GuildScope, Scope, UserScope
from tests.avc.support import Rows, avc_at, execute, load, small_site, user, user_data

FIRST = GuildScope(uuid="group-1", name="web-dev")


class Reading(Protocol):
    def __call__(self, url: str, scope: Scope, claims: Claims = ...) -> AvcSnapshot: ...


@pytest.fixture
def of() -> Reading:
    """Reads a scope of the site in a database."""

    def read(url: str, scope: Scope, claims: Claims | None = None) -> AvcSnapshot:
        return avc_at(url).read(scope, claims or Claims())

    return read


def with_people(*names_and_mails: tuple[str, str]) -> Rows:
    """The small site, and people from uid 5 on who are in no guild."""
    site = small_site()
    for uid, (name, mail) in enumerate(names_and_mails, start=5):
        site["users"].append(user(uid))
        site["users_field_data"].append(user_data(uid, name, mail=mail))
    return site


def test_guild_scope(of: Reading, empty: str) -> None:
    """A guild's scope has its members and roles, nobody else, and every guild's names."""
    load(empty, small_site())
    snapshot = of(empty, FIRST)
    assert [guild.id for guild in snapshot.guilds] == [1, 2]
    assert snapshot.members == {1: {2, 3}}
    assert snapshot.roles == {1: {"guild-admin": {2}, "guild-mentor": {3}}}
    assert set(snapshot.people) == {2, 3}
    assert snapshot.counts == AvcCounts(
        guilds=2, people=2, memberships=2, community=3, roles=2, community_roles=2, halves=0
    )


def test_user_scope(of: Reading, empty: str) -> None:
    """A person's scope has that person in each of the site's guilds, or nobody."""
    load(empty, small_site())
    snapshot = of(empty, UserScope(uid=2))
    assert snapshot.members == {1: {2}, 2: frozenset()}
    assert snapshot.roles == {1: {"guild-admin": {2}}, 2: {}}
    assert set(snapshot.people) == {2}
    assert snapshot.counts == AvcCounts(
        guilds=2, people=1, memberships=1, community=3, roles=1, community_roles=2, halves=0
    )


def test_whoever_a_uid_belongs_to_comes_along(of: Reading, empty: str) -> None:
    """An OAuth2 link names a uid: that person is in the snapshot; of a uid that is gone, nobody."""
    load(empty, small_site())
    snapshot = of(empty, FIRST, Claims(uids=frozenset({4, 99})))
    assert set(snapshot.people) == {2, 3, 4}
    assert snapshot.counts.people == 3


def test_the_roles_that_guilds_can_have(of: Reading, empty: str) -> None:
    """Each is a configuration object; those of other group types are none of ours."""
    site = small_site()
    site["config"] += [
        {"name": f"group.role.{role}", "data": "a:0:{}"}
        for role in ("guild-mentor", "guild-member", "flexible_group-admin")
    ]
    load(empty, site)
    assert of(empty, FIRST).guild_roles == frozenset({"guild-mentor", "guild-member"})


def test_full_scope_asks_no_claims(of: Reading, empty_sqlite: str) -> None:
    """Everybody is in the full scope, whatever is claimed."""
    load(empty_sqlite, small_site())
    claims = Claims(names=frozenset({"carol"}))
    assert of(empty_sqlite, FullScope(), claims) == of(empty_sqlite, FullScope())


@pytest.mark.parametrize(
    ("scope", "sentence"),
    [
        (GuildScope(uuid="group-3", name="web-dev"), "Guild 'web-dev' not found"),
        (GuildScope(uuid="GROUP-1", name="web-dev"), "Guild 'web-dev' not found"),
        (UserScope(uid=99), "User ID 99 not found in AVC"),
        (UserScope(uid=0), "User ID 0 not found in AVC"),
    ],
)
def test_not_found(of: Reading, empty: str, scope: Scope, sentence: str) -> None:
    """An unknown guild or person is said to be unknown; nobody is uid 0."""
    load(empty, small_site())
    with pytest.raises(NotFound) as raised:
        of(empty, scope)
    assert str(raised.value) == sentence


CLAIMS = [
    (Claims(mails=frozenset({"carol@example.org"})), {4}),
    (Claims(mails=frozenset({"CAROL@Example.org"})), {4}),
    (Claims(names=frozenset({"Carol"})), {4}),
    (Claims(uuids=frozenset({"user-4"})), {4}),
    (Claims(uuids=frozenset({"USER-4"})), {4}),
    (Claims(mails=frozenset({"c_rol@example.org"})), set()),
    (Claims(mails=frozenset({"%"}), names=frozenset({"é%"})), set()),
    (Claims(mails=frozenset({"carol"}), names=frozenset({"carol@example.org"})), set()),
    (Claims(mails=frozenset({""}), names=frozenset({""}), uuids=frozenset({""})), set()),
]


@pytest.mark.parametrize("scope", [FIRST, UserScope(uid=2)], ids=str)
def test_claims(of: Reading, empty: str, scope: Scope) -> None:
    """Whoever makes a claim is read too, case apart; claims are no patterns, and none is empty."""
    load(empty, with_people(("nomail", "")))
    execute(empty, "UPDATE users_field_data SET mail = '' WHERE uid = 5")  # or NULL: both occur
    alone = set(of(empty, scope).people)
    for claims, found in CLAIMS:
        assert set(of(empty, scope, claims).people) == alone | found, claims


def test_lookalikes(of: Reading, empty: str) -> None:
    """Whoever has the address or name of somebody in scope is read too, and is no member."""
    twins = with_people(
        ("other", "ALICE@example.org"), ("ALICE", "b@c.d"), ("x", "bob@example.net")
    )
    load(empty, twins)
    snapshot = of(empty, UserScope(uid=2))
    assert set(snapshot.people) == {2, 5, 6}
    assert snapshot.counts == AvcCounts(
        guilds=2, people=3, memberships=1, community=3, roles=1, community_roles=2, halves=0
    )
    assert set(of(empty, FIRST).people) == {2, 3, 5, 6}


def test_nobody_shares_a_missing_address(of: Reading, empty: str) -> None:
    """People without an address are not taken for each other."""
    load(empty, with_people(("first", ""), ("second", "")))
    execute(empty, "UPDATE users_field_data SET mail = '' WHERE uid > 4")
    assert set(of(empty, UserScope(uid=5)).people) == {5}


NAMES = [
    *("KELVIN", "\u212aelvin 2", "İstanbul", "ISTANBUL 2", "ıstanbul", "ΟΔΟΣ", "ÉMILE", "STRASSE"),
    *(
        "straße",
        "Ǆ",
        "ÅSA",
        "\u212bsa 2",
        "a/b",
        "A_B",
        "50%",
        "Ω\u2126",
        "i\u0307x",
        "日本",
        "É/",
        "\\x",
    ),
]


def test_case_is_folded_as_python_does(of: Reading, empty: str) -> None:
    """No database hides somebody because it folds case otherwise than ``str.lower``."""
    load(empty, with_people(*((name, f"{name}@example.org") for name in NAMES)))
    for uid, name in enumerate(NAMES, start=5):
        for claims in (
            Claims(names=frozenset({name.lower()})),
            Claims(mails=frozenset({f"{name}@example.org".lower()})),
        ):
            assert set(of(empty, UserScope(uid=1), claims).people) == {1, uid}, name


def test_translations_claim_nothing(of: Reading, empty: str) -> None:
    """What a translation of an account says is nobody's name."""
    site = small_site()
    site["users_field_data"].append(user_data(4, "carola", langcode="fr", default_langcode=0))
    load(empty, site)
    claims = Claims(names=frozenset({"carola"}), mails=frozenset({"carola@example.org"}))
    assert set(of(empty, UserScope(uid=1), claims).people) == {1}


def test_accents_are_kept(of: Reading, empty: str) -> None:
    """``emile`` is not ``émile``, though MariaDB's collations say so."""
    load(empty, with_people(("émile", "é@example.org")))
    claims = Claims(names=frozenset({"emile"}), mails=frozenset({"e@example.org"}))
    assert set(of(empty, UserScope(uid=1), claims).people) == {1}


def test_many_claims(of: Reading, empty: str) -> None:
    """More claims than fit one query are all asked, and none twice in the count."""
    load(empty, with_people(*((f"p{n}", f"p{n}@example.org") for n in range(1200))))
    claims = Claims(mails=frozenset(f"P{n}@example.org" for n in range(1200)))
    snapshot = of(empty, UserScope(uid=1), claims)
    assert len(snapshot.people) == snapshot.counts.people == 1201


def test_scopes_are_parts_of_the_whole(of: Reading, tmp_path: Path) -> None:
    """What a scope reads of members, roles and people is what the full scope has of them."""
    path = tmp_path / "avc.sqlite"
    community = create(path, guilds=12, users=60, members=200, seed=3)
    url = f"sqlite:///{path}"
    full = of(url, FullScope())
    for guild in community.guilds:
        part = of(url, GuildScope(uuid=guild.uuid, name=guild.label))
        assert part.members == {guild.id: full.members[guild.id]}
        assert part.roles == {guild.id: full.roles[guild.id]}
        assert part.people.items() <= full.people.items()
        assert part.guilds == full.guilds
        assert part.counts.memberships == len(full.members[guild.id])
    for uid in full.people:
        part = of(url, UserScope(uid=uid))
        assert part.members == {gid: uids & {uid} for gid, uids in full.members.items()}
        assert part.counts.memberships == sum(uid in uids for uids in full.members.values())


@pytest.fixture
def fetched(of: Reading, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Scope], int]:
    """Counts the rows of people, members and roles that a read fetches."""

    def counting(url: str, scope: Scope) -> int:
        number = 0

        def counted(*arguments: Any) -> Iterator[Any]:
            nonlocal number
            for row in rows(*arguments):
                number += 1
                yield row

        with monkeypatch.context() as patched:
            patched.setattr(people, "rows", counted)
            patched.setattr(read, "rows", counted)
            of(url, scope)
        return number

    return counting


def test_reading_grows_with_the_scope(tmp_path: Path, fetched: Callable[[str, Scope], int]) -> None:
    """A site twenty times as large costs a scope no more rows; the full scope it does."""
    urls = []
    for users in (100, 2000):
        path = tmp_path / f"{users}.sqlite"
        create(path, guilds=5, users=users, members=users, seed=1)
        url = f"sqlite:///{path}"
        execute(  # the same guild on both sites: seven people, uid 1 with three guilds
            url,
            "DELETE FROM group_relationship_field_data WHERE gid = 5 OR entity_id = 1",
            "INSERT INTO group_relationship_field_data SELECT 9000000 + uid,"
            " 'guild-group_membership', 'en', 1, 5, uid, '', 0, 0, 'group_membership', 'guild', 1"
            " FROM users WHERE uid BETWEEN 1 AND 7",
        )
        urls.append(url)
    guild_uuids = [avc_at(url).guilds()[4].uuid for url in urls]
    guild = [
        fetched(url, GuildScope(uuid=uuid, name="x"))
        for url, uuid in zip(urls, guild_uuids, strict=True)
    ]
    person = [fetched(url, UserScope(uid=1)) for url in urls]
    full = [fetched(url, FullScope()) for url in urls]
    assert guild[0] == guild[1] < 40
    assert person[0] == person[1] < 10
    assert full[1] > 10 * full[0]


def test_counts_are_the_databases_own(
    of: Reading, empty_sqlite: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When rows are lost on their way, the counts still say how many there are."""
    load(empty_sqlite, small_site())
    whole = of(empty_sqlite, FullScope()).counts

    def lossy(*arguments: Any) -> Iterator[Any]:
        yield from list(rows(*arguments))[1:]

    monkeypatch.setattr(people, "rows", lossy)
    monkeypatch.setattr(read, "rows", lossy)
    cut = of(empty_sqlite, FullScope())
    assert len(cut.people) == 3
    assert (
        cut.counts
        == whole
        == AvcCounts(
            guilds=2, people=4, memberships=3, community=3, roles=2, community_roles=2, halves=0
        )
    )

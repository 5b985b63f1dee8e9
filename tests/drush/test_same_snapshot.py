"""The same snapshot from Drush and from SQL, compared field by field."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.avc.drush.folding import small_letters
from providers.sandbox.avc.tables import Release
from reconciler.models.avc import AvcSnapshot, Claims
from reconciler.models.scope import FullScope, GuildScope, Scope, UserScope
from tests.avc.support import (
    Rows,
    as_group_1,
    avc_at,
    load,
    rows_of,
    small_site,
    user,
    user_data,
)
from tests.drush.conftest import Projects
from tests.drush.support import Project, project_at, with_identity

REAL = rows_of("avc")
GROUP_3 = with_identity(rows_of("avc-group3"), REAL)
SITES: dict[str, tuple[Release, Rows]] = {
    "group-1": (1, as_group_1(REAL)),
    "group-2": (2, REAL),
    "group-3": (3, GROUP_3),
}


def assert_same(project: Project, scope: Scope, claims: Claims, prefix: str = "") -> AvcSnapshot:
    """Read by both, and compare every field; of facts, those that SQL can see."""
    drush = project.avc().read(scope, claims)
    sql = avc_at(project.url, **({"prefix": prefix} if prefix else {})).read(scope, claims)
    for field in AvcSnapshot.model_fields:
        if field != "facts":
            assert getattr(drush, field) == getattr(sql, field), (field, scope, claims)
    assert drush.facts is not None
    assert sql.facts is not None
    for field in ("site_uuid", "modules"):
        assert getattr(drush.facts, field) == getattr(sql.facts, field), field
    return drush


def scopes(full: AvcSnapshot) -> Iterator[tuple[Scope, Claims]]:
    """Scopes of every kind, and claims of every kind, of people inside and outside of them."""
    people = full.people
    busiest = max(full.members, key=lambda guild: len(full.members[guild]))
    outside = next(iter(people.keys() - full.members[busiest]), 1)
    everything = Claims(
        mails=frozenset({people[outside].mail.upper(), "nobody@example.org"}),
        names=frozenset({people[max(people)].name.title()}),
        uuids=frozenset({people[min(people)].uuid.upper()}),
        uids=frozenset({outside, 999_999}),
    )
    for guild in {full.guilds[0], full.guilds[-1], *(g for g in full.guilds if g.id == busiest)}:
        yield GuildScope(uuid=guild.uuid, name=guild.label), Claims()
        yield GuildScope(uuid=guild.uuid, name=guild.label), everything
    blocked = next(iter(full.blocked), outside)
    for uid in {1, outside, blocked}:
        yield UserScope(uid=uid), Claims()
    yield UserScope(uid=1), everything


@pytest.mark.parametrize("site", SITES)
def test_real_rows_are_the_same(empty: str, project_of: Projects, site: str) -> None:
    """On each database and release of Group, for the whole, and for guilds and people of it."""
    release, rows = SITES[site]
    without = ("path_alias", "group__field_group_description") if release == 3 else ()
    load(empty, rows, release, without=without)
    project = project_of(empty, release)
    full = assert_same(project, FullScope(), Claims())
    assert full.counts.memberships > 10
    for scope, claims in scopes(full):
        assert_same(project, scope, claims)


def test_a_prefix(empty: str, project_of: Projects) -> None:
    """With a prefix only its tables count, whatever site shares the database."""
    load(empty, GROUP_3, 3, prefix="nwp_")
    load(empty, REAL, 2)
    project = project_of(empty, 3, "nwp_")
    assert len(assert_same(project, FullScope(), Claims(), "nwp_").guilds) == 2


NAMES = st.text("aAkK\u212aiI\u0130\u0131\u0307sSßſσςΣéÉ日%_/\\ 1", min_size=1, max_size=4)


@settings(max_examples=25)
@given(names=st.lists(NAMES, min_size=2, max_size=6, unique=True), claimed=NAMES)
def test_whoever_may_be_the_same_is_found(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], claimed: str
) -> None:
    """Names that databases, PHP and Python fold differently lead to the same people."""
    place = tmp_path_factory.mktemp("folding")
    site = small_site()
    for uid, name in enumerate(names, 5):
        site["users"].append(user(uid))
        site["users_field_data"].append(user_data(uid, name, mail=f"{name}@x"))
    url = f"sqlite:///{place / 'avc.sqlite'}"
    load(url, site)
    project = project_at(place / "avc", url)
    claims = Claims(names=frozenset({claimed}), mails=frozenset({f"{names[0]}@X"}))
    assert_same(project, UserScope(uid=5), claims)


def test_small_letters_are_all_of_pythons() -> None:
    """Every character that has a small letter is in the table, and none beyond its end has one."""
    letters = small_letters()
    for code in range(0x110000):
        assert letters.get(chr(code), chr(code)) == chr(code).lower()


@given(st.text(NAMES.map(lambda text: text[0]), max_size=6))
def test_the_table_folds_whatever_python_does(text: str) -> None:
    """Texts with the same ``lower()`` are the same by the table, if the two sigmas are."""
    by_table = "".join(small_letters().get(letter, letter) for letter in text)
    assert by_table.replace("ς", "σ") == text.lower().replace("ς", "σ")

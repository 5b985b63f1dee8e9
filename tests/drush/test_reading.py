"""Reading through Drush: what a look tells, one moment, nothing written, whatever the size."""

import time
from pathlib import Path

import pytest
from sqlalchemy import make_url

from providers.sandbox.avc.community import create
from reconciler.errors import UnexpectedAnswer
from reconciler.models.avc import Claims, KeyFile
from reconciler.models.scope import FullScope, GuildScope, Scope, UserScope
from tests.avc.support import avc_at, execute, load, observed, small_site
from tests.avc.trap_cases import USUAL
from tests.databases import account
from tests.drush.conftest import Projects
from tests.drush.support import Project, contents, with_pages_of


@pytest.fixture
def sandbox(tmp_path: Path, project_of: Projects) -> Project:
    """The sandbox's community."""
    path = tmp_path / "avc.sqlite"
    create(path, guilds=5, users=40, members=90, seed=7)
    return project_of(f"sqlite:///{path}")


def test_a_look_tells_all_that_there_is(sandbox: Project) -> None:
    """UUID, modules, release, keys and their permissions, token lifetime, clock; no sync yet."""
    facts = sandbox.avc().inspect()
    assert facts.site_uuid == avc_at(sandbox.url).inspect().site_uuid
    assert facts.modules is not None
    assert {"avc_moodle_sync", "simple_oauth", "group"} <= facts.modules
    assert facts.release == "10.5.1"
    assert facts.sync is not None
    assert (facts.sync.last_sync, facts.sync.failed_syncs) == (None, 0)
    assert facts.public_key == KeyFile(path="../keys/public.key", there=True, mode=0o644)
    assert facts.private_key == KeyFile(path="../keys/private.key", there=True, mode=0o600)
    assert facts.token_lifetime == 300
    assert facts.clock is not None
    assert abs(facts.clock - time.time()) < 60


def test_a_key_that_is_not_there(sandbox: Project) -> None:
    """A key file that is named and missing has no permissions; permissions are as they are."""
    (sandbox.root / "keys" / "public.key").unlink()
    (sandbox.root / "keys" / "private.key").chmod(0o644)
    facts = sandbox.avc().inspect()
    assert facts.public_key == KeyFile(path="../keys/public.key", there=False)
    assert facts.private_key == KeyFile(path="../keys/private.key", there=True, mode=0o644)


def test_a_key_that_nobody_lets_us_see(sandbox: Project) -> None:
    """In a directory that may not be searched a file is not missing: nobody knows."""
    keys = sandbox.root / "keys"
    (keys / "public.key").unlink()
    for name in ("../keys/public.key", f"{keys}/below/public.key"):
        sandbox.configure(f"$config['simple_oauth.settings']['public_key'] = '{name}';")
        assert sandbox.avc().inspect().public_key == KeyFile(path=name, there=False)
    # Nothing is hidden from root, who may run this test.
    hidden = sandbox.root / "hidden.php"
    hidden.write_text(
        "<?php namespace avc_moodle_sync;"
        " function is_executable(string $path): bool { return basename($path) !== 'keys'; }"
    )
    sandbox.configure(f"require_once '{hidden}';")
    for name in ("../keys/public.key", f"{keys}/below/public.key"):
        sandbox.configure(f"$config['simple_oauth.settings']['public_key'] = '{name}';")
        assert sandbox.avc().inspect().public_key is None
    assert sandbox.avc().inspect().private_key is not None


CACHED = """
$settings['sandbox_cached_config'] = [
    'system.site' => ['uuid' => 'another'],
    'core.extension' => ['module' => ['group' => 0, 'another' => 0]],
];
"""


def test_what_a_cache_keeps(empty: str, project_of: Projects) -> None:
    """Of whose database this is, a cache may know less: after a restore it is another site's."""
    load(empty, small_site())
    project = project_of(empty)
    project.configure(CACHED)
    stored = avc_at(empty).inspect()
    for facts in (project.avc().inspect(), project.avc().read(FullScope(), Claims()).facts):
        assert facts is not None
        assert (facts.site_uuid, facts.modules) == (stored.site_uuid, stored.modules)


def test_the_identity_is_of_the_same_moment(empty: str, project_of: Projects) -> None:
    """A database that becomes another site's while it is read is still read as the one it was."""
    site = small_site()
    site["config"].append({"name": "group.role.guild-mentor", "data": "a:0:{}"})
    load(empty, site)
    project = project_of(empty)
    whole = project.avc().read(FullScope(), Claims())
    # Once the guilds' roles have been read, and before anything else of it has.
    project.configure(
        "$settings['sandbox_before_query'] = static function ($query) use ($databases) {"
        " static $after = 0; if (str_contains($query, 'group.role.guild') || $after) { $after++; }"
        f" if ($after === 2) {{ {elsewhere('DELETE FROM {config}')} }} }};"
    )
    now = project.avc().read(FullScope(), Claims())
    assert now.site_uuid == whole.site_uuid
    assert now.guild_roles == frozenset({"guild-mentor"})


def test_what_settings_override(sandbox: Project) -> None:
    """Keys are those in force; the UUID is the stored one, which SQL sees, too."""
    sandbox.configure("$config['simple_oauth.settings']['public_key'] = '/nowhere/public.key';")
    sandbox.configure("$config['system.site']['uuid'] = 'another';")
    facts = sandbox.avc().inspect()
    assert facts.public_key == KeyFile(path="/nowhere/public.key", there=False)
    assert facts.site_uuid == avc_at(sandbox.url).inspect().site_uuid


def test_a_site_without_keys(small: Project) -> None:
    """Where nothing names keys, no path is made up."""
    facts = small.avc().inspect()
    assert facts.public_key == facts.private_key == KeyFile(path="", there=False)
    assert facts.token_lifetime is None


def test_a_look_and_the_guilds_are_one_process(sandbox: Project) -> None:
    """Asked for one after the other, and again, they cost one start of Drush."""
    avc = sandbox.avc()
    facts = avc.inspect()
    assert avc.guilds() == avc_at(sandbox.url).guilds()
    assert avc.inspect() == facts
    assert avc.traffic().startswith("avc: 1 PHP processes, ")
    avc.read(FullScope(), Claims())
    assert avc.traffic().startswith("avc: 2 PHP processes, ")


def test_a_read_brings_the_facts_along(sandbox: Project) -> None:
    """What a look would tell comes with a read, from the same process."""
    avc = sandbox.avc()
    facts = avc.read(UserScope(uid=1), Claims()).facts
    assert facts is not None
    assert facts.model_copy(update={"clock": 0}) == avc.inspect().model_copy(update={"clock": 0})


def test_the_address_is_the_carriers(small: Project) -> None:
    """Nothing is started for it; a directory of this machine knows none."""
    avc = small.avc()
    assert avc.address() is None
    assert avc.traffic().startswith("avc: 0 PHP processes, ")


SCOPES = (FullScope(), GuildScope(uuid="group-1", name="web"), UserScope(uid=2))


def test_reading_writes_nothing(empty: str, project_of: Projects) -> None:
    """Not a row of any table changes by looking or reading."""
    load(empty, small_site())
    project = project_of(empty)
    before = contents(empty)
    project.avc().guilds()
    for scope in SCOPES:
        project.avc().read(scope, Claims(names=frozenset({"carol"})))
    assert contents(empty) == before


@pytest.mark.parametrize("empty", ["mariadb", "postgresql"], indirect=True)
def test_reading_needs_no_right_to_write(empty: str, project_of: Projects) -> None:
    """With a login that may SELECT only, everything is read."""
    load(empty, small_site())
    name = make_url(empty).database
    mysql = empty.startswith("mysql")
    with account(empty) as reader:
        what = f"{name}.*" if mysql else "ALL TABLES IN SCHEMA public"
        reader.run(f"GRANT SELECT ON {what} TO {reader.name}")
        project = project_of(reader.url)
        for scope in SCOPES:
            project.avc().read(scope, Claims(names=frozenset({"carol"})))


@pytest.mark.parametrize("empty", ["mariadb", "postgresql"], indirect=True)
def test_the_moment_of_reading_cannot_write(empty: str, project_of: Projects) -> None:
    """A query that would write in it is refused by the database itself."""
    load(empty, small_site())
    project = project_of(empty)
    write = "\\Drupal::database()->query('DELETE FROM {users_data}');"
    project.configure(before("SELECT DISTINCT g.id", write))
    with pytest.raises(UnexpectedAnswer, match=r"(?i)read.only"):
        project.avc().read(FullScope(), Claims())


def before(words: str, php: str) -> str:
    """Settings that run PHP once, before the first query that has these words."""
    return (
        "$settings['sandbox_before_query'] = static function ($query) use ($databases)"
        f" {{ static $done = false; if (!$done && str_contains($query, '{words}')) {{"
        f" $done = true; {php} }} }};"
    )


def elsewhere(*statements: str) -> str:
    """PHP that runs these over a connection of its own."""
    other = "$other = new \\Drupal\\Core\\Database\\Connection($databases['default']['default']);"
    return other + "".join(f"$other->query('{statement}');" for statement in statements)


def test_one_moment(empty: str, project_of: Projects) -> None:
    """What others write while it is read is not seen in it, whatever isolation Drupal sets."""
    load(empty, small_site())
    project = project_of(empty)
    # Guilds have been read when somebody deletes all the people, and a guild.
    statements = ("DELETE FROM {users}", "DELETE FROM {users_field_data}", "DELETE FROM {groups}")
    project.configure(before("FROM {path_alias}", elsewhere(*statements)))
    assert observed(project.avc().read(FullScope(), Claims())) == USUAL
    assert avc_at(empty).read(FullScope(), Claims()).people == {}


def test_reading_grows_with_the_scope(tmp_path: Path, project_of: Projects) -> None:
    """A site twenty times as large costs a scope hardly more bytes; the full scope it does."""
    told: list[dict[str, int]] = []
    for users in (100, 2000):
        path = tmp_path / f"{users}.sqlite"
        create(path, guilds=5, users=users, members=users, seed=1)
        url = f"sqlite:///{path}"
        execute(url, "DELETE FROM group_relationship_field_data WHERE gid = 5 OR entity_id = 1")
        execute(
            url,
            "INSERT INTO group_relationship_field_data SELECT 9000000 + uid,"
            " 'guild-group_membership', 'en', 1, 5, uid, '', 0, 0, 'group_membership', 'guild', 1"
            " FROM users WHERE uid BETWEEN 1 AND 7",
        )
        project = project_of(url)
        guild = GuildScope(uuid=avc_at(url).guilds()[4].uuid, name="x")
        told.append(
            {str(scope): heard(project, scope) for scope in (guild, UserScope(uid=1), FullScope())}
        )
    small, large = told
    assert large["guild x"] < small["guild x"] + 200
    assert large["user 1"] < small["user 1"] + 200
    assert large["full"] > 8 * small["full"]


def heard(project: Project, scope: Scope) -> int:
    avc = project.avc()
    avc.read(scope, Claims())
    return int(avc.traffic().split(", ")[1].split()[0])


def test_pages_lose_nobody(small: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where rows are fetched page by page, all of them come, translations in between or not."""
    with_pages_of(monkeypatch, 1)
    execute(
        small.url,
        "INSERT INTO group_relationship_field_data SELECT id, type, 'fr', uid, gid, entity_id,"
        " label, created, changed, plugin_id, group_type, 0 FROM group_relationship_field_data",
    )
    assert observed(small.avc().read(FullScope(), Claims())) == USUAL
    for scope in SCOPES[1:]:
        assert small.avc().read(scope, Claims()).members == (
            avc_at(small.url).read(scope, Claims()).members
        )

"""What goes wrong at a site: one sentence with site, carrier and remedy, and nothing half read."""

from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.errors import ConfigError, ReadError, SiteUnreachable, UnexpectedAnswer
from reconciler.models.avc import Claims, SyncRecord
from reconciler.models.scope import FullScope
from tests.avc.support import execute
from tests.drush.support import Project, contents

RECORD = SyncRecord(full=True, failed=False, users=1, cohorts=1, people=frozenset({2}))


def _sql(*statements: str) -> Callable[[Project], object]:
    return lambda project: execute(project.url, *statements)


def _php(lines: str) -> Callable[[Project], object]:
    return lambda project: project.configure(lines)


_MODULES = 'a:1:{s:6:"module";a:1:{s:4:"user";i:0;}}'
STATES: dict[str, tuple[Callable[[Project], object], type[ReadError], str]] = {
    "no settings": (
        lambda project: project.settings.unlink(),
        SiteUnreachable,
        "has no database in its settings.php .*`drush status`",
    ),
    "database down": (
        _php(
            "$databases['default']['default'] = ['driver' => 'mysql', 'prefix' => '', 'host' =>"
            " '127.0.0.1', 'port' => '1', 'database' => 'x', 'username' => 'x', 'password' => ''];"
        ),
        SiteUnreachable,
        r"does not reach its database: SQLSTATE\[HY000\] \[2002\] Connection refused\. Start the",
    ),
    "maintenance": (
        _sql(
            "INSERT INTO key_value (collection, name, value)"
            " VALUES ('state', 'system.maintenance_mode', 'i:1;')"
        ),
        SiteUnreachable,
        r"site avc \(on this machine\) is in maintenance mode\. Try again when it is back\.",
    ),
    "an empty database": (
        _sql("DROP TABLE key_value"),
        SiteUnreachable,
        "cannot start Drupal, though its database answers. Is it installed",
    ),
    "a mistake in settings.php": (_php("$x = ;"), UnexpectedAnswer, "syntax error.*settings.php"),
    "settings.php that exits": (
        _php("echo 'Closed for the summer.'; exit;"),
        UnexpectedAnswer,
        "Closed for the summer",
    ),
    "settings.php that exits silently": (_php("exit;"), UnexpectedAnswer, "exit code 1: without a"),
    "settings.php that throws": (
        _php("throw new Exception('No vault is open here today.');"),
        UnexpectedAnswer,
        "exit code 1: No vault is open here today. Try",
    ),
    "no groups": (
        _sql(f"UPDATE config SET data = '{_MODULES}' WHERE name = 'core.extension'"),
        UnexpectedAnswer,
        "module group is not enabled",
    ),
    "no guilds": (
        _sql("DELETE FROM config WHERE name = 'group.type.guild'"),
        UnexpectedAnswer,
        "no group type `guild`",
    ),
    "no roles": (
        _sql("DROP TABLE group_content__group_roles"),
        UnexpectedAnswer,
        r"no field `group_roles` .*not available for the 'group_roles' field\)",
    ),
    "a table gone": (
        _sql("DROP TABLE users_field_data"),
        UnexpectedAnswer,
        "stopped: [^{]*no such table: users_field_data. Try",
    ),
    "no identity": (
        _sql("DELETE FROM config WHERE name = 'system.site'"),
        UnexpectedAnswer,
        "no site UUID",
    ),
    "a fatal error": (
        _php(
            "ini_set('memory_limit', '64M');"
            "$settings['sandbox_before_query'] = fn ($q) => str_repeat('x', 1 << 30);"
        ),
        UnexpectedAnswer,
        "ran out of memory .*Raise memory_limit",
    ),
    "an exit in the middle": (
        _php(
            "$settings['sandbox_before_query'] = static function ($q) {"
            " if (str_contains($q, 'path_alias')) { echo 'Gone.'; exit(0); } };"
        ),
        UnexpectedAnswer,
        "stopped: Gone. Try",
    ),
    "drush gone": (
        lambda project: (project.root / "vendor" / "bin" / "drush").unlink(),
        SiteUnreachable,
        "vendor/bin/drush",
    ),
    "no directory": (
        lambda project: project.root.rename(project.root.with_name("moved")),
        SiteUnreachable,
        "nwp.yml",
    ),
}


@pytest.mark.parametrize("state", STATES)
def test_a_site_that_cannot_be_read(small: Project, state: str) -> None:
    """Site, carrier, what is wrong and what to do, in one line; looking fails as reading does."""
    arrange, error, sentence = STATES[state]
    arrange(small)
    for ask in (lambda: small.avc().read(FullScope(), Claims()), lambda: small.avc().inspect()):
        if state == "a table gone" and "inspect" in ask.__code__.co_names:
            continue  # people are none of a look's business
        with pytest.raises(error, match=sentence) as raised:
            ask()
        said = str(raised.value)
        assert "site avc" in said.lower()
        assert "\n" not in said
        assert said.endswith(".")


DOWN = [state for state in STATES if state not in {"a table gone", "no identity", "no roles"}]


@pytest.mark.parametrize(
    "state", [state for state in DOWN if not state.startswith(("no gr", "no gu", "an exit"))]
)
def test_a_site_that_cannot_be_written(small: Project, state: str) -> None:
    """A site that is not up is told nothing, and says so."""
    arrange, error, _ = STATES[state]
    arrange(small)
    before = contents(small.url)
    with pytest.raises(error, match=r"[Ss]ite avc"):
        small.avc().record(RECORD)
    assert contents(small.url) == before


def test_maintenance_that_is_over(small: Project) -> None:
    """Drupal keeps the value when maintenance ends."""
    execute(
        small.url,
        "INSERT INTO key_value (collection, name, value)"
        " VALUES ('state', 'system.maintenance_mode', 'b:0;')",
    )
    assert small.avc().record(RECORD)
    assert len(small.avc().read(FullScope(), Claims()).people) == 4


ILLEGIBLE = {
    "guild 2": "UPDATE groups_field_data SET label = CAST(X'41ff' AS TEXT) WHERE id = 2",
    "user 3": "UPDATE users_field_data SET name = CAST(X'41ff' AS TEXT) WHERE uid = 3",
    "a role in guild 1": (
        "UPDATE group_content__group_roles SET group_roles_target_id = CAST(X'ff' AS TEXT)"
    ),
    "the alias of /group/1": (
        "INSERT INTO path_alias VALUES (1, 'x', 'en', '/group/1', CAST(X'ff' AS TEXT), 1)"
    ),
    "the description of guild 1": (
        "INSERT INTO group__field_group_description"
        " VALUES ('guild', 0, 1, 1, 'en', 0, CAST(X'ff' AS TEXT))"
    ),
}


@pytest.mark.parametrize("row", ILLEGIBLE)
def test_what_cannot_be_said_is_named(small: Project, row: str) -> None:
    """Text that is not UTF-8, which JSON has no way to write."""
    execute(small.url, ILLEGIBLE[row])
    with pytest.raises(UnexpectedAnswer, match=rf"text that is not UTF-8, in {row}\. Mend"):
        small.avc().read(FullScope(), Claims())


def test_silence_is_ended(small: Project) -> None:
    """A Drush that hangs is stopped after the configured time."""
    small.configure("sleep(60);")
    with pytest.raises(SiteUnreachable, match=r"site avc .*nothing for 0.5 seconds.*silence"):
        small.avc(silence=0.5).inspect()


def test_warnings_are_no_failure(small: Project) -> None:
    """What Drupal and Drush complain about beside our answer does not matter."""
    small.configure("echo 'Hello', PHP_EOL; trigger_error('old', E_USER_DEPRECATED); $x = $y;")
    assert len(small.avc().read(FullScope(), Claims()).people) == 4


def test_another_drush(small: Project) -> None:
    """Drush is where access.drush says, from the site's root."""
    bin_directory = small.root / "vendor" / "bin"
    (bin_directory / "drush").rename(bin_directory / "drush12")
    assert small.avc(drush="vendor/bin/drush12").inspect().release == "10.5.1"


@pytest.mark.parametrize(
    "options",
    [
        {"drush": "drush; rm -rf /"},
        {"drush": "$HOME/drush"},
        {"drush": "-r"},
        {"drush": ""},
        {"drush": "drush\n"},
        {"drush": "vendör/drush"},
        {"via": "sql"},
        {"silence": 0},
        {"any_owner": True},
        {"database": "sqlite:///x"},
    ],
)
def test_options_that_make_no_sense_are_refused(tmp_path: Path, options: dict[str, object]) -> None:
    """Shells may be on the way to Drush: its path has plain characters only."""
    with pytest.raises(ConfigError):
        Project(tmp_path, "").avc(**options)

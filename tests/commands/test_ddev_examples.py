"""The specification's five examples, and the two commands beside them, on two DDEV projects.

Their outputs are files in tests/data/examples. ``REWRITE_EXAMPLES=1`` writes them anew: read the
difference before you keep it.
"""

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.commands.two_projects import TwoProjects, two_projects
from tests.two_sites import TwoSites

EXAMPLES = Path(__file__).parent.parent / "data" / "examples"
_CHANGES = (
    (r"in \d+s$", "in _s"),
    (r"\b\d+ ms$", "_ ms"),
    (r"\d+ s apart$", "_ s apart"),
    (r"127\.0\.0\.1:\d+", "127.0.0.1:_"),
    (r"\d{4}-\d\d-\d\d \d\d:\d\d UTC, .*", "today"),
)


@pytest.fixture
def projects(sites: TwoSites, monkeypatch: pytest.MonkeyPatch) -> Iterator[TwoProjects]:
    """Both sites, and an OAuth2 issuer in Moodle that is this AVC."""
    with two_projects(sites, monkeypatch) as found:
        sites.in_moodle(
            f"INSERT INTO oauth2_issuer (name, baseurl, enabled) VALUES ('AVC', '{found.url}', 1)"
        )
        yield found


def settled(text: str) -> str:
    """The output without what is another in each run."""
    for pattern, instead in _CHANGES:
        text = re.sub(pattern, instead, text, flags=re.MULTILINE)
    return text


def rows(file: Path) -> list[str]:
    """All that a SQLite file holds. Its bytes say less: Drupal changes how it is written to."""
    with closing(sqlite3.connect(file)) as db:
        db.create_collation("NOCASE_UTF8", lambda a, b: (a.lower() > b.lower()) - (a < b))
        return list(db.iterdump())


def check(name: str, found: str) -> None:
    file = EXAMPLES / f"{name}.txt"
    if os.environ.get("REWRITE_EXAMPLES"):
        file.write_text(settled(found), encoding="utf-8")
    assert settled(found) == file.read_text(encoding="utf-8")


def test_the_five_examples_and_their_outputs(projects: TwoProjects) -> None:
    """In a directory with nwp.yml and the two projects, and no other configuration."""
    members = "DELETE FROM group_relationship_field_data WHERE plugin_id = 'group_membership'"
    for name, change, arguments in (
        ("dry-run", "", ["--full", "--dry-run"]),
        ("full", "", ["--full"]),
        ("guild", f"{members} AND gid = 1 AND entity_id = 134", ["--guild=web-dev"]),
        ("user", f"{members} AND gid = 3 AND entity_id = 123", ["--user=123"]),
        ("verbose", f"{members} AND gid = 2 AND entity_id = 201", ["--full", "--verbose"]),
    ):
        if change:
            projects.sites.in_avc(change)
        ran = projects.pl("avc-moodle-sync", "avc", "ss", *arguments)
        assert (ran.code, ran.err) == (0, "")
        check(name, ran.out)
    assert projects.sites.members() == {
        "web-dev": {223, 189},
        "content-team": {223},
        "design-team": {105},
    }


def test_status_and_test(projects: TwoProjects) -> None:
    """After a first sync; only https is missing."""
    assert projects.pl("avc-moodle-sync", "avc", "ss").code == 0
    for name, arguments, code in (
        ("status", ["avc-moodle-status", "avc", "ss", "--check"], 0),
        ("test", ["avc-moodle-test", "avc", "ss"], 1),
    ):
        ran = projects.pl(*arguments)
        assert (ran.code, ran.err) == (code, "")
        check(name, ran.out)


def test_nothing_is_asked_of_ddev_but_to_describe_and_to_run(projects: TwoProjects) -> None:
    """Each project is described before each program, and runs what the command needs: no more.

    Drush reads and is told of the run; PHP reads Moodle and writes it.
    """
    assert projects.pl("avc-moodle-sync", "avc", "ss").code == 0
    drush = "exec vendor/bin/drush php:script -"
    assert projects.asked(projects.avc) == ["describe", drush] * 2
    assert projects.asked(projects.moodle) == ["describe", "exec php"] * 2


def test_a_dry_run_tells_nobody_anything(projects: TwoProjects) -> None:
    """Neither site's rows change, and AVC is not told of it."""
    files = [projects.sites.directory / name for name in ("avc.sqlite", "moodle.sqlite")]
    before = [rows(file) for file in files]
    for mode in ("--full", "--guild=web-dev", "--user=123"):
        assert projects.pl("avc-moodle-sync", "avc", "ss", mode, "--dry-run").code == 0
    assert projects.pl("avc-moodle-status", "avc", "ss", "--check").code == 0
    assert [rows(file) for file in files] == before


FAILS = "INSERT OR REPLACE INTO config (name, value) VALUES ('maintenance_enabled', '1')"


def failed_syncs(projects: TwoProjects) -> list[str]:
    query = "SELECT value FROM key_value WHERE name = 'avc_moodle_sync.failed_syncs'"
    return [value for (value,) in projects.sites.avc_rows(query)]


@pytest.mark.parametrize("command", [["sync", "avc", "ss"], ["apply", "plan.yaml", "--yes"]])
def test_every_command_counts_a_run_that_fails(projects: TwoProjects, command: list[str]) -> None:
    """Once."""
    assert projects.sites.reconciler("plan", "avc", "ss", "-o", "plan.yaml").code == 0
    projects.sites.in_moodle(FAILS)
    assert projects.sites.reconciler(*command).code == 1
    assert failed_syncs(projects) == ["i:1;"]


def test_what_only_looks_is_no_failed_run(projects: TwoProjects) -> None:
    """A dry run, a plan, the status and the test may fail as often as they like."""
    projects.sites.in_moodle(FAILS)
    assert projects.pl("avc-moodle-sync", "avc", "ss", "--dry-run").code == 1
    assert projects.sites.reconciler("sync", "avc", "ss", "--dry-run").code == 1
    assert projects.sites.reconciler("plan", "avc", "ss").code == 1
    for command in ("avc-moodle-status", "avc-moodle-test"):
        assert projects.pl(command, "avc", "ss").code == 1
    assert failed_syncs(projects) == []


def test_an_old_plan_is_no_full_synchronisation(projects: TwoProjects) -> None:
    """With nothing of it left to do, and other things due, AVC's last_sync stays what it was."""
    assert projects.pl("avc-moodle-sync", "avc", "ss").code == 0
    assert projects.sites.reconciler("plan", "avc", "ss", "-o", "plan.yaml").code == 0
    projects.sites.in_avc(
        "UPDATE key_value SET value = 'i:1700000000;' WHERE name = 'avc_moodle_sync.last_sync'",
        "UPDATE users_field_data SET status = 0 WHERE uid = 134",
    )
    assert projects.sites.reconciler("apply", "plan.yaml", "--yes").code == 0
    query = "SELECT value FROM key_value WHERE name = 'avc_moodle_sync.last_sync'"
    assert projects.sites.avc_rows(query) == [("i:1700000000;",)]


def test_a_silent_avc_is_waited_for_once(projects: TwoProjects) -> None:
    """Neither to ask what else is missing, nor to tell it of the run."""
    settings = projects.avc / "html/sites/default/settings.php"
    settings.write_text(f"<?php sleep(60); ?>{settings.read_text()}")
    nwp = projects.sites.directory / "nwp.yml"
    access = "    recipe: avc\n    access: {via: drush, silence: 1}\n"
    nwp.write_text(nwp.read_text().replace("    recipe: avc\n", access))
    ran = projects.pl("avc-moodle-sync", "avc", "ss")
    assert (ran.code, ran.err.count("said nothing for 1 seconds")) == (1, 1)
    assert [line for line in projects.asked(projects.avc) if line.startswith("exec")] == [
        "exec vendor/bin/drush php:script -"
    ]


def test_avc_remembers_each_run(projects: TwoProjects) -> None:
    """Totals of the last full one, the time of each person, and how many failed."""

    def remembered() -> dict[str, str]:
        return dict(projects.sites.avc_rows("SELECT name, value FROM key_value"))

    def people() -> set[int]:
        found = projects.sites.avc_rows("SELECT uid FROM users_data WHERE name = 'last_sync'")
        return {uid for (uid,) in found}

    assert projects.pl("avc-moodle-sync", "avc", "ss", "--user=89").code == 0
    assert people() == {89}
    assert "avc_moodle_sync.last_sync" not in remembered()
    assert projects.pl("avc-moodle-sync", "avc", "ss").code == 0
    assert people() == {5, 89, 123, 134, 201}
    assert remembered()["avc_moodle_sync.synced_users"] == "i:5;"
    assert remembered()["avc_moodle_sync.synced_cohorts"] == "i:3;"
    projects.sites.in_moodle("UPDATE config SET value = 1 WHERE name = 'maintenance_enabled'")
    assert projects.pl("avc-moodle-sync", "avc", "ss").code == 1
    assert remembered()["avc_moodle_sync.failed_syncs"] == "i:1;"

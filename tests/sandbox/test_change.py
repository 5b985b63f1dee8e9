"""``reconciler sandbox change``: what people do in AVC, as Drupal would write it."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from reconciler.models.avc import AvcSnapshot, Claims
from reconciler.models.scope import FullScope
from tests.avc.support import avc_at
from tests.sandbox.conftest import SMALL
from tests.sandbox.php import required_php
from tests.two_sites import Ran, TwoSites

WEB, CONTENT = "web-development", "content-team"
"""Guilds 1 and 2."""


def change(sandbox: TwoSites, *options: str) -> Ran:
    return sandbox.reconciler("sandbox", "change", ".", *options)


def read(sandbox: TwoSites) -> AvcSnapshot:
    database = f"sqlite:///{sandbox.directory / 'avc.sqlite'}"
    return avc_at(database).read(FullScope(), Claims())


def seen(sandbox: TwoSites) -> dict[str, Any]:
    """The AVC, as our own reading has it: nothing of it is there by half, or left over."""
    found = read(sandbox)
    assert (found.counts.halves, found.counts.leftovers) == (0, 0)
    facts: dict[str, Any] = {
        f"person {uid}": (person.mail, person.active) for uid, person in found.people.items()
    }
    for guild in found.guilds:
        roles = {role: set(uids) for role, uids in found.roles[guild.id].items()}
        facts[f"guild {guild.id}"] = (guild.label, guild.alias)
        facts[f"members of {guild.id}"] = {*found.members[guild.id]}
        facts[f"roles in {guild.id}"] = {role: uids for role, uids in roles.items() if uids}
    return facts


def rows(sandbox: TwoSites) -> list[str]:
    with closing(sqlite3.connect(sandbox.directory / "avc.sqlite")) as db:
        return [*db.iterdump()]


CHANGES: list[tuple[list[str], dict[str, Any], str]] = [
    (
        ["--join", f"7:{WEB}"],
        {"members of 1": {1, 3, 5, 6, 7, 9}},
        "sofia.petrov (7) joins web-development",
    ),
    (
        ["--leave", f"1:{WEB}"],
        {
            "members of 1": {3, 5, 6, 9},
            "roles in 1": {"guild-mentor": {5, 6}, "guild-endorsed": {3, 5}},
        },
        "admin (1) leaves web-development",
    ),
    (
        ["--leave", "5:Content Team"],
        {"members of 2": {2, 6}, "roles in 2": {}},
        "lena.sato (5) leaves content-team",
    ),
    (
        ["--block", "2"],
        {"person 2": ("karin.singh@example.org", False)},
        "karin.singh (2) is blocked",
    ),
    (
        ["--mail", "1:neu@bücher.example"],
        {"person 1": ("neu@bücher.example", True)},
        "admin (1) has the address neu@bücher.example",
    ),
    (
        ["--rename", f"{WEB}:Équipe: Café & Co 🎉"],
        {"guild 1": ("Équipe: Café & Co 🎉", "equipe-cafe-co")},
        "web-development is called Équipe: Café & Co 🎉",
    ),
    (["--rename", f"{WEB}:🎉"], {"guild 1": ("🎉", WEB)}, "web-development is called 🎉"),
    (
        ["--rename", f"{WEB}:Content Team"],
        {"guild 1": ("Content Team", "content-team-0")},
        "web-development is called Content Team",
    ),
    (
        ["--rename", f"{WEB}:web  Development"],
        {"guild 1": ("web  Development", WEB)},
        "web-development is called web  Development",
    ),
    (
        ["--delete", WEB],
        {"guild 1": None, "members of 1": None, "roles in 1": None},
        "web-development is gone",
    ),
]


@pytest.mark.parametrize(
    ("options", "differs", "told"), CHANGES, ids=[" ".join(case[0]) for case in CHANGES]
)
def test_a_change_is_all_that_changes(
    sandbox: TwoSites, options: list[str], differs: dict[str, Any], told: str
) -> None:
    """Reading finds what was asked for, whole; and all else as it was."""
    before = seen(sandbox)
    assert change(sandbox, *options) == Ran(0, f"✓ {told}\n", "")
    after = seen(sandbox)
    assert {
        key: after.get(key) for key in before | after if after.get(key) != before.get(key)
    } == differs


def test_nothing_of_a_guild_stays(sandbox: TwoSites) -> None:
    """Neither its requests and invitations, nor translations, nor the aliases of its pages."""
    assert change(sandbox, "--delete", WEB).code == 0
    for query in (
        "SELECT id FROM group_relationship_field_data WHERE gid = 1",
        "SELECT id FROM group_relationship WHERE id NOT IN (6, 7, 8, 12)",
        "SELECT id FROM groups_field_data WHERE id = 1",
        "SELECT entity_id FROM group__field_group_description WHERE entity_id = 1",
        "SELECT path FROM path_alias WHERE path LIKE '/group/1%' AND path <> '/group/1000001'",
    ):
        assert sandbox.avc_rows(query) == []


def test_what_only_looks_like_it_stays(sandbox: TwoSites) -> None:
    """The French label of a guild that is renamed; the request of somebody who leaves."""
    asked = "plugin_id = 'group_membership_request' AND entity_id = 9"
    queries = (
        "SELECT label FROM groups_field_data WHERE langcode = 'fr'",
        "SELECT alias FROM path_alias WHERE langcode = 'fr'",
        f"SELECT id FROM group_relationship_field_data WHERE {asked}",
    )
    before = [sandbox.avc_rows(query) for query in queries]
    assert change(sandbox, "--leave", f"9:{WEB}", "--rename", f"{WEB}:Web Craft").code == 0
    assert [sandbox.avc_rows(query) for query in queries] == before
    assert all(before)


def test_what_is_changed_back_is_as_before(sandbox: TwoSites) -> None:
    """Somebody who left and joined again has no role any more; nobody else notices."""
    before = seen(sandbox)
    for options in (
        ["--block", "2", "--leave", f"9:{WEB}"],
        ["--unblock", "2", "--join", f"9:{WEB}"],
    ):
        assert change(sandbox, *options).code == 0
    assert seen(sandbox) == before


def test_many_at_once(sandbox: TwoSites) -> None:
    """A line for each, also where an option is given twice."""
    ran = change(sandbox, "--block", "3", "--block", "5", "--join", f"7:{WEB}")
    assert ran.out.splitlines() == [
        "✓ sofia.petrov (7) joins web-development",
        "✓ julia.silva (3) is blocked",
        "✓ lena.sato (5) is blocked",
    ]


REFUSED = [
    ([], "say what is to change: --block UID, say; --help has the others"),
    (["--block", "0"], "Nobody in AVC has the user id '0'"),
    (["--block", "10"], "Nobody in AVC has the user id '10'"),
    (["--block", "9" * 40], f"Nobody in AVC has the user id '{'9' * 40}'"),
    (["--block", "٢"], "Nobody in AVC has the user id '٢'"),
    (["--block", ""], "Nobody in AVC has the user id ''"),
    (["--unblock", "2"], "karin.singh (2) may log in already"),
    (["--join", f"3:{WEB}"], "julia.silva (3) is in web-development already"),
    (["--join", "3"], "--join '3': it has to be UID:GUILD"),
    (["--leave", f"7:{WEB}"], "sofia.petrov (7) is not in web-development"),
    (["--leave", "1:newcomers"], f"Guild 'newcomers' not found; AVC has {WEB}, {CONTENT}"),
    (["--leave", "1:"], f"Guild '' not found; AVC has {WEB}, {CONTENT}"),
    (["--mail", "3:nobody"], "'nobody' is no e-mail address"),
    (["--mail", f"3:{'x' * 250}@a.de"], "a.de' is no e-mail address"),
    (["--rename", f"{WEB}: "], "' ' cannot be a guild's name"),
    (["--rename", f"{WEB}:a\nb"], "'a\\nb' cannot be a guild's name"),
    (["--rename", f"{WEB}:\udcff"], "'\\udcff' cannot be a guild's name"),
    (["--rename", f"{WEB}:{'x' * 256}"], "x' cannot be a guild's name"),
    (["--delete", "WEB-DEVELOPMENT"], "Guild 'WEB-DEVELOPMENT' not found"),
    (["--delete", "\udcff"], "Guild '\\udcff' not found"),
    (["--block", "3", "--delete", "nope"], "Guild 'nope' not found"),
]


@pytest.mark.parametrize(
    ("options", "says"), REFUSED, ids=[ascii(" ".join(case[0])) for case in REFUSED]
)
def test_what_makes_no_sense_is_refused(sandbox: TwoSites, options: list[str], says: str) -> None:
    """In one sentence; and nothing is changed, whatever else was asked for."""
    before = rows(sandbox)
    ran = change(sandbox, *options)
    assert (ran.code, ran.out, says in ran.err, ran.err.count("\n")) == (1, "", True, 1), ran
    assert rows(sandbox) == before


def test_a_guild_goes_by_the_name_that_plans_show(sandbox: TwoSites) -> None:
    """The one that its cohort bears, whatever became of the alias."""
    assert sandbox.reconciler("sync", "avc", "ss").code == 0
    assert change(sandbox, "--rename", f"{WEB}:Web Craft").code == 0
    assert f"\n{WEB}: update cohort" in sandbox.reconciler("plan", "avc", "ss").out
    assert change(sandbox, "--leave", f"9:{WEB}").out == "✓ samir.diaz (9) leaves web-craft\n"


def test_of_two_guilds_with_one_label_the_uuid_is_asked_for(sandbox: TwoSites) -> None:
    """Both are named, and either UUID will do."""
    assert change(sandbox, "--rename", f"{WEB}:Content Team").code == 0
    uuids = [guild.uuid for guild in read(sandbox).guilds]
    said = change(sandbox, "--join", "7:Content Team").err
    assert all(f"{uuid} (Content Team)" in said for uuid in uuids)
    assert change(sandbox, "--join", f"7:{uuids[0]}").code == 0
    assert 7 in read(sandbox).members[1]


def test_what_is_no_sandbox_is_not_changed(sandbox: TwoSites, tmp_path: Path) -> None:
    """An empty directory, and files that are something else."""
    (tmp_path / "empty").mkdir()
    ran = sandbox.reconciler("sandbox", "change", "empty", "--block", "2")
    assert (ran.code, "empty holds no sandbox: reconciler sandbox create DIR" in ran.err) == (
        1,
        True,
    )
    (tmp_path / "moodle.sqlite").write_text("mine" * 1000)
    assert "no sandbox's Moodle" in change(sandbox, "--delete", WEB).err
    (tmp_path / "avc.sqlite").write_text("mine" * 1000)
    ran = change(sandbox, "--block", "2")
    assert (ran.code, "avc.sqlite cannot be changed (file is not a database)" in ran.err) == (
        1,
        True,
    )
    assert (tmp_path / "avc.sqlite").read_text() == "mine" * 1000


def test_of_two_projects_the_avc_is_changed(
    sandbox: TwoSites, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What ``sandbox create --ddev`` made: the stand-in for Drush reads the change."""
    required_php()
    assert sandbox.reconciler("sandbox", "create", "two", "--ddev", *SMALL).code == 0
    monkeypatch.chdir(tmp_path / "two")
    monkeypatch.setenv("PATH", str(tmp_path / "two" / "bin"), prepend=":")
    assert sandbox.reconciler("sync", "avc", "ss").code == 0
    assert change(sandbox, "--leave", f"9:{WEB}", "--rename", f"{CONTENT}:Writers").code == 0
    planned = sandbox.reconciler("plan", "avc", "ss").out
    assert "  - samir.diaz (Moodle 10, AVC 9 by email): is not in the guild" in planned
    assert "name: AVC - Content Team → AVC - Writers" in planned

"""Sandboxes side by side: one community, and as many Moodles."""

import os
import re
import shutil
from pathlib import Path

import pytest

from providers.sandbox import projects
from providers.sandbox.moodle import store
from reconciler.hosts import is_invented
from tests.sandbox.conftest import SMALL
from tests.sandbox.php import required_php
from tests.sandbox.test_change import change, rows
from tests.two_sites import TwoSites

ADDRESS = re.compile(r"https://ss-[0-9a-f]{6}\.sandbox\.example")
KNOWN = "changed-matches: none"
"""What a plan says where the journal tells of runs at this Moodle."""


def address(file: Path) -> str:
    with store.connect(file) as db:
        return store.read_settings(db).wwwroot


def knows(sandbox: TwoSites) -> bool:
    """Whether a plan with something to do is compared with earlier runs."""
    blocked = ("--block", "2", "--block", "3", "--block", "4")
    assert sandbox.reconciler("sandbox", "change", ".", *blocked).code == 0
    return KNOWN in plan(sandbox)


def plan(sandbox: TwoSites) -> str:
    return sandbox.reconciler("plan", "avc", "ss").out


@pytest.mark.parametrize("options", [(), ("--ddev",)])
def test_a_seed_gives_one_community_and_each_moodle_its_address(
    sandbox: TwoSites, tmp_path: Path, options: tuple[str, ...]
) -> None:
    """Both AVCs have the same rows, and no two Moodles are taken for one."""
    assert sandbox.reconciler("sandbox", "create", "another", *SMALL, *options).code == 0
    avc, moodle = (projects.AVC, projects.MOODLE) if options else ("", "")
    another = tmp_path / "another"
    assert rows(TwoSites(another / avc, sandbox.capture)) == rows(sandbox)
    found = {address(tmp_path / "moodle.sqlite"), address(another / moodle / "moodle.sqlite")}
    assert len(found) == 2
    assert all(map(ADDRESS.fullmatch, found))


def test_one_knows_nothing_of_another_s_runs(
    sandbox: TwoSites, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the same community: neither who was whom there, nor a run to undo."""
    assert sandbox.reconciler("sandbox", "create", "another", *SMALL).code == 0
    assert sandbox.reconciler("sync", "avc", "ss").code == 0
    assert knows(sandbox)
    monkeypatch.chdir(tmp_path / "another")
    assert not knows(sandbox)
    assert sandbox.reconciler("invert", "last", "-o", "undo.yaml").code == 1
    assert not Path("undo.yaml").exists()


def test_a_directory_that_is_moved_keeps_its_address(
    sandbox: TwoSites, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So what is known of its Moodle is known there, too."""
    assert sandbox.reconciler("sync", "avc", "ss").code == 0
    (tmp_path / "moved").mkdir()
    for file in ("avc.sqlite", "moodle.sqlite", "nwp.yml"):
        shutil.move(tmp_path / file, tmp_path / "moved" / file)
    monkeypatch.chdir(tmp_path / "moved")
    assert knows(sandbox)


def test_the_address_that_all_had_once_will_do(sandbox: TwoSites) -> None:
    """A sandbox that an earlier release made works on."""
    old = "https://ss.sandbox.example"
    sandbox.in_moodle(f"UPDATE setting SET value = '{old}' WHERE name = 'wwwroot'")
    assert sandbox.reconciler("sync", "avc", "ss").code == 0
    assert knows(sandbox)
    assert f"wwwroot: {old}\n" in sandbox.run_pl("avc-moodle-test", "avc", "ss").out


def test_nobody_asks_at_an_invented_address(sandbox: TwoSites) -> None:
    """The status does not complain that nobody is there, and the test skips it."""
    status = sandbox.run_pl("avc-moodle-status", "avc", "ss")
    assert (status.code, "does not answer" in status.out) == (0, False)
    tested = sandbox.run_pl("avc-moodle-test", "avc", "ss")
    assert (tested.code, "FAIL" in tested.out) == (0, False)
    assert "SKIP Moodle reachable: an invented address\n" in tested.out


@pytest.mark.parametrize(
    ("url", "invented"),
    [
        ("https://ss-0a1b2c.sandbox.example", True),
        ("https://SS.Sandbox.Example:8443/oauth/token", True),
        ("https://ss.example", False),
        ("https://sandbox.example.org", False),
        ("https://elsewhere.example/ss.sandbox.example", False),
        ("https://mysandbox.example", False),
    ],
)
def test_an_invented_address_is_known_by_its_host(url: str, invented: bool) -> None:
    """Whatever its path, port and case."""
    assert is_invented(url) is invented


def follow(told: str, nwp: Path) -> None:
    """Do what ``invert`` says: its lines from ``sync:`` on, below those of moodle_integration."""
    assert "under the site avc, or" in told
    assert "put only `sync:` and what is under it below the lines there" in told
    block = told.partition("\n    moodle_integration:\n")[2].partition("\n\n")[0] + "\n"
    before, head, after = nwp.read_text().partition("\nsites:\n  avc:\n")
    entry = re.search(r"^    moodle_integration:\n(?: {6}.*\n)+", after, re.MULTILINE)
    assert block.startswith("      sync:\n")
    assert entry
    nwp.write_text(f"{before}{head}{after[: entry.end()]}{block}{after[entry.end() :]}")


@pytest.mark.parametrize("ddev", [False, True], ids=["", "ddev"])
def test_the_holds_that_invert_prints_fit_into_its_nwp_yml(
    sandbox: TwoSites, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ddev: bool
) -> None:
    """Put there as it says, they keep the next run from doing again what was undone."""
    if ddev:
        required_php()
        monkeypatch.chdir(tmp_path)
        assert sandbox.reconciler("sandbox", "create", "two", "--ddev", *SMALL).code == 0
        monkeypatch.chdir(tmp_path / "two")
        monkeypatch.setenv("PATH", str(tmp_path / "two" / "bin"), prepend=os.pathsep)
    assert sandbox.reconciler("sync", "avc", "ss").code == 0
    assert change(sandbox, "--leave", "5:content-team").code == 0
    assert sandbox.reconciler("sync", "avc", "ss").code == 0
    told = sandbox.reconciler("invert", "last", "-o", "undo.yaml").out
    assert sandbox.reconciler("apply", "undo.yaml").code == 0
    assert "- lena.sato" in plan(sandbox)
    follow(told, Path("nwp.yml"))
    held = plan(sandbox)
    assert "- lena.sato" not in held
    assert "On hold, as nwp.yml says" in held

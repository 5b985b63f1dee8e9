"""Secrets, plans and output that cannot be read or written: a sentence, and no secret in it."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.commands.test_bad_input import GOOD, WEBSERVICE, failing, ready
from tests.two_sites import TwoSites

__all__ = ["ready"]


@pytest.mark.parametrize(
    ("write", "says"),
    [
        (lambda file: file.write_text("ss: ["), "is no YAML"),
        (lambda file: file.write_text("sites: {ss: text}"), "has to hold sites: ss: token"),
        (lambda file: file.mkdir(), ".secrets.yml: cannot be read"),
        (lambda file: file.write_text("sites: {ss: {token: 0012}}"), "put it in quotes"),
    ],
)
def test_secrets_that_cannot_be_read(
    ready: TwoSites, write: Callable[[Path], object], says: str
) -> None:
    """A broken .secrets.yml is named, and not taken for one without secrets."""
    ready.configure()
    write(ready.directory / ".secrets.yml")
    (ready.directory / ".secrets.yml").chmod(0o600)
    failing(ready, says, "avc", "ss")


@pytest.mark.parametrize("file", [".secrets.yml", "nwp.yml"])
def test_a_secret_given_twice_is_not_told(ready: TwoSites, file: str) -> None:
    """A key that is there twice is named without its values."""
    ready.configure()
    twice = "sites: {ss: {token: hunter2, token: hunter3}}\n"
    (ready.directory / file).write_text(twice)
    (ready.directory / file).chmod(0o600)
    for extra in ([], ["--debug"]):
        ran = ready.pl("avc", "ss", *extra)
        assert ran.code == 1
        assert 'found duplicate key "token"' in ran.err
        assert "hunter" not in ran.err


@pytest.mark.parametrize("token", ["!hunter2 x", "*hunter2", "!!python/object:hunter2 x"])
def test_a_secret_that_yaml_cannot_read_is_not_told(ready: TwoSites, token: str) -> None:
    """Of .secrets.yml, errors name file and line, and repeat nothing."""
    ready.configure()
    (ready.directory / ".secrets.yml").write_text(f"sites: {{ss: {{token: {token}}}}}\n")
    (ready.directory / ".secrets.yml").chmod(0o600)
    for extra in ([], ["--debug"]):
        ran = ready.pl("avc", "ss", *extra)
        assert ran.code == 1
        assert ".secrets.yml" in ran.err
        assert "hunter" not in ran.err


def test_a_secret_in_the_wrong_place_is_not_told(ready: TwoSites) -> None:
    """A token among the access options is an error that does not repeat it, --debug neither."""
    ready.configure(text=(WEBSERVICE % 1).replace("url:", "token: hunter2, url:"))
    ran = ready.pl("avc", "ss", "--debug")
    assert "sites.ss.access.token" in ran.err
    assert "hunter2" not in ran.err


def test_an_empty_key_leaves_the_recipes_value(ready: TwoSites) -> None:
    """``sync:`` without a value under a site takes nothing away from its recipe."""
    recipe = "recipes: {avc: {moodle_integration: {sync: {strangers: keep}}}}\n"
    ready.configure(text=recipe + GOOD.replace("sync: {guild_names: {}}", "sync:"))
    assert ready.pl("avc", "ss", "--dry-run").code == 0


def test_a_site_whose_name_is_a_number(ready: TwoSites) -> None:
    """YAML reads ``2024:`` as a number; the site is found all the same."""
    ready.configure(text=GOOD.replace("  ss:", "  2024:").replace("moodle_site: ss", ""))
    assert ready.pl("avc", "2024").code == 0


@pytest.mark.parametrize("file", [".", "nwp.yml"])
def test_a_sandbox_that_is_none(ready: TwoSites, file: str) -> None:
    """A directory, or another file, is told to be no sandbox."""
    ready.configure(text=GOOD.replace("file: moodle.sqlite", f"file: {file}"))
    failing(ready, "is no sandbox", "avc", "ss")


def test_output_that_cannot_be_written(ready: TwoSites) -> None:
    """A full disk is told, not taken for a defect."""
    ready.configure()
    command = [str(Path(sys.executable).parent / "reconciler"), "plan", "avc", "ss"]
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            command,
            cwd=ready.directory,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert ran.returncode != 0
    assert "defect" not in ran.stderr


PLANS = [
    ("p.yaml", "? [a, [b]]\n: 1\n"),
    ("p.yaml", "format: !!bool x\n"),
    ("p.yaml", "format: true\n"),
    ("p.yaml", "format: 1.0\n"),
    ("p.json", '{"format": 1, "x": ' + "9" * 5000 + "}"),
    ("p.json", '{"cohorts": [], "format": 1, "cohorts": []}'),
    ("p.json", "[" * 100_000),
    ("p.yaml", "format: 1\nscope: full\ncohorts: [{members: '+ moodle:1 \\Uffffffff\n'}]\n"),
]


@pytest.mark.parametrize(("name", "text"), PLANS)
def test_a_plan_that_is_none(ready: TwoSites, name: str, text: str) -> None:
    """Whatever a file holds, it is told to be no plan, and not taken for a defect."""
    (ready.directory / name).write_text(text)
    ran = ready.reconciler("show", name)
    assert ran.code == 1
    assert ran.err.startswith(f"Error: {name}")
    assert "defect" not in ran.err


def test_a_plan_that_cannot_be_written(ready: TwoSites) -> None:
    """A file where the directory should be is no directory."""
    ready.configure()
    ran = ready.reconciler("plan", "avc", "ss", "-o", "nwp.yml/plan.yaml")
    assert ran.code == 1
    assert "nwp.yml/plan.yaml: cannot be written: Not a directory" in ran.err


def test_a_directory_that_is_missing_is_made(ready: TwoSites) -> None:
    """With those above it; one that is there is left as it is."""
    ready.configure()
    for name in ("plans/avc/ss.yaml", "plans/avc/other.yaml"):
        assert ready.reconciler("plan", "avc", "ss", "-o", name).code == 0
        assert ready.reconciler("show", name).code == 0


@pytest.mark.parametrize("file", ["nowhere.yaml", ".", "moodle.sqlite"])
def test_a_plan_that_cannot_be_read(ready: TwoSites, file: str) -> None:
    """A missing file, a directory, a file of bytes: each is told in a sentence."""
    for command in ("show", "apply"):
        ran = ready.reconciler(command, file)
        assert ran.code == 1
        assert ran.err.startswith("Error: ")
        assert file in ran.err
        assert "Traceback" not in ran.err

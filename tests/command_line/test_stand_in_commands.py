"""The commands, on a Moodle with a shell: a whole sync by the PHP program, on a stand-in."""

from pathlib import Path

import pytest

from providers.sandbox.moodle.php_site import write_php_site
from reconciler.config.nwp import VARIABLE
from reconciler.models.avc import Guild
from tests.sandbox.php import required_php
from tests.two_sites import TwoSites
from tests.world import account, person

_GUILD = Guild(
    id=1, uuid="00000001-1111-4111-8111-111111111111", label="Web Development", alias="web-dev"
)
_NWP = """\
sites:
  avc:
    recipe: avc
    access: {via: sql, database: "sqlite:///avc.sqlite"}
    moodle_integration: {moodle_site: ss}
  ss:
    recipe: m
    directory: moodle
    access: {via: cli}
"""


@pytest.fixture
def sites(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> TwoSites:
    """A guild of three people, and a Moodle in a directory beside nwp.yml."""
    required_php()
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(VARIABLE, raising=False)
    sites = TwoSites(tmp_path, capsys)
    sites.avc([_GUILD], [person(number) for number in range(1, 4)], {1: [1, 2, 3]})
    sites.moodle([account(number) for number in range(1, 4)], "5.1.3")
    sites.configure(text=_NWP)
    write_php_site(tmp_path / "moodle", tmp_path / "moodle.sqlite")
    return sites


def test_a_sync_and_another(sites: TwoSites) -> None:
    """The members are there, and the second time there is nothing to do."""
    ran = sites.pl("avc", "ss")
    assert ran.code == 0, ran.out + ran.err
    assert sites.members() == {"web-dev": {101, 102, 103}}
    again = sites.reconciler("plan", "avc", "ss", "--detailed-exitcode")
    assert (again.code, again.err) == (0, "")


def test_somebody_who_left(sites: TwoSites) -> None:
    """Goes by the evidence of the accounts that PHP reads."""
    sites.pl("avc", "ss")
    sites.in_avc("DELETE FROM group_relationship_field_data WHERE gid = 1 AND entity_id = 1")
    assert sites.pl("avc", "ss").code == 0
    assert sites.members() == {"web-dev": {102, 103}}


def test_maintenance_is_one_sentence(sites: TwoSites) -> None:
    """Exit code 1, and nothing written."""
    sites.in_moodle("UPDATE config SET value = 1 WHERE name = 'maintenance_enabled'")
    ran = sites.pl("avc", "ss")
    assert ran.code == 1
    assert "Moodle of site ss (on this machine) is in maintenance mode." in " ".join(
        ran.err.split()
    )
    assert sites.members() == {}

"""Both PHP programs at the far end of ssh: a real sshd on loopback."""

from collections.abc import Iterator

import pytest

from tests.carriers.sshd import Far, far
from tests.commands.two_projects import MEMBERS, TwoProjects, two_projects
from tests.two_sites import TwoSites

__all__ = ["far"]

NWP = """\
sites:
  avc:
    recipe: avc
    directory: {avc}
    access: {{ssh: far, ssh_config: {config}, carrier: {carrier}}}
  ss:
    recipe: m
    access: {{ssh: far, ssh_config: {config}, carrier: {carrier}, directory: {moodle}}}
"""


@pytest.fixture
def projects(sites: TwoSites, monkeypatch: pytest.MonkeyPatch) -> Iterator[TwoProjects]:
    """Both sites, which are also DDEV projects."""
    with two_projects(sites, monkeypatch) as found:
        yield found


@pytest.mark.parametrize("carrier", ["local", "ddev"])
def test_both_programs_run_over_ssh(projects: TwoProjects, far: Far, carrier: str) -> None:
    """A sync reads both sites there, writes Moodle, and lets AVC remember it; then all is so."""
    ddev = projects.sites.directory / "bin" / "ddev"
    (far.programs / "ddev").symlink_to(ddev)
    text = NWP.format(avc=projects.avc, moodle=projects.moodle, config=far.config, carrier=carrier)
    projects.sites.configure(text=text)
    ran = projects.pl("avc-moodle-sync", "avc", "ss")
    assert (ran.code, ran.err) == (0, "")
    expected = {name: {uid + 100 for uid in MEMBERS[n]} for n, name in enumerate(NAMES, 1)}
    assert projects.sites.members() == expected
    query = "SELECT value FROM key_value WHERE name = 'avc_moodle_sync.synced_users'"
    assert projects.sites.avc_rows(query) == [("i:5;",)]
    again = projects.sites.reconciler("plan", "avc", "ss", "--detailed-exitcode")
    assert (again.code, again.err) == (0, "")
    asked = projects.asked(projects.avc)
    assert bool(asked) is (carrier == "ddev")


NAMES = ("web-dev", "content-team", "design-team")

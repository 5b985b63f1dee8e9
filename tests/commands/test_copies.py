"""A copy of AVC, for testing: it has the site UUID, and so the marks, of the original."""

import pytest

from tests.commands.test_sync import GUILD
from tests.two_sites import NWP, TwoSites
from tests.world import account, person

COPY = """\
  copy:
    recipe: avc
    access: {via: sql, database: "sqlite:///avc.sqlite"}
"""


@pytest.fixture
def both(sites: TwoSites) -> TwoSites:
    """The live AVC, which names its Moodle and is in step with it, and a copy that does not."""
    sites.avc([GUILD], [person(1), person(2)], {1: [1, 2]})
    sites.moodle([account(1), account(2)])
    sites.configure(text=NWP % "" + COPY)
    assert sites.reconciler("sync", "avc", "ss").code == 0
    sites.in_avc("UPDATE users_field_data SET status = 0 WHERE uid = 2")
    return sites


def test_a_copy_changes_nothing_in_the_live_moodle(both: TwoSites) -> None:
    """Neither by sync, nor by a plan; its plan can be made, and looked at."""
    writes = both.writes()
    assert both.reconciler("plan", "copy", "ss", "-o", "plan.yaml").code == 0
    assert both.reconciler("apply", "plan.yaml").code == 3
    for ran in (both.reconciler("sync", "copy", "ss"), both.pl("copy", "ss")):
        assert ran.code == 1
        assert "moodle-host: ss.example - nwp.yml does not name it for this AVC" in ran.out
    assert both.writes() == writes


def test_a_copy_lets_none_of_its_cohorts_go(both: TwoSites) -> None:
    """Released, the live AVC would not know its cohort any more."""
    writes = both.writes()
    ran = both.reconciler("release", "copy", "ss", "web-dev")
    assert ran.code == 3
    assert "moodle-host" in ran.err
    assert both.writes() == writes
    assert both.reconciler("release", "avc", "ss", "web-dev").code == 0

"""Any community, any Moodle and any settings, for what holds whatever they are."""

from hypothesis import strategies as st

from reconciler.models.scope import FullScope
from reconciler.models.settings import SyncSettings
from reconciler.planner import Planned
from reconciler.reconciliation import SitePair, apply, fresh
from tests import strategies
from tests.fake_moodle import FakeMoodle
from tests.world import Community

FULL = FullScope()


def carry_out(sites: SitePair, planned: Planned) -> None:
    report = apply(fresh(planned), sites)
    assert all(item.outcome.status == "done" for item in report.applied)
    assert report.residue == ()


World = tuple[Community, FakeMoodle, SyncSettings]
worlds = st.tuples(strategies.communities(), strategies.moodles(), strategies.settings)

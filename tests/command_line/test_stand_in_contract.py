"""The contract of a Moodle, kept by the command line on a stand-in."""

from uuid import uuid4

import pytest

from reconciler.ports import MoodleSite
from tests.moodle.places import Place
from tests.moodle.support import EMAILS
from tests.moodle.test_contract import *  # noqa: F403 - its tests
from tests.moodle.test_contract_ownership import *  # noqa: F403 - its tests
from tests.moodle.test_contract_reading import *  # noqa: F403 - its tests
from tests.sandbox.stand_in import SqlBackdoor, StandIn


@pytest.fixture
def place(stand_in: StandIn, site: MoodleSite) -> Place:
    """The stand-in, with SQL for a back door."""
    prefix = f"contract-{uuid4().hex[:8]}"
    return Place(site, SqlBackdoor(stand_in), "https://moodle.example", prefix, EMAILS)

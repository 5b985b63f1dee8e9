"""What holds of web services alone, on a real Moodle."""

import pytest

from tests.moodle.places import Place
from tests.moodle.test_contract_web_services import *  # noqa: F403 - its tests


@pytest.fixture
def place(web: Place) -> Place:
    return web

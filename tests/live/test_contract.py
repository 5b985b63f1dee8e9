"""The contract of a Moodle, kept by a real one."""

from tests.moodle.test_contract import *  # noqa: F403 - its tests
from tests.moodle.test_contract_ownership import *  # noqa: F403 - its tests
from tests.moodle.test_contract_reading import *  # noqa: F403 - its tests

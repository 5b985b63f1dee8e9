"""Stand-ins for a Moodle with a shell, and the site that the program makes of one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest
from pydantic import BaseModel

from providers.moodle.command_line.site import connect
from reconciler.models.moodle import MoodleQuery
from reconciler.ports import MoodleSite
from tests.sandbox.asking import RELEASES
from tests.sandbox.php import required_php
from tests.sandbox.stand_in import StandIn, new_stand_in

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class Access:
    """A SiteAccess as the configuration would give it."""

    site_directory: str
    raw: Mapping[str, Any] = field(default_factory=dict)
    site: str = "ss"
    directory: str = "/nowhere"
    url: str | None = None

    def options(self, model: type[M]) -> M:
        return model.model_validate({"via": "cli", **self.raw})

    def secret(self, _key: str) -> None:
        return None


def site_in(root: Path, **options: object) -> MoodleSite:
    """The Moodle in a directory, by command line."""
    return connect(Access(str(root), {"php": required_php(), **options}))


BOTH = pytest.mark.parametrize("stand_in", RELEASES, indirect=True)
"""Where the layout of a release matters: 5.1 has its files in ``public/``."""
EVERYBODY = MoodleQuery(everybody=True)
GIVE = "INSERT INTO role_assignments (roleid, contextid, userid, component, itemid) VALUES"
"""The beginning of a statement that gives roles."""


@pytest.fixture
def stand_in(request: pytest.FixtureRequest, tmp_path: Path) -> StandIn:
    """A fresh one of 5.1.3, or of the release that the test is given."""
    required_php()
    return new_stand_in(tmp_path, getattr(request, "param", "5.1.3"))


@pytest.fixture
def site(stand_in: StandIn) -> MoodleSite:
    return site_in(stand_in.root)

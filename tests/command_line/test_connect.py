"""Where the configuration says that a Moodle is."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest
from pydantic import BaseModel, ValidationError

from providers.moodle.command_line.site import connect
from reconciler.errors import SiteUnreachable
from tests.sandbox.php import required_php
from tests.sandbox.stand_in import new_stand_in

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class Configured:
    """A SiteAccess of a site beside nwp.yml in ``directory``."""

    directory: str
    raw: dict[str, Any] = field(default_factory=dict)
    site: str = "ss"
    url: str | None = None

    @property
    def site_directory(self) -> str:
        return f"{self.directory}/sites/ss"

    def options(self, model: type[M]) -> M:
        return model.model_validate({"via": "cli", **self.raw})

    def secret(self, _key: str) -> None:
        return None


@pytest.mark.parametrize(
    ("place", "options"),
    [
        ("sites/ss", {}),
        ("elsewhere", {"directory": "elsewhere"}),
        ("elsewhere", {"directory": "{}/elsewhere"}),
    ],
)
def test_where_a_moodle_is_looked_for(tmp_path: Path, place: str, options: dict[str, str]) -> None:
    """In the site's own directory, or where access.directory says, from nwp.yml's."""
    raw = {key: value.format(tmp_path) for key, value in options.items()}
    moodle = connect(Configured(str(tmp_path), {"php": required_php(), **raw}))
    (tmp_path / place).mkdir(parents=True)
    with pytest.raises(
        SiteUnreachable, match=rf"{tmp_path}/{place} of site ss \(on .* machine\) is no Moodle"
    ):
        moodle.inspect()
    (tmp_path / place).rmdir()
    new_stand_in(tmp_path, "4.5.6").root.rename(tmp_path / place)
    assert moodle.inspect().url == "https://moodle.example"


@pytest.mark.parametrize("raw", [{"silence": 0}, {"shell": "bash"}, {"via": "webservice"}])
def test_options_that_make_no_sense_are_refused(tmp_path: Path, raw: dict[str, Any]) -> None:
    """The configuration tells where they are."""
    with pytest.raises(ValidationError):
        connect(Configured(str(tmp_path), raw))


def test_every_rule_has_its_evidence(tmp_path: Path) -> None:
    """PHP sees links and locks: no rule of matching is left out."""
    assert connect(Configured(str(tmp_path))).unavailable() == frozenset()

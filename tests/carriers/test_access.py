"""Which carrier a configuration describes."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from providers.carriers.access import CarrierAccess, carrier_for, directory_for, whereabouts
from providers.carriers.ddev import Ddev
from providers.carriers.local import Local
from providers.carriers.run_as import RunAs
from providers.carriers.ssh import Ssh
from providers.sandbox.ddev.project import make_project
from reconciler.errors import ConfigError
from tests.carriers.sshd import Far
from tests.carriers.test_local import PATIENT


@dataclass
class Access:
    """Implements ``reconciler.ports.SiteAccess``, as far as carriers ask."""

    directory: str
    site_directory: str
    site: str = "avc"
    url: str | None = None

    def options(self, model: Any) -> Any:
        raise NotImplementedError

    def secret(self, key: str) -> str | None:
        raise NotImplementedError


@pytest.fixture
def access(tmp_path: Path) -> Access:
    (tmp_path / "sites" / "avc").mkdir(parents=True)
    return Access(str(tmp_path), str(tmp_path / "sites" / "avc"))


_WAYS: dict[str, tuple[dict[str, str], bool, type, str]] = {
    "nothing said": ({}, False, Local, "on this machine"),
    "nothing said, and a DDEV project": ({}, True, Ddev, "in its DDEV project on this machine"),
    "local": ({"carrier": "local"}, True, Local, "on this machine"),
    "ddev": ({"carrier": "ddev"}, False, Ddev, "in its DDEV project on this machine"),
    "run_as": ({"run_as": "www-data"}, False, RunAs, "as www-data on this machine"),
    "run_as, local": (
        {"run_as": "www-data", "carrier": "local"},
        True,
        RunAs,
        "as www-data on this machine",
    ),
    "ssh": ({"ssh": "nwp@far"}, True, Ssh, "over ssh at nwp@far"),
    "ssh, ddev": (
        {"ssh": "nwp@far", "carrier": "ddev"},
        False,
        Ddev,
        "in its DDEV project over ssh at nwp@far",
    ),
    "ssh, run_as": (
        {"ssh": "far", "run_as": "www-data"},
        True,
        RunAs,
        "as www-data over ssh at far",
    ),
}


@pytest.mark.parametrize("case", _WAYS)
def test_ways(access: Access, case: str) -> None:
    """By what is said, else by looking; nobody looks where ssh leads."""
    options, project, kind, words = _WAYS[case]
    if project:
        make_project(Path(access.site_directory), "avc")
    carrier = carrier_for(access, CarrierAccess(**options))
    assert (type(carrier), carrier.words) == (kind, words)


_NONSENSE: dict[str, tuple[dict[str, str], bool, str]] = {
    "run_as with ddev": ({"run_as": "www-data", "carrier": "ddev"}, False, "run_as does not go"),
    "run_as with a DDEV project": ({"run_as": "www-data"}, True, "or set carrier to local"),
    "ssh is an option": ({"ssh": "-oProxyCommand=x"}, False, "ssh is '-oProxyCommand=x'"),
    "ssh with a blank": ({"ssh": "far away"}, False, "ssh is 'far away', which is no name"),
    "ssh with a line": ({"ssh": "far\n"}, False, "ssh is "),
    "ssh is empty": ({"ssh": ""}, False, "ssh is ''"),
    "run_as is an option": ({"run_as": "-s"}, False, "run_as is '-s'"),
    "run_as is empty": ({"run_as": ""}, False, "run_as is ''"),
    "a relative directory over ssh": (
        {"ssh": "far", "directory": "sites/avc"},
        False,
        "sites/avc is at the far end of ssh, and has to start with /",
    ),
    "a home directory over ssh": ({"ssh": "far", "directory": "~/avc"}, False, "start with /"),
    "a directory with a NUL": ({"directory": "a\0b"}, False, "its directory has a NUL"),
    "ssh_config without ssh": (
        {"ssh_config": "ssh_config"},
        False,
        "it has ssh_config, and no ssh",
    ),
}


@pytest.mark.parametrize("case", _NONSENSE)
def test_contradictions(access: Access, case: str) -> None:
    """They are told before anything is started."""
    options, project, said = _NONSENSE[case]
    if project:
        make_project(Path(access.site_directory), "avc")
    with pytest.raises(ConfigError, match=f"^The access of site avc makes no sense: .*{said}"):
        carrier_for(access, CarrierAccess(**options))


def test_directories(access: Access, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From nwp.yml's directory, the home directory, or the root; at the far end from the root."""
    monkeypatch.setenv("HOME", "/home/nwp")
    for given, directory in (
        ({}, access.site_directory),
        ({"directory": "elsewhere"}, f"{tmp_path}/elsewhere"),
        ({"directory": "~/avc"}, "/home/nwp/avc"),
        ({"directory": "/srv/avc"}, "/srv/avc"),
        ({"ssh": "far", "directory": "/srv/avc"}, "/srv/avc"),
        ({"ssh": "far"}, access.site_directory),
    ):
        assert directory_for(access, CarrierAccess(**given)) == directory


def test_programs_run_in_the_directory(access: Access, tmp_path: Path) -> None:
    """It is where the carrier starts them, and where it looks for DDEV."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    carrier = carrier_for(access, CarrierAccess(directory="elsewhere"))
    assert list(carrier.run(["pwd"], b"", silence=PATIENT)) == [f"{elsewhere}\n".encode()]
    make_project(elsewhere, "avc")
    assert isinstance(carrier_for(access, CarrierAccess(directory="elsewhere")), Ddev)


def test_ssh_takes_its_configuration_from_beside_nwp_yml(
    access: Access, tmp_path: Path, far: Far
) -> None:
    """So hosts that only this project knows need no entry at home."""
    name = str(far.config.relative_to(tmp_path))
    carrier = carrier_for(access, CarrierAccess(ssh="far", ssh_config=name))
    lines = list(carrier.run(["pwd"], b"", silence=PATIENT))
    assert lines == [f"{access.site_directory}\n".encode()]


def test_a_directory_that_we_may_not_look_into(
    access: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be another user's, whom programs run as: no error yet, and not DDEV."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "stat", refuse)
    assert isinstance(carrier_for(access, CarrierAccess(run_as="www-data")), RunAs)


def test_silence_is_the_configurations(access: Access) -> None:
    """DDEV is waited for as long as programs are; nothing but time above zero is taken."""
    make_project(Path(access.site_directory), "avc")
    carrier = carrier_for(access, CarrierAccess(silence=7))
    assert isinstance(carrier, Ddev)
    assert carrier._silence == 7


_WHEREABOUTS: dict[str, tuple[dict[str, str], str]] = {
    "the site's own": ({}, "{tmp}/sites/avc"),
    "named": ({"directory": "sites/../sites/avc"}, "{tmp}/sites/avc"),
    "whole": ({"directory": "{tmp}/sites/avc/"}, "{tmp}/sites/avc"),
    "by a link": ({"directory": "link"}, "{tmp}/sites/avc"),
    "as somebody else": ({"run_as": "www-data"}, "{tmp}/sites/avc"),
    "in DDEV": ({"carrier": "ddev"}, "{tmp}/sites/avc"),
    "not there": ({"directory": "gone"}, "{tmp}/gone"),
    "far": ({"ssh": "far", "directory": "/srv//moodle/"}, "far:/srv/moodle"),
    "far, as a user": ({"ssh": "nwp@Far", "directory": "/srv/moodle"}, "far:/srv/moodle"),
}


@pytest.mark.parametrize("case", _WHEREABOUTS)
def test_whereabouts(access: Access, case: str) -> None:
    """Two ways of naming one directory of one machine give the same."""
    options, expected = _WHEREABOUTS[case]
    tmp = access.directory
    (Path(tmp) / "link").symlink_to("sites/avc")
    given = CarrierAccess(**{key: value.format(tmp=tmp) for key, value in options.items()})
    assert whereabouts(access, given) == expected.format(tmp=Path(tmp).resolve())

"""What of a site's ``access:`` says how its programs are reached."""

import os
import posixpath
import re
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Literal

from pydantic import Field

from providers.carriers.carrier import Carrier
from providers.carriers.ddev import CONFIG, Ddev
from providers.carriers.errors import contradiction
from providers.carriers.local import Local
from providers.carriers.run_as import RunAs
from providers.carriers.ssh import Ssh
from reconciler.errors import AccessRefused
from reconciler.models.base import Model
from reconciler.ports import SiteAccess

_NAME = re.compile(r"[^\s-]\S*")
"""What neither ssh nor sudo takes for an option."""


class CarrierAccess(Model):
    """Base of an ``access:`` in nwp.yml whose programs a carrier runs."""

    carrier: Literal["local", "ddev"] | None = None
    """Without it: ddev where the site's directory has .ddev/config.yaml, else local; over ssh,
    local."""
    directory: str | None = None
    """The site's root, from nwp.yml's directory, or at the far end of ssh (absolute); without it,
    the site's own directory."""
    ssh: str | None = None
    """``host`` or ``user@host``, as OpenSSH's configuration knows it: the site is there."""
    ssh_config: str | None = None
    """A configuration file for ssh (``ssh -F``), from nwp.yml's directory."""
    run_as: str | None = None
    """The user whom programs run as, by ``sudo -n -u``; not with ddev."""
    silence: float = Field(default=300, gt=0, le=86_400)
    """Seconds without a word after which a program is stopped."""


def carrier_for(access: SiteAccess, options: CarrierAccess) -> Carrier:
    """The carrier that the configuration describes; nothing is started yet. Raises ConfigError."""
    _check_names(access.site, options)
    directory = directory_for(access, options)
    reached = _reached(access, options, directory)
    if _in_ddev(reached, options):
        if options.run_as is not None:
            raise contradiction(
                access.site,
                "run_as does not go with DDEV, whose programs run as the project's user; leave out"
                " run_as, or set carrier to local",
            )
        return Ddev(reached, access.site, directory, options.silence)
    if options.run_as is not None:
        return RunAs(reached, access.site, options.run_as)
    return reached


def directory_for(access: SiteAccess, options: CarrierAccess) -> str:
    """The site's root, at the far end of ssh when there is one. Raises ConfigError."""
    if options.directory is None:
        return access.site_directory
    if "\0" in options.directory:
        raise contradiction(access.site, "its directory has a NUL in it")
    if options.ssh is None:
        return str(Path(access.directory) / Path(options.directory).expanduser())
    if not PurePosixPath(options.directory).is_absolute():
        raise contradiction(
            access.site,
            f"the directory {options.directory} is at the far end of ssh, and has to start with /",
        )
    return options.directory


def whereabouts(access: SiteAccess, options: CarrierAccess) -> str:
    """The machine and the directory of a site: equal for two ways of naming them, as far as it
    can be told from here.

    Links are followed on this machine only; a name for another machine that ssh's configuration
    makes up is taken as it is. Raises ConfigError.
    """
    directory = directory_for(access, options)
    if options.ssh is None:
        return os.path.realpath(directory)
    host = options.ssh.rpartition("@")[2].lower()
    return f"{host}:{posixpath.normpath(directory)}"


def _check_names(site: str, options: CarrierAccess) -> None:
    for key, name in (("ssh", options.ssh), ("run_as", options.run_as)):
        if name is not None and not _NAME.fullmatch(name):
            raise contradiction(site, f"{key} is {name!r}, which is no name")
    if options.ssh is None and options.ssh_config is not None:
        raise contradiction(site, "it has ssh_config, and no ssh")


def _reached(access: SiteAccess, options: CarrierAccess, directory: str) -> Carrier:
    if options.ssh is None:
        return Local(access.site, directory)
    if options.ssh_config is None:
        return Ssh(access.site, options.ssh, directory)
    config = Path(access.directory) / Path(options.ssh_config).expanduser()
    return Ssh(access.site, options.ssh, directory, str(config))


def _in_ddev(reached: Carrier, options: CarrierAccess) -> bool:
    if options.carrier is not None:
        return options.carrier == "ddev"
    # Where we may not look ourselves, programs run as somebody else: not in DDEV.
    with suppress(AccessRefused):
        return reached.holds(CONFIG) is True
    return False

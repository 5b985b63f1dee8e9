"""What of a site's ``access:`` says how its programs are reached."""

from typing import Literal

from pydantic import Field

from providers.carriers.carrier import Carrier
from reconciler.models.base import Model
from reconciler.ports import SiteAccess


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
    silence: float = Field(default=300, gt=0)
    """Seconds without a word after which a program is stopped."""


def carrier_for(access: SiteAccess, options: CarrierAccess) -> Carrier:
    """The carrier that the configuration describes; nothing is started yet. Raises ConfigError."""
    raise NotImplementedError

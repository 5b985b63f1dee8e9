from typing import Literal

from pydantic import Field

from reconciler.models.base import Model
from reconciler.models.moodle import Rule


class SyncSettings(Model):
    """How an AVC is to be synchronised: ``moodle_integration`` of its site in nwp.yml."""

    matching: tuple[Rule, ...] = ("link", "idnumber", "email")
    """The rules that may decide who is who, strongest first."""
    trust_idnumber: bool = False
    """Believe a Moodle idnumber although nothing shows that its owner cannot edit it."""
    strangers: Literal["keep", "remove"] = "keep"
    """What becomes of members of our cohorts whom AVC does not account for."""
    names: bool = True
    """Whether plan files carry people's user names."""
    guild_names: dict[str, str] = Field(default_factory=dict)
    """Guild UUID → machine name."""
    role_sync: bool = False
    role_mapping: dict[str, str] = Field(default_factory=dict)
    """Guild role (``guild_mentor``, or ``default``) → short name of a Moodle role."""

from typing import Literal

from pydantic import Field

from reconciler.models.base import Model
from reconciler.models.moodle import Rule
from reconciler.models.plan import Way


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
    roles_by: dict[str, Way] = Field(default_factory=dict)
    """Moodle role → how cohorts give it, where what the site can do is not to decide."""
    allow_privileged_roles: tuple[str, ...] = ()
    """Moodle roles that rule a site and may be given all the same."""
    lock_cohorts: bool = False
    """Whether Moodle's pages are to refuse edits of our cohorts."""
    oauth2_issuer: str | None = None
    """The name, in Moodle, of the OAuth2 issuer that is this AVC."""
    avc_url: str | None = None
    """Where people find this AVC; the only issuer at that address is this AVC."""

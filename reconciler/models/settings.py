from datetime import date
from typing import Literal

from pydantic import Field

from reconciler.models.base import Model
from reconciler.models.guards import GuardSettings
from reconciler.models.moodle import Rule
from reconciler.models.plan import Way


class Hold(Model):
    """Something that planning leaves alone: one person in one guild, or a guild's cohorts
    themselves.
    """

    guild: str
    """Machine name or UUID."""
    user: int | None = None
    """AVC uid: this person's membership and roles in the guild stay as they are."""
    account: int | None = None
    """The same for a Moodle account, where nobody in AVC is known to be its owner."""
    until: date
    """The last day on which it holds."""


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
    guards: GuardSettings = GuardSettings()
    hold: tuple[Hold, ...] = ()
    """Those that hold today."""
    joined: bool | None = None
    """Whether the configuration joins these two sites by their names. False: it joins one of them
    with another; None: it does not say.
    """
    hosts_of_others: tuple[str, ...] = ()
    """Hosts that the configuration gives as the Moodle of another AVC."""
    avc_url: str | None = None
    """Where people find this AVC; the only issuer at that address is this AVC."""

"""How the integration of two sites stands: what ``pl avc-moodle-status`` shows."""

from typing import Literal

from reconciler.models.base import Model

SyncState = Literal["active", "stale", "ahead", "failed", "held", "never", "unavailable"]
"""``stale``: a day without a verified full run. ``ahead``: the last run's time is in the future, so
nobody knows how old it is. ``held``: a guard has just held a part back, which only the run itself
can tell: later it is a partial run. ``unavailable``: this access cannot tell."""

RunEnd = Literal["failed", "held"]
"""How a run ended that did not do all that was due."""


class SiteStatus(Model):
    """One of the two sites."""

    site: str
    url: str | None
    """Without a password, if there was one in it."""
    release: str | None
    error: str | None
    """Why the site could not be read; null: it could."""
    reachable: bool | None
    """Whether its address answered this machine; null: nobody asked."""


class KeyStatus(Model):
    """A key file of AVC's simple_oauth."""

    path: str
    there: bool
    mode: str | None
    """``600``."""


class IssuerStatus(Model):
    """Moodle's OAuth2 service that is this AVC."""

    found: bool
    name: str | None = None
    url: str | None = None
    others: int = 0
    """Enabled issuers that are not this AVC."""


class EndpointStatus(Model):
    """One of AVC's OAuth2 endpoints."""

    name: str
    url: str
    there: bool
    code: int | None
    milliseconds: int
    error: str | None


class Synchronization(Model):
    """What AVC remembers of synchronisation."""

    state: SyncState
    last_sync: int | None = None
    """Unix time."""
    age: int | None = None
    """Seconds since then."""
    users: int | None = None
    cohorts: int | None = None
    failed: int | None = None
    """Runs that failed, in all; none of those that guards held back in part."""
    scoped_last_sync: int | None = None
    """Unix time of the last run for one guild or person, or of which a part was held back."""
    scoped_age: int | None = None
    """Seconds since then."""


class Drift(Model):
    """What a full synchronisation would do now."""

    memberships: int
    people: int
    """Accounts that would be added or removed somewhere."""
    create: int
    """Cohorts."""
    change: int
    """Cohorts that would be renamed, restored, adopted, put away or otherwise changed."""
    roles: int
    """Roles that would be given or taken."""
    problems: int

    @property
    def none(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.memberships or self.create or self.change or self.roles)


class Status(Model):
    """Everything that the dashboard shows. Null means unknown, wherever it is."""

    format: Literal[1] = 1
    checked: int
    """Unix time."""
    avc: SiteStatus
    moodle: SiteStatus
    enabled: bool | None
    """As nwp.yml says."""
    paired: bool | None
    """Whether nwp.yml names these two as each other's; null: it names nobody."""
    module: bool | None
    """Whether AVC's module avc_moodle_sync is enabled."""
    module_required: bool
    public_key: KeyStatus | None
    private_key: KeyStatus | None
    issuer: IssuerStatus | None
    endpoints: tuple[EndpointStatus, ...] | None
    synchronization: Synchronization
    drift: Drift | None
    """Null, too, when it was not asked for."""
    drift_error: str | None
    role_sync: bool
    cohortrole: bool | None
    """Whether Moodle has the plugin local_cohortrole."""
    badge_display: bool | None
    token_lifetime: int | None
    """Seconds for which AVC's tokens are good, by itself, else by nwp.yml."""
    sync_interval: int | None
    """Seconds between runs, as nwp.yml says; this program starts none by itself."""
    broken: tuple[str, ...]
    """The names, in this model, of what is broken or could not be read."""
    actions: tuple[str, ...]
    """Commands to type next."""

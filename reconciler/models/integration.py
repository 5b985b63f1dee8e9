from reconciler.models.base import Model


class Declared(Model):
    """What nwp.yml says of the integration. None: it does not say, or nothing that makes sense.

    But for the addresses and ``role_sync`` this program does not act on any of it: other tools own
    these keys, so a strange value in one is no error of ours.
    """

    avc_enabled: bool | None = None
    """``moodle_integration.enabled`` of the AVC site."""
    moodle_enabled: bool | None = None
    """``avc_integration.enabled`` of the Moodle site."""
    moodle_site: str | None = None
    """The Moodle that the AVC site names as its own."""
    avc_site: str | None = None
    """The AVC that the Moodle site names as its own."""
    avc_url: str | None = None
    moodle_url: str | None = None
    role_sync: bool | None = None
    badge_display: bool | None = None
    token_lifetime: int | None = None
    """Seconds: ``oauth2_token_lifetime``."""
    sync_interval: int | None = None
    """Seconds between the runs that the original's module was to make by itself."""

    @property
    def enabled(self) -> bool | None:
        """Whether both sites are to be joined; None: neither forbids it, and AVC does not say."""
        if False in (self.avc_enabled, self.moodle_enabled):
            return False
        return self.avc_enabled

"""What nwp.yml declares of the integration, for people to see: read leniently."""

from typing import Any

from pydantic import BaseModel, ConfigDict

from reconciler.config.nwp import SiteEntry
from reconciler.models.integration import Declared


class _Anything(BaseModel):
    """The keys whatever their values: what makes no sense is said to be unknown."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    enabled: Any = None
    moodle_site: Any = None
    avc_site: Any = None
    moodle_url: Any = None
    avc_url: Any = None
    url: Any = None
    badge_display: Any = None
    oauth2_token_lifetime: Any = None
    sync_interval: Any = None


def declared(avc: SiteEntry, moodle: SiteEntry) -> Declared:
    """What the two entries say. Raises ConfigError where a part of them is no mapping."""
    of_avc = avc.part("moodle_integration", _Anything)
    of_moodle = moodle.part("avc_integration", _Anything)
    return Declared(
        avc_enabled=_flag(of_avc.enabled),
        moodle_enabled=_flag(of_moodle.enabled),
        moodle_site=_text(of_avc.moodle_site),
        avc_site=_text(of_moodle.avc_site),
        avc_url=_text(of_moodle.avc_url),
        moodle_url=_text(of_avc.moodle_url),
        access_url=_text(moodle.part("access", _Anything).url),
        badge_display=_flag(of_avc.badge_display),
        token_lifetime=_seconds(of_avc.oauth2_token_lifetime),
        sync_interval=_seconds(of_avc.sync_interval),
    )


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _text(value: Any) -> str | None:
    # YAML takes 2024: for a number; it is a name all the same.
    named = isinstance(value, str | int) and not isinstance(value, bool)
    return (str(value).strip() or None) if named else None


def _seconds(value: Any) -> int | None:
    counts = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return int(value) if counts else None

"""Which Moodle belongs to which AVC, as nwp.yml has it."""

from typing import Any
from urllib.parse import urlsplit

from reconciler.config.nwp import SiteEntry, all_entries
from reconciler.models.integration import Declared


def joined(avc: SiteEntry, moodle: SiteEntry, found: Declared) -> bool | None:
    """Whether the entries join these two sites by their names.

    False: one of them names another site, or the Moodle is named by another AVC only; None: no
    entry says anything. Raises ConfigError.
    """
    if found.moodle_site is None and found.avc_site is None:
        claimed = any(_moodle_of(entry) == moodle.name for entry in all_entries(avc.file))
        return False if claimed else None
    return found.moodle_site in {None, moodle.name} and found.avc_site in {None, avc.name}


def host(url: str | None) -> str | None:
    """Host, and port if it names one; None for what is no address."""
    try:
        found = urlsplit(url or "").netloc.rpartition("@")[2]
    except ValueError:
        return None
    return found.lower() or None


def _moodle_of(entry: SiteEntry) -> Any:
    part = entry.own.get("moodle_integration")
    named = part.get("moodle_site") if isinstance(part, dict) else None
    return None if named is None else str(named)

"""Which Moodle belongs to which AVC, as nwp.yml has it."""

from urllib.parse import urlsplit

from reconciler.config.nwp import SiteEntry, all_entries
from reconciler.models.integration import Declared
from reconciler.models.settings import SyncSettings


def joined(avc: SiteEntry, moodle: SiteEntry, found: Declared) -> bool | None:
    """Whether the entries join these two sites by their names.

    False: one of them names another site; or nothing but other entries name them; or another AVC
    names this Moodle as well, as the entry of a copy does, and the Moodle does not say whose it is.
    None: no entry says anything. Raises ConfigError.
    """
    if found.moodle_site not in {None, moodle.name} or found.avc_site not in {None, avc.name}:
        return False
    if found.avc_site is not None:
        return True
    others = [entry for entry in all_entries(avc.file) if entry.name not in {avc.name, moodle.name}]
    wanted = any(
        _named(entry, "moodle_integration", "moodle_site") == moodle.name for entry in others
    )
    taken = any(_named(entry, "avc_integration", "avc_site") == avc.name for entry in others)
    if found.moodle_site is not None:
        return not wanted
    return False if wanted or taken else None


def with_joining(
    settings: SyncSettings, avc: SiteEntry, moodle: SiteEntry, found: Declared
) -> SyncSettings:
    """The settings, with what the entries say of which sites belong together."""
    names = joined(avc, moodle, found)
    # The address in a copied entry does not join what the names keep apart.
    listed = None if names is False else host(found.moodle_url)
    hosts = (*settings.guards.moodle_hosts, *((listed,) if listed else ()))
    return settings.model_copy(
        update={
            "guards": settings.guards.model_copy(update={"moodle_hosts": hosts}),
            "joined": names,
            "hosts_of_others": hosts_of_others(avc),
        }
    )


def hosts_of_others(avc: SiteEntry) -> tuple[str, ...]:
    """Hosts that other AVCs give as their Moodle's. Raises ConfigError."""
    others = (entry for entry in all_entries(avc.file) if entry.name != avc.name)
    urls = (_named(entry, "moodle_integration", "moodle_url") for entry in others)
    return tuple(sorted({found for url in urls if (found := host(url)) is not None}))


def host(url: str | None) -> str | None:
    """Host, and port if it names one; None for what is no address."""
    try:
        found = urlsplit(url or "").netloc.rpartition("@")[2]
    except ValueError:
        return None
    return found.lower() or None


def _named(entry: SiteEntry, part: str, key: str) -> str | None:
    found = entry.own.get(part)
    name = found.get(key) if isinstance(found, dict) else None
    return None if name is None else str(name).strip()

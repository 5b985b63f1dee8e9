"""Settings of this program at places in nwp.yml where nothing would read them."""

from collections.abc import Iterator

from reconciler.config.integration import SyncPart
from reconciler.config.nwp import SiteEntry
from reconciler.config.recipes import Kind

_SETTINGS = frozenset(SyncPart.model_fields)
_ALONE = frozenset({"guards", "hold", "matching"})
"""What would be missed most, and is no other tool's key of a site."""


def refuse_misplaced(entry: SiteEntry, kind: Kind) -> None:
    """Raise ConfigError for a setting outside of ``moodle_integration.sync`` of the AVC site: a
    guard, a hold or a rule that nobody reads protects nobody.
    """
    for path in _misplaced(entry, kind):
        raise entry.refuse(
            "has no effect here: it belongs under sync in moodle_integration of the AVC site",
            *path,
        )


def _misplaced(entry: SiteEntry, kind: Kind) -> Iterator[tuple[str, ...]]:
    for part in ("moodle_integration", "avc_integration", "sync"):
        at_home = (kind, part) == ("avc", "moodle_integration")
        names = _SETTINGS if at_home or part == "sync" else _SETTINGS | {"sync"}
        yield from ((part, key) for key in entry.keys_of(part) if key in names)
    yield from ((key,) for key in entry.keys_of() if key in _ALONE)

"""Settings of this program at places in nwp.yml where nothing would read them."""

from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.config.integration import SyncPart
from reconciler.config.nwp import SiteEntry
from reconciler.config.recipes import Kind
from reconciler.models.guards import GuardSettings

_GUARDS = frozenset(GuardSettings.model_fields)
_SETTINGS = SyncPart.model_fields.keys() | _GUARDS
_ALONE = frozenset({"guards", "hold", "matching"})
"""What would be missed most, and is no other tool's key of a site, nor at the top."""
_INTEGRATIONS = ("moodle_integration", "avc_integration")
"""No sites: DDEV takes no name with an underscore in it."""


def refuse_misplaced(entry: SiteEntry, kind: Kind) -> None:
    """Raise ConfigError for a setting outside of ``moodle_integration.sync`` of the AVC site: a
    guard, a hold or a rule that nobody reads protects nobody.

    Other tools read nwp.yml, too: only what cannot be anything else is refused.
    """
    for path in _misplaced(entry, kind):
        raise entry.refuse_at(f"has no effect here: {_remedy(path[-1])}", *path)


def _misplaced(entry: SiteEntry, kind: Kind) -> Iterator[tuple[str, ...]]:
    home = "moodle_integration" if kind == "avc" else ""
    for place, found, reads in (
        (("sites", entry.name), entry.own, home),
        (("recipes", str(entry.recipe_name)), entry.recipe, home),
        ((), entry.document, ""),
    ):
        yield from ((*place, *path) for path in _inside(found, reads))
    for part in ("sites", "recipes"):
        yield from ((part, key) for key in _taken_for_entries(entry.document.get(part)))


def _inside(found: Mapping[str, Any], reads: str) -> Iterator[tuple[str, ...]]:
    """Of a mapping whose part ``reads`` is what this program reads."""
    for part in (*_INTEGRATIONS, "sync"):
        names = _SETTINGS if part in {reads, "sync"} else _SETTINGS | {"sync"}
        for key in _keys(found.get(part)):
            if key in names or (part == "moodle_integration" and _meant(key) != key):
                yield part, key
    yield from ((key,) for key in _keys(found) if key in _ALONE)


def _taken_for_entries(entries: Any) -> Iterator[str]:
    for key in _keys(entries):
        # With a mapping, or with nothing, it may be a site of that name.
        alone = key in _ALONE and not isinstance(entries[key], Mapping | None)
        if alone or key in _INTEGRATIONS:
            yield key


def _keys(found: Any) -> tuple[str, ...]:
    keys = found if isinstance(found, Mapping) else ()
    return tuple(key for key in keys if isinstance(key, str))


def _meant(key: str) -> str:
    """The key that this one nearly is: in other case, or one of several; else the key."""
    plain = key.casefold().removesuffix("s")
    return next((name for name in ("sync", *_ALONE) if name.removesuffix("s") == plain), key)


def _remedy(key: str) -> str:
    if key in _INTEGRATIONS:
        return "it belongs in the entry of a site or of a recipe, one step further in"
    if key in _GUARDS:
        return "it belongs under guards, under sync in moodle_integration of the AVC site"
    meant = _meant(key)
    written = "it" if meant == key else f"it is written {meant}, and"
    sync = "" if meant == "sync" else "under sync "
    return f"{written} belongs {sync}in moodle_integration of the AVC site"

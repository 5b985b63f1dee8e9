"""nwp.yml: which sites there are. Every error names the file, the line and the key."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from reconciler.config.mistakes import in_plain_words
from reconciler.errors import ConfigError
from reconciler.yaml_text import load

FILE = "nwp.yml"
VARIABLE = "RECONCILER_CONFIG"

_SITE = re.compile(r"[a-zA-Z0-9._][a-zA-Z0-9._-]*")
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class SiteEntry:
    """One site: its own entry over its recipe's."""

    name: str
    file: Path
    own: Mapping[str, Any]
    recipe: Mapping[str, Any]
    document: Mapping[str, Any] = field(default_factory=dict)
    """The whole file."""

    @property
    def recipe_name(self) -> str | None:
        """The recipe that the entry names."""
        found = self.own.get("recipe")
        return str(found) if found is not None else None

    def part(self, key: str, model: type[M]) -> M:
        """A part of the entry, the site's values over the recipe's. Raises ConfigError."""
        merged = _merged(_mapping(self.recipe, key), _mapping(self.own, key))
        if not isinstance(merged, Mapping):
            raise ConfigError("has to be a mapping", self._where((key,)))
        try:
            return model.model_validate(merged)
        except ValidationError as error:
            first = error.errors()[0]
            path = (key, *(str(part) for part in first["loc"]))
            raise ConfigError(in_plain_words(first, model), self._where(path)) from error

    def refuse(self, message: str, *path: str) -> ConfigError:
        """An error about a key of this entry, or of a part of it."""
        return ConfigError(message, self._where(path))

    def refuse_at(self, message: str, *path: str) -> ConfigError:
        """An error about a key anywhere in the file, by its path from the top."""
        line = _line(self.document, path)
        return ConfigError(message, f"{self.file}{f':{line}' if line else ''}: {'.'.join(path)}")

    def _where(self, path: Sequence[str]) -> str:
        """Where a value of the entry stands: it may be its recipe's."""
        inherited = _inherited(self.own, self.recipe, path)
        top = ("recipes", str(self.recipe_name)) if inherited else ("sites", self.name)
        whole = (*top, *path)
        line = _line(self.document, whole)
        return f"{self.file}{f':{line}' if line else ''}: {'.'.join(whole)}"


def find_file(start: Path) -> Path:
    """The nwp.yml that applies: ``RECONCILER_CONFIG``, else here, else the nearest one above."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named)
    for directory in (start, *start.parents):
        if (directory / FILE).is_file():
            return directory / FILE
    raise ConfigError(
        f"no {FILE} here or in any directory above: change to the NWP directory, or set {VARIABLE}",
        str(start),
    )


def site_entry(file: Path, name: str) -> SiteEntry:
    """The entry of a site. Raises ConfigError for a bad file, or an unknown site."""
    document = _read(file)
    sites = document.get("sites")
    if sites is None:
        raise ConfigError("sites: is empty; add the two sites there", f"{file}")
    if not isinstance(sites, Mapping):
        raise ConfigError("has to be a mapping of site names", f"{file}: sites")
    key = _key(sites, name)
    if key is None:
        known = ", ".join(str(site) for site in sites) or "none"
        raise ConfigError(f"Site '{name}' not found in {file} (sites there: {known})")
    own = sites[key] if sites[key] is not None else {}
    if not isinstance(own, Mapping):
        raise ConfigError("has to be a mapping", f"{file}: sites.{name}")
    recipes = document.get("recipes") or {}
    kind = own.get("recipe")
    if kind is not None and not isinstance(kind, str):
        raise ConfigError("has to be the name of a recipe", f"{file}: sites.{name}.recipe")
    recipe = recipes.get(kind) if isinstance(recipes, Mapping) else None
    return SiteEntry(name, file, own, recipe if isinstance(recipe, Mapping) else {}, document)


def all_entries(file: Path) -> Iterator[SiteEntry]:
    """Every entry of the file, without its recipe's values. Raises ConfigError for a bad file."""
    sites = _read(file).get("sites")
    for name, own in sites.items() if isinstance(sites, Mapping) else ():
        if isinstance(own, Mapping):
            yield SiteEntry(str(name), file, own, {})


def site_names(file: Path) -> frozenset[str]:
    """The names of all its sites. Raises ConfigError for a bad file."""
    sites = _read(file).get("sites")
    return frozenset(map(str, sites)) if isinstance(sites, Mapping) else frozenset()


def refuse_bad_name(name: str) -> None:
    """Raise ConfigError for a name that could not be a site's: it may end up in a path."""
    if not _SITE.fullmatch(name) or ".." in name:
        raise ConfigError(
            f"{name!r} is no site name: letters, digits, '.', '_' and '-' make one, without '..'"
            " and without '-' in front"
        )


def _read(file: Path) -> Mapping[str, Any]:
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", str(file)) from error
    except UnicodeDecodeError as error:
        raise ConfigError("is no UTF-8 text", str(file)) from error
    document = load(text, str(file))
    if not isinstance(document, Mapping):
        raise ConfigError("is no configuration: it has to be a mapping with 'sites:'", str(file))
    return document


def _mapping(entry: Mapping[str, Any], key: str) -> Any:
    value = entry.get(key)
    return {} if value is None else value


def _merged(below: Any, above: Any) -> Any:
    """Mappings are merged key by key; of anything else the one above counts, if there is one."""
    if above is None:
        return below
    if not (isinstance(below, Mapping) and isinstance(above, Mapping)):
        return above
    keys = [*below, *(key for key in above if key not in below)]
    return {
        key: _merged(below.get(key), above[key]) if key in above else below[key] for key in keys
    }


def _inherited(own: Any, recipe: Any, path: Sequence[str]) -> bool:
    """Whether ``_merged`` takes what is at this path, or the last of it that is there, from the
    recipe.
    """
    for part in path:
        if not (isinstance(own, Mapping) and isinstance(recipe, Mapping)):
            return False
        own, recipe = own.get(part), recipe.get(part)
        if own is None:
            return recipe is not None
    return False


def _line(node: Any, path: Sequence[str]) -> int | None:
    """The line, from 1, where the last part of the path that is there was written."""
    line: int | None = None
    for part in path:
        key = _key(node, part)
        if key is None:
            break
        # What was merged in with << has no line of its own here.
        position = getattr(node, "lc", None)
        if position is not None and key in (position.data or {}):
            line = position.data[key][0] + 1
        node = node[key]
    return line


def _key(node: Any, name: str) -> Any:
    """The key that is written so, or the number of the item; None where there is none."""
    if isinstance(node, Mapping):
        # YAML takes 2024: for a number; it is a name all the same.
        return next((key for key in node if str(key) == name), None)
    if isinstance(node, list) and name.isdecimal() and int(name) < len(node):
        return int(name)
    return None

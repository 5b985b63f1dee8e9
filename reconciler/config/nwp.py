"""nwp.yml: which sites there are. Every error names the file, the line and the key."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

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
            message = _message(first["type"], first["msg"], first["loc"], model)
            raise ConfigError(message, self._where(path)) from error

    def keys_of(self, *part: str) -> tuple[str, ...]:
        """The keys of the entry, or of a part of it: its own, then its recipe's."""
        return tuple(
            str(key) for found in (self.own, self.recipe) for key in _mapping_at(found, part)
        )

    def refuse(self, message: str, *path: str) -> ConfigError:
        """An error about a key of this entry, or of a part of it."""
        return ConfigError(message, self._where(path))

    def _where(self, path: Sequence[str]) -> str:
        line = _line(self.own, path) or _line(self.recipe, path) or _line_of(self.own)
        dotted = ".".join(("sites", self.name, *path))
        return f"{self.file}:{line}: {dotted}" if line else f"{self.file}: {dotted}"


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
    # YAML takes 2024: for a number; it is a name all the same.
    key = next((site for site in sites if str(site) == name), None)
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
    return SiteEntry(name, file, own, recipe if isinstance(recipe, Mapping) else {})


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


def _message(kind: str, message: str, place: tuple[int | str, ...], model: type[BaseModel]) -> str:
    """What pydantic found wrong, in the words of somebody who writes nwp.yml."""
    if kind == "missing":
        return "is missing; docs/configuration.md says what to put there"
    if kind == "extra_forbidden":
        return f"is not known here; there are: {', '.join(_known(model, place[:-1]))}"
    plain = message.removeprefix("Value error, ")
    return plain[:1].lower() + plain[1:]


def _known(model: type[BaseModel], place: tuple[int | str, ...]) -> list[str]:
    """The keys that a model takes at a place below it."""
    for part in place:
        if isinstance(part, int):
            continue
        found = model.model_fields[part].annotation
        models = [kind for kind in (found, *get_args(found)) if _is_model(kind)]
        if not models:
            return []
        model = models[0]
    return list(model.model_fields)


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _mapping(entry: Mapping[str, Any], key: str) -> Any:
    value = entry.get(key)
    return {} if value is None else value


def _mapping_at(entry: Mapping[str, Any], part: Sequence[str]) -> Mapping[str, Any]:
    """A part of an entry, empty where it is none."""
    found: Any = entry
    for key in part:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {}


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


def _line(node: Any, path: Sequence[str]) -> int | None:
    """The line, from 1, where the last part of the path that is there was written."""
    line: int | None = None
    for part in path:
        if not isinstance(node, Mapping) or part not in node:
            break
        position = getattr(node, "lc", None)
        # What was merged in with << has no line of its own here.
        if position is not None and part in (position.data or {}):
            line = position.key(part)[0] + 1
        node = node[part]
    return line


def _line_of(node: Any) -> int | None:
    position = getattr(node, "lc", None)
    return position.line + 1 if position is not None and position.line is not None else None

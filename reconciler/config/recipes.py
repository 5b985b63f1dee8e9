"""What kind of site an entry of nwp.yml is: by its recipe, else by looking into its directory."""

import json
from pathlib import Path
from typing import Literal

from reconciler.config.nwp import SiteEntry
from reconciler.errors import ConfigError

Kind = Literal["avc", "moodle"]

RECIPES: dict[Kind, tuple[str, ...]] = {"avc": ("avc", "avc-dev", "os"), "moodle": ("m",)}
_CALLED: dict[Kind, str] = {"avc": "an AVC", "moodle": "a Moodle"}
_PACKAGES = frozenset({"goalgorilla/open_social", "nwp/avc"})
"""What the composer.json of an AVC, or of Open Social, requires, or is."""


def refuse_other_kind(entry: SiteEntry, wanted: Kind, directory: str) -> None:
    """Raise ConfigError for a site of another kind, as far as that can be told from here.

    A recipe decides. Without one, the site's directory on this machine does, if there is one: what
    is reached over a network is told apart when it answers.
    """
    recipe = entry.recipe_name
    if recipe is not None:
        if recipe not in RECIPES[wanted]:
            raise ConfigError(
                f"Site '{entry.name}' is not {_CALLED[wanted]} site: its recipe is {recipe}, and"
                f" {' or '.join(RECIPES[wanted])} would be one"
            )
        return
    found = _kind_of(Path(directory))
    if found is not None and found != wanted:
        raise ConfigError(
            f"Site '{entry.name}' is not {_CALLED[wanted]} site: {directory} holds"
            f" {_CALLED[found]}. Is the order right: first the AVC, then the Moodle?"
        )


def _kind_of(directory: Path) -> Kind | None:
    """What a directory holds; None where it holds neither, or may not be looked into."""
    try:
        if (directory / "config.php").is_file() and any(
            (directory / version).is_file() for version in ("version.php", "public/version.php")
        ):
            return "moodle"
        composer = json.loads((directory / "composer.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(composer, dict):
        return None
    required = composer.get("require")
    names = {str(composer.get("name")), *(required if isinstance(required, dict) else {})}
    return "avc" if names & _PACKAGES else None

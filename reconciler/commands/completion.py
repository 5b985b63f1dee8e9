"""What a shell proposes for an argument, when somebody presses Tab."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.config.recipes import Kind


def avc_sites(incomplete: str) -> list[str]:
    """Sites of nwp.yml that an AVC may be; none where there is no nwp.yml that makes sense."""
    return list(_sites(incomplete, "avc"))


def moodle_sites(incomplete: str) -> list[str]:
    """Sites of nwp.yml that a Moodle may be; none where there is no nwp.yml that makes sense."""
    return list(_sites(incomplete, "moodle"))


def _sites(incomplete: str, kind: "Kind") -> Iterator[str]:
    from pathlib import Path

    from reconciler.config.nwp import all_entries, find_file
    from reconciler.config.recipes import RECIPES
    from reconciler.errors import ConfigError

    try:
        for entry in all_entries(find_file(Path.cwd())):
            fits = entry.recipe_name is None or entry.recipe_name in RECIPES[kind]
            if fits and entry.name.startswith(incomplete):
                yield entry.name
    except ConfigError:
        # The command itself says what is wrong with it; a prompt is no place for that.
        return

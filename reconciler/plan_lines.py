"""Where in a plan file something stands."""

from functools import cached_property
from typing import Any

from reconciler.errors import ConfigError
from reconciler.yaml_text import load

Place = tuple[int | str, ...]
"""Keys and numbers that lead to it: ``("cohorts", 3, "members", 0)``."""


class Places:
    """The lines of a file, YAML or JSON: nearly all JSON is YAML, too."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _document(self) -> Any:
        """With line numbers, which takes ten times as long as without."""
        try:
            return load(self._text, "")
        except ConfigError:
            return None

    def line(self, place: Place) -> int:
        """The line of a place, or of the nearest thing around it that is there; 1 for the first."""
        found = 1
        node: Any = self._document
        for step in place:
            if isinstance(node, str) and isinstance(step, int) and "\n" in node:
                # A line of a block, which begins below its key.
                return found + 1 + step
            lines: Any = getattr(node, "lc", None)
            if isinstance(node, dict) and step in node:
                found = lines.key(step)[0] + 1
            elif isinstance(node, list) and isinstance(step, int) and step < len(node):
                found = lines.item(step)[0] + 1
            else:
                return found
            node = node[step]
        return found

    def quoted(self, told: str) -> int | None:
        """The first line that a message quotes; None for none."""
        rows = enumerate(self._text.split("\n"), 1)
        return next((n for n, row in rows if row.strip() and repr(row.strip()) in told), None)

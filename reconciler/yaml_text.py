"""YAML as text: the one place that knows ruamel.yaml."""

import re
from collections.abc import Iterator
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.composer import Composer, ComposerError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import CollectionNode, MappingNode, ScalarNode
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

from reconciler.errors import ConfigError
from reconciler.member_lines import visible

_NEVER_WRAP = 10**9
"""Wrapped lines leave blanks at their ends, and make diffs of what did not change."""

_PLAIN = re.compile(r"\w[\w ().@/…%-]*(?::[\w/][\w ().@/…%-]*)*")
"""Text that needs no quotes, or that ruamel quotes by itself (``null``, ``1``). Of other text it
writes some plainly that it cannot read back: ``{from: :0}``."""

_HALF = re.compile("[\ud800-\udfff]")
"""Surrogates, which are characters in pairs only, and only in UTF-16."""

_SHORT = 6
"""Items of a list that still fit on the line of its mapping."""


class _Plain(Composer):
    """Refuses keys that are lists or mappings, and halves of characters.

    No file of ours has any. ruamel.yaml takes twice as long for each such key that is in another
    one: ``? ? ? …``, a line of 100 characters, would never be read to its end. Half a character
    (a surrogate) cannot be written anywhere.
    """

    def get_single_node(self) -> Any:
        """The document's node. Raises ComposerError."""
        # The warning would show what stands around an anchor: in .secrets.yml, secrets.
        self.warn_double_anchors = False
        root = super().get_single_node()
        seen: set[int] = set()
        left = [root]
        while left:
            node = left.pop()
            if isinstance(node, ScalarNode):
                _refuse_halves(node)
            elif id(node) not in seen and isinstance(node, CollectionNode):
                seen.add(id(node))
                left += _parts(node)
        return root


def _parts(node: CollectionNode) -> Iterator[Any]:
    if not isinstance(node, MappingNode):
        yield from node.value
        return
    for key, value in node.value:
        if not isinstance(key, ScalarNode):
            raise ComposerError(problem="no plain key", problem_mark=key.start_mark)
        yield from (key, value)


def _refuse_halves(node: ScalarNode) -> None:
    if not node.value.isascii() and _HALF.search(node.value):
        raise ComposerError(problem="half a character", problem_mark=node.start_mark)


def load(text: str, name: str) -> Any:
    """The document, with ruamel's line numbers in it; raises ConfigError naming file and line."""
    return _load(YAML(typ="rt"), text, name)


def load_plain(text: str, name: str, *, secret: bool = False) -> Any:
    """The document as plain Python, fast; raises ConfigError naming file and line.

    Of a ``secret`` text no error repeats anything.
    """
    # Pure Python, as the dumper: libyaml's C scanner has other ideas of some characters.
    return _load(YAML(typ="safe", pure=True), text, name, secret=secret)


def _load(yaml: YAML, text: str, name: str, *, secret: bool = False) -> Any:
    yaml.Composer = _Plain
    try:
        return yaml.load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"{name}:{mark.line + 1}" if mark else name
        # A key given twice is told with both its values, and they may be secrets.
        problem = str(error.problem).partition(" with value ")[0]
        told = "" if secret and "duplicate key" not in problem else f": {problem}"
        raise ConfigError(f"is no YAML{told}", where) from None
    except (YAMLError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        # Tags, merges and keys that ruamel.yaml cannot make anything of.
        told = "" if secret else f": {error}"
        raise ConfigError(f"is no YAML that can be read{told}", name) from None


def dump(document: dict[str, Any], heading: str) -> str:
    """The document as YAML: keys in their order, ``heading`` as a comment on top.

    Mappings of plain values are written on one line; those that hold mappings, texts of several
    lines or long lists are spread out, so that a diff shows what changed.
    """
    yaml = YAML(typ="rt", pure=True)
    yaml.width = _NEVER_WRAP
    yaml.allow_unicode = True
    yaml.indent(mapping=2, sequence=2, offset=0)
    out = StringIO()
    yaml.dump(CommentedMap({key: _styled(value) for key, value in document.items()}), out)
    # ruamel.yaml leaves bidirectional marks and the like as they are. What cannot be seen stands
    # in double quotes, where YAML reads these escapes.
    return f"# {heading}\n{visible(out.getvalue())}"


def _styled(value: Any) -> Any:
    """A value in the style that reads best; its text stays the same."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dict):
        mapping = CommentedMap({key: _styled(part) for key, part in value.items()})
        if not any(_spreads(part) or isinstance(part, dict) for part in value.values()):
            mapping.fa.set_flow_style()
        return mapping
    if isinstance(value, list):
        sequence = CommentedSeq([_styled(part) for part in value])
        if not _spreads(value):
            sequence.fa.set_flow_style()
        return sequence
    return value


def _spreads(value: Any) -> bool:
    if isinstance(value, list):
        return len(value) > _SHORT or any(isinstance(part, dict) for part in value)
    return isinstance(value, str) and isinstance(_text(value), LiteralScalarString)


def _text(value: str) -> str:
    lines = value.removesuffix("\n").split("\n")
    if len(lines) == 1 and not value.endswith("\n"):
        return value if _PLAIN.fullmatch(value) else _quoted(value)
    plain = all(line.isprintable() and line and line == line.strip() for line in lines)
    # Only what every editor leaves alone may stand in a block.
    block: str = LiteralScalarString(value)
    return block if plain else _quoted(value)


def _quoted(value: str) -> str:
    quoted: str = DoubleQuotedScalarString(value)
    return quoted

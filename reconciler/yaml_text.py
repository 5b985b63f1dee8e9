"""YAML as text: the one place that knows ruamel.yaml."""

from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

from reconciler.errors import ConfigError

_WIDTH = 100


def load(text: str, name: str) -> Any:
    """The document, with ruamel's line numbers in it; raises ConfigError naming file and line."""
    return _load(YAML(typ="rt"), text, name)


def load_plain(text: str, name: str) -> Any:
    """The document as plain Python, fast; raises ConfigError naming file and line."""
    # Pure Python, as the dumper: libyaml's C scanner has other ideas of some characters.
    return _load(YAML(typ="safe", pure=True), text, name)


def _load(yaml: YAML, text: str, name: str) -> Any:
    try:
        return yaml.load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"{name}:{mark.line + 1}" if mark else name
        raise ConfigError(f"is no YAML: {error.problem}", where) from error
    except (YAMLError, ValueError) as error:
        raise ConfigError(f"is no YAML: {error}", name) from error


def dump(document: dict[str, Any], heading: str) -> str:
    """The document as YAML: keys in their order, ``heading`` as a comment on top.

    Top-level mappings and lists' short mappings are written on one line where they fit; texts of
    several lines as literal blocks.
    """
    yaml = YAML(typ="rt", pure=True)
    yaml.width = _WIDTH
    yaml.allow_unicode = True
    yaml.default_flow_style = False
    yaml.indent(mapping=2, sequence=2, offset=0)
    out = StringIO()
    yaml.dump({key: _block(value) for key, value in document.items()}, out)
    return f"# {heading}\n{out.getvalue()}"


def _block(value: Any) -> Any:
    """A value of the top level: lists are spread over lines, mappings kept on one."""
    if isinstance(value, list):
        if value and all(isinstance(item, dict) for item in value):
            return CommentedSeq([_item(item) for item in value])
        return _flow(value)
    return _flow(value)


def _item(item: dict[str, Any]) -> Any:
    if any(isinstance(value, str) and "\n" in value for value in item.values()) or "action" in item:
        return CommentedMap({key: _flow(value) for key, value in item.items()})
    return _flow(item)


def _flow(value: Any) -> Any:
    if isinstance(value, str) and value.endswith("\n"):
        return LiteralScalarString(value)
    if isinstance(value, str) and not value.isprintable():
        return DoubleQuotedScalarString(value)
    if isinstance(value, dict):
        mapping = CommentedMap({key: _flow(part) for key, part in value.items()})
        mapping.fa.set_flow_style()
        return mapping
    if isinstance(value, list):
        sequence = CommentedSeq([_flow(part) for part in value])
        sequence.fa.set_flow_style()
        return sequence
    return value

"""A plan as text: YAML for people, JSON for machines, told apart by the file's name."""

import json
import re
from collections.abc import Mapping
from typing import Any

from reconciler.errors import ConfigError, PlanFileError
from reconciler.models.plan import Plan
from reconciler.plan_file import json_document, plan_from, yaml_document
from reconciler.summary import headline
from reconciler.yaml_text import dump, load_plain

_NOT_ASCII = re.compile(r"[^\n\x20-\x7e]")


def as_yaml(plan: Plan) -> str:
    """The plan as YAML; equal plans give equal text."""
    return dump(yaml_document(plan), headline(plan))


def as_json(plan: Plan) -> str:
    """The plan as JSON; equal plans give equal text."""
    return json_text(json_document(plan))


def json_text(document: Mapping[str, Any]) -> str:
    """A document as JSON in which every character can be seen."""
    text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    # Characters that cannot be seen, as bidirectional marks, are only ever inside strings.
    return _NOT_ASCII.sub(lambda c: c[0] if c[0].isprintable() else json.dumps(c[0])[1:-1], text)


def as_text(plan: Plan, name: str) -> str:
    """The plan in the form that the file's name asks for: JSON for ``.json``, else YAML."""
    return as_json(plan) if name.endswith(".json") else as_yaml(plan)


def from_text(text: str, name: str) -> Plan:
    """The plan in a file's text. Raises PlanFileError for anything that is not exactly a plan."""
    return plan_from(document_from(text, name), name)


def document_from(text: str, name: str) -> object:
    """What a file's text says, JSON's or YAML's. Raises PlanFileError when it is neither."""
    try:
        if name.endswith(".json"):
            return json.loads(text, object_pairs_hook=_once)
        return load_plain(text, name)
    except json.JSONDecodeError as error:
        raise PlanFileError(f"{name}:{error.lineno}: is no JSON: {error.msg}") from error
    except ConfigError as error:
        raise PlanFileError(str(error)) from error
    except (RecursionError, ValueError) as error:
        raise PlanFileError(f"{name} is no plan file: {error}.") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, refused when it has a key twice: readers would see the one, programs the other."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("an object in it has a key twice")
    return found

"""What pydantic finds wrong, in the words of somebody who writes nwp.yml."""

from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

_MAPPING = "has to be a mapping: lines of 'key: value'"
_LIST = "has to be a list: each entry begins with '- '"
_FLAG = "has to be true or false"
_TEXT = "has to be text: put a number, a date, true or false in quotes"
_WHOLE = "has to be a whole number"
_NUMBER = "has to be a number"
_PLAIN = {
    "bool_parsing": _FLAG,
    "bool_type": _FLAG,
    "dict_type": _MAPPING,
    "float_parsing": _NUMBER,
    "float_type": _NUMBER,
    "greater_than": "has to be more than {gt}",
    "int_from_float": _WHOLE,
    "int_parsing": _WHOLE,
    "int_type": _WHOLE,
    "less_than_equal": "may be {le} at most",
    "literal_error": "has to be {expected}",
    "missing": "is missing; docs/configuration.md says what to put there",
    "model_type": _MAPPING,
    "string_too_short": "is empty",
    "string_type": _TEXT,
    "tuple_type": _LIST,
}
"""By pydantic's kind of error; no text of one of ours has to be longer than one character."""


def in_plain_words(error: ErrorDetails, model: type[BaseModel]) -> str:
    """What is wrong, without what stands there: it may be a secret in the wrong place."""
    kind = error["type"]
    if kind == "extra_forbidden":
        return f"is not known here; there are: {', '.join(_known(model, error['loc'][:-1]))}"
    if kind in _PLAIN:
        return _PLAIN[kind].format_map(error.get("ctx", {}))
    plain = error["msg"].removeprefix("Value error, ")
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

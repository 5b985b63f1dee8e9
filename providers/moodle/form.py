"""Parameters of a web-service call as the form fields that PHP takes apart again."""

from collections.abc import Iterator, Mapping, Sequence

Value = str | int | bool | Mapping[str, "Value"] | Sequence["Value"]


def fields(parameters: Mapping[str, Value]) -> dict[str, str]:
    """Form fields: ``{"members": [{"userid": 3}]}`` becomes ``{"members[0][userid]": "3"}``."""
    return dict(_flat(parameters, ""))


def _flat(value: Value, name: str) -> Iterator[tuple[str, str]]:
    # PARAM_BOOL takes 1 and 0; str(True) would be refused.
    if isinstance(value, bool):
        yield name, "1" if value else "0"
    elif isinstance(value, str | int):
        yield name, str(value)
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield from _flat(part, f"{name}[{key}]" if name else key)
    else:
        for number, part in enumerate(value):
            yield from _flat(part, f"{name}[{number}]")

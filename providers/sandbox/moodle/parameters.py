"""Moodle's descriptions of parameters, and its check of what was sent against them.

As in Moodle's external_api::validate_parameters(): arrays and texts are not exchanged, required
keys must be there, other keys must not, and any fault is the same `invalidparameter` (recorded:
«a parameter that is missing», «a parameter too many», «no ids»).
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from providers.sandbox.moodle.answers import RefusedError, invalid_parameter
from providers.sandbox.moodle.php_form import PhpArray, Tree, whole_number


class Description(ABC):
    """What one parameter must look like."""

    @abstractmethod
    def read(self, sent: Tree) -> Any:
        """The value of what was sent; MoodleError or RefusedError if it is not fitting."""


@dataclass(frozen=True)
class Value(Description):
    """A single value."""

    clean: Callable[[str], object]

    def read(self, sent: Tree) -> object:
        """The value, of the type that `clean` gives."""
        if isinstance(sent, PhpArray):
            raise invalid_parameter()
        return self.clean(sent)


@dataclass(frozen=True)
class Many(Description):
    """A list of alike things; their keys do not count, their order does."""

    each: Description

    def read(self, sent: Tree) -> list[Any]:
        """The list, in the order of its arrival."""
        if not isinstance(sent, PhpArray):
            raise invalid_parameter()
        read = self.each.read
        return [read(item) for item in sent.values()]


@dataclass(frozen=True)
class Struct(Description):
    """Named parameters; an optional one that was not sent is not in the answer either."""

    required: Mapping[str, Description] = field(default_factory=dict)
    optional: Mapping[str, Description] = field(default_factory=dict)
    unrecorded: frozenset[str] = frozenset()
    """Keys that Moodle knows, but that no recorded call sends."""

    def read(self, sent: Tree) -> dict[str, Any]:
        """Key to value, for the keys that were sent."""
        if not isinstance(sent, PhpArray):
            raise invalid_parameter()
        for key in sent:
            if key in self.unrecorded:
                raise RefusedError(f"the parameter {key}")
            if key not in self.required and key not in self.optional:
                raise invalid_parameter()
        if any(key not in sent for key in self.required):
            raise invalid_parameter()
        known = {**self.required, **self.optional}
        return {str(key): known[str(key)].read(value) for key, value in sent.items()}


def _integer(text: str) -> int:
    number = whole_number(text)
    if number is None:
        raise invalid_parameter()
    return number


def _boolean(text: str) -> bool:
    if text not in ("0", "1"):
        raise invalid_parameter()
    return text == "1"


TEXT = Value(str)
INTEGER = Value(_integer)
BOOLEAN = Value(_boolean)
TYPE_AND_VALUE = Struct(required={"type": TEXT, "value": TEXT})
"""`{type, value}`: how a category, a cohort or a user is named."""

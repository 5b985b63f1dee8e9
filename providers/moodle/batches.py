"""Calls that are neither too big nor spoilt by one bad item."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from reconciler.errors import CallRefused

VARIABLES = 890
"""Form fields in one call. PHP drops what exceeds ``max_input_vars`` without a word to the
caller; its own default is 1000, and the token, function and format count too."""

Item = TypeVar("Item")
Answer = TypeVar("Answer")


def batches(items: Sequence[Item], variables_each: int) -> Iterator[Sequence[Item]]:
    """The items in runs that keep a call under the limit."""
    size = VARIABLES // variables_each
    for start in range(0, len(items), size):
        yield items[start : start + size]


def halving(
    items: Sequence[Item],
    call: Callable[[Sequence[Item]], Answer],
    refused: Callable[[Item, CallRefused], None],
) -> Iterator[Answer]:
    """Call with all items; where that is refused, with halves, down to the bad item alone.

    Yields the answer of every call that went through; hands each bad item to ``refused``. Right
    only for functions of which Moodle carries out nothing when it refuses.
    """
    if not items:
        return
    try:
        answer = call(items)
    except CallRefused as error:
        if len(items) == 1:
            refused(items[0], error)
            return
        middle = len(items) // 2
        yield from halving(items[:middle], call, refused)
        yield from halving(items[middle:], call, refused)
    else:
        yield answer

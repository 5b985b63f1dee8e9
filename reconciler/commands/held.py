"""What guards hold back of a one-shot run: kept as a plan, and said how to apply it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.held_back import HeldBack
    from reconciler.reconciliation import SitePair, Work


def keep(work: "Work", pair: "SitePair", held: "HeldBack") -> "Iterator[str]":
    """Keep what is held back as a plan of its own; the lines that say so.

    Raises ReadError, StateError.
    """
    from reconciler.commands.files import stamped
    from reconciler.private_files import same_state
    from reconciler.reconciliation import held_alone
    from reconciler.render.guards import held_back_lines, would_hold_back

    if not held.positions:
        return would_hold_back(held)
    plan = held_alone(work, pair, held)
    file = pair.state.keep(stamped(plan))
    return held_back_lines(held, plan, file, same_state())

"""What apply says in the end."""

import pytest

from reconciler.applier import Applied
from reconciler.commands.apply import _ending
from reconciler.models.desired import CohortKey
from reconciler.models.operations import AddMember, Outcome, Status
from reconciler.reconciliation import Report

KEY = CohortKey(uuid="2aaf2f3d-e1c7-4f50-a6f2-a498aceb1ddc", role=None)


def report(*statuses: Status) -> Report:
    applied = tuple(
        Applied(AddMember(KEY, "web-dev", 1, 100 + number, None), Outcome(number, status))
        for number, status in enumerate(statuses)
    )
    return Report(applied, (), recorded=True)


@pytest.mark.parametrize(
    ("statuses", "already", "said"),
    [
        ((), 0, "✓ Nothing to do."),
        ((), 2, "✓ Nothing to do: 2 operations already so."),
        (("done",), 0, "✓ 1 operation carried out and read back."),
        (("done", "already"), 0, "✓ 1 operation carried out and read back, 1 already so."),
        (("already", "already"), 0, "✓ Nothing to do: 2 operations already so."),
        (("already",), 3, "✓ Nothing to do: 4 operations already so."),
    ],
)
def test_what_somebody_else_did_meanwhile_is_not_claimed(
    statuses: tuple[Status, ...], already: int, said: str
) -> None:
    """What was so by the time of writing is told apart from what was carried out."""
    assert next(iter(_ending(report(*statuses), already))) == said


@pytest.mark.parametrize(
    ("statuses", "said"),
    [
        ((), "ℹ Nothing to do but what is held back."),
        (("already",), "ℹ Nothing to do but what is held back: 1 operation already so."),
        (("done",), "✓ 1 operation carried out and read back."),
    ],
)
def test_what_is_held_back_is_not_nothing(statuses: tuple[Status, ...], said: str) -> None:
    """A run of which a guard left nothing does not say that there was nothing to do."""
    assert next(iter(_ending(report(*statuses), 0, held=True))) == said

"""Whom, and what, nwp.yml protects."""

import pytest

from reconciler.reconciliation import plan_now
from tests.guards_world import FULL, leaving


@pytest.mark.parametrize(
    ("guards", "unknown"),
    [
        ({"protected_people": [107, "U7"], "protected_cohorts": ["G1"]}, []),
        ({"protected_people": ["107"]}, []),
        ({"protected_people": ["nobody", 9999]}, [("nobody", ()), ("9999", ())]),
        ({"protected_cohorts": ["g1", "gl"]}, [(None, ("gl",))]),
    ],
)
def test_what_is_protected_and_is_not_there_is_told(
    guards: dict[str, list[int | str]], unknown: list[tuple[str | None, tuple[str, ...]]]
) -> None:
    """A typing error there protects nobody."""
    sites = leaving(1, 8, **guards).pair()
    sites.moodle.gives_all = True  # type: ignore[attr-defined]
    problems = plan_now(sites, FULL).plan.problems
    told = {(p.name, p.guilds) for p in problems if p.kind == "unknown-protected"}
    assert told == set(unknown)

"""A plan and its file are one and the same."""

import json
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.models.plan import CohortPlan, Plan, TextChange
from reconciler.plan_file import digest, json_document, plan_from
from reconciler.plan_text import as_json, as_text, as_yaml, from_text
from tests import plan_strategies
from tests.example_plans import first_sync


@given(plan_strategies.plans, st.sampled_from(["plan.yaml", "plan.json"]))
def test_a_plan_survives_its_file(plan: Plan, name: str) -> None:
    """load(dump(p)) = p in both formats, and equal plans give equal bytes."""
    text = as_text(plan, name)
    read = from_text(text, name)
    assert read == plan
    assert as_text(read, name) == text
    assert text.encode() == as_text(plan.model_copy(deep=True), name).encode()


@given(plan_strategies.plans)
def test_both_formats_say_the_same(plan: Plan) -> None:
    """A plan read from YAML is the plan read from JSON."""
    assert from_text(as_yaml(plan), "p.yaml") == from_text(as_json(plan), "p.json")
    assert plan_from({"format": 1, **_document(plan)}, "p") == plan


@given(plan_strategies.plans)
def test_the_digest_is_of_canonical_json(plan: Plan) -> None:
    """SHA-256 of the JSON form without digest and time: ASCII, keys sorted, no blanks."""
    said = {key: value for key, value in _document(plan).items() if key != "digest"}
    canonical = json.dumps({**said, "made": None}, sort_keys=True, separators=(",", ":"))
    assert digest(plan) == "sha256:" + sha256(canonical.encode()).hexdigest()


def _document(plan: Plan) -> dict[str, object]:

    return json_document(plan)


@given(plan_strategies.plans)
def test_a_plan_file_hides_nothing(plan: Plan) -> None:
    """Whatever names hold, every character of the file can be seen, and none turns its line."""
    for text in (as_yaml(plan), as_json(plan)):
        assert [c for c in text if not c.isprintable() and c != "\n"] == []


@pytest.mark.parametrize(
    "char", ["\x1b", "\x85", "\u202e", "\u2066", "\u200b", "\ufeff", "\U000e0041"]
)
@pytest.mark.parametrize("name", ["plan.yaml", "plan.json"])
def test_what_cannot_be_seen_is_escaped(char: str, name: str) -> None:
    """Control characters, bidirectional marks, tags: in names as in texts, and read back as is."""
    text = f"red{char}evil"
    cohort = CohortPlan(guild=text, uuid="u", action="create", name=TextChange(to=text))
    plan = first_sync().model_copy(update={"cohorts": (cohort,)})
    written = as_text(plan, name)
    assert char not in written
    assert from_text(written, name) == plan

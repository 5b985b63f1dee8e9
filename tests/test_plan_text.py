"""A plan and its file are one and the same."""

from hypothesis import given
from hypothesis import strategies as st

from reconciler.models.plan import Plan
from reconciler.plan_file import json_document, plan_from
from reconciler.plan_text import as_json, as_text, as_yaml, from_text
from tests import strategies


@given(strategies.plans, st.sampled_from(["plan.yaml", "plan.json"]))
def test_a_plan_survives_its_file(plan: Plan, name: str) -> None:
    """load(dump(p)) = p in both formats, and equal plans give equal bytes."""
    text = as_text(plan, name)
    read = from_text(text, name)
    assert read == plan
    assert as_text(read, name) == text
    assert text.encode() == as_text(plan.model_copy(deep=True), name).encode()


@given(strategies.plans)
def test_both_formats_say_the_same(plan: Plan) -> None:
    """A plan read from YAML is the plan read from JSON."""
    assert from_text(as_yaml(plan), "p.yaml") == from_text(as_json(plan), "p.json")
    assert plan_from({"format": 1, **_document(plan)}, "p") == plan


def _document(plan: Plan) -> dict[str, object]:

    return json_document(plan)

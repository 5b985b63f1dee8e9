"""The plans in ``plans/`` are what the program writes."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given

from reconciler.errors import PlanFileError
from reconciler.models.plan import Plan
from reconciler.plan_file import schema
from reconciler.plan_text import as_json, as_text, as_yaml, from_text, json_text
from reconciler.render.review import review
from reconciler.render.review import schema as review_schema
from reconciler.yaml_text import load_plain
from tests import plan_strategies
from tests.example_plans import EXAMPLES

PLANS = Path(__file__).parent.parent / "plans"


def without_comments(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.lstrip().startswith("#")]


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_what_the_program_writes(name: str) -> None:
    """Made again from its sites, an example differs in nothing but comments."""
    text = (PLANS / "examples" / name).read_text(encoding="utf-8")
    made = EXAMPLES[name]()
    assert text.splitlines()[0] == as_text(made, name).splitlines()[0]
    assert without_comments(text) == without_comments(as_text(made, name))
    assert from_text(text, name) == made


def test_every_example_is_tested() -> None:
    """No file lies in plans/examples that nothing makes."""
    assert {path.name for path in (PLANS / "examples").iterdir()} == set(EXAMPLES)


def validator() -> jsonschema.Draft202012Validator:
    found: Any = json.loads((PLANS / "plan.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(found)
    return jsonschema.Draft202012Validator(found)


def test_the_schema_is_the_models() -> None:
    """plan.schema.json is what the model says a plan is."""
    assert json.loads((PLANS / "plan.schema.json").read_text(encoding="utf-8")) == schema()


def test_the_schema_of_reviews_is_the_models() -> None:
    """review.schema.json is what the model says a review is."""
    text = (PLANS / "review.schema.json").read_text(encoding="utf-8")
    assert json.loads(text) == review_schema()


@given(plan_strategies.plans)
def test_the_schema_of_reviews_takes_every_review(plan: Plan) -> None:
    """What ``show --format json`` writes of any plan is valid, and every character can be seen."""
    found: Any = json.loads((PLANS / "review.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(found)
    text = json_text(review(plan).model_dump(mode="json"))
    jsonschema.Draft202012Validator(found).validate(json.loads(text))
    assert [c for c in text if not c.isprintable() and c != "\n"] == []


@given(plan_strategies.plans)
def test_the_schema_takes_every_plan(plan: Plan) -> None:
    """What the program writes is valid by the schema, as YAML and as JSON."""
    schema_of_plans = validator()
    schema_of_plans.validate(json.loads(as_json(plan)))
    schema_of_plans.validate(load_plain(as_yaml(plan), "plan.yaml"))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"format": 1', '"format": 2'),
        ('"change": "add"', '"change": "swap"'),
        ('"digest": "sha256:', '"digest": "md5:'),
        ('"scope": {', '"scope": {"extra": 1,'),
        ('"action": "update"', '"action": "delete"'),
    ],
)
def test_the_schema_refuses_what_the_program_refuses(before: str, after: str) -> None:
    """A file that is no plan is no plan to either."""
    text = (PLANS / "examples" / "one-user.json").read_text(encoding="utf-8")
    assert before in text
    edited = text.replace(before, after)
    assert not validator().is_valid(json.loads(edited))
    with pytest.raises(PlanFileError):
        from_text(edited, "plan.json")

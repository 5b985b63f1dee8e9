"""A plan as a document, and back. The digest tells an edited file; git tells who edited it."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from pydantic import ValidationError

from reconciler.errors import PlanFileError
from reconciler.member_lines import read_lines, write_lines
from reconciler.models.plan import Plan
from reconciler.models.scope import FullScope, GuildScope, Scope, UserScope

FORMAT = 1
_RARE = ("made", "undoes", "only", "exclude", "guards", "roles")
"""Parts of a plan that YAML leaves out where they are empty."""
_LINES = ("members", "assignments")
"""What of a cohort is lines of text in YAML."""


def digest(plan: Plan) -> str:
    """SHA-256 of the plan in canonical JSON; of all that it says but when it was made."""
    return _digest(_fields(plan))


def _digest(fields: Mapping[str, Any]) -> str:
    canonical = json.dumps({**fields, "made": None}, sort_keys=True, separators=(",", ":"))
    return "sha256:" + sha256(canonical.encode()).hexdigest()


def json_document(plan: Plan) -> dict[str, Any]:
    """The plan for machines: members are objects."""
    fields = _fields(plan)
    return {**fields, "digest": _digest(fields)}


def yaml_document(plan: Plan) -> dict[str, Any]:
    """The plan for people: members are lines of text, and nothing is said that is not so."""
    fields = _fields(plan)
    known = _digest(fields)
    for cohort, shown in zip(plan.cohorts, fields["cohorts"], strict=True):
        for part in _LINES:
            shown[part] = write_lines(getattr(cohort, part)) or None
    document = {key: _bare(value) for key, value in fields.items()}
    for part in _RARE:
        if not document.get(part):
            document.pop(part, None)
    return {**document, "digest": known}


def schema() -> dict[str, Any]:
    """The JSON schema of a plan file, in either format."""
    found = Plan.model_json_schema(by_alias=True)
    pattern = "^sha256:[0-9a-f]{64}$"
    found["properties"]["digest"] = {"type": "string", "pattern": pattern}
    found["required"] = sorted({*found["required"], "format", "digest"})
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **found}


def plan_from(document: object, name: str) -> Plan:
    """The plan that a document holds, YAML's or JSON's; ``name`` is the file's, for messages.

    Raises PlanFileError when it is no plan, of a format that this program does not know, or not
    what its digest says it was.
    """
    if not isinstance(document, dict) or "format" not in document:
        raise PlanFileError(f"{name} is no plan file: it has no 'format'.")
    if type(document["format"]) is not int or document["format"] != FORMAT:
        raise PlanFileError(
            f"{name} is a plan of format {document['format']!r}; this program knows format"
            f" {FORMAT}. Use the release that made it, or plan again."
        )
    body = {key: value for key, value in document.items() if key != "digest"}
    try:
        plan = Plan.model_validate(_model_input(body))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise PlanFileError(f"{name} is no valid plan: {place}: {first['msg']}") from error
    except (ValueError, TypeError, OverflowError) as error:
        raise PlanFileError(f"{name} is no valid plan: {error}") from error
    if document.get("digest") != digest(plan):
        raise PlanFileError(
            f"{name} was changed after it was made: its digest does not fit. A plan is applied as"
            " it was reviewed; to change it, plan again."
        )
    return plan


def _fields(plan: Plan) -> dict[str, Any]:
    fields = plan.model_dump(mode="json", by_alias=True)
    fields["scope"] = _scope_document(plan.scope)
    return fields


def _bare(value: Any) -> Any:
    """Without what is null or empty: the model's defaults bring it back."""
    if isinstance(value, Mapping):
        return {key: _bare(part) for key, part in value.items() if part not in (None, [])}
    if isinstance(value, list):
        return [_bare(part) for part in value]
    return value


def _scope_document(scope: Scope) -> Any:
    match scope:
        case FullScope():
            return "full"
        case GuildScope():
            return {"guild": scope.name, "uuid": scope.uuid}
        case UserScope():
            return {"user": scope.uid}


def _scope_from(value: Any) -> Any:
    match value:
        case "full":
            return FullScope()
        case {"guild": name, "uuid": uuid, **rest} if not rest:
            return GuildScope(uuid=uuid, name=name)
        case {"user": uid, **rest} if not rest:
            return UserScope(uid=uid)
    raise ValueError("scope: is neither full, nor a guild, nor a user")


def _model_input(body: Mapping[str, Any]) -> dict[str, Any]:
    if "scope" not in body:
        raise ValueError("scope: is missing")
    cohorts = body.get("cohorts", [])
    if not isinstance(cohorts, list) or not all(isinstance(item, dict) for item in cohorts):
        raise TypeError("cohorts: is no list of cohorts")
    return {
        **body,
        "scope": _scope_from(body["scope"]),
        "cohorts": [
            {
                key: read_lines(value) if key in _LINES and isinstance(value, str) else value
                for key, value in cohort.items()
            }
            for cohort in cohorts
        ],
    }

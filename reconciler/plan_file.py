"""A plan as a document, and back. The digest tells an edited file; git tells who edited it."""

import json
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from json.encoder import encode_basestring_ascii
from typing import Any

from pydantic import ValidationError

from reconciler.errors import PlanFileError
from reconciler.member_lines import read_lines, write_lines
from reconciler.models.members import MemberChange
from reconciler.models.plan import CohortPlan, Plan
from reconciler.models.scope import FullScope, GuildScope, Scope, UserScope

FORMAT = 1
_RARE = ("made", "undoes", "only", "exclude", "guards", "roles")
"""Parts of a plan that YAML leaves out where they are empty."""
_LINES = ("members", "assignments")
"""What of a cohort is lines of text in YAML."""


def digest(plan: Plan) -> str:
    """SHA-256 of the plan in canonical JSON; of all that it says but when it was made.

    Canonical: ASCII, keys in their order, no blanks, every field of the model.
    """
    return _digest(plan, _fields(plan))


def _digest(plan: Plan, fields: Mapping[str, Any]) -> str:
    found = sha256()
    # In pieces: a million members would be a long text.
    for piece in _canonical(plan, {**fields, "made": None}):
        found.update(piece.encode())
    return f"sha256:{found.hexdigest()}"


def _canonical(plan: Plan, fields: Mapping[str, Any]) -> Iterator[str]:
    for number, key in enumerate(sorted(fields)):
        yield f'{"," if number else "{"}"{key}":'
        if key == "cohorts":
            cohorts = zip(plan.cohorts, fields[key], strict=True)
            yield from _list(_cohort(cohort, shown) for cohort, shown in cohorts)
        else:
            yield _json(fields[key])
    yield "}"


def _list(items: Iterable[str]) -> Iterator[str]:
    yield "["
    for number, item in enumerate(items):
        yield f",{item}" if number else item
    yield "]"


def _cohort(cohort: CohortPlan, fields: Mapping[str, Any]) -> str:
    parts = {key: _json(value) for key, value in fields.items()}
    for part in _LINES:
        parts[part] = f"[{','.join(map(_member, getattr(cohort, part)))}]"
    return "{" + ",".join(f'"{key}":{parts[key]}' for key in sorted(parts)) + "}"


def _member(line: MemberChange) -> str:
    """A member in canonical JSON: by hand, a quarter of the time that the model needs for it."""
    return (
        f'{{"avc":{_json_number(line.avc)},"because":{_json_text(line.because)}'
        f',"by":{_json_text(line.by)},"change":{_json_text(line.change)}'
        f',"last_enrolments":{_json_number(line.last_enrolments)}'
        f',"moodle":{_json_number(line.moodle)},"name":{_json_text(line.name)}'
        f',"role":{_json_text(line.role)},"suspends":{_json_number(line.suspends)}'
        f',"through":{_json_text(line.through)}}}'
    )


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _json_number(value: int | None) -> str:
    return "null" if value is None else str(value)


def _json_text(value: str | None) -> str:
    return "null" if value is None else encode_basestring_ascii(value)


def json_document(plan: Plan) -> dict[str, Any]:
    """The plan for machines: members are objects."""
    fields = plan.model_dump(mode="json", by_alias=True)
    return {**fields, "scope": _scope_document(plan.scope), "digest": digest(plan)}


def yaml_document(plan: Plan) -> dict[str, Any]:
    """The plan for people: members are lines of text, and nothing is said that is not so."""
    fields = _fields(plan)
    known = _digest(plan, fields)
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
    plan = unverified(document, name)
    if not isinstance(document, dict) or document.get("digest") != digest(plan):
        raise PlanFileError(
            f"{name} was changed after it was made: its digest does not fit. A plan is applied as"
            " it was reviewed; to change it, plan again."
        )
    return plan


def unverified(document: object, name: str) -> Plan:
    """The plan that a document holds, whatever its digest is.

    Raises PlanFileError, from pydantic's ValidationError where something does not fit the model.
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
        return Plan.model_validate(_model_input(body))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise PlanFileError(f"{name} is no valid plan: {place}: {first['msg']}") from error
    except (ValueError, TypeError, OverflowError) as error:
        raise PlanFileError(f"{name} is no valid plan: {error}") from error


def _fields(plan: Plan) -> dict[str, Any]:
    """The plan as a document, without the members of its cohorts."""
    fields = plan.model_dump(
        mode="json", by_alias=True, exclude={"cohorts": {"__all__": {*_LINES}}}
    )
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

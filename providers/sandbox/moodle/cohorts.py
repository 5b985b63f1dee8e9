"""Reading cohorts: core_cohort_get_cohorts and core_cohort_search_cohorts."""

import json
from collections.abc import Mapping
from typing import Any

from providers.sandbox.moodle.answers import RefusedError
from providers.sandbox.moodle.call import Call
from providers.sandbox.moodle.descriptions import filtered_description, filtered_name
from providers.sandbox.moodle.parameters import INTEGER, TEXT, Many, Struct

GET_COHORTS = Struct(optional={"cohortids": Many(INTEGER)})
SEARCH_COHORTS = Struct(
    required={
        "query": TEXT,
        "context": Struct(
            optional={"contextid": INTEGER, "contextlevel": TEXT, "instanceid": INTEGER}
        ),
    },
    optional={"includes": TEXT, "limitfrom": INTEGER, "limitnum": INTEGER},
)
_COLUMNS = "SELECT id, name, idnumber, description, visible FROM cohort"
_SYSTEM_CONTEXTS: tuple[dict[str, object], ...] = (
    {"contextid": 1},
    {"contextlevel": "system", "instanceid": 0},
)


def get_cohorts(call: Call, params: Mapping[str, Any]) -> list[dict[str, object]]:
    """Cohorts of every context by id; unknown ids are left out, no ids mean all."""
    wanted = params.get("cohortids")
    if wanted:
        where = "WHERE id IN (SELECT value FROM json_each(?))"
        return _shown(call, f"{where} ORDER BY id", json.dumps(wanted))
    return _shown(call, "ORDER BY id")


def search_cohorts(call: Call, params: Mapping[str, Any]) -> dict[str, object]:
    """A page of the system's cohorts by name; `limitfrom` counts pages, not cohorts."""
    page, size = params.get("limitfrom", 0), params.get("limitnum", 25)
    if params["query"]:
        raise RefusedError("a search for a text")
    if params["context"] not in _SYSTEM_CONTEXTS:
        raise RefusedError("a search outside the system context")
    if params.get("includes") != "self":
        raise RefusedError("a search that includes other than «self»")
    if page < 0 or size <= 0:
        raise RefusedError("such a page")
    where = "WHERE contextid = 1 ORDER BY name_folded, idnumber_folded, id LIMIT ? OFFSET ?"
    return {"cohorts": _shown(call, where, size, page * size)}


def _shown(call: Call, where: str, *values: object) -> list[dict[str, object]]:
    rows = call.rows(f"{_COLUMNS} {where}", *values)
    return [{**cohort_answer(call, row), "customfields": []} for row in rows]


def cohort_answer(call: Call, cohort: Mapping[str, Any]) -> dict[str, object]:
    """A cohort as every function shows it (all but the custom fields).

    Recorded: without a description it has an empty one, without an idnumber null.
    """
    name, description = cohort["name"], cohort["description"] or ""
    return {
        "id": cohort["id"],
        "name": name if call.raw else filtered_name(name),
        "idnumber": cohort["idnumber"],
        "description": description if call.raw else filtered_description(description),
        "descriptionformat": 1,
        "visible": bool(cohort["visible"]),
        "theme": "",
    }

"""Changing cohorts: core_cohort_create_cohorts, …_update_cohorts and …_delete_cohorts.

Each call is one transaction; the first cohort at fault decides how it fails.
"""

import json
from collections.abc import Mapping
from typing import Any

from providers.sandbox.moodle.answers import (
    RefusedError,
    invalid_parameter,
    unknown_record,
    write_failed,
)
from providers.sandbox.moodle.call import Call
from providers.sandbox.moodle.cohorts import cohort_answer
from providers.sandbox.moodle.collation import folded
from providers.sandbox.moodle.parameters import BOOLEAN, INTEGER, TEXT, TYPE_AND_VALUE, Many, Struct
from providers.sandbox.moodle.schema import CATEGORY_CONTEXT, SYSTEM_CONTEXT

_REQUIRED = {"categorytype": TYPE_AND_VALUE, "name": TEXT, "idnumber": TEXT}
_OPTIONAL = {"description": TEXT, "descriptionformat": INTEGER, "visible": BOOLEAN}
_UNRECORDED = frozenset({"theme", "customfields"})

CREATE_COHORTS = Struct(required={"cohorts": Many(Struct(_REQUIRED, _OPTIONAL, _UNRECORDED))})
UPDATE_COHORTS = Struct(
    required={"cohorts": Many(Struct({"id": INTEGER, **_REQUIRED}, _OPTIONAL, _UNRECORDED))}
)
DELETE_COHORTS = Struct(required={"cohortids": Many(INTEGER)})

_LONGEST_NAME = 254
_LONGEST_IDNUMBER = 100


def create_cohorts(call: Call, params: Mapping[str, Any]) -> list[dict[str, object]]:
    """The new cohorts, or none of them; the ids of a batch that failed stay used up."""
    wanted = params["cohorts"]
    taken = _taken(call, [cohort["idnumber"] for cohort in wanted])
    (last,) = call.db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'cohort'").fetchone()
    call.last_cohort_id = last
    rows: list[dict[str, Any]] = []
    for cohort in wanted:
        cohort["contextid"] = _context(cohort)
        key = folded(cohort["idnumber"])
        if key in taken:
            raise invalid_parameter()
        taken.add(key)
        _check(cohort)
        if not cohort["name"].strip():
            raise RefusedError("a cohort made without a name")
        call.last_cohort_id += 1
        cohort["id"] = call.last_cohort_id
        rows.append({"description": "", "visible": True, **cohort})
    call.db.executemany(
        "INSERT INTO cohort (id, contextid, name, idnumber, description, visible)"
        " VALUES (:id, :contextid, :name, :idnumber, :description, :visible)",
        rows,
    )
    return [cohort_answer(call, row) for row in rows]


def update_cohorts(call: Call, params: Mapping[str, Any]) -> None:
    """All or none; description and visible keep their values where they were not sent.

    An idnumber that is taken is no fault here (recorded: «update allows an idnumber …»).
    """
    known = call.known_cohorts(cohort["id"] for cohort in params["cohorts"])
    for cohort in params["cohorts"]:
        if not cohort["name"].strip():
            raise invalid_parameter()
        if cohort["id"] not in known:
            raise unknown_record(call.release, "cohort")
        cohort["contextid"] = _context(cohort)
        _check(cohort)
    call.db.executemany(
        "UPDATE cohort SET contextid = :contextid, name = :name, idnumber = :idnumber,"
        " description = coalesce(:description, description),"
        " visible = coalesce(:visible, visible) WHERE id = :id",
        [{"description": None, "visible": None, **cohort} for cohort in params["cohorts"]],
    )


def delete_cohorts(call: Call, params: Mapping[str, Any]) -> None:
    """All or none, members included; an id named twice is unknown the second time."""
    wanted = params["cohortids"]
    if len(wanted) != len(call.known_cohorts(wanted)):
        raise unknown_record(call.release, "cohort")
    gone = (json.dumps(wanted),)
    call.db.execute(
        "DELETE FROM cohort_members WHERE cohortid IN (SELECT value FROM json_each(?))", gone
    )
    call.db.execute("DELETE FROM cohort WHERE id IN (SELECT value FROM json_each(?))", gone)


def _taken(call: Call, idnumbers: list[str]) -> set[str]:
    found = call.db.execute(
        "SELECT idnumber_folded FROM cohort"
        " WHERE idnumber_folded IN (SELECT value FROM json_each(?))",
        (json.dumps([folded(idnumber) for idnumber in idnumbers]),),
    )
    return {idnumber for (idnumber,) in found}


def _context(cohort: Mapping[str, Any]) -> int:
    """The id of the context that the cohort is to be in; one category was recorded, and none."""
    named = cohort["categorytype"]
    if named["type"] == "system":
        return SYSTEM_CONTEXT
    if named == {"type": "id", "value": "1"}:
        return CATEGORY_CONTEXT
    if named == {"type": "id", "value": "0"}:
        raise invalid_parameter()
    raise RefusedError(f"a cohort in the category {named['type']}={named['value']}")


def _check(cohort: Mapping[str, Any]) -> None:
    if cohort.get("descriptionformat", 1) != 1:
        raise RefusedError("a description in another format than 1")
    if len(cohort["name"]) > _LONGEST_NAME or len(cohort["idnumber"]) > _LONGEST_IDNUMBER:
        raise write_failed()

"""Roles at system level: core_role_assign_roles and core_role_unassign_roles."""

from collections.abc import Mapping
from typing import Any

from providers.sandbox.moodle.answers import RefusedError, invalid_parameter, no_such_role_holder
from providers.sandbox.moodle.call import Call
from providers.sandbox.moodle.parameters import INTEGER, Many, Struct

_ASSIGNMENT = Struct(
    required={"roleid": INTEGER, "userid": INTEGER},
    optional={"contextid": INTEGER},
    unrecorded=frozenset({"contextlevel", "instanceid"}),
)
ASSIGN_ROLES = Struct(required={"assignments": Many(_ASSIGNMENT)})
UNASSIGN_ROLES = Struct(required={"unassignments": Many(_ASSIGNMENT)})

_COURSE_CREATOR = 2
_STUDENT = 5
_SYSTEM = 1


def assign_roles(call: Call, params: Mapping[str, Any]) -> None:
    """All or none; what is assigned already stays as it is."""
    assignments = params["assignments"]
    users = call.living_users(assignment["userid"] for assignment in assignments)
    for assignment in assignments:
        _check_context(assignment)
        if assignment["roleid"] == _STUDENT:
            raise invalid_parameter()
        _check_role(assignment)
        if assignment["userid"] not in users:
            raise no_such_role_holder()
    call.db.executemany(
        "INSERT INTO role_assignments (roleid, contextid, userid)"
        " SELECT :roleid, :contextid, :userid WHERE NOT EXISTS (SELECT 1 FROM role_assignments"
        " WHERE roleid = :roleid AND contextid = :contextid AND userid = :userid"
        " AND component = '' AND itemid = 0)",
        assignments,
    )


def unassign_roles(call: Call, params: Mapping[str, Any]) -> None:
    """All or none; what is not assigned is no fault."""
    assignments = params["unassignments"]
    users = call.living_users(assignment["userid"] for assignment in assignments)
    for assignment in assignments:
        _check_context(assignment)
        _check_role(assignment)
        if assignment["userid"] not in users:
            raise RefusedError("a role taken from an unknown user")
    call.db.executemany(
        "DELETE FROM role_assignments"
        " WHERE roleid = :roleid AND contextid = :contextid AND userid = :userid"
        " AND component = '' AND itemid = 0",
        assignments,
    )


def _check_context(assignment: Mapping[str, Any]) -> None:
    if assignment.get("contextid") != _SYSTEM:
        raise RefusedError("a role outside the system context (contextid 1)")


def _check_role(assignment: Mapping[str, Any]) -> None:
    if assignment["roleid"] != _COURSE_CREATOR:
        raise RefusedError(f"the role {assignment['roleid']} at system level")

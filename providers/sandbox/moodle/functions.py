"""The web-service functions by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from providers.sandbox.moodle import cohort_writing, cohorts, members, roles, users
from providers.sandbox.moodle.answers import RefusedError, not_in_service, unknown_record
from providers.sandbox.moodle.call import Call
from providers.sandbox.moodle.parameters import Struct
from providers.sandbox.moodle.php_form import PhpArray


@dataclass(frozen=True)
class Function:
    """What a function takes, and the Python function that answers."""

    takes: Struct
    answer: Callable[[Call, Mapping[str, Any]], object]


FUNCTIONS: Mapping[str, Function] = {
    "core_cohort_get_cohorts": Function(cohorts.GET_COHORTS, cohorts.get_cohorts),
    "core_cohort_search_cohorts": Function(cohorts.SEARCH_COHORTS, cohorts.search_cohorts),
    "core_cohort_create_cohorts": Function(
        cohort_writing.CREATE_COHORTS, cohort_writing.create_cohorts
    ),
    "core_cohort_update_cohorts": Function(
        cohort_writing.UPDATE_COHORTS, cohort_writing.update_cohorts
    ),
    "core_cohort_delete_cohorts": Function(
        cohort_writing.DELETE_COHORTS, cohort_writing.delete_cohorts
    ),
    "core_cohort_get_cohort_members": Function(members.GET_MEMBERS, members.get_members),
    "core_cohort_add_cohort_members": Function(members.ADD_MEMBERS, members.add_members),
    "core_cohort_delete_cohort_members": Function(members.DELETE_MEMBERS, members.delete_members),
    "core_user_get_users_by_field": Function(users.USERS_BY_FIELD, users.users_by_field),
    "core_user_get_users": Function(users.USERS, users.users),
    "core_role_assign_roles": Function(roles.ASSIGN_ROLES, roles.assign_roles),
    "core_role_unassign_roles": Function(roles.UNASSIGN_ROLES, roles.unassign_roles),
}


def answer(call: Call, name: str, sent: PhpArray) -> object:
    """What the function answers, to be written as JSON; MoodleError or RefusedError."""
    function = FUNCTIONS.get(name)
    if function:
        return function.answer(call, function.takes.read(sent))
    if name == "core_no_such":
        raise unknown_record(call.release, "external_functions")
    if name == "core_course_get_courses":
        raise not_in_service()
    raise RefusedError(f"the function {name}")

"""A small Moodle in a database, and ways to read it."""

from typing import Any

from providers.databases.database import parse_url
from providers.moodle.database.reading import DatabaseReading
from reconciler.models.moodle import MoodleQuery, MoodleSnapshot
from tests.moodle_database.tables import Rows

ADDRESS = "https://moodle.example"
RELEASE = "4.5.6 (Build: 20250811)"
SYSTEM, CATEGORY = 7, 9
"""Ids of contexts: that of the system is 1 on a new site, and need not be."""
MANAGER, CREATOR, TEACHER, OWN, HELPER = 1, 2, 4, 9, 10
MARKED = MoodleQuery(member_marks=frozenset({"mark"}), unmarked="mark")
EVERYBODY = MARKED.model_copy(update={"everybody": True})


def account(number: int, name: str, **fields: Any) -> dict[str, Any]:
    """A row of ``user``: confirmed, with an address, a local account."""
    row = {"id": number, "username": name, "email": f"{name}@example.org", "auth": "manual"}
    return {**row, "confirmed": 1, "password": "$2y$10$not-to-be-read", **fields}


def cohort(number: int, name: str, description: str | None, **fields: Any) -> dict[str, Any]:
    """A row of ``cohort``: visible, in the system context."""
    row = {"id": number, "contextid": SYSTEM, "name": name, "idnumber": name, "visible": 1}
    return {**row, "description": description, **fields}


def small_site() -> Rows:
    """Alice and bob in a marked cohort; one deleted, one unconfirmed, one suspended account."""
    return {
        "config": [
            {"name": "release", "value": RELEASE},
            {"name": "siteadmins", "value": "2,4"},
            {"name": "enrol_plugins_enabled", "value": "manual,self,cohort"},
        ],
        "config_plugins": [
            {"plugin": "auth_oauth2", "name": "version", "value": "2024100700"},
            {"plugin": "auth_oauth2", "name": "field_lock_idnumber", "value": "locked"},
            {"plugin": "auth_manual", "name": "field_lock_idnumber", "value": "unlockedifempty"},
            {"plugin": "auth_ldap", "name": "field_lock_email", "value": "locked"},
            {"plugin": "local_cohortrole", "name": "version", "value": "2025100700"},
            {"plugin": "tool_log", "name": "enabled_stores", "value": "logstore_standard"},
        ],
        "context": [
            {"id": SYSTEM, "contextlevel": 10, "instanceid": 0},
            {"id": CATEGORY, "contextlevel": 40, "instanceid": 1},
        ],
        "user": [
            account(1, "guest"),
            account(2, "admin"),
            account(3, "alice", auth="oauth2", idnumber="uuid-alice"),
            account(4, "bob", auth="ldap"),
            account(5, "gone@example.org.1795350011", deleted=1, email="0123456789abcdef"),
            account(6, "unconfirmed", confirmed=0),
            account(7, "suspended", suspended=1),
        ],
        "cohort": [
            cohort(1, "web-dev", "<p>mark</p>", component="avc_moodle_sync"),
            cohort(2, "category", "<p>mark</p>", contextid=CATEGORY),
            cohort(3, "AVC - plain", None, idnumber=None, visible=0, component="local_other"),
            cohort(4, "empty", "mark"),
        ],
        "cohort_members": [
            {"cohortid": 1, "userid": 3},
            {"cohortid": 1, "userid": 4},
            {"cohortid": 2, "userid": 3},
            {"cohortid": 3, "userid": 7},
        ],
        **_logins(),
        **_roles(),
        **_courses(),
    }


def _logins() -> Rows:
    return {
        "oauth2_issuer": [
            {"id": 1, "name": "AVC", "baseurl": "https://avc.example", "enabled": 1},
            {"id": 2, "name": "Off", "baseurl": "", "enabled": 0},
            {"id": 3, "name": "Other", "baseurl": "https://other.example", "enabled": 1},
        ],
        "oauth2_user_field_mapping": [
            {"issuerid": 1, "externalfield": "email", "internalfield": "email"},
            {"issuerid": 1, "externalfield": "sub", "internalfield": "username"},
            {"issuerid": 3, "externalfield": "email", "internalfield": "email"},
        ],
        "auth_oauth2_linked_login": [
            {"userid": 3, "issuerid": 3, "username": "alice@other.example"},
            {"userid": 3, "issuerid": 1, "username": "77"},
            {"userid": 4, "issuerid": 1, "username": "78", "confirmtoken": "waiting"},
            {"userid": 5, "issuerid": 1, "username": "79"},
        ],
    }


def _roles() -> Rows:
    powers = [
        (SYSTEM, OWN, "moodle/role:assign", 1),
        (SYSTEM, TEACHER, "moodle/site:config", -1000),
        (SYSTEM, TEACHER, "moodle/cohort:view", 1),
        (CATEGORY, CREATOR, "moodle/role:assign", 1),
    ]
    given = [
        (3, MANAGER, SYSTEM, "", 0),
        (3, CREATOR, SYSTEM, "local_cohortrole", 1),
        (4, CREATOR, SYSTEM, "local_cohortrole", 1),
        (3, CREATOR, SYSTEM, "local_cohortrole", 3),
        (3, CREATOR, SYSTEM, "avc_moodle_sync", 1),
        (4, CREATOR, CATEGORY, "avc_moodle_sync", 1),
        (3, TEACHER, CATEGORY, "enrol_cohort", 1),
    ]
    return {
        "role": [
            {"id": MANAGER, "shortname": "manager", "archetype": "manager"},
            {"id": CREATOR, "shortname": "coursecreator", "archetype": "coursecreator"},
            {"id": TEACHER, "shortname": "teacher", "archetype": "teacher"},
            {"id": OWN, "shortname": "own", "archetype": ""},
            {"id": HELPER, "shortname": "helper", "archetype": "manager"},
        ],
        "role_context_levels": [
            {"roleid": MANAGER, "contextlevel": 10},
            {"roleid": CREATOR, "contextlevel": 10},
            {"roleid": CREATOR, "contextlevel": 40},
            {"roleid": TEACHER, "contextlevel": 50},
        ],
        "role_capabilities": [
            dict(zip(("contextid", "roleid", "capability", "permission"), each, strict=True))
            for each in powers
        ],
        "role_assignments": [
            dict(zip(("userid", "roleid", "contextid", "component", "itemid"), each, strict=True))
            for each in given
        ],
        "local_cohortrole": [{"cohortid": 1, "roleid": CREATOR}],
    }


def _courses() -> Rows:
    return {
        "enrol": [
            {"id": 1, "enrol": "manual", "courseid": 20},
            {"id": 2, "enrol": "cohort", "courseid": 20, "customint1": 1},
            {"id": 3, "enrol": "cohort", "courseid": 21, "customint1": 1, "status": 1},
            {"id": 4, "enrol": "cohort", "courseid": 21, "customint1": 3},
            {"id": 5, "enrol": "cohort", "courseid": 22, "customint1": 0},
            {"id": 6, "enrol": "self", "courseid": 22, "customint1": 1},
        ],
        "user_enrolments": [
            {"enrolid": 1, "userid": 3, "status": 1},
            {"enrolid": 2, "userid": 3},
            {"enrolid": 3, "userid": 4},
            {"enrolid": 4, "userid": 4},
            {"enrolid": 6, "userid": 4},
        ],
    }


def reading(url: str, prefix: str = "mdl_") -> DatabaseReading:
    return DatabaseReading("ss", parse_url(url), prefix, ADDRESS)


def read(url: str, query: MoodleQuery = EVERYBODY, prefix: str = "mdl_") -> MoodleSnapshot:
    return reading(url, prefix).read(query)

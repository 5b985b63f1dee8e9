"""Finding accounts: core_user_get_users_by_field and core_user_get_users."""

import json
import re
from collections.abc import Mapping
from typing import Any

from providers.sandbox.moodle.answers import RefusedError, invalid_parameter
from providers.sandbox.moodle.call import Call
from providers.sandbox.moodle.collation import folded
from providers.sandbox.moodle.parameters import TEXT, Many, Struct
from providers.sandbox.moodle.php_form import whole_number

USERS_BY_FIELD = Struct(required={"field": TEXT, "values": Many(TEXT)})
USERS = Struct(required={"criteria": Many(Struct(required={"key": TEXT, "value": TEXT}))})

_COLUMNS = """
SELECT id, username, firstname, lastname, email, idnumber, auth, suspended, confirmed FROM user
"""
_FIELDS = {
    "id": "id",
    "username": "username",
    "email": "email_folded",
    "idnumber": "idnumber_folded",
}
_ADDRESS = re.compile(r"[^\s<>@]+@[^\s<>@]+\.[^\s<>@]+")
_USERNAME = re.compile(r"[-._@a-z0-9]+")
_BLANKS = " \t\n\r\0\v"
"""What PHP's trim() takes from both ends; nothing else makes an e-mail illegal here."""


def users_by_field(call: Call, params: Mapping[str, Any]) -> list[dict[str, object]]:
    """The accounts that have one of the values, by id, each once, deleted ones unflagged.

    E-mail and idnumber are compared as MariaDB does: without case and accents.
    """
    field = params["field"]
    if field not in _FIELDS:
        raise RefusedError(f"accounts by the field {field}")
    wanted = [_comparable(field, value) for value in params["values"]]
    where = f"WHERE {_FIELDS[field]} IN (SELECT value FROM json_each(?)) ORDER BY id"  # noqa: S608 -- a column of ours
    return _shown(call, where, json.dumps(wanted))


def users(call: Call, params: Mapping[str, Any]) -> dict[str, object]:
    """Accounts whose e-mail is LIKE the one given: `_` stands for any letter."""
    criteria = params["criteria"]
    if len(criteria) != 1 or criteria[0]["key"] != "email":
        raise RefusedError("core_user_get_users by other than one e-mail")
    value = criteria[0]["value"]
    if not (value.isascii() and _ADDRESS.fullmatch(value)) or "%" in value:
        raise RefusedError(f"core_user_get_users for the e-mail {value!r}")
    where = "WHERE deleted = 0 AND email LIKE ? ORDER BY id"
    return {"users": _shown(call, where, value), "warnings": []}


def _comparable(field: str, value: str) -> int | str:
    """A value as the column holds it; one illegal value fails the call, as recorded."""
    if not value:
        raise RefusedError("an account looked up by an empty value")
    if field == "id":
        number = whole_number(value)
        if number is None:
            raise RefusedError(f"the id {value!r}")
        return number
    if field == "username":
        if not _USERNAME.fullmatch(value):
            raise invalid_parameter()
        return value
    if field == "email" and value != value.strip(_BLANKS):
        raise invalid_parameter()
    return folded(value)


def _shown(call: Call, where: str, value: str) -> list[dict[str, object]]:
    image = f"{call.settings.wwwroot}/theme/image.php/boost/core/{call.settings.theme_revision}/u/f"
    return [_user_answer(image, user) for user in call.rows(f"{_COLUMNS} {where}", value)]


def _user_answer(image: str, user: Mapping[str, Any]) -> dict[str, object]:
    """An account as an administrator's token sees it; no idnumber, no such key."""
    return {
        "id": user["id"],
        "username": user["username"],
        "firstname": user["firstname"],
        "lastname": user["lastname"],
        "fullname": f"{user['firstname']} {user['lastname']}",
        "email": user["email"],
        "department": "",
        **({"idnumber": user["idnumber"]} if user["idnumber"] else {}),
        "firstaccess": 0,
        "lastaccess": 0,
        "auth": user["auth"],
        "suspended": bool(user["suspended"]),
        "confirmed": bool(user["confirmed"]),
        "lang": "en",
        "theme": "",
        "timezone": "99",
        "mailformat": 1,
        "trackforums": 0,
        "profileimageurlsmall": f"{image}2",
        "profileimageurl": f"{image}1",
    }

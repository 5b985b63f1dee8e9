"""Who is in a cohort: core_cohort_get_, add_ and delete_cohort_members."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from providers.sandbox.moodle.answers import RefusedError, unknown_record, unknown_user
from providers.sandbox.moodle.call import Call
from providers.sandbox.moodle.collation import folded
from providers.sandbox.moodle.parameters import INTEGER, TYPE_AND_VALUE, Many, Struct
from providers.sandbox.moodle.php_form import whole_number

GET_MEMBERS = Struct(required={"cohortids": Many(INTEGER)})
ADD_MEMBERS = Struct(
    required={
        "members": Many(Struct(required={"cohorttype": TYPE_AND_VALUE, "usertype": TYPE_AND_VALUE}))
    }
)
DELETE_MEMBERS = Struct(
    required={"members": Many(Struct(required={"cohortid": INTEGER, "userid": INTEGER}))}
)

_Named: TypeAlias = Mapping[str, str]
"""`{type, value}`."""
_Warning: TypeAlias = dict[str, str]


def get_members(call: Call, params: Mapping[str, Any]) -> list[dict[str, object]]:
    """`{cohortid, userids}` for each id; the users by their names, as Moodle sorts them.

    Recorded: one unknown cohort fails the call.
    """
    wanted = params["cohortids"]
    if not call.known_cohorts(wanted) >= set(wanted):
        raise unknown_record(call.release, "cohort")
    found: dict[int, list[int]] = {}
    for cohort, user in call.db.execute(
        "SELECT m.cohortid, u.id FROM cohort_members m JOIN user u ON u.id = m.userid"
        " WHERE m.cohortid IN (SELECT value FROM json_each(?))"
        " ORDER BY u.lastname COLLATE NOCASE, u.firstname COLLATE NOCASE, u.id",
        (json.dumps(wanted),),
    ):
        found.setdefault(cohort, []).append(user)
    return [{"cohortid": cohort, "userids": found.get(cohort, [])} for cohort in wanted]


def add_members(call: Call, params: Mapping[str, Any]) -> dict[str, object]:
    """Problems become warnings, in the order of the members; the rest is written."""
    members = params["members"]
    cohorts = _cohorts(call, (member["cohorttype"] for member in members))
    users = _users(call, (member["usertype"] for member in members))
    pairs = [
        (cohorts.get(_key(member["cohorttype"])), users.get(_key(member["usertype"])))
        for member in members
    ]
    there = _memberships(call, pairs)
    added: list[tuple[int, int]] = []
    warnings: list[_Warning] = []
    for member, (cohort, user) in zip(members, pairs, strict=True):
        if cohort is None or user is None or (cohort, user) in there:
            warnings.append(_warning(member["cohorttype"], member["usertype"], cohort, user))
        else:
            there.add((cohort, user))
            added.append((cohort, user))
    call.db.executemany("INSERT INTO cohort_members VALUES (?, ?)", added)
    return {"warnings": warnings}


def delete_members(call: Call, params: Mapping[str, Any]) -> None:
    """All or none; who is no member is no fault (recorded: «delete two, one of them …»)."""
    members = params["members"]
    cohorts = call.known_cohorts(member["cohortid"] for member in members)
    users = call.living_users(member["userid"] for member in members)
    for member in members:
        if member["cohortid"] not in cohorts:
            raise unknown_record(call.release, "cohort")
        if member["userid"] not in users:
            raise unknown_user(call.release)
    call.db.executemany(
        "DELETE FROM cohort_members WHERE cohortid = :cohortid AND userid = :userid", members
    )


def _key(named: _Named) -> tuple[str, str]:
    return named["type"], named["value"]


def _cohorts(call: Call, named: Iterable[_Named]) -> dict[tuple[str, str], int]:
    """The cohorts that there are among those named."""
    ids, idnumbers = _by_kind(named, "idnumber")
    known = call.known_cohorts(ids.values())
    rows = call.db.execute(
        "SELECT idnumber_folded, id FROM cohort"
        " WHERE idnumber_folded IN (SELECT value FROM json_each(?))",
        (json.dumps([folded(idnumber) for idnumber in idnumbers]),),
    ).fetchall()
    found = dict(rows)
    if len(found) < len(rows):
        raise RefusedError("which of two cohorts with one idnumber is meant")
    return _joined(ids, known, "idnumber", idnumbers, found)


def _users(call: Call, named: Iterable[_Named]) -> dict[tuple[str, str], int]:
    """The living accounts among those named."""
    ids, usernames = _by_kind(named, "username")
    known = call.living_users(ids.values())
    found = dict(
        call.db.execute(
            "SELECT username, id FROM user"
            " WHERE deleted = 0 AND username IN (SELECT value FROM json_each(?))",
            (json.dumps([folded(username) for username in usernames]),),
        )
    )
    return _joined(ids, known, "username", usernames, found)


def _by_kind(named: Iterable[_Named], kind: str) -> tuple[dict[str, int], set[str]]:
    """The ids (as sent, to number) and the values of the other kind."""
    ids: dict[str, int] = {}
    texts: set[str] = set()
    for one in named:
        if one["type"] == "id":
            number = whole_number(one["value"])
            if number is None:
                raise RefusedError(f"the id {one['value']!r}")
            ids[one["value"]] = number
        elif one["type"] == kind:
            texts.add(one["value"])
    return ids, texts


def _joined(
    ids: Mapping[str, int],
    known: set[int],
    kind: str,
    texts: Iterable[str],
    found: Mapping[str, int],
) -> dict[tuple[str, str], int]:
    by_id = {("id", sent): number for sent, number in ids.items() if number in known}
    by_text = {(kind, text): found[folded(text)] for text in texts if folded(text) in found}
    return by_id | by_text


def _memberships(
    call: Call, pairs: Iterable[tuple[int | None, int | None]]
) -> set[tuple[int, int]]:
    """Those of the pairs that are members already."""
    rows = call.db.execute(
        "SELECT m.cohortid, m.userid FROM json_each(?) AS pair JOIN cohort_members AS m"
        " ON m.cohortid = json_extract(pair.value, '$[0]')"
        " AND m.userid = json_extract(pair.value, '$[1]')",
        (json.dumps(list(pairs)),),
    )
    return set(rows)


def _warning(cohort: _Named, user: _Named, cohort_id: int | None, user_id: int | None) -> _Warning:
    """Why one member was not added: the first reason in Moodle's order."""
    if cohort["type"] not in ("id", "idnumber"):
        return {
            "warningcode": "1",
            "message": f"invalid parameter: cohortype={cohort['type']}",
        }
    if user["type"] not in ("id", "username"):
        raise RefusedError("the warning for a user named by other than id or username")
    if cohort_id is None:
        return _absent("cohort", cohort)
    if user_id is None:
        return _absent("user", user)
    return {
        "warningcode": "3",
        "message": f"record already exists: cohort({cohort['type']}={cohort['value']}"
        f" {user['type']}={user['value']})",
    }


def _absent(what: str, named: _Named) -> _Warning:
    return {
        "warningcode": "2",
        "message": f"{what} {named['type']}={named['value']} not exists",
    }

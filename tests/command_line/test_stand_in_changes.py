"""Who changed cohorts, by Moodle's own log: on a stand-in."""

import time

import pytest

from reconciler.models.desired import CohortKey
from reconciler.models.log import DAYS_BACK, MOST_CHANGES, LoggedChange
from reconciler.models.operations import AddMember, ChangeCohort, CreateCohort, RemoveMember, Step
from reconciler.models.plan import TextChange
from reconciler.ports import MoodleSite
from tests.command_line.conftest import BOTH, site_in
from tests.moodle.support import MARKED, RUN
from tests.sandbox.stand_in import StandIn

_ADMIN, _ONE, _TWO = 2, 3, 4
_NEW = CohortKey(uuid="2aaf2f3d-e1c7-4f50-a6f2-a498aceb1ddc")


def _logged(
    stand_in: StandIn, cohort: int, event: str = "cohort_member_added", **row: object
) -> None:
    fields: dict[str, object] = {
        "eventname": f"\\core\\event\\{event}",
        "component": "core",
        "action": event.rpartition("_")[2],
        "target": event.rpartition("_")[0],
        "objectid": cohort,
        "crud": "c",
        "contextid": 1,
        "userid": _ADMIN,
        "courseid": 0,
        "relateduserid": _ONE,
        "timecreated": int(time.time()) - 60,
        "origin": "web",
        **row,
    }
    marks = ", ".join("?" * len(fields))
    stand_in.edit(
        f"INSERT INTO logstore_standard_log ({', '.join(fields)}) VALUES ({marks})",
        *fields.values(),
    )


@BOTH
def test_what_this_program_wrote(site: MoodleSite, stand_in: StandIn) -> None:
    """Moodle says that its administrator did it, by command line."""
    before = int(time.time())
    created = CreateCohort(_NEW, "new", "new", "New", MARKED)
    steps = [
        Step(created),
        Step(AddMember(_NEW, "new", None, _ONE, 7)),
        Step(RemoveMember(_NEW, "new", None, _ONE, 7)),
    ]
    outcomes = list(site.write(steps, RUN))
    cohort = outcomes[0].cohort
    assert cohort
    renamed = TextChange(from_="New", to="Newer")
    list(site.write([Step(ChangeCohort(_NEW, "new", "update", cohort, name=renamed))], RUN))
    changed = site.changes(frozenset({cohort}))
    assert changed is not None
    assert [(one.event, one.account) for one in changed] == [
        ("updated", None),
        ("member-removed", _ONE),
        ("member-added", _ONE),
        ("created", None),
    ]
    assert {(one.cohort, one.by, one.by_name, one.origin) for one in changed} == {
        (cohort, _ADMIN, "moodleadmin", "cli")
    }
    assert all(before <= one.time <= time.time() for one in changed)
    assert stand_in.rows("SELECT count(*) FROM logstore_standard_log") == [(4,)]


def test_what_people_did(site: MoodleSite, stand_in: StandIn) -> None:
    """Who, when, how; whoever was logged in as somebody else; nobody's name who is gone."""
    now = int(time.time())
    _logged(stand_in, 5, userid=_TWO, timecreated=now - 30)
    _logged(stand_in, 5, userid=_ONE, realuserid=_TWO, timecreated=now - 20, origin="ws")
    _logged(stand_in, 5, "cohort_deleted", userid=999, relateduserid=None, timecreated=now - 10)
    _logged(stand_in, 6)
    _logged(stand_in, 5, timecreated=now - (DAYS_BACK + 1) * 86_400)
    _logged(stand_in, 5, "course_viewed")
    _logged(stand_in, 5, courseid=5)
    stand_in.edit("UPDATE user SET deleted = 1 WHERE id = ?", _ADMIN)
    _logged(stand_in, 5, timecreated=now - 40)
    ((two,),) = stand_in.rows("SELECT username FROM user WHERE id = ?", _TWO)
    assert site.changes(frozenset({5, 7})) == (
        LoggedChange(5, None, "deleted", 999, "", now - 10, "web"),
        LoggedChange(5, _ONE, "member-added", _TWO, two, now - 20, "ws"),
        LoggedChange(5, _ONE, "member-added", _TWO, two, now - 30, "web"),
        LoggedChange(5, _ONE, "member-added", _ADMIN, "", now - 40, "web"),
    )


def test_at_most_so_many(site: MoodleSite, stand_in: StandIn) -> None:
    """Of more cohorts than one question names, the newest of all."""
    _logged(stand_in, 1, timecreated=int(time.time()) - 9_000)
    stand_in.edit(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
        " INSERT INTO logstore_standard_log (eventname, component, action, target, objectid, crud,"
        " contextid, userid, courseid, relateduserid, timecreated, origin)"
        " SELECT eventname, component, action, target, 1 + i % 2 * 900, crud, contextid, userid,"
        " courseid, i, timecreated + i, origin FROM n, logstore_standard_log",
        MOST_CHANGES + 50,
    )
    changed = site.changes(frozenset(range(1, 1_001)))
    assert changed is not None
    assert [one.account for one in changed] == list(range(MOST_CHANGES + 50, 50, -1))


@pytest.mark.parametrize("stores", ["", "logstore_database", None])
def test_no_log(site: MoodleSite, stand_in: StandIn, stores: str | None) -> None:
    """A store that is off tells nothing: not even that there was nothing."""
    assert site.changes(frozenset({1})) == ()
    stand_in.edit("DELETE FROM config_plugins WHERE plugin = 'tool_log'")
    if stores is not None:
        stand_in.edit(
            "INSERT INTO config_plugins (plugin, name, value) VALUES ('tool_log',"
            " 'enabled_stores', ?)",
            stores,
        )
    assert site.changes(frozenset({1})) is None


def test_a_log_that_fails_is_none(site: MoodleSite, stand_in: StandIn) -> None:
    """A store may be in a database that is away: what it would tell is not needed."""
    stand_in.edit("DROP TABLE logstore_standard_log")
    assert site.changes(frozenset({1})) is None


def test_of_no_cohorts_nothing_is_asked(stand_in: StandIn) -> None:
    """No PHP is started."""
    assert site_in(stand_in.root / "nowhere").changes(frozenset()) == ()

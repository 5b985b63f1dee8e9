"""The stand-in for Moodle's PHP: it keeps to what the real functions are known to do."""

import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from providers.sandbox.moodle import store
from providers.sandbox.moodle.collation import folded
from providers.sandbox.moodle.php_site import write_php_site
from tests.sandbox.asking import asked, cohort, make
from tests.sandbox.php import required_php, run, told

ADD = "require_once($CFG->dirroot . '/cohort/lib.php'); cohort_add_member(1, 3);"
REMOVE = "require_once($CFG->dirroot . '/cohort/lib.php'); cohort_remove_member(1, 3);"


@pytest.fixture
def php() -> str:
    return required_php()


@pytest.fixture
def root(site: Path, tmp_path: Path) -> Path:
    """A Moodle's root on the site, which has one cohort."""
    make(site, cohort("a"))
    write_php_site(tmp_path / "root", site)
    return tmp_path / "root"


def _edit(site: Path, *statements: str) -> None:
    with store.connect(site) as db:
        for statement in statements:
            db.execute(statement)


def _rows(site: Path, query: str) -> list[Any]:
    with store.connect(site) as db:
        return db.execute(query).fetchall()


def test_php_compares_as_python_does(php: str, tmp_path: Path) -> None:
    """Both halves fold every letter alike."""
    letters = [chr(number) for number in range(1, 0x3100)]
    texts = [f"{a}\u0301 x " for a in letters if unicodedata.category(a) != "Cn"]
    (tmp_path / "texts.json").write_text(json.dumps(texts))
    library = Path(store.__file__).parent / "php" / "lib" / "folded.php"
    code = f"<?php require '{library}'; $texts = json_decode(file_get_contents('texts.json'));"
    ran = run(php, f"{code} echo json_encode(array_map('folded', $texts));", tmp_path)
    assert json.loads(ran.stdout) == [folded(text) for text in texts]


def test_a_site_is_written_once(site: Path, root: Path) -> None:
    """A directory that is one already is left alone."""
    with pytest.raises(FileExistsError):
        write_php_site(root, site)


def test_values_come_as_strings(php: str, root: Path) -> None:
    """As MariaDB and PostgreSQL give them to Moodle."""
    found = told(php, "return $DB->get_record('cohort', ['id' => 1], 'id, visible');", root)
    assert found == {"id": "1", "visible": "1"}


def test_a_rollback_inside_rolls_all_back(php: str, root: Path, site: Path) -> None:
    """What the outer transaction wrote goes, too, and it cannot be committed any more."""
    code = """
        $outer = $DB->start_delegated_transaction();
        $DB->set_field('cohort', 'name', 'outer', ['id' => 1]);
        $inner = $DB->start_delegated_transaction();
        try { $inner->rollback(new Exception('no')); } catch (Exception $expected) { }
        try { $outer->allow_commit(); } catch (dml_transaction_exception $error) {
            return get_class($error);
        }
    """
    assert told(php, code, root) == "dml_transaction_exception"
    assert _rows(site, "SELECT name FROM cohort") == [("Cohort a",)]


@pytest.mark.parametrize(
    "code",
    [
        "$DB->get_records_sql('SELECT visible, id FROM {cohort}');",
        "$DB->get_records_sql('SELECT id FROM {cohort} WHERE id = :a OR id = :a', ['a' => 1]);",
        "$DB->get_records_sql('SELECT id FROM {cohort} WHERE id = ?', [1, 2]);",
        "$DB->get_in_or_equal([]);",
        "role_assign(2, 999, 1);",
        "role_assign(2, 3, 1, 'ours', 1);",
        r"(new local_cohortrole\persistent(0, (object) ['cohortid' => 9]))->create();",
    ],
)
def test_what_moodle_refuses(php: str, root: Path, site: Path, code: str) -> None:
    """Misuse is an exception, so that it shows in tests."""
    make(site, cohort("b"))
    caught = f"try {{ {code} }} catch (moodle_exception $e) {{ return true; }}"
    assert told(php, caught, root) is True


def test_adding_enrols_and_gives_roles(php: str, root: Path, site: Path) -> None:
    """By enabled enrolments, and by the definitions of local_cohortrole."""
    _edit(
        site,
        "INSERT INTO enrol (enrol, courseid, roleid, customint1) VALUES ('cohort', 7, 5, 1)",
        "INSERT INTO enrol (enrol, status, courseid, customint1) VALUES ('cohort', 1, 8, 1)",
        "INSERT INTO local_cohortrole (cohortid, roleid) VALUES (1, 2)",
    )
    told(php, ADD, root)
    assert _rows(site, "SELECT enrolid, userid, status FROM user_enrolments") == [(1, 3, 0)]
    given = "SELECT roleid, contextlevel, instanceid, component, itemid FROM role_assignments a"
    assert _rows(site, f"{given} JOIN context c ON c.id = a.contextid ORDER BY roleid") == [
        (2, 10, 0, "local_cohortrole", 1),
        (5, 50, 7, "enrol_cohort", 1),
    ]
    told(php, REMOVE, root)
    assert _rows(site, "SELECT * FROM user_enrolments") == []
    assert _rows(site, "SELECT * FROM role_assignments") == []


@pytest.mark.parametrize(("action", "roles"), [(2, [(5,)]), (3, [])])
def test_removing_may_suspend(
    php: str, root: Path, site: Path, action: int, roles: list[object]
) -> None:
    """2 keeps the role in the course, 3 takes it; who comes back is active again."""
    _edit(
        site,
        "INSERT INTO enrol (enrol, courseid, roleid, customint1) VALUES ('cohort', 7, 5, 1)",
        f"UPDATE config_plugins SET value = '{action}' WHERE name = 'unenrolaction'",
    )
    told(php, ADD + REMOVE, root)
    assert _rows(site, "SELECT status FROM user_enrolments") == [(1,)]
    assert _rows(site, "SELECT roleid FROM role_assignments") == roles
    told(php, ADD, root)
    assert _rows(site, "SELECT status FROM user_enrolments") == [(0,)]


def test_the_last_enrolment_takes_all_roles_of_the_course(php: str, root: Path, site: Path) -> None:
    """Another enrolment in it keeps them."""
    enrolments = "INSERT INTO enrol (enrol, courseid, customint1) VALUES"
    _edit(
        site,
        f"{enrolments} ('cohort', 7, 1), ('manual', 7, NULL)",
        "INSERT INTO user_enrolments (enrolid, userid) VALUES (2, 3)",
        "INSERT INTO context VALUES (70, 50, 7)",
        "INSERT INTO role_assignments (roleid, contextid, userid) VALUES (4, 70, 3)",
    )
    told(php, ADD + REMOVE, root)
    assert _rows(site, "SELECT roleid FROM role_assignments") == [(4,)]
    _edit(site, "DELETE FROM user_enrolments")
    told(php, ADD + REMOVE, root)
    assert _rows(site, "SELECT roleid FROM role_assignments") == []


def test_web_services_show_nothing_of_roles_and_components(site: Path) -> None:
    """A cohort's component, definitions and assignments are the command line's and SQL's to see."""
    make(site, cohort("a"))
    before = asked(site, "core_cohort_get_cohorts")
    _edit(
        site,
        "UPDATE cohort SET component = 'avc_moodle_sync'",
        "INSERT INTO local_cohortrole (cohortid, roleid) VALUES (1, 2)",
    )
    assert asked(site, "core_cohort_get_cohorts") == before


def test_web_services_take_only_what_people_gave(site: Path) -> None:
    """A role that hangs on a cohort stays when the same role is taken by web service."""
    role = {"roleid": 2, "userid": 3, "contextid": 1}
    _edit(
        site,
        "INSERT INTO role_assignments (roleid, contextid, userid, component, itemid)"
        " VALUES (2, 1, 3, 'local_cohortrole', 1)",
    )
    asked(site, "core_role_assign_roles", {"assignments": [role]})
    assert len(_rows(site, "SELECT * FROM role_assignments")) == 2
    asked(site, "core_role_unassign_roles", {"unassignments": [role]})
    assert _rows(site, "SELECT itemid FROM role_assignments") == [(1,)]

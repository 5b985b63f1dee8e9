"""Sites that must not be worked with, and programs that do not get to their end: on a stand-in."""

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reconciler.errors import AccessRefused, ReadError, SiteUnreachable, UnexpectedAnswer
from reconciler.models.desired import CohortKey
from reconciler.models.moodle import MoodleQuery
from reconciler.models.operations import CreateCohort, Step
from reconciler.ports import MoodleSite
from tests.command_line.conftest import site_in
from tests.moodle.support import RUN
from tests.sandbox.php import required_php
from tests.sandbox.stand_in import StandIn

_STEP = Step(CreateCohort(CohortKey(uuid="new"), "new", "new", "New", "<p>new</p>"))
_HOLDS_THE_LOCK = """<?php define('CLI_SCRIPT', true); require getcwd() . '/config.php';
$lock = core\\lock\\lock_config::get_lock_factory('avc_moodle_sync')->get_lock('write', 1);
echo $lock ? "held\\n" : "not held\\n"; sleep(600);"""


def _read(site: MoodleSite) -> None:
    site.read(MoodleQuery())


def _write(site: MoodleSite) -> None:
    list(site.write([_STEP], RUN))


def _setting(name: str, value: str) -> Callable[[StandIn], object]:
    return lambda stand_in: stand_in.edit(
        "INSERT INTO config (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = ?",
        name,
        value,
        value,
    )


def _upgrading(stand_in: StandIn) -> None:
    # As of when it is arranged, and not of when the tests were collected.
    _setting("upgraderunning", str(int(time.time()) + 600))(stand_in)


_STATES: dict[str, tuple[Callable[[StandIn], object], type[ReadError], str]] = {
    "maintenance": (
        _setting("maintenance_enabled", "1"),
        SiteUnreachable,
        r"Moodle of site ss \(on this machine\) is in maintenance mode",
    ),
    "maintenance by command line": (
        lambda stand_in: (stand_in.dataroot / "climaintenance.html").touch(),
        SiteUnreachable,
        "is down for maintenance",
    ),
    "upgrade running": (
        _upgrading,
        SiteUnreachable,
        "is being upgraded",
    ),
    "upgrade pending": (_setting("version", "2020010100"), SiteUnreachable, "waits for an upgrade"),
    "moodledata gone": (
        lambda stand_in: stand_in.dataroot.rmdir(),
        AccessRefused,
        "dataroot is not configured properly",
    ),
    "config.php gone": (
        lambda stand_in: (stand_in.root / "config.php").unlink(),
        SiteUnreachable,
        "is no Moodle",
    ),
    "another program's config.php": (
        lambda stand_in: (stand_in.root / "config.php").write_text("<?php $databases = [];"),
        SiteUnreachable,
        "is no Moodle",
    ),
    "config.php that exits": (
        lambda stand_in: stand_in.configure("echo 'Closed for the summer.'; exit;"),
        UnexpectedAnswer,
        "Closed for the summer",
    ),
    "config.php that exits silently": (
        lambda stand_in: stand_in.configure("exit;"),
        UnexpectedAnswer,
        "does config.php call exit",
    ),
    "config.php with a mistake": (
        lambda stand_in: stand_in.configure("$CFG->x = ;"),
        ReadError,
        "syntax error",
    ),
    "database gone": (
        lambda stand_in: stand_in.database.unlink(),
        UnexpectedAnswer,
        "Database connection failed",
    ),
    "a table gone": (
        lambda stand_in: stand_in.edit("DROP TABLE role"),
        UnexpectedAnswer,
        "no such table: role",
    ),
}


@pytest.mark.parametrize("state", _STATES)
def test_a_state_that_forbids_reading(site: MoodleSite, stand_in: StandIn, state: str) -> None:
    """One sentence or two that say what is wrong, and no snapshot."""
    arrange, error, sentence = _STATES[state]
    arrange(stand_in)
    with pytest.raises(error, match=sentence) as caught:
        _read(site)
    assert "site ss" in str(caught.value)


@pytest.mark.parametrize("state", [state for state in _STATES if "gone" not in state])
def test_a_state_that_forbids_writing(site: MoodleSite, stand_in: StandIn, state: str) -> None:
    """Nothing is written, and nothing recorded."""
    arrange, error, sentence = _STATES[state]
    arrange(stand_in)
    with pytest.raises(error, match=sentence):
        _write(site)
    assert stand_in.rows("SELECT * FROM cohort") == []
    assert stand_in.rows("SELECT * FROM config_plugins WHERE plugin = 'avc_moodle_sync'") == []


def test_an_upgrade_that_died_long_ago(site: MoodleSite, stand_in: StandIn) -> None:
    """Moodle itself takes no notice of it."""
    _setting("upgraderunning", "1")(stand_in)
    _read(site)


def test_a_directory_that_is_no_moodle(tmp_path: Path) -> None:
    """PHP finds no config.php there."""
    with pytest.raises(SiteUnreachable, match="is no Moodle"):
        site_in(tmp_path).inspect()


def _give_away(stand_in: StandIn) -> str:
    """Have moodledata belong to somebody else; their name."""
    if os.geteuid():
        shutil.rmtree(stand_in.dataroot)
        stand_in.dataroot.symlink_to("/tmp")  # noqa: S108 - only to read whose it is
        return "root"
    nobody = pwd.getpwnam("nobody")
    os.chown(stand_in.dataroot, nobody.pw_uid, -1)
    return "nobody"


def test_moodledata_of_somebody_else(stand_in: StandIn) -> None:
    """Refused, reading and writing, and told who should run PHP; allowed where it is configured."""
    owner = _give_away(stand_in)
    for ask in (_read, _write):
        with pytest.raises(AccessRefused, match=rf"belongs to {owner}.*any_owner: true"):
            ask(site_in(stand_in.root))
    assert stand_in.rows("SELECT * FROM cohort") == []
    _write(site_in(stand_in.root, any_owner=True))
    assert len(stand_in.rows("SELECT * FROM cohort")) == 1


@pytest.mark.parametrize(
    "noise",
    [
        "echo 'Deprecated: something';",
        'echo "\\xff\\xfe no text\\n\\n";',
        "echo str_repeat('x', 300000);",
        "trigger_error('Something is wrong', E_USER_WARNING); ini_set('display_errors', 1);",
        "ob_start();",
        "register_shutdown_function(static function () { echo 'Bye'; });",
        'fwrite(STDERR, str_repeat("a warning\\n", 20000));',
    ],
)
def test_what_others_print_is_no_answer(site: MoodleSite, stand_in: StandIn, noise: str) -> None:
    """Warnings of PHP and of plugins in the stream neither hide nor spoil what is ours."""
    stand_in.configure(noise)
    stand_in.before("cohort_add_cohort", "echo 'In the middle of it';")
    _write(site)
    (cohort,) = site.read(MoodleQuery()).cohorts
    assert cohort.name == "New"


_ENDS = {
    "memory": (
        "ini_set('memory_limit', '64M'); str_repeat('x', 1 << 27);",
        "ran out of memory",
    ),
    "exit": ("echo 'Enough.'; exit;", "Enough"),
    "exit with a code": ("fwrite(STDERR, 'Broken.'); exit(9);", "site ss"),
    "killed": ("posix_kill(posix_getpid(), SIGKILL);", "site ss"),
}


@pytest.mark.parametrize("end", _ENDS)
def test_a_write_that_ends_in_the_middle(site: MoodleSite, stand_in: StandIn, end: str) -> None:
    """An error that says how far it came: what was answered is there, the broken batch is not."""
    php, said = _ENDS[end]
    stand_in.before("cohort_add_cohort", f"if ($arguments[0]->idnumber === 'c700') {{ {php} }}")
    steps = [
        Step(CreateCohort(CohortKey(uuid=f"u{n}"), f"c{n}", f"c{n}", f"C{n}", f"<p>{n}</p>"))
        for n in range(1000)
    ]
    answered: list[int] = []
    outcomes = site.write(steps, RUN)
    with pytest.raises(ReadError, match=said) as caught:
        answered.extend(outcome.step for outcome in outcomes)
    ((there,),) = stand_in.rows("SELECT count(*) FROM cohort")
    assert f"{there} of 1000 steps had been answered" in str(caught.value)
    assert 0 < there < 700
    assert answered == list(range(there))
    recorded = "SELECT name FROM config_plugins WHERE plugin = 'avc_moodle_sync'"
    assert set(stand_in.rows(recorded)) <= {("writer",)}


def test_an_error_of_php_is_one_steps_own(site: MoodleSite, stand_in: StandIn) -> None:
    """What a plugin throws, an Error too, fails that step; the others are done."""
    stand_in.before("cohort_add_cohort", "no_such_function_at_all();")
    (outcome,) = site.write([_STEP], RUN)
    assert outcome.status == "failed"
    assert "no_such_function_at_all" in outcome.reason


def test_a_read_that_ends_in_the_middle(site: MoodleSite, stand_in: StandIn) -> None:
    """Nothing is believed of it: memory ran out among the cohorts."""
    stand_in.configure("ini_set('memory_limit', '16M');")
    stand_in.edit(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600)"
        " INSERT INTO cohort (name, idnumber, description)"
        " SELECT i, i, printf('%.40000c', 'x') FROM n"
    )
    with pytest.raises(UnexpectedAnswer, match="ran out of memory"):
        _read(site)


@contextmanager
def _another_writer(root: Path) -> "Iterator[subprocess.Popen[bytes]]":
    """A process that has Moodle's lock."""
    with subprocess.Popen(
        [required_php()], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(_HOLDS_THE_LOCK.encode())
        process.stdin.close()
        assert process.stdout.readline() == b"held\n"
        try:
            yield process
        finally:
            process.kill()


def test_two_do_not_write_at_once(site: MoodleSite, stand_in: StandIn) -> None:
    """The second is refused while the first has Moodle's lock, which ends with its process."""
    with _another_writer(stand_in.root) as other:
        with pytest.raises(SiteUnreachable, match="being written to by another run"):
            _write(site)
        _read(site)
        assert stand_in.rows("SELECT * FROM cohort") == []
        other.send_signal(signal.SIGKILL)
        other.wait()
        _write(site)
    assert len(stand_in.rows("SELECT * FROM cohort")) == 1


def test_the_lock_is_let_go(site: MoodleSite) -> None:
    """After a run, one that failed too, the next one can write at once."""
    for _run in range(2):
        _write(site)


def test_who_stops_listening_stops_the_program(site: MoodleSite, stand_in: StandIn) -> None:
    """An interrupted apply: whole batches are there, and the lock is free."""
    steps = [
        Step(CreateCohort(CohortKey(uuid=f"u{n}"), f"c{n}", f"c{n}", f"C{n}", f"<p>{n}</p>"))
        for n in range(1000)
    ]
    stand_in.before("cohort_add_cohort", "if ($calls > 300) usleep(20000);")
    outcomes = site.write(steps, RUN)
    assert next(outcomes).status == "done"
    outcomes.close()  # type: ignore[attr-defined]
    assert stand_in.rows("SELECT count(*) FROM cohort") == [(300,)]
    stand_in.configure("$CFG->sandbox_before = null;")
    assert {outcome.status for outcome in site.write(steps, RUN)} == {"done", "already"}

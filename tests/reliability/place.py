"""A directory with two sites and a saved plan, which can be put back to its beginning."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from providers.sandbox.moodle import store
from providers.sandbox.moodle.php_site import write_php_site
from providers.sandbox.site import GUEST_AND_ADMIN, TOKEN
from tests.reliability import audit
from tests.reliability.two_communities import PEOPLE, two_communities, write_avc
from tests.sandbox.stand_in import StandIn
from tests.world import account

Via = Literal["webservice", "cli"]
Arguments = tuple[str, ...]

ROOT = Path(__file__).parents[2]
"""Of this repository: programs that are started here are those beside these tests."""

PLAN = "plan.yaml"
SYNC: Arguments = ("sync", "avc", "ss")
APPLY: Arguments = ("apply", PLAN, "--yes")
_FILES = ("avc.sqlite", "moodle.sqlite")
_COURSES = 30
_ENROLLED_BY = 3

_NWP = """\
sites:
  avc:
    recipe: avc
    access: {{via: sql, database: "sqlite:///avc.sqlite"}}
    moodle_integration:
      moodle_site: ss
      role_sync: true
      role_mapping: {{guild_admin: {admin}, guild_mentor: {mentor}, guild_member: student}}
      sync:
        guards: {{removals_per_guild: 999, removals: 9999, archives: 99, privileged_roles: 999}}
        {sync}
  ss:
    recipe: m
    access: {access}
"""


_PAUSE = """\
$CFG->sandbox_before = static function ($function) {
    static $paused = false;
    if (!$paused && $function !== 'set_config') {
        $paused = true;
        usleep((int) getenv('SANDBOX_PAUSE'));
    }
};
"""


@dataclass(frozen=True)
class Place:
    """The directory; ``moodle`` is what the plan in it writes to."""

    directory: Path
    via: Via

    @property
    def moodle(self) -> Path:
        return self.directory / "moodle.sqlite"

    @property
    def state(self) -> Path:
        """Where whoever is started here keeps its locks and journals, unless told otherwise."""
        return self.directory / "state"

    def start(
        self,
        arguments: Arguments,
        *,
        state: Path | None = None,
        pause: int = 0,
        errors: int = subprocess.STDOUT,
    ) -> "subprocess.Popen[str]":
        """Start ``reconciler`` here.

        ``pause``: microseconds for which the stand-in waits before it first changes a cohort.
        ``errors`` is where standard error goes.
        """
        kept = {name: value for name, value in os.environ.items() if "RECONCILER" not in name}
        return subprocess.Popen(
            [sys.executable, "-m", "reconciler", *arguments],
            cwd=self.directory,
            env={
                **kept,
                "PYTHONPATH": str(ROOT),
                "RECONCILER_SS_TOKEN": TOKEN,
                "RECONCILER_STATE": str(state or self.state),
                "SANDBOX_PAUSE": str(pause),
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )

    def run(self, *arguments: str) -> tuple[int, str]:
        """Run ``reconciler`` here; its exit code, and all that it said."""
        with self.start(arguments) as process:
            said, _ = process.communicate()
        return process.returncode, said

    def must(self, *arguments: str) -> None:
        """Run ``reconciler`` here. Raises AssertionError when it fails."""
        code, said = self.run(*arguments)
        if code:
            raise AssertionError(f"{' '.join(arguments)} ended with {code}: {said[-2000:]}")

    def reset(self) -> None:
        """Put both sites back to where the plan was made, and forget locks and journals."""
        for name in _FILES:
            for tail in ("-wal", "-shm"):
                (self.directory / f"{name}{tail}").unlink(missing_ok=True)
            shutil.copyfile(self.directory / "first" / name, self.directory / name)
        for state in self.directory.glob("state*"):
            shutil.rmtree(state)


@contextmanager
def prepared(directory: Path, via: Via) -> Iterator[Place]:
    """A place whose plan has about 2,000 operations. By web services, its Moodle is served."""
    place = Place(directory, via)
    before, after = two_communities()
    write_avc(directory / "avc.sqlite", before)
    accounts = (account(uid) for uid in range(1, PEOPLE + 1))
    rows = ({"id": a.id, "username": a.username, "email": a.email} for a in accounts)
    store.create(place.moodle, release="4.5.6", token=TOKEN, accounts=[*GUEST_AND_ADMIN, *rows])
    with _reached(place) as access:
        _configure(place, access, first=True)
        place.must(*SYNC)
        write_avc(directory / "avc.sqlite", after)
        _configure(place, access, first=False)
        _enrol(place.moodle)
        audit.start(place.moodle)
        place.must("plan", "avc", "ss", "-o", PLAN)
        _keep(place)
        yield place


@contextmanager
def _reached(place: Place) -> Iterator[str]:
    """What nwp.yml says of how Moodle is reached, as long as it can be."""
    if place.via == "cli":
        root = place.directory / "sites" / "ss"
        write_php_site(root, place.moodle)
        StandIn(root, place.moodle).configure(_PAUSE)
        yield "{via: cli}"
        return
    serve = ("sandbox", "serve", ".", "--port", "0")
    # It logs each request there: a pipe that nobody reads would stop it.
    with place.start(serve, errors=subprocess.DEVNULL) as server:
        assert server.stdout
        line = server.stdout.readline()
        announced = re.search(r"http://127\.0\.0\.1:\d+", line)
        assert announced, line
        try:
            yield f"{{via: webservice, url: '{announced[0]}'}}"
        finally:
            server.kill()


def _configure(place: Place, access: str, *, first: bool) -> None:
    """By command line, what gives both roles changes between the first sync and the plan."""
    admin, mentor, sync = "teacher", "teacher", ""
    if place.via == "cli":
        admin, mentor = "manager", "coursecreator"
        one, other = ("definition", "assignment")[:: 1 if first else -1]
        ways = f"roles_by: {{manager: {one}, coursecreator: {other}}}"
        sync = f"allow_privileged_roles: [manager]\n        {ways}"
    text = _NWP.format(admin=admin, mentor=mentor, sync=sync, access=access)
    (place.directory / "nwp.yml").write_text(text)


def _enrol(moodle: Path) -> None:
    """Courses, each of which enrols the members of some guilds, as Moodle would have by now."""
    with store.connect(moodle) as db:
        cohorts = [row for (row,) in db.execute("SELECT id FROM cohort ORDER BY id")]
        for course in range(1, _COURSES + 1):
            for cohort in cohorts[course :: len(cohorts) // _ENROLLED_BY]:
                db.execute(
                    "INSERT INTO enrol (enrol, courseid, roleid, customint1)"
                    " VALUES ('cohort', ?, 5, ?)",
                    (course, cohort),
                )
        db.execute(
            "INSERT INTO user_enrolments (enrolid, userid) SELECT e.id, m.userid"
            " FROM enrol e JOIN cohort_members m ON m.cohortid = e.customint1"
        )


def _keep(place: Place) -> None:
    (place.directory / "first").mkdir()
    with store.connect(place.moodle) as db:
        db.execute("DELETE FROM audit")
    for name in _FILES:
        # In one file, whatever the write-ahead log still holds.
        with (
            closing(sqlite3.connect(place.directory / name)) as source,
            closing(sqlite3.connect(place.directory / "first" / name)) as copy,
        ):
            source.backup(copy)

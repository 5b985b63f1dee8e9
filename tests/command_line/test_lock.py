"""One writer a Moodle: the next one hears who writes, and since when. On a stand-in."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from providers.moodle.command_line.holder import LONGEST, being_written
from reconciler.models.desired import CohortKey
from reconciler.models.operations import CreateCohort, Run, Step
from reconciler.ports import MoodleSite
from tests.moodle.support import RUN
from tests.sandbox.stand_in import StandIn

_ROOT = Path(__file__).parents[2]
_HOLDING = """
    file_put_contents("$CFG->dataroot/inside", getmypid());
    while (file_exists("$CFG->dataroot/hold")) { usleep(10000); clearstatcache(); }
"""
_STEP = Step(CreateCohort(CohortKey(uuid="new"), "new", "new", "New", "<p>new</p>"))
_HOLDER = {
    "by": "ada@ops, process 7",
    "host": "web1",
    "pid": 42,
    "user": "www-data",
    "scope": "full",
    "since": 1_795_000_000,
}


def _word(**changed: object) -> str:
    return json.dumps(_HOLDER | changed)


_NO_WORDS = [
    "",
    "0",
    "{}",
    "ada",
    "{" * 10_000,
    _word(since=-1),
    _word(since=2**63),
    _word(since=1e300),
    _word(since="soon"),
    _word(pid=None),
    _word(host="x" * 100_000),
    _word(more=1),
]


def _start(stand_in: StandIn, home: Path, name: str, by: str) -> "subprocess.Popen[str]":
    """A writer as on a machine of its own: with another home and another state directory."""
    home.mkdir()
    apart = {"HOME": str(home), "RECONCILER_STATE": str(home / "state"), "TZ": "Asia/Tokyo"}
    return subprocess.Popen(
        [sys.executable, "-m", "tests.command_line.writer", str(stand_in.root), name, by],
        cwd=_ROOT,
        env=os.environ | apart,
        stdout=subprocess.PIPE,
        text=True,
    )


def _said(process: "subprocess.Popen[str]") -> str:
    said, _ = process.communicate()
    assert process.returncode == 0
    return said


@contextmanager
def _in_the_middle(
    stand_in: StandIn, home: Path, name: str, by: str
) -> "Iterator[tuple[subprocess.Popen[str], int]]":
    """A writer that has begun to write, and stays there; and the number of its PHP."""
    inside, hold = stand_in.dataroot / "inside", stand_in.dataroot / "hold"
    inside.unlink(missing_ok=True)
    hold.touch()
    process = _start(stand_in, home, name, by)
    try:
        while not (inside.exists() and inside.read_text()):
            assert process.poll() is None
            time.sleep(0.01)
        yield process, int(inside.read_text())
    finally:
        hold.unlink()


def _left(stand_in: StandIn) -> list[str]:
    rows = stand_in.rows(
        "SELECT value FROM config_plugins WHERE plugin = 'avc_moodle_sync' AND name = 'writer'"
    )
    return [value for (value,) in rows]


def test_the_second_hears_who_writes_and_since_when(stand_in: StandIn, tmp_path: Path) -> None:
    """Though they share neither home nor state: what they share is the Moodle. The first is done
    all the same, and leaves no word behind.
    """
    stand_in.before("cohort_add_cohort", _HOLDING)
    before = int(time.time())
    with _in_the_middle(stand_in, tmp_path / "1", "first", "ada@ops, process 7") as (first, php):
        said = _said(_start(stand_in, tmp_path / "2", "second", "bob@web, process 8"))
    assert _said(first) == "done\n"
    host = re.escape(socket.gethostname())
    told = re.fullmatch(
        r"SiteLocked: Moodle of site ss \(on this machine\) is being written to by ada@ops,"
        rf" process 7 \(PHP process {php} of \w+ on {host}\), since (\S+)\. Try again when that is"
        rf" over; if it hangs, end process {php} on {host}: Moodle's lock ends with it\.\n",
        said,
    )
    assert told
    # By the second's clock, to the minute.
    assert re.fullmatch(r"....-..-..T..:..\+09:00", told[1])
    assert before - 60 < datetime.fromisoformat(told[1]).timestamp() <= time.time()
    assert stand_in.rows("SELECT name FROM cohort") == [("first",)]
    assert _left(stand_in) == []


def test_who_was_killed_is_not_spoken_of(stand_in: StandIn, tmp_path: Path) -> None:
    """Its lock is gone with its PHP, and its word means nothing: the next one writes, and whoever
    comes meanwhile hears of that one.
    """
    stand_in.before("cohort_add_cohort", _HOLDING)
    with _in_the_middle(stand_in, tmp_path / "1", "first", "ada@ops, process 7") as (first, php):
        os.kill(php, signal.SIGKILL)
        assert "ada@ops" not in _said(first)
    assert json.loads(_left(stand_in)[0])["pid"] == php
    with _in_the_middle(stand_in, tmp_path / "2", "second", "bob@web, process 8") as (second, _):
        said = _said(_start(stand_in, tmp_path / "3", "third", "eve@web, process 9"))
    assert "by bob@web, process 8 (PHP" in said
    assert "ada@ops" not in said
    assert _said(second) == "done\n"
    assert stand_in.rows("SELECT name FROM cohort") == [("second",)]
    assert _left(stand_in) == []


def test_who_has_nothing_to_write_leaves_no_word(site: MoodleSite, stand_in: StandIn) -> None:
    """Not for a moment: Moodle's settings are not even touched."""
    stand_in.before("set_config", "throw new Exception('touched');")
    assert list(site.write([], Run(avc=RUN.avc))) == []
    assert "not recorded" not in site.traffic()


def test_a_word_that_cannot_be_left_spoils_nothing(site: MoodleSite, stand_in: StandIn) -> None:
    """The lock holds without it, and the run is carried out."""
    stand_in.before("set_config", "throw new Exception('no settings today');")
    (outcome,) = site.write([_STEP], RUN)
    assert outcome.status == "done"
    assert site.traffic().endswith("not recorded there: no settings today")


def test_hostile_names_arrive(stand_in: StandIn, tmp_path: Path) -> None:
    """Whatever a user or a machine is called; what is too long is cut."""
    by = "\u202eada\x1b[2J\U0001f9d9'\"\\ " + "x" * 1000
    stand_in.before("cohort_add_cohort", _HOLDING)
    with _in_the_middle(stand_in, tmp_path / "1", "first", by) as (first, _):
        said = _said(_start(stand_in, tmp_path / "2", "second", ""))
    assert _said(first) == "done\n"
    assert f"by {by[:LONGEST]} (PHP" in said


@pytest.mark.parametrize("word", _NO_WORDS)
def test_a_word_that_makes_no_sense_is_not_repeated(word: str) -> None:
    """Settings can be edited by hand: then it is only said that somebody writes."""
    assert being_written(word) == (
        "is being written to by another run of this program. Try again when that is over."
    )


def test_a_writer_without_a_name_is_told_by_its_php() -> None:
    """Older calls, and systems without users' names."""
    said = being_written(_word(by="", user=""))
    assert said.startswith(
        "is being written to by PHP process 42 of an unknown user on web1, since 20"
    )

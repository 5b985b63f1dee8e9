"""Real rows of a Drupal with Group 2.2 in MariaDB, a Moodle served on loopback, `pl` as it is run.

Everything here is another process, as it will be on the day.
"""

import csv
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from providers.sandbox.moodle import store
from providers.sandbox.site import GUEST_AND_ADMIN, MOODLE_FILE
from tests.avc.support import DATA, load, rows_of
from tests.databases import created

TOKEN = "5f1c0ffee"
BIN = Path(sys.executable).parent
MOST_CALLS = 40
MOST_READING = 20
"""Calls of a run that finds nothing to do."""


@pytest.fixture(scope="module")
def mariadb_database(mariadb_url: str) -> Iterator[str]:
    """An empty database, gone afterwards."""
    yield from created(mariadb_url)


@pytest.fixture(scope="module")
def place(mariadb_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """nwp.yml with the two sites; uid 1 has no Moodle account."""
    directory = tmp_path_factory.mktemp("real")
    load(mariadb_database, rows_of("avc"))
    with (DATA / "avc" / "users_field_data.csv").open(encoding="utf-8", newline="") as file:
        people = [row for row in csv.DictReader(file) if int(row["uid"]) > 1]
    store.create(
        directory / MOODLE_FILE,
        release="4.5.6",
        token=TOKEN,
        accounts=[
            *GUEST_AND_ADMIN,
            *(
                {"id": int(row["uid"]) + 1, "username": row["name"], "email": row["mail"]}
                for row in people
            ),
        ],
    )
    command = [str(BIN / "reconciler"), "sandbox", "serve", str(directory), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        announced = re.search(r"http://127\.0\.0\.1:\d+", server.stdout.readline())
        assert announced
        (directory / "nwp.yml").write_text(
            "recipes: {avc: {moodle_integration: {sync: {require_module: false}}}}\n"
            "sites:\n"
            f"  avc: {{recipe: avc, access: {{via: sql, database: '{mariadb_database}'}}}}\n"
            f"  ss: {{recipe: m, access: {{via: webservice, url: '{announced[0]}'}}}}\n"
        )
        yield directory
        server.terminate()


def pl(place: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ``pl avc-moodle-sync avc ss`` in a process of its own."""
    return subprocess.run(
        [BIN / "pl", "avc-moodle-sync", "avc", "ss", *arguments],
        cwd=place,
        env={**os.environ, "RECONCILER_SS_TOKEN": TOKEN},
        capture_output=True,
        text=True,
        check=False,
    )


def calls(ran: subprocess.CompletedProcess[str]) -> int:
    """The count that ``--debug`` prints."""
    found = re.search(r"debug: (\d+) web-service calls", ran.stderr)
    assert found, ran.stderr
    return int(found[1])


def test_a_real_community_lands_in_moodle(place: Path) -> None:
    """2,924 memberships of 50 guilds in at most 40 calls; again, in at most 20, not one write."""
    first = pl(place, "--full", "--debug")
    assert first.returncode == 0, first.stderr
    assert "✓ Processed 50 guilds" in first.stdout
    assert "ℹ 50 cohorts created" in first.stdout
    assert "(2924 times) added to cohorts" in first.stdout
    assert "⚠ admin (ID: 1) has no Moodle account" in first.stdout
    assert calls(first) <= MOST_CALLS
    file = place / MOODLE_FILE
    assert sum(store.call_counts(file).values()) == calls(first)
    cohorts = store.dump(file)
    assert len(cohorts) == 50
    assert sum(len(cohort["members"]) for cohort in cohorts) == 2924

    writes = store.write_count(file)
    second = pl(place, "--full", "--debug")
    assert second.returncode == 0, second.stderr
    assert "ℹ 0 users added to cohorts" in second.stdout
    assert calls(second) <= MOST_READING
    assert store.write_count(file) == writes
    assert store.dump(file) == cohorts


def test_who_is_in_which_cohort_is_what_the_rows_say(place: Path) -> None:
    """Each guild's cohort holds exactly the members of that guild that have an account."""
    pl(place, "--full")
    rows = rows_of("avc")
    wanted = Counter(
        f"AVC - {label['label']}"
        for label in rows["groups_field_data"]
        for row in rows["group_relationship_field_data"]
        if row["gid"] == label["id"] and row["entity_id"] != "1"
    )
    found: Counter[str] = Counter()
    for cohort in store.dump(place / MOODLE_FILE):
        found[cohort["name"]] += len(cohort["members"])
    assert found == wanted

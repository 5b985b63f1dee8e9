"""The job that carries merged plans out: stale, in part, refused, or several at once."""

import re
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.workflows.pipeline import BRANCH, PLAN, Repository
from tests.workflows.review import both_forges, forget_members, proposed_and_merged, size


@both_forges
def test_a_stale_plan_is_planned_again(synced: Repository) -> None:
    """Nothing is written; the new plan is a merge request at once; the job ends with a warning."""
    forget_members(synced, 2)
    before = proposed_and_merged(synced)
    members = size(synced)
    synced.sites.in_avc("UPDATE users_field_data SET status = 0 WHERE uid > 1")
    stale = synced.job("apply", before)
    assert size(synced) == members
    if synced.forge == "gitlab":
        assert stale.code == 4
    else:
        assert stale.code == 0
        assert "\n::warning::" in stale.said
    assert [r["state"] for r in synced.requests()] == ["merged", "opened"]
    assert "to remove" in synced.show(BRANCH)


REFUSES = """
CREATE TRIGGER refuses BEFORE INSERT ON cohort_members WHEN NEW.userid = {}
BEGIN SELECT RAISE(IGNORE); END
"""


def refuse_somebody(plans: Repository) -> None:
    """One of those who are to come does not stay, as where somebody works against it."""
    account = re.search(r"\+ moodle:(\d+) ", plans.show("main"))
    assert account
    with closing(sqlite3.connect(plans.sites.directory / "moodle.sqlite")) as moodle, moodle:
        moodle.execute(REFUSES.format(account[1]))


def test_a_plan_that_is_carried_out_in_part_is_tried_twice(synced: Repository) -> None:
    """Exit 5 when the second try leaves something, too; mended, the job does the rest."""
    forget_members(synced, 3)
    members = size(synced)
    before = proposed_and_merged(synced)
    refuse_somebody(synced)
    partly = synced.job("apply", before)
    assert (partly.code, size(synced)) == (5, members + 2)
    assert partly.said.count("Mend what is named, then apply again") == 2
    assert "is carried out in part. Mend what is named above" in partly.said
    synced.sites.in_moodle("DROP TRIGGER refuses")
    assert synced.job("apply", before).code == 0
    assert size(synced) == members + 3


def test_what_is_mended_between_two_tries_needs_nobody(synced: Repository) -> None:
    """Applying again does the rest: exit 0."""
    forget_members(synced, 3)
    members = size(synced)
    before = proposed_and_merged(synced)
    refuse_somebody(synced)
    moodle = synced.sites.directory / "moodle.sqlite"
    mend = f"import sqlite3; sqlite3.connect('{moodle}').execute('DROP TRIGGER IF EXISTS refuses')"
    wrap_reconciler(synced, after=f'{sys.executable} -c "{mend}"')
    done = synced.job("apply", before)
    assert (done.code, size(synced)) == (0, members + 3)
    assert "once more for the rest" in done.said


def test_an_edited_plan_is_refused(plans: Repository) -> None:
    """What was not planned is not carried out, whoever merged it: exit 1."""
    before = proposed_and_merged(plans)
    plans.write(PLAN, plans.show("main").replace("+ moodle:", "+ moodle:1", 1) + "\n")
    failed = plans.job("apply", before)
    assert (failed.code, plans.sites.members()) == (1, {})


def test_the_first_push_of_a_branch_has_nothing_before_it(plans: Repository) -> None:
    """Both forges give zeros for the commit before; then all plans that there are count."""
    proposed_and_merged(plans)
    assert plans.job("apply", "0" * 40).code == 0
    assert size(plans) > 10


def test_a_push_without_a_plan_applies_nothing(plans: Repository) -> None:
    """Only plans that came with the push are carried out, not all that lie there."""
    proposed_and_merged(plans)
    before = plans.head("main")
    plans.write("plans/notes.yaml", "x: 1\n")
    assert plans.job("apply", before).code == 0
    assert plans.sites.members() == {}


@pytest.mark.parametrize("name", ["a", "z"])
def test_one_stale_plan_hides_no_other_that_failed(synced: Repository, name: str) -> None:
    """Of a stale plan, and one that is none, the exit code is the latter's, in whatever order."""
    forget_members(synced, 2)
    before = proposed_and_merged(synced)
    synced.sites.in_avc("UPDATE users_field_data SET status = 0 WHERE uid > 1")
    synced.write(f"plans/avc/{name}.yaml", "format: 0\n")
    failed = synced.job("apply", before)
    assert failed.code == 1, failed.said
    assert "a new plan" in failed.said


def wrap_reconciler(plans: Repository, before: str = "", after: str = "") -> None:
    """Shell that comes before and after what the program does."""
    real = Path(plans.environment()["PATH"].split(":")[1]) / "reconciler"
    wrapped = plans.stub / "reconciler"
    wrapped.write_text(f'#!/bin/sh\n{before}\n{real} "$@"\ncode=$?\n{after}\nexit $code\n')
    wrapped.chmod(0o755)


@pytest.mark.parametrize(("name", "code"), [("a", 137), ("z", 127)])
def test_one_stale_plan_hides_no_other_that_was_killed(
    synced: Repository, name: str, code: int
) -> None:
    """Exit codes of more than one digit are not hidden either, in whatever order."""
    forget_members(synced, 2)
    before = proposed_and_merged(synced)
    synced.sites.in_avc("UPDATE users_field_data SET status = 0 WHERE uid > 1")
    synced.write(f"plans/avc/{name}.yaml", "format: 0\n")
    wrap_reconciler(synced, f'[ "$2" != plans/avc/{name}.yaml ] || exit {code}')
    failed = synced.job("apply", before)
    assert failed.code == code, failed.said
    assert "a new plan" in failed.said


def test_a_plan_with_an_odd_name_is_refused_aloud(plans: Repository) -> None:
    """Exit 1 rather than nothing said; the other plan is carried out."""
    names = ["my plan", "plän", "s*", 'a"b', "line\nbreak"]
    before = proposed_and_merged(plans)
    for name in names:
        plans.write(f"plans/avc/{name}.yaml", plans.show("main") + "\n")
    failed = plans.job("apply", before)
    assert failed.code == 1, failed.said
    refused = failed.said.partition("not carried out, as their names have more than")[2]
    assert refused.partition(". Name them")[0].count(".yaml") == len(names)
    assert failed.said.count("operations carried out and read back") == 1
    assert size(plans) > 10

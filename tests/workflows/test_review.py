"""The pipelines that have plans reviewed: their own script steps, against two embedded sites.

Only the forge's API is stood in for, by recording programs called curl and gh.
"""

import json
import re
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.two_sites import TwoSites
from tests.workflows.forge_stub import TOKEN
from tests.workflows.pipeline import BRANCH, PLAN, ForgeName, Repository

Make = Callable[[], Repository]


@pytest.fixture
def plans(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Repository:
    """A repository of plans, in GitLab; a sandbox of two guilds, with everything to do."""
    directory = tmp_path / "sites"
    sites = TwoSites(directory, capsys)
    made = sites.reconciler(
        "sandbox", "create", str(directory), "--guilds=2", "--users=24", "--members=30"
    )
    assert made.code == 0
    monkeypatch.chdir(directory)
    forge: ForgeName = getattr(request, "param", "gitlab")
    repository = Repository(tmp_path, sites, forge)
    repository.create()
    return repository


both_forges = pytest.mark.parametrize("plans", ["gitlab", "github"], indirect=True)


@pytest.fixture
def synced(plans: Repository) -> Repository:
    """The same, synchronised."""
    assert plans.sites.reconciler("sync", "avc", "ss").code == 0
    return plans


def empty_a_guild(plans: Repository) -> None:
    """All but one leave guild 1: more than a guard lets go."""
    plans.sites.in_avc(
        "DELETE FROM group_relationship_field_data WHERE gid = 1"
        " AND type = 'guild-group_membership' AND id NOT IN (SELECT min(id)"
        " FROM group_relationship_field_data WHERE gid = 1 AND type = 'guild-group_membership')"
    )


def forget_members(plans: Repository, number: int) -> None:
    """Somebody takes so many out of the first cohort by hand."""
    plans.sites.in_moodle(
        "DELETE FROM cohort_members WHERE cohortid = 1 AND userid IN"
        f" (SELECT userid FROM cohort_members WHERE cohortid = 1 ORDER BY userid LIMIT {number})"
    )


def size(plans: Repository) -> int:
    return sum(len(members) for members in plans.sites.members().values())


@both_forges
def test_a_plan_becomes_a_merge_request_and_merging_carries_it_out(plans: Repository) -> None:
    """The whole way: schedule, one request with the plan and its Markdown, merge, apply, quiet."""
    main = plans.head("main")
    assert plans.job("plan").code == 0
    (request,) = plans.requests()
    plan = plans.show(BRANCH)
    assert request["title"] == plan.splitlines()[0].removeprefix("# ")
    assert (request["state"], request["branch"], request["base"]) == ("opened", BRANCH, "main")
    (plans.directory / "plan.yaml").write_text(plan + "\n")
    shown = plans.sites.reconciler(
        "show", str(plans.directory / "plan.yaml"), "--format", "markdown"
    )
    assert request["comments"] == [shown.out]
    assert (plans.head("main"), plans.sites.members()) == (main, {})

    applied = plans.job("apply", plans.merge())
    assert applied.code == 0, applied.said
    assert re.search(r"✓ \d+ operations carried out and read back", applied.said)
    assert size(plans) > 10
    quiet = plans.job("plan")
    assert quiet.code == 0
    assert "nothing to do" in quiet.said
    assert [r["state"] for r in plans.requests()] == ["merged"]
    assert plans.head(BRANCH) == ""


@both_forges
def test_a_plan_is_proposed_once_and_its_successor_in_the_same_place(synced: Repository) -> None:
    """The second night with the same plan says nothing; another plan is another comment; when all
    is mended otherwise, the request is closed.
    """
    forget_members(synced, 1)
    for _ in range(2):
        assert synced.job("plan").code == 0
    proposed = synced.head(BRANCH)
    assert [len(r["comments"]) for r in synced.requests()] == [1]
    forget_members(synced, 2)
    assert synced.job("plan").code == 0
    assert synced.head(BRANCH) != proposed
    assert [len(r["comments"]) for r in synced.requests()] == [2]
    assert "3 members to add" in synced.show(BRANCH)
    assert synced.sites.reconciler("apply", _plan_file(synced), "--yes").code == 0
    assert synced.job("plan").code == 0
    assert [r["state"] for r in synced.requests()] == ["closed"]


def _plan_file(plans: Repository) -> str:
    """The proposed plan as a file beside the sites' nwp.yml."""
    file = plans.directory / "by-hand.yaml"
    file.write_text(plans.show(BRANCH) + "\n")
    return str(file)


def test_a_guard_holds_until_it_is_acknowledged_in_git(synced: Repository) -> None:
    """Exit 3 and what to do; with the word from the message merged, the same plan is applied."""
    empty_a_guild(synced)
    assert synced.job("plan").code == 0
    before = synced.merge()
    members = size(synced)
    held = synced.job("apply", before)
    assert (held.code, size(synced)) == (3, members)
    assert "plans/avc/ss.acks" in held.said
    word = re.search(r"--ack (removals-per-guild@[0-9a-f]{12})", held.said)
    assert word
    before = synced.head("main")
    synced.write("plans/avc/ss.acks", f"\n{word[1]}")
    done = synced.job("apply", before)
    assert done.code == 0, done.said
    assert size(synced) < members


def test_what_is_acknowledged_in_the_merge_request_is_applied_with_it(synced: Repository) -> None:
    """Somebody adds the file with the word from the comment to the branch; one merge does it."""
    empty_a_guild(synced)
    assert synced.job("plan").code == 0
    (request,) = synced.requests()
    (word,) = re.findall(r"`--ack (removals-per-guild@[0-9a-f]{12})`", request["comments"][0])
    synced.write("plans/avc/ss.acks", f"{word}\n", BRANCH)
    members = size(synced)
    assert synced.job("plan").code == 0
    assert synced.show(BRANCH, "plans/avc/ss.acks") == word
    done = synced.job("apply", synced.merge())
    assert done.code == 0, done.said
    assert size(synced) < members


def test_a_gitlab_job_without_the_token_says_where_to_put_it(plans: Repository) -> None:
    """Before it asks either site."""
    plans.token = ""
    failed = plans.job("plan")
    assert failed.code == 1
    assert "GITLAB_TOKEN" in failed.said
    assert "Settings, CI/CD, Variables" in failed.said
    assert "Traceback" not in failed.said
    assert len(failed.said.splitlines()) == 1
    assert plans.requests() == []


@pytest.mark.parametrize("plans", ["github"], indirect=True)
def test_without_a_forge_it_says_what_it_needs(plans: Repository) -> None:
    """A machine without gh, outside GitLab."""
    (plans.stub / "gh").unlink()
    failed = plans.job("plan")
    assert failed.code == 1
    assert "gh: not found" not in failed.said
    assert "GITLAB_CI" in failed.said


@both_forges
def test_a_stale_plan_is_planned_again(synced: Repository) -> None:
    """Nothing is written; the new plan is a merge request at once; the job ends with a warning."""
    forget_members(synced, 2)
    assert synced.job("plan").code == 0
    before = synced.merge()
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
    assert synced.job("plan").code == 0
    before = synced.merge()
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
    assert synced.job("plan").code == 0
    before = synced.merge()
    refuse_somebody(synced)
    moodle = synced.sites.directory / "moodle.sqlite"
    mend = f"import sqlite3; sqlite3.connect('{moodle}').execute('DROP TRIGGER IF EXISTS refuses')"
    wrap_reconciler(synced, after=f'{sys.executable} -c "{mend}"')
    done = synced.job("apply", before)
    assert (done.code, size(synced)) == (0, members + 3)
    assert "once more for the rest" in done.said


def test_a_plan_that_cannot_be_made_proposes_nothing(plans: Repository) -> None:
    """The error is the job's: exit 1."""
    plans.write("nwp.yml", "sites: {}\n")
    failed = plans.job("plan")
    assert failed.code == 1, failed.said
    assert "Error: " in failed.said
    assert (plans.requests(), plans.head(BRANCH)) == ([], "")


def test_an_edited_plan_is_refused(plans: Repository) -> None:
    """What was not planned is not carried out, whoever merged it: exit 1."""
    assert plans.job("plan").code == 0
    before = plans.merge()
    plans.write(PLAN, plans.show("main").replace("+ moodle:", "+ moodle:1", 1) + "\n")
    failed = plans.job("apply", before)
    assert (failed.code, plans.sites.members()) == (1, {})


@pytest.mark.parametrize("job", ["plan", "apply"])
def test_a_forge_that_is_down_fails_the_job(synced: Repository, job: str) -> None:
    """Also where a stale plan was to be planned again: exit code 4 would hide that it was not."""
    forget_members(synced, 2)
    assert synced.job("plan").code == 0
    before = synced.merge()
    (synced.stub / "down").touch()
    if job == "plan":
        assert synced.job("plan").code not in {0, 4}
        return
    synced.sites.in_avc("UPDATE users_field_data SET status = 0 WHERE uid > 1")
    assert synced.job("apply", before).code not in {0, 4}


def test_the_first_push_of_a_branch_has_nothing_before_it(plans: Repository) -> None:
    """Both forges give zeros for the commit before; then all plans that there are count."""
    assert plans.job("plan").code == 0
    plans.merge()
    assert plans.job("apply", "0" * 40).code == 0
    assert size(plans) > 10


def test_a_push_without_a_plan_applies_nothing(plans: Repository) -> None:
    """Only plans that came with the push are carried out, not all that lie there."""
    assert plans.job("plan").code == 0
    plans.merge()
    before = plans.head("main")
    plans.write("plans/notes.yaml", "x: 1\n")
    assert plans.job("apply", before).code == 0
    assert plans.sites.members() == {}


@pytest.mark.parametrize("name", ["a", "z"])
def test_one_stale_plan_hides_no_other_that_failed(synced: Repository, name: str) -> None:
    """Of a stale plan, and one that is none, the exit code is the latter's, in whatever order."""
    forget_members(synced, 2)
    assert synced.job("plan").code == 0
    before = synced.merge()
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
    assert synced.job("plan").code == 0
    before = synced.merge()
    synced.sites.in_avc("UPDATE users_field_data SET status = 0 WHERE uid > 1")
    synced.write(f"plans/avc/{name}.yaml", "format: 0\n")
    wrap_reconciler(synced, f'[ "$2" != plans/avc/{name}.yaml ] || exit {code}')
    failed = synced.job("apply", before)
    assert failed.code == code, failed.said
    assert "a new plan" in failed.said


@both_forges
def test_a_request_of_others_is_left_alone(plans: Repository) -> None:
    """A branch of that name in a fork, or for another base, is neither commented on nor closed,
    and keeps ours from nothing.
    """
    plans.foreign_request(fork=True)
    plans.foreign_request("other", fork=False)
    assert plans.job("plan").code == 0
    plans.foreign_request(fork=True)
    assert plans.sites.reconciler("sync", "avc", "ss").code == 0
    assert plans.job("plan").code == 0
    assert [(r["fork"], r["base"], r["state"], len(r["comments"])) for r in plans.requests()] == [
        (True, "main", "opened", 0),
        (False, "other", "opened", 0),
        (False, "main", "closed", 1),
        (True, "main", "opened", 0),
    ]


ACKS = "plans/avc/ss.acks"


def test_another_plan_takes_what_was_acknowledged_away(synced: Repository) -> None:
    """Merged acknowledgements are for one plan: the next one comes without them, and merging it
    takes them out of main.
    """
    forget_members(synced, 1)
    assert synced.job("plan").code == 0
    synced.write(ACKS, "removals-per-guild@0123456789ab\n", BRANCH)
    assert synced.job("apply", synced.merge()).code == 0
    assert synced.show("main", ACKS)
    forget_members(synced, 2)
    assert synced.job("plan").code == 0
    files = "ls-tree", "-r", "--name-only"
    assert ACKS not in synced.git("--git-dir", str(synced.origin), *files, BRANCH)
    assert synced.job("apply", synced.merge()).code == 0
    assert ACKS not in synced.git("--git-dir", str(synced.origin), *files, "main")


def test_the_same_plan_keeps_what_was_acknowledged(synced: Repository) -> None:
    """Merged and not carried out yet, it is proposed again with what is acknowledged for it."""
    empty_a_guild(synced)
    assert synced.job("plan").code == 0
    (request,) = synced.requests()
    (word,) = re.findall(r"`--ack (removals-per-guild@[0-9a-f]{12})`", request["comments"][0])
    synced.write(ACKS, f"{word}\n", BRANCH)
    synced.merge()
    assert synced.job("plan").code == 0
    assert synced.show(BRANCH, ACKS) == word


def test_a_plan_with_an_odd_name_is_refused_aloud(plans: Repository) -> None:
    """Exit 1 rather than nothing said; the other plan is carried out."""
    names = ["my plan", "plän", "s*", 'a"b', "line\nbreak"]
    assert plans.job("plan").code == 0
    before = plans.merge()
    for name in names:
        plans.write(f"plans/avc/{name}.yaml", plans.show("main") + "\n")
    failed = plans.job("apply", before)
    assert failed.code == 1, failed.said
    refused = failed.said.partition("not carried out, as their names have more than")[2]
    assert refused.partition(". Name them")[0].count(".yaml") == len(names)
    assert failed.said.count("operations carried out and read back") == 1
    assert size(plans) > 10


@both_forges
def test_the_token_is_in_no_argument(plans: Repository) -> None:
    """Arguments of programs are for everybody on the machine to see."""
    assert plans.job("plan").code == 0
    calls = (plans.stub / "calls").read_text().splitlines()
    assert len(calls) > 3
    assert {json.loads(call)[0] for call in calls} == {
        {"gitlab": "curl", "github": "gh"}[plans.forge]
    }
    assert TOKEN not in "".join(calls)

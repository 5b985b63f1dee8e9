"""The pipelines that have plans reviewed: their own script steps, against two embedded sites.

Only the forge's API is stood in for, by recording programs called curl and gh.
"""

import json
import re
from collections.abc import Callable

import pytest

from tests.workflows.forge_stub import TOKEN
from tests.workflows.pipeline import BRANCH, Repository
from tests.workflows.review import both_forges, forget_members, proposed_and_merged, size

Make = Callable[[], Repository]


@both_forges
def test_a_plan_becomes_a_merge_request_and_merging_carries_it_out(plans: Repository) -> None:
    """The whole way: schedule, one request with the plan and its Markdown, merge, apply, quiet."""
    main = plans.head("main")
    planned = plans.job("plan")
    assert planned.code == 0
    assert "cohorts to create" in planned.said
    assert "plan.yaml" not in planned.said, "that file is gone with the job"
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


def test_a_plan_that_cannot_be_made_proposes_nothing(plans: Repository) -> None:
    """The error is the job's: exit 1."""
    plans.write("nwp.yml", "sites: {}\n")
    failed = plans.job("plan")
    assert failed.code == 1, failed.said
    assert "Error: " in failed.said
    assert (plans.requests(), plans.head(BRANCH)) == ([], "")


@pytest.mark.parametrize("job", ["plan", "apply"])
def test_a_forge_that_is_down_fails_the_job(synced: Repository, job: str) -> None:
    """Also where a stale plan was to be planned again: exit code 4 would hide that it was not."""
    forget_members(synced, 2)
    before = proposed_and_merged(synced)
    (synced.stub / "down").touch()
    if job == "plan":
        assert synced.job("plan").code not in {0, 4}
        return
    synced.sites.in_avc("UPDATE users_field_data SET status = 0 WHERE uid > 1")
    assert synced.job("apply", before).code not in {0, 4}


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

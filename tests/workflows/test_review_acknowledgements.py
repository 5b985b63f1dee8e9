"""What a guard holds back is acknowledged in git: in the merge request, or after it."""

import re

from tests.workflows.pipeline import BRANCH, Repository
from tests.workflows.review import (
    both_forges,
    empty_a_guild,
    forget_members,
    proposed_and_merged,
    size,
)

ACKS = "plans/avc/ss.acks"


def proposed_word(plans: Repository) -> str:
    """What acknowledges a plan that is just proposed, by the comment of its request."""
    assert plans.job("plan").code == 0
    (request,) = plans.requests()
    (word,) = re.findall(r"`--ack (removals-per-guild@[0-9a-f]{12})`", request["comments"][0])
    return str(word)


def test_a_guard_holds_until_it_is_acknowledged_in_git(synced: Repository) -> None:
    """Exit 3 and what to do; with the word from the message merged, the same plan is applied."""
    empty_a_guild(synced)
    before = proposed_and_merged(synced)
    members = size(synced)
    held = synced.job("apply", before)
    assert (held.code, size(synced)) == (3, members)
    assert ACKS in held.said
    word = re.search(r"--ack (removals-per-guild@[0-9a-f]{12})", held.said)
    assert word
    before = synced.head("main")
    synced.write(ACKS, f"\n{word[1]}")
    done = synced.job("apply", before)
    assert done.code == 0, done.said
    assert size(synced) < members


@both_forges
def test_a_request_says_that_merging_does_not_carry_a_held_plan_out(synced: Repository) -> None:
    """Its comment ends with the file for each word, and with what to do if it is not meant; its own
    text, which stays when the plan is replaced, promises nothing that a guard can keep from it.
    """
    forget_members(synced, 1)
    assert synced.job("plan").code == 0
    empty_a_guild(synced)
    assert synced.job("plan").code == 0
    (request,) = synced.requests()
    free, held = request["comments"]
    last = held.rstrip().splitlines()[-1]
    assert last.startswith("**Merging carries nothing out while a guard holds this plan back.**")
    assert f"`{ACKS}`" in last
    assert "If it is not meant" in last
    assert "Merging carries nothing out" not in free
    assert ACKS not in free
    assert "unless a guard holds it back" in request["text"]


def test_what_is_acknowledged_in_the_merge_request_is_applied_with_it(synced: Repository) -> None:
    """Somebody adds the file with the word from the comment to the branch; one merge does it."""
    empty_a_guild(synced)
    word = proposed_word(synced)
    synced.write(ACKS, f"{word}\n", BRANCH)
    members = size(synced)
    assert synced.job("plan").code == 0
    assert synced.show(BRANCH, ACKS) == word
    done = synced.job("apply", synced.merge())
    assert done.code == 0, done.said
    assert size(synced) < members


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
    word = proposed_word(synced)
    synced.write(ACKS, f"{word}\n", BRANCH)
    synced.merge()
    assert synced.job("plan").code == 0
    assert synced.show(BRANCH, ACKS) == word

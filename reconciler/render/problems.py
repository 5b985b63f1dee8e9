"""Problems in sentences that say what to do."""

from collections.abc import Sequence
from typing import assert_never

from reconciler.models.plan import Problem
from reconciler.render.terminal import name

SHOWN_GUILDS = 5


def sentence(problem: Problem) -> str:  # noqa: C901, PLR0911 - one branch a kind of problem
    """What is wrong, with whom, and what would mend it."""
    who = f"{name(problem.name or 'user')} (ID: {problem.avc})"
    accounts, guilds = _ids("account", problem.accounts), _names(problem.guilds)
    cohorts = _ids("cohort", problem.cohorts)
    match problem.kind:
        case "no-moodle-account":
            likely = f"; {accounts} has that user name, but another address" if accounts else ""
            return f"{who} has no Moodle account that is known to be theirs{likely}; in {guilds}"
        case "several-accounts":
            return f"{who} could be {accounts}: left alone until one is left; in {guilds}"
        case "shared-account":
            others = ", ".join(str(uid) for uid in problem.others)
            return f"{who} and AVC user {others} both claim {accounts}: left alone; in {guilds}"
        case "unconfirmed-account":
            return f"{who} has not confirmed {accounts} yet; in {guilds}"
        case "suspended-account":
            return f"{who} is suspended in Moodle ({accounts}), and synced like others; in {guilds}"
        case "stranger":
            stranger = name(problem.name or "somebody")
            return (
                f"{stranger} ({accounts}) is in the cohort of {guilds} without AVC's doing: kept."
                " Remove them in Moodle, or let them join the guild"
            )
        case "unpublished-guild":
            return f"Guild {guilds} is not published, and synced like others"
        case "idnumber-taken":
            return (
                f"Guild {guilds} is left alone: {cohorts} has its idnumber. Change"
                " that idnumber, or let the cohort's name start with 'AVC - ' to have it adopted"
            )
        case "several-marked-cohorts":
            return f"Guild {guilds} is left alone: {cohorts} all bear its mark; delete the copies"
        case "cohort-outside-system":
            return f"Guild {guilds} is left alone: {cohorts} must be in the system context"
        case "damaged-mark":
            whose = f"Guild {guilds} is left alone: " if guilds else ""
            return (
                f"{whose}the last line of the description of {cohorts}, by which it was known as"
                " ours, was changed: put it back as it was; without it, and with another idnumber,"
                " the cohort is no longer ours"
            )
        case "not-adopted":
            return f"Guild {guilds} has {cohorts} to adopt first: sync the guild, or everything"
    assert_never(problem.kind)


def _names(guilds: Sequence[str]) -> str:
    shown = ", ".join(name(guild) for guild in guilds[:SHOWN_GUILDS])
    more = len(guilds) - SHOWN_GUILDS
    return f"{shown} and {more} more guilds" if more > 0 else shown


def _ids(noun: str, ids: Sequence[int]) -> str:
    if not ids:
        return ""
    return f"{noun}{'s' if len(ids) > 1 else ''} {', '.join(str(number) for number in ids)}"

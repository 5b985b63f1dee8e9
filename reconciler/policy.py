"""What is not allowed, whatever the sites say."""

from collections.abc import Iterable

from reconciler.errors import GuardTripped, IncompleteRead
from reconciler.models.avc import AvcSnapshot
from reconciler.models.moodle import MoodleSnapshot
from reconciler.models.plan import CohortPlan
from reconciler.pairing import Pair


def refuse_incomplete_avc(avc: AvcSnapshot) -> None:
    """Raise IncompleteRead unless the snapshot holds as much as the site itself counted."""
    memberships = sum(len(members) for members in avc.members.values())
    roles = sum(len(uids) for held in avc.roles.values() for uids in held.values())
    for part, expected, found in (
        ("guilds", avc.counts.guilds, len(avc.guilds)),
        ("people", avc.counts.people, len(avc.people)),
        ("memberships", avc.counts.memberships, memberships),
        ("guild roles", avc.counts.roles, roles),
    ):
        if expected != found:
            raise IncompleteRead(
                f"AVC counts {expected} {part} and gave {found}: nothing is planned from a part."
                " Try again; if it stays, the database is being restored, or is damaged."
            )
    if avc.counts.halves:
        raise IncompleteRead(
            f"AVC has only half of {avc.counts.halves} guilds, people or memberships (in one of"
            " their two tables, or under another plugin): nothing is planned from a part. Wait for"
            " the restore or update that is at work there to end, and try again; if it stays, the"
            " database is damaged: restore it."
        )
    strays = set().union(*avc.members.values()) - avc.people.keys()
    if strays:
        raise IncompleteRead(
            f"AVC names {len(strays)} members whom it does not describe, uid {min(strays)} first:"
            " nothing is planned from a part."
        )


def refuse_removals_beside_leftovers(avc: AvcSnapshot, cohorts: Iterable[CohortPlan]) -> None:
    """Raise GuardTripped where somebody would go, and AVC has what is left of something lost.

    A guild, a person or a membership that a restore has not brought back looks as if it were gone.
    """
    takes = any(
        cohort.action == "archive"
        or any(line.change == "remove" for line in (*cohort.members, *cohort.assignments))
        for cohort in cohorts
    )
    if avc.counts.leftovers and takes:
        raise GuardTripped(
            f"AVC has {avc.counts.leftovers} memberships or roles whose guild, person or membership"
            " is nowhere. Drupal deletes these together, so the rest may be lost and not gone, and"
            " nothing is planned that takes somebody out of a cohort. Restore the database whole;"
            " if it is, delete these leftovers from it."
        )


def refuse_empty_avc(avc: AvcSnapshot) -> None:
    """Raise GuardTripped for a community without guilds or members: it means "remove everybody".

    In every scope: one guild, or one person's list of guilds, may be empty, but not when all are.
    """
    if not avc.guilds or not avc.counts.community:
        what = "members" if avc.guilds else "guilds"
        raise GuardTripped(
            f"AVC has no {what}. An empty community would empty every cohort, so nothing is"
            " planned. Check that this is the right database, and wholly restored."
        )


def refuse_roleless_avc(avc: AvcSnapshot, pairs: Iterable[Pair]) -> None:
    """Raise GuardTripped where nobody holds any role and a cohort for one is there to be emptied.

    A guild's creator holds one: a community without any has lost the table that they are in.
    """
    if avc.counts.community_roles or not any(pair.role and pair.cohort for pair in pairs):
        return
    raise GuardTripped(
        "Nobody in AVC holds a role in any guild. That would empty every cohort that is for a role,"
        " so nothing is planned. Check that the database is wholly restored."
    )


def refuse_incomplete_moodle(
    moodle: MoodleSnapshot, cohorts: Iterable[int], *, described: bool
) -> None:
    """Raise IncompleteRead unless the members of these cohorts were read, and described."""
    for cohort in cohorts:
        members = moodle.members.get(cohort)
        if members is None:
            raise IncompleteRead(
                f"Moodle did not tell who is in cohort {cohort}: nothing is planned from a part."
            )
        # Not ``members - accounts.keys()``, which goes through all accounts for each cohort.
        unknown = members.difference(moodle.accounts) if described else frozenset()
        if unknown:
            raise IncompleteRead(
                f"Moodle did not describe {len(unknown)} members of cohort {cohort}, account"
                f" {min(unknown)} first: the token's user may lack the capability"
                " moodle/user:viewdetails, or moodle/user:viewhiddendetails."
            )

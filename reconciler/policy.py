"""What is not allowed, whatever the sites say."""

from collections.abc import Collection, Iterable, Mapping

from reconciler.errors import IncompleteRead
from reconciler.models.avc import AvcSnapshot
from reconciler.models.moodle import MoodleSnapshot

_RENUMBERED = (
    " A dump that is loaded without the sql_mode NO_AUTO_VALUE_ON_ZERO gives Drupal's anonymous"
    " account, uid 0, another number: this looks the same."
)


def refuse_incomplete_avc(avc: AvcSnapshot) -> None:
    """Raise IncompleteRead unless the snapshot is as its counts say, and describes all members."""
    refuse_miscounted(avc)
    # Not ``- people.keys()``, which goes through everybody.
    strays = set().union(*avc.members.values()).difference(avc.people)
    if strays:
        raise IncompleteRead(
            f"AVC names {len(strays)} members whom it does not describe, uid {min(strays)} first:"
            " nothing is planned from a part."
        )


def refuse_miscounted(avc: AvcSnapshot) -> None:
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
            one_more = part == "people" and expected == found + 1
            raise IncompleteRead(
                f"AVC counts {expected} {part} and gave {found}: nothing is planned from a part."
                " Try again; if it stays, the database is being restored, or is damaged."
                + (_RENUMBERED if one_more else "")
            )
    if avc.counts.halves:
        raise IncompleteRead(
            f"AVC has only half of {avc.counts.halves} guilds, people or memberships (in one of"
            " their two tables, or under another plugin): nothing is planned from a part. Wait for"
            " the restore or update that is at work there to end, and try again; if it stays, the"
            " database is damaged: restore it." + (_RENUMBERED if avc.counts.halves == 1 else "")
        )


def refuse_incomplete_moodle(moodle: MoodleSnapshot, cohorts: Iterable[int]) -> None:
    """Raise IncompleteRead unless the members of these cohorts were read."""
    for cohort in cohorts:
        if cohort not in moodle.members:
            raise IncompleteRead(
                f"Moodle did not tell who is in cohort {cohort}: nothing is planned from a part."
            )


def refuse_undescribed(moodle: MoodleSnapshot, members: Mapping[int, Collection[int]]) -> None:
    """Raise IncompleteRead unless these members, by cohort, were described."""
    for cohort, accounts in members.items():
        unknown = [account for account in accounts if account not in moodle.accounts]
        if unknown:
            raise IncompleteRead(
                f"Moodle did not describe {len(unknown)} members of cohort {cohort}, account"
                f" {min(unknown)} first: the token's user may lack the capability"
                " moodle/user:viewdetails, or moodle/user:viewhiddendetails."
            )

"""What has to change: one cohort as AVC wants it against the same cohort as Moodle has it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from reconciler.desired import archived_name
from reconciler.evidence import KEPT_STRANGER, Verdict
from reconciler.grants import NO_GRANTS, Giver, GrantDiff, Grants
from reconciler.machine_names import archived_idnumber
from reconciler.models.desired import DesiredCohort
from reconciler.models.plan import Action, CohortPlan, FlagChange, TextChange
from reconciler.pairing import Orphan, Pair, is_archived


@dataclass(frozen=True, slots=True)
class MemberDiff:
    """Who has to come, who may go, and who stays although AVC does not want them there."""

    add: frozenset[int]
    remove: Mapping[int, Verdict]
    keep: Mapping[int, Verdict]

    @property
    def unwanted(self) -> frozenset[int]:
        """The members whom AVC does not want there."""
        return frozenset((*self.remove, *self.keep))


NOBODY = MemberDiff(frozenset(), {}, {})


@dataclass(frozen=True, slots=True)
class CohortDiff:
    """One cohort's changes: its fields, as a plan without members, and its members."""

    fields: CohortPlan | None
    """None: the cohort's own fields are as they should be."""
    members: MemberDiff
    grants: GrantDiff = NO_GRANTS

    @property
    def changes(self) -> bool:
        """Whether anything is to be done."""
        members = self.members.add or self.members.remove
        return bool(self.fields or members or self.grants.definition or self.grants.givings)


def guild_diff(
    pair: Pair,
    desired: DesiredCohort,
    members: frozenset[int],
    judge: Callable[[int], Verdict],
    grants: Grants | None = None,
) -> CohortDiff:
    """A living guild's cohort; ``members`` are those it has now.

    What an adopted cohort already holds is a stranger, whoever it is: people put them there
    before it was ours. The next plan judges them.
    """
    found = member_diff(desired.members, members, _stay if pair.adopt else judge)
    given = NO_GRANTS
    # What an adopted cohort gives, and to whom, the next plan looks at as well.
    if grants and not pair.adopt:
        strangers = any(verdict.because == "stranger" for verdict in found.keep.values())
        cohort = pair.cohort.id if pair.cohort else None
        given = grants.diff(Giver(desired, cohort, members, strangers), judge)
    return CohortDiff(fields=_field_changes(pair, desired), members=found, grants=given)


def member_diff(
    wanted: frozenset[int], actual: frozenset[int], judge: Callable[[int], Verdict]
) -> MemberDiff:
    """The least change from the actual members to the wanted ones that the judge allows."""
    verdicts = {account: judge(account) for account in actual - wanted}
    return MemberDiff(
        add=wanted - actual if actual else wanted,
        remove={account: verdict for account, verdict in verdicts.items() if verdict.goes},
        keep={account: verdict for account, verdict in verdicts.items() if not verdict.goes},
    )


def orphan_diff(
    orphan: Orphan,
    members: frozenset[int],
    judge: Callable[[int], Verdict],
    grants: Grants | None = None,
) -> CohortDiff:
    """The cohort of a guild that is gone: put away, never deleted."""
    if orphan.because == "withdrawn":
        taken = grants.orphan_diff(orphan, judge, empty=True) if grants else NO_GRANTS
        return CohortDiff(fields=None, members=NOBODY, grants=taken)
    found = member_diff(frozenset(), members, judge)
    given = NO_GRANTS
    if grants:
        given = grants.orphan_diff(orphan, judge, empty=not found.keep)
    return CohortDiff(fields=_archive_changes(orphan), members=found, grants=given)


def _stay(_account: int) -> Verdict:
    return KEPT_STRANGER


def _field_changes(pair: Pair, desired: DesiredCohort) -> CohortPlan | None:
    """A cohort's creation, adoption, return or update. A rename of the guild ends up here."""
    if pair.cohort is None:
        return CohortPlan(
            guild=desired.guild,
            uuid=desired.key.uuid,
            role=desired.key.role,
            action="create",
            name=TextChange(to=desired.name),
            description=TextChange(to=desired.description),
            component=TextChange(to=desired.component) if desired.component else None,
        )
    actual = pair.cohort
    idnumber = _text(actual.idnumber, desired.idnumber)
    name = _text(actual.name, desired.name)
    description = _text(actual.description, desired.description)
    component = _lock(actual.component, desired.component)
    # Visibility is the administrator's business, except that we hid it when archiving.
    visible = _flag(actual.visible, now=True) if pair.archived else None
    if not any((idnumber, name, description, component, visible)):
        return None
    return CohortPlan(
        guild=desired.guild,
        uuid=desired.key.uuid,
        role=desired.key.role,
        cohort=actual.id,
        action=_action(pair),
        idnumber=idnumber,
        name=name,
        description=description,
        component=component,
        visible=visible,
    )


def _action(pair: Pair) -> Action:
    if pair.adopt:
        return "adopt"
    return "restore" if pair.archived else "update"


def _archive_changes(orphan: Orphan) -> CohortPlan | None:
    cohort, mark = orphan.cohort, orphan.mark
    if is_archived(cohort, mark):
        return None
    return CohortPlan(
        guild=mark.guild,
        uuid=mark.key.uuid,
        role=mark.key.role,
        cohort=cohort.id,
        action="archive",
        idnumber=_text(cohort.idnumber, archived_idnumber(mark.guild, mark.key.role, cohort.id)),
        name=_text(cohort.name, archived_name(cohort.name)),
        visible=_flag(cohort.visible, now=False),
    )


def _lock(before: str | None, after: str | None) -> TextChange | None:
    return None if before is None or after is None else _text(before, after)


def _text(before: str, after: str) -> TextChange | None:
    return None if before == after else TextChange(from_=before, to=after)


def _flag(before: bool, *, now: bool) -> FlagChange | None:
    return None if before == now else FlagChange(from_=before, to=now)

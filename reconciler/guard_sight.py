"""What guards look at, gathered from what was read."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from reconciler.guard_rules import Around
from reconciler.marks import mark_of
from reconciler.models.avc import AvcCounts
from reconciler.models.moodle import MoodleSnapshot, RoleState
from reconciler.models.operations import AddMember, RemoveMember
from reconciler.models.plan import Plan
from reconciler.models.settings import SyncSettings
from reconciler.pairing import is_archived
from reconciler.stale import Checked


def around(
    plan: Plan,
    moodle: MoodleSnapshot,
    settings: SyncSettings,
    community: AvcCounts | None,
    matches: Mapping[int, int] | None,
) -> Around:
    """What there is around a plan, as the sites are now."""
    marked = [(cohort, mark_of(cohort.description)) for cohort in moodle.cohorts]
    ours = [(cohort, mark) for cohort, mark in marked if mark and mark.site == plan.avc.uuid]
    ruling = _ruling(moodle.roles)
    defined = moodle.roles.definitions if moodle.roles else None
    return Around(
        avc=plan.avc.uuid,
        url=moodle.url,
        sizes={cohort.id: len(moodle.members.get(cohort.id, ())) for cohort, _ in ours},
        guilds=len({mark.key.uuid for cohort, mark in ours if not is_archived(cohort, mark)}),
        names={account.id: account.username for account in moodle.accounts.values()},
        members=moodle.members,
        ruling=frozenset(ruling.values()),
        ruled=frozenset(cohort for cohort, role in defined or () if role in ruling),
        community=community,
        matches=matches,
        joined=settings.joined,
        hosts=settings.guards.moodle_hosts,
    )


def before(found: Around, checked: Sequence[Checked]) -> Around:
    """The same as it was before what is done of a plan.

    So a plan that was carried out in part is judged, and acknowledged, as the whole that it was.
    """
    more = _before(checked)
    sizes = {cohort: size + more[cohort] for cohort, size in found.sizes.items()}
    return replace(found, sizes=sizes)


def _ruling(state: RoleState | None) -> Mapping[int, str]:
    """The roles that rule the site: id → short name."""
    roles = state.roles if state else ()
    return {role.id: role.shortname for role in roles if role.rules_site and role.system}


def _before(checked: Sequence[Checked]) -> Counter[int]:
    """Cohort → how many members more it had before what is done of a plan."""
    found: Counter[int] = Counter()
    for item in checked:
        match item:
            case Checked(operation=RemoveMember(cohort=int(cohort)), state="done"):
                found[cohort] += 1
            case Checked(operation=AddMember(cohort=int(cohort)), state="done"):
                found[cohort] -= 1
    return found

"""What guards look at, gathered from what was read."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from reconciler.marks import mark_of
from reconciler.models.avc import AvcCounts
from reconciler.models.desired import CohortKey
from reconciler.models.moodle import COMPONENT, MoodleSnapshot, RoleState
from reconciler.models.operations import AddMember, ChangeCohort, Operation, RemoveMember
from reconciler.models.plan import Plan
from reconciler.models.scope import GuildScope
from reconciler.models.settings import SyncSettings
from reconciler.pairing import is_archived
from reconciler.stale import Checked


@dataclass(frozen=True, slots=True)
class Around:
    """What guards look at beside the operations themselves."""

    avc: str
    """AVC's UUID."""
    url: str
    """The Moodle's address."""
    sizes: Mapping[int, int]
    """Cohort → how many members it had before any of the operations."""
    guilds: frozenset[str]
    """UUIDs of the guilds that had cohorts of ours in use before any of the operations."""
    names: Mapping[int, str]
    """Account → its user name in Moodle."""
    names_shown: bool
    """Whether a plan may carry them."""
    members: Mapping[int, frozenset[int]]
    """Cohort → its members now: of one person's plan, which changes no definition of a cohort
    that is there, perhaps only those whom it is about."""
    inside: Mapping[CohortKey, frozenset[int]]
    """The same of our cohorts, by what they are for: also of one that a plan is yet to create."""
    ruling: frozenset[str] | None
    """Roles that rule the site; None: this access shows no roles."""
    ruled: frozenset[int]
    """Cohorts whose members get such a role by a definition of local_cohortrole."""
    given: Mapping[tuple[int, str], frozenset[int]]
    """Cohort and role → the accounts that this program has given it, one by one."""
    community: AvcCounts | None
    """What AVC has; None: it was not asked."""
    matches: Mapping[int, int] | None
    """AVC uid → account, as the journal's last entries have it; None: there is no journal."""
    joined: bool | None
    """Whether the configuration joins these two sites: see ``SyncSettings.joined``."""
    hosts: tuple[str, ...]
    """Hosts of Moodles that the configuration lists for this AVC."""
    taken: tuple[str, ...]
    """Those that it lists for others."""


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
    one_guild = plan.scope.uuid if isinstance(plan.scope, GuildScope) else None
    return Around(
        avc=plan.avc.uuid,
        url=moodle.url,
        sizes={
            cohort.id: moodle.size(cohort.id)
            for cohort, mark in ours
            # Of one guild's plan, whatever else was read.
            if one_guild in {None, mark.key.uuid}
        },
        guilds=frozenset(mark.key.uuid for cohort, mark in ours if not is_archived(cohort, mark)),
        names={account.id: account.username for account in moodle.accounts.values()},
        names_shown=settings.names,
        members=moodle.members,
        inside={mark.key: moodle.members.get(cohort.id, frozenset()) for cohort, mark in ours},
        ruling=frozenset(ruling.values()) if moodle.roles else None,
        ruled=frozenset(cohort for cohort, role in defined or () if role in ruling),
        given=_given(moodle.roles),
        community=community,
        matches=matches,
        joined=settings.joined,
        hosts=settings.guards.moodle_hosts,
        taken=settings.hosts_of_others,
    )


def before(found: Around, checked: Sequence[Checked]) -> Around:
    """The same as it was before what is done of a plan.

    So a plan that was carried out in part is judged, and acknowledged, as the whole that it was.
    """
    more = _before(checked)
    sizes = {cohort: size + more[cohort] for cohort, size in found.sizes.items()}
    archived = {
        item.operation.key.uuid
        for item in checked
        if isinstance(item.operation, ChangeCohort)
        and (item.operation.action, item.state) == ("archive", "done")
    }
    return replace(found, sizes=sizes, guilds=found.guilds | archived)


def after(found: Around, rest: Sequence[Operation]) -> Around:
    """The same as it will be when these operations are carried out: who is in each cohort."""
    inside = {key: set(accounts) for key, accounts in found.inside.items()}
    for operation in rest:
        if isinstance(operation, AddMember):
            inside.setdefault(operation.key, set()).add(operation.account)
        elif isinstance(operation, RemoveMember):
            inside.get(operation.key, set()).discard(operation.account)
    return replace(found, inside={key: frozenset(people) for key, people in inside.items()})


def _ruling(state: RoleState | None) -> Mapping[int, str]:
    """The roles that rule the site: id → short name."""
    roles = state.roles if state else ()
    return {role.id: role.shortname for role in roles if role.rules_site and role.system}


def _given(state: RoleState | None) -> Mapping[tuple[int, str], frozenset[int]]:
    """Cohort and short name of a role → whom this program has given it, one by one."""
    names = {role.id: role.shortname for role in state.roles} if state else {}
    return {
        (grant.cohort, names[grant.role]): accounts
        for grant, accounts in (state.assignments if state else {}).items()
        if grant.component == COMPONENT and grant.role in names
    }


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

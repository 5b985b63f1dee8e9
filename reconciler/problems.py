"""What a plan cannot settle by itself: found here, put into sentences by rendering."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from reconciler.desired import active_members
from reconciler.models.plan import Problem
from reconciler.models.scope import FullScope, GuildScope, Scope, UserScope
from reconciler.models.settings import SyncSettings
from reconciler.pairing import Pairing
from reconciler.plan_cohorts import GuildPlanned, OrphanPlanned, PeopleShown
from reconciler.roles import Roles, spelt
from reconciler.site_problems import role_problems, site_problems


@dataclass(frozen=True, slots=True)
class Found:
    """All that was found out, as far as problems come from it."""

    scope: Scope
    pairing: Pairing
    cohorts: Sequence[GuildPlanned]
    archives: Sequence[OrphanPlanned]
    people: PeopleShown
    roles: Roles
    settings: SyncSettings


def find_problems(found: Found) -> tuple[Problem, ...]:
    """Every problem that concerns the scope, in a stable order."""
    scope, pairing, people = found.scope, found.pairing, found.people
    memberships = _memberships(scope, pairing, people)
    concerned = _with_frozen(memberships, [*found.cohorts, *found.archives], people)
    one_person = isinstance(scope, UserScope)
    problems = [
        *_pairing_problems(scope, pairing, memberships),
        *_unpublished(scope, pairing, memberships, people),
        *_people(concerned, people),
        *(_not_adopted(pairing, memberships) if one_person else _strangers(found)),
        *site_problems(found.settings, people.snapshots),
        *role_problems(found.roles, found.settings, people.snapshots, found.cohorts),
        *_administrators(found),
        *_unknown_protected(found),
    ]
    return in_order(problems)


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Each problem once, in a stable order."""
    return tuple(sorted(dict.fromkeys(problems), key=_place))


def _place(problem: Problem) -> tuple[object, ...]:
    found = problem
    return found.kind, found.avc or 0, found.accounts, found.guilds, found.cohorts, found.roles


def _memberships(
    scope: Scope, pairing: Pairing, people: PeopleShown
) -> Mapping[int, tuple[str, ...]]:
    """For everybody with a problem who is in a guild in scope: uid → names of those guilds."""
    avc, accounts = people.snapshots.avc, people.snapshots.moodle.accounts
    person_of = people.matching.person_of
    suspended = [account.id for account in accounts.values() if account.suspended]
    troubled = people.matching.unmatched.keys() | {
        person_of[account] for account in suspended if account in person_of
    }
    # One person's plan also names the guilds that it leaves alone.
    wanted = {scope.uid} if isinstance(scope, UserScope) else troubled
    found: dict[int, list[str]] = defaultdict(list)
    for guild in avc.guilds if wanted else ():
        for uid in active_members(avc, guild.id) & wanted:
            found[uid].append(pairing.names[guild.uuid])
    return {uid: tuple(sorted(names)) for uid, names in found.items()}


def _with_frozen(
    memberships: Mapping[int, tuple[str, ...]],
    guilds: Sequence[GuildPlanned | OrphanPlanned],
    people: PeopleShown,
) -> Mapping[int, tuple[str, ...]]:
    """Those, and everybody whose frozen account stays in a cohort that they may have left."""
    owners: dict[int, list[int]] = defaultdict(list)
    for uid, why in people.matching.unmatched.items():
        # An account that merely looks likely by its user name is frozen for nobody's sake.
        if why.kind in {"several-accounts", "shared-account", "contradicting-evidence"}:
            for account in why.accounts:
                owners[account].append(uid)
    found = {uid: set(names) for uid, names in memberships.items()}
    for guild in guilds:
        for account, verdict in guild.diff.members.keep.items():
            if verdict.because is None:
                for uid in owners[account]:
                    found.setdefault(uid, set()).add(guild.header().guild)
    return {uid: tuple(sorted(names)) for uid, names in found.items()}


def _pairing_problems(
    scope: Scope, pairing: Pairing, memberships: Mapping[int, tuple[str, ...]]
) -> Iterator[Problem]:
    for problem in pairing.problems:
        concerns = (_concerns(scope, name, memberships) for name in problem.guilds)
        if isinstance(scope, FullScope) or any(concerns):
            yield problem


def _concerns(scope: Scope, name: str, memberships: Mapping[int, tuple[str, ...]]) -> bool:
    match scope:
        case FullScope():
            return True
        case GuildScope():
            return scope.name == name
        case UserScope():
            return name in memberships.get(scope.uid, ())


def _unpublished(
    scope: Scope,
    pairing: Pairing,
    memberships: Mapping[int, tuple[str, ...]],
    people: PeopleShown,
) -> Iterator[Problem]:
    for guild in people.snapshots.avc.guilds:
        name = pairing.names[guild.uuid]
        if not guild.published and _concerns(scope, name, memberships):
            yield Problem(kind="unpublished-guild", guilds=(name,))


def _people(memberships: Mapping[int, tuple[str, ...]], people: PeopleShown) -> Iterator[Problem]:
    matching, accounts = people.matching, people.snapshots.moodle.accounts
    for uid, guilds in memberships.items():
        why = matching.unmatched.get(uid)
        if why is not None:
            yield Problem(
                kind=why.kind,
                avc=uid,
                name=people.person(uid),
                guilds=guilds,
                accounts=why.accounts,
                others=why.others,
            )
        elif accounts[matching.account_of[uid]].suspended:
            yield Problem(
                kind="suspended-account",
                avc=uid,
                name=people.person(uid),
                guilds=guilds,
                accounts=(matching.account_of[uid],),
            )


def _not_adopted(pairing: Pairing, memberships: Mapping[int, tuple[str, ...]]) -> Iterator[Problem]:
    """One person's plan never adopts: that needs a look at everybody in the cohort."""
    joined = {name for names in memberships.values() for name in names}
    for pair in pairing.pairs:
        if pair.adopt and pair.cohort and pair.name in joined:
            yield Problem(kind="not-adopted", guilds=(pair.name,), cohorts=(pair.cohort.id,))


def _strangers(found: Found) -> Iterator[Problem]:
    where: dict[int, set[str]] = defaultdict(set)
    for planned in found.cohorts:
        for account, verdict in planned.diff.members.keep.items():
            if verdict.because == "stranger":
                where[account].add(planned.pair.name)
    for account, names in where.items():
        yield Problem(
            kind="stranger",
            avc=found.people.matching.person_of.get(account),
            name=found.people.account(account),
            guilds=tuple(sorted(names)),
            accounts=(account,),
        )


def _administrators(found: Found) -> Iterator[Problem]:
    """Those who hold a role in a guild and do not get it, for ruling the site anyway."""
    where: dict[int, dict[str, None]] = defaultdict(dict)
    snapshots, matching = found.people.snapshots, found.people.matching
    administrators = snapshots.moodle.administrators or frozenset()
    for planned in found.cohorts:
        if planned.pair.role is not None:
            held = snapshots.avc.roles.get(planned.pair.guild.id, {})
            active = active_members(snapshots.avc, planned.pair.guild.id)
            sources = found.roles.guild_roles(planned.pair.role)
            holders = (uids for role, uids in held.items() if spelt(role) in sources)
            for uid in active & frozenset().union(*holders):
                if matching.account_of.get(uid) in administrators:
                    where[uid][planned.pair.name] = None
    for uid, names in where.items():
        yield Problem(
            kind="site-administrator",
            avc=uid,
            name=found.people.person(uid),
            guilds=tuple(sorted(names)),
            accounts=(matching.account_of[uid],),
        )


def _unknown_protected(found: Found) -> Iterator[Problem]:
    """What the guard ``protected`` is to look for, and will never find."""
    moodle, pairing = found.people.snapshots.moodle, found.pairing
    cohorts = found.settings.guards.protected_cohorts
    people = [str(person) for person in found.settings.guards.protected_people]
    if not isinstance(found.scope, FullScope):
        return
    if cohorts:
        orphans = ((o.mark.key.uuid, o.mark.guild) for o in pairing.orphans)
        named = {name.casefold() for names in (*pairing.names.items(), *orphans) for name in names}
        for guild in cohorts:
            if guild.casefold() not in named:
                yield Problem(kind="unknown-protected", guilds=(guild,))
    if people and moodle.everybody:
        known = {str(number) for number in moodle.accounts}
        known |= {account.username.casefold() for account in moodle.accounts.values()}
        for person in people:
            if person.casefold() not in known:
                yield Problem(kind="unknown-protected", name=person)

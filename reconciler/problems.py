"""What a plan cannot settle by itself: found here, put into sentences by rendering."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from reconciler.desired import active_members
from reconciler.models.plan import Problem
from reconciler.models.scope import FullScope, GuildScope, Scope, UserScope
from reconciler.pairing import Pairing
from reconciler.plan_cohorts import GuildPlanned, OrphanPlanned, PeopleShown


def find_problems(
    scope: Scope,
    pairing: Pairing,
    guilds: Sequence[GuildPlanned],
    archives: Sequence[OrphanPlanned],
    people: PeopleShown,
) -> tuple[Problem, ...]:
    """Every problem that concerns the scope, in a stable order."""
    memberships = _memberships(scope, pairing, people)
    concerned = _with_frozen(memberships, [*guilds, *archives], people)
    found = [
        *_pairing_problems(scope, pairing, memberships),
        *_unpublished(scope, pairing, memberships, people),
        *_people(concerned, people),
        *(_not_adopted(pairing, memberships) if isinstance(scope, UserScope) else ()),
        *(_strangers(guilds, people) if not isinstance(scope, UserScope) else ()),
    ]
    return tuple(sorted(found, key=_place))


def _place(problem: Problem) -> tuple[str, int, tuple[int, ...], tuple[str, ...]]:
    return problem.kind, problem.avc or 0, problem.accounts, problem.guilds


def _memberships(
    scope: Scope, pairing: Pairing, people: PeopleShown
) -> Mapping[int, tuple[str, ...]]:
    """For everybody with a problem who is in a guild in scope: uid → names of those guilds."""
    avc, accounts = people.snapshots.avc, people.snapshots.moodle.accounts
    suspended = {account.id for account in accounts.values() if account.suspended}
    troubled = people.matching.unmatched.keys() | {
        uid for account, uid in people.matching.person_of.items() if account in suspended
    }
    # One person's plan also names the guilds that it leaves alone.
    wanted = {scope.uid} if isinstance(scope, UserScope) else troubled
    found: dict[int, list[str]] = defaultdict(list)
    for guild in avc.guilds:
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
        if why.kind in {"several-accounts", "shared-account"}:
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


def _strangers(guilds: Sequence[GuildPlanned], people: PeopleShown) -> Iterator[Problem]:
    where: dict[int, list[str]] = defaultdict(list)
    for guild in guilds:
        for account, verdict in guild.diff.members.keep.items():
            if verdict.because == "stranger":
                where[account].append(guild.pair.name)
    for account, names in where.items():
        yield Problem(
            kind="stranger",
            avc=people.matching.person_of.get(account),
            name=people.account(account),
            guilds=tuple(sorted(names)),
            accounts=(account,),
        )

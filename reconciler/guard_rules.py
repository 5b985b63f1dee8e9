"""What each guard looks for, and what it holds back."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from reconciler import wording
from reconciler.guard_sight import Around
from reconciler.hosts import host_of, is_at
from reconciler.models.desired import CohortKey
from reconciler.models.guards import UNCHECKED, GuardName, GuardSettings
from reconciler.models.operations import (
    AddMember,
    AssignRole,
    ChangeCohort,
    DefineRole,
    Operation,
    RemoveMember,
    UnassignRole,
    UndefineRole,
)
from reconciler.operations import cohort_of
from reconciler.plan_cohorts import masked

_NONE = "none allowed"
_NOT_ASKED = f"{UNCHECKED}AVC was not asked"
_TAKING = (RemoveMember, UnassignRole, UndefineRole)


@dataclass(frozen=True, slots=True)
class Found:
    """What a guard lets through, what there is, and whether that is too much."""

    limit: str
    found: str
    tripped: bool = False
    counted: Collection[int] = ()
    """Positions of what is held back."""


_Numbered = Sequence[tuple[int, Operation]]


def _moodle_host(found: _Numbered, around: Around, _settings: GuardSettings) -> Found:
    host = host_of(around.url)
    limit = " or ".join(around.hosts) or "as nwp.yml joins the sites"
    if is_at(around.url, around.hosts) or (around.joined and not around.hosts):
        return Found(limit, host)
    if around.joined is None and not around.hosts and not is_at(around.url, around.taken):
        return Found(limit, f"{host} - {UNCHECKED}nwp.yml names no Moodle for this AVC")
    return Found(
        limit,
        f"{host} - nwp.yml does not name it for this AVC",
        tripped=True,
        counted=[number for number, _ in found],
    )


def _held(limit: str, found: str, counted: Collection[int]) -> Found:
    """What a guard found that trips when it has something to hold back."""
    return Found(limit, found, bool(counted), counted)


def _empty_avc(found: _Numbered, around: Around, _settings: GuardSettings) -> Found:
    limit = "1 guild and 1 membership at least"
    if around.community is None:
        return Found(limit, _NOT_ASKED)
    guilds, members = around.community.guilds, around.community.community
    empty = not guilds or not members
    counted = [number for number, _ in found] if empty else ()
    return Found(
        limit,
        f"{wording.number(guilds, 'guild')} and {wording.number(members, 'membership')}",
        empty,
        counted,
    )


def _leftovers(found: _Numbered, around: Around, _settings: GuardSettings) -> Found:
    limit = _NONE
    if around.community is None:
        return Found(limit, _NOT_ASKED)
    left = around.community.leftovers
    return _held(limit, str(left or "none"), _takings(found) if left else ())


def _no_roles(found: _Numbered, around: Around, _settings: GuardSettings) -> Found:
    limit = "1 role held in AVC at least"
    if around.community is None:
        return Found(limit, _NOT_ASKED)
    roles = around.community.community_roles
    counted = [n for n in _takings(found) if found[n][1].key.role is not None] if not roles else ()
    return _held(limit, f"{roles} held", counted)


def _removals_per_guild(found: _Numbered, around: Around, settings: GuardSettings) -> Found:
    limit = settings.removals_per_guild
    where: dict[tuple[CohortKey, int | None], list[_Loss]] = defaultdict(list)
    for loss in _losses(found, around):
        where[loss.operation.key, loss.operation.cohort].append(loss)
    shares = [
        (sum(loss.count for loss in losses), around.sizes.get(cohort or 0, 0), losses)
        for (_, cohort), losses in where.items()
    ]
    over = [share for share in shares if limit.exceeded(*share[:2])]
    if not shares:
        return Found(limit.words, "none")
    most = sorted(over or shares, key=lambda share: -share[0])
    told = [f"{cohort_of(losses[0].operation)} {count} of {size}" for count, size, losses in most]
    largest = wording.few(told) if over else told[0]
    return _held(limit.words, largest, [loss.number for _, _, losses in over for loss in losses])


def _removals(found: _Numbered, around: Around, settings: GuardSettings) -> Found:
    losses = list(_losses(found, around))
    count, size = sum(loss.count for loss in losses), sum(around.sizes.values())
    counted = [loss.number for loss in losses] if settings.removals.exceeded(count, size) else ()
    return _held(settings.removals.words, f"{count} of {size}", counted)


def _archives(found: _Numbered, around: Around, settings: GuardSettings) -> Found:
    gone = {op.key for _, op in found if isinstance(op, ChangeCohort) and op.action == "archive"}
    guilds = {key.uuid for key in gone}
    over = settings.archives.exceeded(len(guilds), len(around.guilds))
    # Whoever is taken out of a cohort that is put away loses what it gave: that is the harm.
    counted = [n for n, op in found if op.key in gone] if over else ()
    return _held(
        settings.archives.words,
        f"{len(guilds)} of {wording.number(len(around.guilds), 'guild')}",
        counted,
    )


def _privileged_roles(found: _Numbered, around: Around, settings: GuardSettings) -> Found:
    if around.ruling is None:
        return Found(f"{settings.privileged_roles} people", f"{UNCHECKED}roles cannot be seen")
    joining: dict[CohortKey, set[int]] = {
        op.key: set() for _, op in found if isinstance(op, DefineRole)
    }
    gets: dict[int, frozenset[int]] = {}
    for _, op in found:
        # Who joins where the role is yet to be defined counts with the definition, also once it is.
        if isinstance(op, AddMember) and op.key in joining:
            joining[op.key].add(op.account)
    for number, op in found:
        joins = isinstance(op, AddMember) and op.key in joining
        if not joins and (given := _given(op, joining, around)):
            gets[number] = given
    accounts = frozenset().union(*gets.values())
    over = settings.privileged_roles.exceeded(len(accounts), 0)
    counted = [*gets] if over else ()
    return _held(f"{settings.privileged_roles} people", str(len(accounts) or "none"), counted)


def _given(
    operation: Operation, joining: Mapping[CohortKey, set[int]], around: Around
) -> frozenset[int]:
    """The accounts that an operation gives a role which rules the site."""
    ruling = around.ruling or frozenset()
    match operation:
        case DefineRole(role=role, key=key, cohort=cohort) if role in ruling:
            return members_of(key, cohort, around) | joining.get(key, set())
        case AssignRole(role=role, account=account) if role in ruling:
            return frozenset({account})
        case AddMember(cohort=cohort, account=account) if cohort in around.ruled:
            return frozenset({account})
        case _:
            return frozenset()


def members_of(key: CohortKey, cohort: int | None, around: Around) -> frozenset[int]:
    """Who is in a cohort now."""
    known = around.inside.get(key)
    return known if known is not None else around.members.get(cohort or 0, frozenset())


def _protected(found: _Numbered, around: Around, settings: GuardSettings) -> Found:
    people = {str(one).casefold() for one in settings.protected_people}
    guilds = {one.casefold() for one in settings.protected_cohorts}
    counted: list[int] = []
    whom: set[str] = set()
    where: set[str] = set()
    for number, op in found if people or guilds else ():
        if not _takes(op):
            continue
        named = set(_protected_of(op, people, around))
        inside = not guilds.isdisjoint((op.guild.casefold(), op.key.uuid.casefold()))
        if named or inside:
            counted.append(number)
            whom |= named
            where |= {op.guild} if inside else set()
    away = sum(isinstance(found[number][1], ChangeCohort) for number in counted)
    kinds = ((len(counted) - away, "removal", ""), (away, "cohort put away", "cohorts put away"))
    told = " and ".join(wording.number(*kind) for kind in kinds if kind[0])
    places = (("of", whom), ("in", where))
    about = " and ".join(f"{word} {wording.few(sorted(some))}" for word, some in places if some)
    return _held(_NONE, f"{told}, {about}" if counted else "none", counted)


def _protected_of(operation: Operation, people: set[str], around: Around) -> Iterator[str]:
    """Those of these people from whom an operation takes something, as a plan may name them."""
    account = getattr(operation, "account", None)
    for one in _losers(operation, around) if account is None else (account,):
        user_name = around.names.get(one, "")
        if str(one) in people or (user_name.casefold() in people and not around.names_shown):
            yield f"moodle:{one}"
        elif user_name.casefold() in people:
            yield masked(user_name)


def _changed_matches(found: _Numbered, around: Around, _settings: GuardSettings) -> Found:
    limit = _NONE
    if not found:
        return Found(limit, "nothing to check")
    if around.matches is None:
        return Found(limit, f"{UNCHECKED}no journal here")
    owners = {account: uid for uid, account in around.matches.items()}
    counted = [
        number
        for number, op in found
        if isinstance(op, AddMember | RemoveMember | AssignRole | UnassignRole)
        and op.uid is not None
        and (
            around.matches.get(op.uid, op.account) != op.account
            or owners.get(op.account, op.uid) != op.uid
        )
    ]
    people = {getattr(found[number][1], "uid", None) for number in counted}
    return _held(limit, str(len(people) or "none"), counted)


@dataclass(frozen=True, slots=True)
class _Loss:
    """An operation that takes something from so many people."""

    number: int
    operation: RemoveMember | UnassignRole | UndefineRole
    count: int = 1


def _losses(found: _Numbered, around: Around) -> Iterator[_Loss]:
    """What counts as a removal: of a role as well, unless it is given in another way."""
    removed = {(op.key, op.account) for _, op in found if isinstance(op, RemoveMember)}
    given = {(op.key, op.role, op.account) for _, op in found if isinstance(op, AssignRole)}
    for number, op in found:
        match op:
            case RemoveMember():
                yield _Loss(number, op)
            case UnassignRole(because="way"):
                continue
            case UnassignRole() if (op.key, op.account) not in removed:
                yield _Loss(number, op)
            case UndefineRole():
                losers = [
                    account
                    for account in _losers(op, around)
                    if (op.key, account) not in removed and (op.key, op.role, account) not in given
                ]
                if losers:
                    yield _Loss(number, op, len(losers))


def _losers(operation: Operation, around: Around) -> frozenset[int]:
    """Members who have the role by the definition that goes, and by nothing else of ours."""
    if not isinstance(operation, UndefineRole):
        return frozenset()
    one_by_one = around.given.get((operation.cohort or 0, operation.role), frozenset())
    return members_of(operation.key, operation.cohort, around) - one_by_one


def _takes(operation: Operation) -> bool:
    archives = isinstance(operation, ChangeCohort) and operation.action == "archive"
    return archives or isinstance(operation, _TAKING)


def _takings(found: _Numbered) -> list[int]:
    return [number for number, operation in found if _takes(operation)]


RULES: Mapping[GuardName, Callable[[_Numbered, Around, GuardSettings], Found]] = {
    "moodle-host": _moodle_host,
    "empty-avc": _empty_avc,
    "leftovers": _leftovers,
    "no-roles": _no_roles,
    "removals-per-guild": _removals_per_guild,
    "removals": _removals,
    "archives": _archives,
    "privileged-roles": _privileged_roles,
    "protected": _protected,
    "changed-matches": _changed_matches,
}

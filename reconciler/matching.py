"""Who is who: which Moodle account belongs to which person in AVC, and on what evidence."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from reconciler.models.avc import Person
from reconciler.models.moodle import Account, Rule
from reconciler.models.settings import SyncSettings

GUEST = "guest"


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A person without an account that is theirs beyond doubt."""

    kind: Literal["no-moodle-account", "several-accounts", "shared-account", "unconfirmed-account"]
    accounts: tuple[int, ...] = ()
    """The accounts in question; for nobody's, those that look likely by their user name."""
    others: tuple[int, ...] = ()
    """uids of people who claim the same account."""


@dataclass(frozen=True, slots=True)
class Matching:
    """The answer for every person of a snapshot."""

    account_of: Mapping[int, int]
    """uid → account id."""
    person_of: Mapping[int, int]
    """Account id → uid."""
    rule_of: Mapping[int, Rule]
    """uid → the rule that decided."""
    unmatched: Mapping[int, Unmatched]
    frozen: frozenset[int]
    """Accounts that are neither added nor removed: somebody's, but not clear whose."""


@dataclass(frozen=True, slots=True)
class _Key:
    """What a rule compares: a person's and an account's word for who they are; empty: none."""

    person: Callable[[Person], str]
    account: Callable[[Account], str]


def fold(address: str) -> str:
    """An address as it is compared: whole, without case, accents kept."""
    return address.lower()


_KEYS: dict[Rule, _Key] = {
    "idnumber": _Key(lambda person: person.uuid.lower(), lambda account: account.idnumber.lower()),
    "email": _Key(lambda person: fold(person.mail), lambda account: fold(account.email)),
    "username": _Key(lambda person: person.name.lower(), lambda account: account.username),
}


def usable_rules(
    settings: SyncSettings, unavailable: frozenset[Rule]
) -> tuple[tuple[Rule, ...], tuple[Rule, ...]]:
    """The configured rules that this Moodle shows evidence for, and the other configured ones."""
    blind = {
        rule
        for rule in settings.matching
        if rule not in _KEYS
        or (rule in unavailable and not (rule == "idnumber" and settings.trust_idnumber))
    }
    used = tuple(rule for rule in settings.matching if rule not in blind)
    return used, tuple(rule for rule in settings.matching if rule in blind)


def match(
    people: Iterable[Person],
    accounts: Iterable[Account],
    used: tuple[Rule, ...],
) -> Matching:
    """Match every person with at most one account; what is not beyond doubt is not matched.

    The first rule that names any account for a person decides. Two accounts, or two people for
    one account, are nobody's match, and freeze every account that any rule names for them.
    """
    everybody = tuple(people)
    index = _AccountIndex(accounts, used)
    decided = {person.uid: index.decide(person) for person in everybody}
    claimants: dict[int, list[int]] = defaultdict(list)
    for uid, (_, named) in decided.items():
        for account in named:
            claimants[account].append(uid)
    account_of: dict[int, int] = {}
    rule_of: dict[int, Rule] = {}
    unmatched: dict[int, Unmatched] = {}
    frozen: set[int] = set()
    for person in everybody:
        rule, named = decided[person.uid]
        others = sorted({uid for account in named for uid in claimants[account]} - {person.uid})
        if rule is not None and len(named) == 1 and not others:
            account_of[person.uid] = named[0]
            rule_of[person.uid] = rule
        else:
            unmatched[person.uid] = _why(person, named, tuple(others), index)
            frozen |= index.named(person)
    return Matching(
        account_of=account_of,
        person_of={account: uid for uid, account in account_of.items()},
        rule_of=rule_of,
        unmatched=unmatched,
        frozen=frozenset(frozen),
    )


def _why(
    person: Person, accounts: tuple[int, ...], others: tuple[int, ...], index: "_AccountIndex"
) -> Unmatched:
    if len(accounts) > 1:
        return Unmatched("several-accounts", accounts, others)
    if accounts:
        return Unmatched("shared-account", accounts, others)
    unconfirmed = index.unconfirmed(person)
    if unconfirmed:
        return Unmatched("unconfirmed-account", unconfirmed)
    return Unmatched("no-moodle-account", index.likely(person))


class _AccountIndex:
    """The accounts by what each rule compares."""

    def __init__(self, accounts: Iterable[Account], rules: tuple[Rule, ...]) -> None:
        real = [account for account in accounts if account.username != GUEST]
        self._rules = rules
        self._confirmed = {
            rule: _by(_KEYS[rule], (a for a in real if a.confirmed)) for rule in rules
        }
        self._unconfirmed = {
            rule: _by(_KEYS[rule], (a for a in real if not a.confirmed)) for rule in rules
        }
        self._username = _by(_KEYS["username"], real)

    def decide(self, person: Person) -> tuple[Rule | None, tuple[int, ...]]:
        for rule in self._rules:
            accounts = _look_up(self._confirmed[rule], rule, person)
            if accounts:
                return rule, accounts
        return None, ()

    def named(self, person: Person) -> set[int]:
        return {
            account
            for rule in self._rules
            for account in _look_up(self._confirmed[rule], rule, person)
        }

    def unconfirmed(self, person: Person) -> tuple[int, ...]:
        found = (_look_up(self._unconfirmed[rule], rule, person) for rule in self._rules)
        return tuple(sorted({account for accounts in found for account in accounts}))

    def likely(self, person: Person) -> tuple[int, ...]:
        return _look_up(self._username, "username", person)


def _by(key: _Key, accounts: Iterable[Account]) -> dict[str, tuple[int, ...]]:
    found: dict[str, list[int]] = defaultdict(list)
    for account in accounts:
        value = key.account(account)
        if value:
            found[value].append(account.id)
    return {value: tuple(sorted(ids)) for value, ids in found.items()}


def _look_up(index: Mapping[str, tuple[int, ...]], rule: Rule, person: Person) -> tuple[int, ...]:
    value = _KEYS[rule].person(person)
    return index.get(value, ()) if value else ()

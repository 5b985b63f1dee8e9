"""Who is who: which Moodle account belongs to which person in AVC, and on what evidence."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from operator import itemgetter
from typing import Literal

from reconciler.identity import STRONG, Evidence, Key, keys
from reconciler.models.avc import Person
from reconciler.models.moodle import Account, Rule
from reconciler.models.settings import SyncSettings

GUEST = "guest"
NOBODYS = 0
"""No account's id."""
_SPARSE = 8
"""How many times as many uids as people a list has room for."""


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A person without an account that is theirs beyond doubt."""

    kind: Literal[
        "no-moodle-account",
        "several-accounts",
        "shared-account",
        "contradicting-evidence",
        "unconfirmed-account",
    ]
    accounts: tuple[int, ...] = ()
    """The accounts in question; for nobody's, those that look likely by their user name."""
    others: tuple[int, ...] = ()
    """uids of people who claim the same account."""


@dataclass(frozen=True, slots=True)
class Matching:
    """The answer for every person of a snapshot."""

    account_of: Mapping[int, int]
    """uid → account id; never one that is frozen."""
    person_of: Mapping[int, int]
    """Account id → uid."""
    rule_of: Mapping[int, Rule]
    """uid → the rule that decided."""
    unmatched: Mapping[int, Unmatched]
    frozen: frozenset[int]
    """Accounts that are neither added nor removed: somebody's, but not clear whose."""
    by_uid: Sequence[int] | Mapping[int, int]
    """``account_of`` as it is the fastest to look up, with NOBODYS for who has none."""

    def accounts(self, uids: frozenset[int]) -> frozenset[int]:
        """The accounts of these people of the snapshot, as far as they have one."""
        if len(uids) <= 1:
            found = frozenset(self.by_uid[uid] for uid in uids)
        else:
            # All at once: the processor then waits for several places in memory at a time.
            found = frozenset(itemgetter(*uids)(self.by_uid))
        return found - {NOBODYS} if NOBODYS in found else found


def usable_rules(
    settings: SyncSettings, unavailable: frozenset[Rule]
) -> tuple[tuple[Rule, ...], tuple[Rule, ...]]:
    """The configured rules that this Moodle shows evidence for, and the other configured ones."""
    blind = {
        rule
        for rule in settings.matching
        if rule in unavailable and not (rule == "idnumber" and settings.trust_idnumber)
    }
    used = tuple(rule for rule in settings.matching if rule not in blind)
    return used, tuple(rule for rule in settings.matching if rule in blind)


def match(
    people: Iterable[Person],
    accounts: Iterable[Account],
    used: tuple[Rule, ...],
    evidence: Evidence,
) -> Matching:
    """Match every person with at most one account; what is not beyond doubt is not matched.

    The first rule that names any account for a person decides. Two accounts, two people for one
    account, or a link and an idnumber that name different accounts, are nobody's match, and
    freeze every account that any rule names for them.
    """
    everybody = tuple(people)
    index = _AccountIndex(accounts, used, keys(evidence))
    by_rule = index.name(everybody)
    decided, rule_of = _decided(by_rule)
    claimants = _several_claimants(decided)
    account_of = decided.one.copy()
    for uid in _torn(by_rule).union(*claimants.values()):
        account_of.pop(uid, None)
    unmatched: dict[int, Unmatched] = {}
    doubted: dict[int, set[int]] = defaultdict(set)
    for person in everybody:
        if person.uid not in account_of:
            named = decided.accounts(person.uid)
            rivals = {uid for account in named for uid in claimants.get(account, ())}
            others = tuple(sorted(rivals - {person.uid}))
            unmatched[person.uid] = _why(person, named, others, index)
            _freeze(person, index, doubted)
    # Whoever's account is frozen for somebody else's sake is in doubt, too.
    while doubted and (touched := [p for p in everybody if account_of.get(p.uid) in doubted]):
        for person in touched:
            account = account_of.pop(person.uid)
            others = tuple(sorted(doubted[account] - {person.uid}))
            unmatched[person.uid] = Unmatched("shared-account", (account,), others)
            _freeze(person, index, doubted)
    for uid in unmatched:
        rule_of.pop(uid, None)
    return Matching(
        account_of=account_of,
        person_of={account: uid for uid, account in account_of.items()},
        rule_of=rule_of,
        unmatched=unmatched,
        frozen=frozenset(doubted),
        by_uid=_by_uid(account_of, unmatched),
    )


@dataclass(frozen=True, slots=True)
class _Named:
    """Whom something names: uid → account where it is one, and where there are more, these."""

    one: dict[int, int]
    several: dict[int, set[int]]

    def accounts(self, uid: int) -> tuple[int, ...]:
        if uid in self.one:
            return (self.one[uid],)
        return tuple(sorted(self.several.get(uid, ())))


def _decided(by_rule: dict[Rule, _Named]) -> tuple[_Named, dict[int, Rule]]:
    """What the first rule that names any account for somebody names, and which it is."""
    found, rule_of = _Named({}, {}), dict[int, Rule]()
    # The strongest last: it has the last word.
    for rule, named in reversed(by_rule.items()):
        for uid in found.several.keys() & named.one.keys():
            del found.several[uid]
        for uid in found.one.keys() & named.several.keys():
            del found.one[uid]
        found.one.update(named.one)
        found.several.update(named.several)
        rule_of.update(dict.fromkeys(named.one, rule))
    return found, rule_of


def _torn(by_rule: Mapping[Rule, _Named]) -> set[int]:
    """The uids of those for whom two strong rules name different accounts."""
    strong = [by_rule[rule] for rule in STRONG if rule in by_rule]
    return {
        uid
        for one, other in combinations(strong, 2)
        for uid in (one.one.keys() | one.several) & (other.one.keys() | other.several)
        if one.accounts(uid) != other.accounts(uid)
    }


def _by_uid(
    account_of: Mapping[int, int], unmatched: Iterable[int]
) -> Sequence[int] | Mapping[int, int]:
    """A list, which is three times as fast as a mapping, unless uids are too far apart for one."""
    nobodys = dict.fromkeys(unmatched, NOBODYS)
    lowest = min(min(account_of, default=0), min(nobodys, default=0))
    highest = max(max(account_of, default=0), max(nobodys, default=0))
    if lowest < 0 or highest > _SPARSE * (len(account_of) + len(nobodys)):
        return {**account_of, **nobodys}
    found = [NOBODYS] * (highest + 1)
    for uid, account in account_of.items():
        found[uid] = account
    return found


def _several_claimants(decided: _Named) -> Mapping[int, set[int]]:
    """Account → the people for whom it was named, where it was for more than one."""
    if not decided.several and len(set(decided.one.values())) == len(decided.one):
        return {}
    often = Counter(decided.one.values())
    for accounts in decided.several.values():
        often.update(accounts)
    found: dict[int, set[int]] = {account: set() for account, times in often.items() if times > 1}
    for uid, account in decided.one.items():
        if account in found:
            found[account].add(uid)
    for uid, accounts in decided.several.items():
        for account in accounts & found.keys():
            found[account].add(uid)
    return found


def _freeze(person: Person, index: "_AccountIndex", doubted: dict[int, set[int]]) -> None:
    for account in index.named(person):
        doubted[account].add(person.uid)


def _why(
    person: Person, accounts: tuple[int, ...], others: tuple[int, ...], index: "_AccountIndex"
) -> Unmatched:
    if len(accounts) > 1:
        return Unmatched("several-accounts", accounts, others)
    if others:
        return Unmatched("shared-account", accounts, others)
    if accounts:
        return Unmatched("contradicting-evidence", tuple(sorted(index.named(person))))
    unconfirmed = index.unconfirmed(person)
    if unconfirmed:
        return Unmatched("unconfirmed-account", unconfirmed)
    return Unmatched("no-moodle-account", index.likely(person))


class _Index:
    """Accounts by a rule's words."""

    def __init__(self, said: Iterable[tuple[int, str]]) -> None:
        one: dict[str, int] = {}
        several: dict[str, set[int]] = {}
        for account, word in said:
            first = one.setdefault(word, account)
            if first != account:
                several.setdefault(word, {first}).add(account)
        for word in ("", *several):
            one.pop(word, None)
        several.pop("", None)
        self._one = one
        self._several = several

    def __bool__(self) -> bool:
        return bool(self._one or self._several)

    def name(self, said: Iterable[tuple[int, str]]) -> _Named:
        """The accounts of people, by their words."""
        one: dict[int, int] = {}
        several: dict[int, set[int]] = {}
        for uid, word in said:
            account = self._one.get(word)
            if account is None:
                if word in self._several:
                    several.setdefault(uid, set()).update(self._several[word])
            elif one.setdefault(uid, account) != account:
                several.setdefault(uid, set()).add(account)
        for uid, accounts in several.items():
            if uid in one:
                accounts.add(one.pop(uid))
        return _Named(one, several)


class _AccountIndex:
    """The accounts by what each rule compares."""

    def __init__(
        self, accounts: Iterable[Account], rules: tuple[Rule, ...], compared: Mapping[Rule, Key]
    ) -> None:
        real = [account for account in accounts if account.username != GUEST]
        others = [account for account in real if not account.confirmed]
        confirmed = [account for account in real if account.confirmed] if others else real
        self._real = real
        self._keys = compared
        self._confirmed = {
            rule: found for rule in rules if (found := _Index(compared[rule].accounts(confirmed)))
        }
        self._unconfirmed = {
            rule: found for rule in rules if (found := _Index(compared[rule].accounts(others)))
        }

    @cached_property
    def _username(self) -> _Index:
        return _Index(self._keys["username"].accounts(self._real))

    def name(self, people: Iterable[Person]) -> dict[Rule, _Named]:
        """By each rule, the accounts of everybody whom it names any for."""
        return {
            rule: index.name(self._keys[rule].people(people))
            for rule, index in self._confirmed.items()
        }

    def named(self, person: Person) -> set[int]:
        return self._all(self._confirmed, person)

    def unconfirmed(self, person: Person) -> tuple[int, ...]:
        return tuple(sorted(self._all(self._unconfirmed, person)))

    def likely(self, person: Person) -> tuple[int, ...]:
        return self._accounts("username", self._username, person)

    def _all(self, by_rule: Mapping[Rule, _Index], person: Person) -> set[int]:
        return {
            account
            for rule, index in by_rule.items()
            for account in self._accounts(rule, index, person)
        }

    def _accounts(self, rule: Rule, index: _Index, person: Person) -> tuple[int, ...]:
        return index.name(self._keys[rule].people((person,))).accounts(person.uid)

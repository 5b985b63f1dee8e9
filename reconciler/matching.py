"""Who is who: which Moodle account belongs to which person in AVC, and on what evidence."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from reconciler.identity import STRONG, Evidence, Key, keys
from reconciler.models.avc import Person
from reconciler.models.moodle import Account, Rule
from reconciler.models.settings import SyncSettings

GUEST = "guest"


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
    """uid → account id."""
    person_of: Mapping[int, int]
    """Account id → uid."""
    rule_of: Mapping[int, Rule]
    """uid → the rule that decided."""
    unmatched: Mapping[int, Unmatched]
    frozen: frozenset[int]
    """Accounts that are neither added nor removed: somebody's, but not clear whose."""


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
    decided = {person.uid: index.decide(person) for person in everybody}
    claimants: dict[int, list[int]] = defaultdict(list)
    for uid, (_, named) in decided.items():
        for account in named:
            claimants[account].append(uid)
    account_of: dict[int, int] = {}
    unmatched: dict[int, Unmatched] = {}
    doubted: dict[int, set[int]] = defaultdict(set)
    for person in everybody:
        rule, named = decided[person.uid]
        others = sorted({uid for account in named for uid in claimants[account]} - {person.uid})
        if rule is not None and len(named) == 1 and not others and not index.contradicts(person):
            account_of[person.uid] = named[0]
        else:
            unmatched[person.uid] = _why(person, named, tuple(others), index)
            _freeze(person, index, doubted)
    # Whoever's account is frozen for somebody else's sake is in doubt, too.
    while touched := [p for p in everybody if account_of.get(p.uid) in doubted]:
        for person in touched:
            account = account_of.pop(person.uid)
            others = sorted(doubted[account] - {person.uid})
            unmatched[person.uid] = Unmatched("shared-account", (account,), tuple(others))
            _freeze(person, index, doubted)
    return Matching(
        account_of=account_of,
        person_of={account: uid for uid, account in account_of.items()},
        rule_of={uid: rule for uid in account_of if (rule := decided[uid][0]) is not None},
        unmatched=unmatched,
        frozen=frozenset(doubted),
    )


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


class _AccountIndex:
    """The accounts by what each rule compares."""

    def __init__(
        self, accounts: Iterable[Account], rules: tuple[Rule, ...], compared: Mapping[Rule, Key]
    ) -> None:
        real = [account for account in accounts if account.username != GUEST]
        self._rules = rules
        self._keys = compared
        self._confirmed = {
            rule: _by(compared[rule], (a for a in real if a.confirmed)) for rule in rules
        }
        self._unconfirmed = {
            rule: _by(compared[rule], (a for a in real if not a.confirmed)) for rule in rules
        }
        self._username = _by(compared["username"], real)

    def decide(self, person: Person) -> tuple[Rule | None, tuple[int, ...]]:
        for rule in self._rules:
            accounts = self._look_up(self._confirmed[rule], rule, person)
            if accounts:
                return rule, accounts
        return None, ()

    def contradicts(self, person: Person) -> bool:
        """Whether two strong rules name different accounts."""
        named = (
            self._look_up(self._confirmed[rule], rule, person)
            for rule in STRONG
            if rule in self._rules
        )
        return len({accounts for accounts in named if accounts}) > 1

    def named(self, person: Person) -> set[int]:
        return {
            account
            for rule in self._rules
            for account in self._look_up(self._confirmed[rule], rule, person)
        }

    def unconfirmed(self, person: Person) -> tuple[int, ...]:
        found = (self._look_up(self._unconfirmed[rule], rule, person) for rule in self._rules)
        return tuple(sorted({account for accounts in found for account in accounts}))

    def likely(self, person: Person) -> tuple[int, ...]:
        return self._look_up(self._username, "username", person)

    def _look_up(
        self, index: Mapping[str, tuple[int, ...]], rule: Rule, person: Person
    ) -> tuple[int, ...]:
        words = self._keys[rule].person(person)
        if len(words) == 1:
            return index.get(words[0], ()) if words[0] else ()
        return tuple(sorted({account for word in words for account in index.get(word, ())}))


def _by(key: Key, accounts: Iterable[Account]) -> dict[str, tuple[int, ...]]:
    found: dict[str, list[int]] = defaultdict(list)
    for account in accounts:
        for word in key.account(account):
            if word:
                found[word].append(account.id)
    return {word: tuple(sorted(set(ids))) for word, ids in found.items()}

"""Who is who: which Moodle account belongs to which person in AVC, and on what evidence."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from reconciler.identity import STRONG, Evidence, Key, keys
from reconciler.models.avc import Person
from reconciler.models.moodle import Account, Rule
from reconciler.models.settings import SyncSettings

GUEST = "guest"

_Decided = tuple[Rule | None, tuple[int, ...]]
"""The rule that named somebody's accounts, and these; one account is a match, more are a doubt."""
_Index = Mapping[str, tuple[int, ...]]
"""Account ids by a rule's word; none of them is empty."""


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
    decided = index.decide(everybody)
    claimants = _several_claimants(decided)
    torn = (
        {person.uid for person in everybody if index.contradicts(person)} if index.may_tear else ()
    )
    account_of: dict[int, int] = {}
    unmatched: dict[int, Unmatched] = {}
    doubted: dict[int, set[int]] = defaultdict(set)
    for person in everybody:
        _, named = decided[person.uid]
        if len(named) == 1 and named[0] not in claimants and person.uid not in torn:
            account_of[person.uid] = named[0]
        else:
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
    return Matching(
        account_of=account_of,
        person_of={account: uid for uid, account in account_of.items()},
        rule_of={uid: rule for uid in account_of if (rule := decided[uid][0]) is not None},
        unmatched=unmatched,
        frozen=frozenset(doubted),
    )


def _several_claimants(
    decided: Mapping[int, _Decided],
) -> Mapping[int, set[int]]:
    """Account → the people for whom it was named, where it was for more than one."""
    often = Counter(account for _, named in decided.values() for account in named)
    several = {account for account, times in often.items() if times > 1}
    found: dict[int, set[int]] = {account: set() for account in several}
    for uid, (_, named) in decided.items() if several else ():
        for account in several.intersection(named):
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


class _AccountIndex:
    """The accounts by what each rule compares."""

    def __init__(
        self, accounts: Iterable[Account], rules: tuple[Rule, ...], compared: Mapping[Rule, Key]
    ) -> None:
        real = [account for account in accounts if account.username != GUEST]
        confirmed = [account for account in real if account.confirmed]
        others = [account for account in real if not account.confirmed]
        self._real = real
        self._keys = compared
        self._confirmed = {
            rule: found for rule in rules if (found := _by(compared[rule], confirmed))
        }
        self._unconfirmed = {
            rule: found for rule in rules if (found := _by(compared[rule], others))
        }
        self._strong = [rule for rule in STRONG if rule in self._confirmed]
        self.may_tear = len(self._strong) > 1
        """Whether there are two strong rules that could name different accounts."""

    @cached_property
    def _username(self) -> _Index:
        return _by(self._keys["username"], self._real)

    def decide(self, people: Sequence[Person]) -> dict[int, _Decided]:
        """For everybody, by uid, the first rule that names any account, and the accounts."""
        nobody: _Decided = (None, ())
        decided = dict.fromkeys((person.uid for person in people), nobody)
        # The strongest last: it has the last word.
        for rule, index in reversed(self._confirmed.items()):
            words = self._keys[rule].person
            for person in people:
                if accounts := _look_up(index, words(person)):
                    decided[person.uid] = rule, accounts
        return decided

    def contradicts(self, person: Person) -> bool:
        """Whether two strong rules name different accounts."""
        named = (
            _look_up(self._confirmed[rule], self._keys[rule].person(person))
            for rule in self._strong
        )
        return len({accounts for accounts in named if accounts}) > 1

    def named(self, person: Person) -> set[int]:
        return self._all(self._confirmed, person)

    def unconfirmed(self, person: Person) -> tuple[int, ...]:
        return tuple(sorted(self._all(self._unconfirmed, person)))

    def likely(self, person: Person) -> tuple[int, ...]:
        return _look_up(self._username, self._keys["username"].person(person))

    def _all(self, by_rule: Mapping[Rule, _Index], person: Person) -> set[int]:
        return {
            account
            for rule, index in by_rule.items()
            for account in _look_up(index, self._keys[rule].person(person))
        }


def _look_up(index: _Index, words: tuple[str, ...]) -> tuple[int, ...]:
    if len(words) == 1:
        return index.get(words[0], ())
    return tuple(sorted({account for word in words for account in index.get(word, ())}))


def _by(key: Key, accounts: Iterable[Account]) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    several: dict[str, set[int]] = defaultdict(set)
    for account in accounts:
        one = (account.id,)
        for word in key.account(account):
            if word and (first := found.setdefault(word, one)) is not one:
                several[word].update(first, one)
    found.update((word, tuple(sorted(ids))) for word, ids in several.items())
    return found
